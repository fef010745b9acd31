#pragma once

#include "base/task.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace coffer {

template <class T>
Task<> store_into(Task<T> task, std::optional<T>& out) {
  out.emplace(co_await std::move(task));
}

/// Runs `task` to its end on an event loop of its own; its exceptions pass through.
template <class T>
T run_task(Task<T> task) {
  boost::asio::io_context loop;
  std::optional<T> out;
  std::exception_ptr error;
  boost::asio::co_spawn(loop, store_into(std::move(task), out),
                        [&error](std::exception_ptr e) { error = e; });
  loop.run();
  if (error) std::rethrow_exception(error);
  return std::move(*out);
}

}  // namespace coffer
