#include "blob/background.h"

#include "support/run.h"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <vector>

namespace coffer::blob {
namespace {

namespace asio = boost::asio;
using coffer::test::run_task;

Task<> yield() { co_await asio::post(asio::use_awaitable); }

/// Takes some turns of the loop and notes that it is done.
Task<Result<>> count_turns(int turns, int& done, Result<> result) {
  for (int i = 0; i < turns; ++i) co_await yield();
  ++done;
  co_return result;
}

TEST(Background, RunsBesideItsOwner) {
  const auto body = []() -> Task<int> {
    int done = 0;
    Background background;
    EXPECT_FALSE(background.running());
    EXPECT_TRUE(co_await background.wait()) << "nothing runs";
    co_await background.start(count_turns(3, done, ok()));
    EXPECT_TRUE(background.running());
    EXPECT_EQ(done, 0);
    for (int i = 0; i < 10; ++i) co_await yield();
    EXPECT_EQ(done, 1) << "without anybody waiting";
    EXPECT_TRUE(co_await background.wait());
    EXPECT_FALSE(background.running());
    co_return done;
  };
  EXPECT_EQ(run_task(body()), 1);
}

TEST(Background, CanBeStartedAgainOnceItWasWaitedFor) {
  const auto body = []() -> Task<int> {
    int done = 0;
    Background background;
    for (int turns = 0; turns < 5; ++turns) {
      co_await background.start(count_turns(turns, done, ok()));
      EXPECT_TRUE(co_await background.wait());
    }
    co_return done;
  };
  EXPECT_EQ(run_task(body()), 5);
}

TEST(Background, GivesItsErrorToWhoWaits) {
  const auto body = []() -> Task<Result<>> {
    int done = 0;
    Background background;
    co_await background.start(count_turns(2, done, make_error(ErrorCode::NoSpace, "full")));
    co_return co_await background.wait();
  };
  EXPECT_EQ(run_task(body()).error().code(), ErrorCode::NoSpace);
}

Task<Result<>> throw_after_a_turn() {
  co_await yield();
  throw std::runtime_error("broken");
}

TEST(Background, TurnsAnExceptionIntoInternal) {
  const auto body = []() -> Task<Result<>> {
    Background background;
    co_await background.start(throw_after_a_turn());
    co_return co_await background.wait();
  };
  const auto result = run_task(body());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::Internal);
  EXPECT_NE(result.error().detail().find("broken"), std::string::npos);
}

TEST(Background, GoesOnWhenItsOwnerIsGone) {
  int done = 0;
  const auto body = [](int& counter) -> Task<int> {
    {
      Background background;
      co_await background.start(count_turns(5, counter, ok()));
    }
    co_return counter;
  };
  EXPECT_EQ(run_task(body(done)), 0);
  EXPECT_EQ(done, 1);
}

Task<Result<>> hold_until(std::shared_ptr<int> held, const bool& released) {
  while (!released) co_await yield();
  ++*held;
  co_return ok();
}

Task<> start_and_wait(std::shared_ptr<int> held, const bool& released) {
  Background background;
  co_await background.start(hold_until(held, released));
  EXPECT_TRUE(co_await background.wait());
}

TEST(Background, IsDestroyedWithItsExecutorAndWhoWaitsForIt) {
  const auto held = std::make_shared<int>(0);
  const bool released = false;
  {
    asio::io_context loop;
    asio::co_spawn(loop, start_and_wait(held, released), [](std::exception_ptr) {});
    for (int i = 0; i < 20; ++i) loop.poll_one();
    EXPECT_GT(held.use_count(), 1);
  }
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_EQ(*held, 0);
}

}  // namespace
}  // namespace coffer::blob
