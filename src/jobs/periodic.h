#pragma once

#include "base/result.h"
#include "base/task.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace coffer::jobs {

/// Runs `work` on `loop`, a pause after it began and after each run, and once more when it is
/// stopped, so that what was gathered meanwhile is written. A failure is logged under the name, and
/// the next run is its next try. Belongs to the thread that runs `loop`, or to its owner while
/// nobody does.
class Periodic {
 public:
  Periodic(boost::asio::io_context& loop, std::string name, std::chrono::milliseconds pause,
           std::function<Task<Result<>>()> work);
  ~Periodic();
  void start();
  /// Then nothing of this is left on `loop` once it has run.
  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  ///< shared with the coroutine that runs on `loop`
};

}  // namespace coffer::jobs
