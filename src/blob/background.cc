#include "blob/background.h"

#include "base/log.h"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cassert>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

namespace coffer::blob {

namespace asio = boost::asio;

struct Background::State {
  using Waiter = asio::any_completion_handler<void()>;
  std::mutex mutex;
  std::optional<Result<>> result;  // guarded by mutex
  Waiter waiter;                   // guarded by mutex
  asio::any_io_executor executor;  // guarded by mutex; where the waiter goes on
};

/// Completion handler of the task. When it is destroyed uncalled (its executor is gone), the waiter
/// goes too: it holds the frame that holds the state, and nobody else would ever break that circle.
class Background::Finish {
 public:
  explicit Finish(std::shared_ptr<State> state) : state_(std::move(state)) {}
  Finish(Finish&&) noexcept = default;
  Finish& operator=(Finish&&) noexcept = default;
  ~Finish() {
    if (!state_) return;
    const State::Waiter dropped = take_waiter(std::nullopt);
  }

  void operator()(std::exception_ptr failure, Result<> result) {
    if (failure) result = make_error(ErrorCode::Internal, what(failure));
    State::Waiter waiter = take_waiter(std::move(result));
    if (waiter) {
      asio::post(state_->executor, [resume = std::move(waiter)]() mutable { std::move(resume)(); });
    }
    state_.reset();
  }

 private:
  State::Waiter take_waiter(std::optional<Result<>> result) {
    const std::lock_guard lock(state_->mutex);
    state_->result = std::move(result);
    return std::move(state_->waiter);
  }
  static std::string what(const std::exception_ptr& failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& exception) {
      return exception.what();
    } catch (...) {
      return "unknown exception";
    }
  }

  std::shared_ptr<State> state_;
};

Task<> Background::start(Task<Result<>> task) {
  assert(!running());
  auto executor = co_await asio::this_coro::executor;
  state_ = std::make_shared<State>();
  asio::co_spawn(executor, std::move(task), Finish(state_));
}

Task<Result<>> Background::wait() {
  if (!state_) co_return ok();
  // Outlives this object, should its owner go while the task is dropped.
  const std::shared_ptr<State> state = state_;
  auto executor = co_await asio::this_coro::executor;
  auto initiate = [executor](auto handler, std::shared_ptr<State> target) {
    const std::lock_guard lock(target->mutex);
    if (target->result) {
      asio::post(executor, [resume = std::move(handler)]() mutable { std::move(resume)(); });
      return;
    }
    target->executor = executor;
    // Not assigned: the move assignment of Boost 1.81 calls itself without end.
    State::Waiter(std::move(handler)).swap(target->waiter);
  };
  bool finished = false;
  {
    const std::lock_guard lock(state->mutex);
    finished = state->result.has_value();
  }
  if (!finished) {
    co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(
        std::move(initiate), asio::use_awaitable, state);
  }
  state_.reset();
  co_return std::move(*state->result);
}

}  // namespace coffer::blob
