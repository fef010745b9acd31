#include "base/timeout.h"

#include "support/run.h"

#include <boost/asio/as_tuple.hpp>
#include <gtest/gtest.h>

#include <stdexcept>

namespace coffer {
namespace {

namespace asio = boost::asio;
using std::chrono::hours;
using std::chrono::milliseconds;
using test::run_task;

Task<Result<int>> answer(int value) { co_return value; }

Task<Result<int>> fail() { co_return make_error(ErrorCode::NoSuchKey); }

Task<Result<int>> explode() {
  throw std::runtime_error("bug");
  co_return 0;
}

/// Waits far longer than any test, and says whether it was cancelled.
Task<Result<int>> wait_long(bool& cancelled) {
  asio::steady_timer timer(co_await asio::this_coro::executor, hours(1));
  const auto [error] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  cancelled = error == asio::error::operation_aborted;
  co_return 1;
}

TEST(Timeout, PassesTheAnswerInTime) {
  EXPECT_EQ(run_task(with_timeout(answer(7), hours(1))).value(), 7);
  EXPECT_EQ(run_task(with_timeout(fail(), hours(1))).error().code(), ErrorCode::NoSuchKey);
}

TEST(Timeout, CancelsWhatTakesTooLong) {
  bool cancelled = false;
  const auto result = run_task(with_timeout(wait_long(cancelled), milliseconds(1)));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::RequestTimeout);
  EXPECT_TRUE(cancelled);
}

TEST(Timeout, PassesExceptionsAtOnce) {
  EXPECT_THROW(static_cast<void>(run_task(with_timeout(explode(), hours(1)))), std::runtime_error);
}

TEST(Timeout, WorksForResultsWithoutAValue) {
  const auto nothing = []() -> Task<Result<>> { co_return ok(); };
  EXPECT_TRUE(run_task(with_timeout(nothing(), hours(1))));
}

}  // namespace
}  // namespace coffer
