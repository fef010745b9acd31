#pragma once

#include "base/offload.h"

#include <atomic>
#include <functional>

namespace coffer::test {

/// Runs each job inside try_post, on the thread that posts it: nothing to wait for, and the hardest
/// case for whoever resumes a coroutine too early. Counts them, and refuses as many as it is told
/// to. Thread-safe while `refusals` is 0.
class InlinePool final : public WorkPool {
 public:
  bool try_post(std::function<void()> job) override {
    if (refusals > 0) {
      --refusals;
      return false;
    }
    ++jobs;
    job();
    return true;
  }

  int refusals = 0;          ///< of the next jobs; INT_MAX: of all
  std::atomic<int> jobs{0};  ///< that were run
};

}  // namespace coffer::test
