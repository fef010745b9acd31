#pragma once

#include "base/task.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

// Apart from the light headers of this folder, because co_spawn is slow to compile.
namespace coffer::test {

/// A task that leaves its value where a test looks; `out` outlives it.
template <class T>
Task<> store_into(Task<T> task, std::optional<T>& out) {
  out.emplace(co_await std::move(task));
}

/// What co_spawn calls in the end. An exception then passes through the loop's run().
inline void rethrow(std::exception_ptr failure) {
  if (failure) std::rethrow_exception(failure);
}

/// Starts all tasks before the first can end, then runs the loop until nothing is left on it, on
/// the calling thread. Their values, in the order of the tasks; an exception of theirs passes
/// through.
template <class T>
std::vector<T> run_all(boost::asio::io_context& loop, std::vector<Task<T>> tasks) {
  std::vector<std::optional<T>> results(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    boost::asio::co_spawn(loop, store_into(std::move(tasks[i]), results[i]), rethrow);
  }
  loop.restart();
  loop.run();
  std::vector<T> values;
  values.reserve(results.size());
  for (auto& result : results) values.push_back(std::move(result.value()));
  return values;
}

/// The same for one task.
template <class T>
T run(boost::asio::io_context& loop, Task<T> task) {
  std::optional<T> result;
  boost::asio::co_spawn(loop, store_into(std::move(task), result), rethrow);
  loop.restart();
  loop.run();
  return std::move(result.value());
}

/// On an event loop of its own, for what leaves nothing behind.
template <class T>
T run_task(Task<T> task) {
  boost::asio::io_context loop;
  return run(loop, std::move(task));
}

/// A fixture's event loop, which runs only while a test waits in run(): a base class beside
/// testing::Test, so that it outlives all members that post to it. For one thread.
class RunsTasks {
 protected:
  template <class T>
  T run(Task<T> task) {
    return coffer::test::run(io_, std::move(task));
  }
  template <class T>
  std::vector<T> run_all(std::vector<Task<T>> tasks) {
    return coffer::test::run_all(io_, std::move(tasks));
  }

  boost::asio::io_context io_;
};

}  // namespace coffer::test
