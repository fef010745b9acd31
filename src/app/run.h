#pragma once

#include "base/task.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>

namespace coffer::app {

/// Awaits `task` and leaves its value in `out`, which outlives the coroutine.
template <class T>
Task<> run_into(Task<T> task, std::optional<T>& out) {
  out.emplace(co_await std::move(task));
}

/// Runs one task to its end on this thread, together with whatever else `loop` holds. For start-up
/// and for commands on a stopped server.
template <class T>
T run_blocking(boost::asio::io_context& loop, Task<T> task) {
  std::optional<T> value;
  std::exception_ptr failure;
  bool done = false;
  boost::asio::co_spawn(loop, run_into(std::move(task), value), [&](std::exception_ptr error) {
    failure = error;
    done = true;
  });
  // The loop knows nothing of a task that waits for another thread.
  const auto guard = boost::asio::make_work_guard(loop);
  while (!done) {  // NOLINT(bugprone-infinite-loop): the handler above ends it
    // Stopped before, or by a handler that ran meanwhile.
    if (loop.stopped()) loop.restart();
    loop.run_one();
  }
  if (failure) std::rethrow_exception(failure);
  return *std::move(value);
}

}  // namespace coffer::app
