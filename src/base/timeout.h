#pragma once

#include "base/result.h"
#include "base/task.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <utility>
#include <variant>

namespace coffer {
namespace detail {

/// The `||` operator goes on waiting for the timer when the task throws, so that is caught here.
template <class T>
Task<std::optional<Result<T>>> catch_into(Task<Result<T>> task, std::exception_ptr& error) {
  try {
    co_return co_await std::move(task);
  } catch (...) {
    error = std::current_exception();
  }
  co_return std::nullopt;
}

}  // namespace detail

/// Awaits `task` for at most `limit`; then cancels it, waits until it has ended, and answers
/// RequestTimeout. A task that ignores cancellation is therefore waited for. Exceptions of the task
/// pass through. Runs on the caller's executor.
template <class T>
Task<Result<T>> with_timeout(Task<Result<T>> task, std::chrono::steady_clock::duration limit) {
  using boost::asio::experimental::awaitable_operators::operator||;
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, limit);
  std::exception_ptr error;
  Task<std::optional<Result<T>>> guarded = detail::catch_into(std::move(task), error);
  auto first = co_await (std::move(guarded) || timer.async_wait(boost::asio::use_awaitable));
  if (first.index() == 1) {
    co_return make_error(ErrorCode::RequestTimeout, "a deadline inside the server passed");
  }
  if (error) std::rethrow_exception(error);
  co_return std::move(*std::get<0>(first));
}

}  // namespace coffer
