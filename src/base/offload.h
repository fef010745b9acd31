#pragma once

#include "base/result.h"
#include "base/task.h"

#include <functional>
#include <memory>
#include <string_view>

namespace coffer {

/// Threads for work that would block an event loop: RocksDB, fsync, hashing of large pieces.
/// Bounded; thread-safe. The simulation has one that runs jobs on its own scheduler.
class WorkPool {
 public:
  virtual ~WorkPool() = default;
  /// Runs `job` on some thread of the pool. False when the queue is full: the caller answers
  /// SlowDown. The job owns or outlives-by-contract all it touches; it cannot be cancelled.
  virtual bool try_post(std::function<void()> job) = 0;
};

/// Runs `work` on the pool and resumes on the caller's executor; SlowDown when the queue is full.
/// Not cancellable: it always waits for the job, so references into the caller's frame are safe.
Task<Result<>> offload(WorkPool& pool, std::function<Result<>()> work);

/// A fixed number of threads over one bounded queue.
class ThreadPool final : public WorkPool {
 public:
  ThreadPool(std::size_t threads, std::size_t queue_limit, std::string_view name);
  ~ThreadPool() override;  ///< Runs what is queued, then joins.
  bool try_post(std::function<void()> job) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace coffer
