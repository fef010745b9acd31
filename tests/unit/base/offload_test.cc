#include "base/offload.h"

#include "sim/scheduler.h"
#include "support/inline_pool.h"
#include "support/run.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

namespace coffer {
namespace {

namespace asio = boost::asio;
using test::run_task;

/// Runs nothing until it is told to, on the thread that tells it.
class ManualPool final : public WorkPool {
 public:
  bool try_post(std::function<void()> job) override {
    if (full) return false;
    jobs.push_back(std::move(job));
    return true;
  }
  void run_all() {
    while (!jobs.empty()) {
      const auto job = std::move(jobs.back());
      jobs.pop_back();
      job();
    }
  }
  bool full = false;
  std::vector<std::function<void()>> jobs;
};

TEST(Offload, RunsOnThePoolAndResumesOnTheCallersThread) {
  ThreadPool pool(2, 16, "test");
  std::thread::id job_thread;
  std::thread::id resumed_on;
  const auto body = [&]() -> Task<Result<>> {
    std::function<Result<>()> work = [&job_thread] {
      job_thread = std::this_thread::get_id();
      return ok();
    };
    auto result = co_await offload(pool, std::move(work));
    resumed_on = std::this_thread::get_id();
    co_return result;
  };
  EXPECT_TRUE(run_task(body()));
  EXPECT_NE(job_thread, std::this_thread::get_id());
  EXPECT_EQ(resumed_on, std::this_thread::get_id());
}

TEST(Offload, AnswersTheJobsError) {
  ThreadPool pool(1, 1, "test");
  std::function<Result<>()> work = [] { return make_error(ErrorCode::NoSpace, "disk"); };
  const auto result = run_task(offload(pool, std::move(work)));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::NoSpace);
}

TEST(Offload, TurnsExceptionsIntoInternal) {
  ThreadPool pool(1, 2, "test");
  std::function<Result<>()> throws = []() -> Result<> { throw std::runtime_error("broken"); };
  const auto result = run_task(offload(pool, std::move(throws)));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::Internal);
  EXPECT_NE(result.error().detail().find("broken"), std::string::npos);
  std::function<Result<>()> throws_int = []() -> Result<> { throw 7; };
  EXPECT_EQ(run_task(offload(pool, std::move(throws_int))).error().code(), ErrorCode::Internal);
}

TEST(Offload, AnswersSlowDownWhenThePoolIsFull) {
  ManualPool pool;
  pool.full = true;
  bool ran = false;
  std::function<Result<>()> work = [&ran] {
    ran = true;
    return ok();
  };
  const auto result = run_task(offload(pool, std::move(work)));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::SlowDown);
  EXPECT_FALSE(ran);
}

TEST(Offload, MayCompleteBeforeTheCallerHasSuspended) {
  test::InlinePool pool;
  const auto body = [&pool]() -> Task<int> {
    int count = 0;
    for (int i = 0; i < 1000; ++i) {
      std::function<Result<>()> work = [&count] {
        ++count;
        return ok();
      };
      if (!co_await offload(pool, std::move(work))) break;
    }
    co_return count;
  };
  EXPECT_EQ(run_task(body()), 1000);
}

TEST(Offload, EndsTheWorkBeforeItsCallerResumes) {
  test::InlinePool pool;
  const auto body = [&pool]() -> Task<bool> {
    const auto held = std::make_shared<int>(1);
    const std::weak_ptr<int> watched = held;
    std::function<Result<>()> work = [held] { return ok(); };
    const auto before = held.use_count();
    EXPECT_TRUE(co_await offload(pool, std::move(work)));
    co_return held.use_count() < before;
  };
  EXPECT_TRUE(run_task(body()));
}

TEST(Offload, WaitsForTheJobEvenWhenCancelled) {
  ManualPool pool;
  asio::io_context loop;
  asio::cancellation_signal cancel;
  bool resumed = false;
  bool job_done_first = false;
  bool job_ran = false;
  const auto body = [&]() -> Task<> {
    std::function<Result<>()> work = [&job_ran] {
      job_ran = true;
      return ok();
    };
    EXPECT_TRUE(co_await offload(pool, std::move(work)));
    resumed = true;
    job_done_first = job_ran;
  };
  asio::co_spawn(loop, body(),
                 asio::bind_cancellation_slot(cancel.slot(), [](std::exception_ptr) {}));
  loop.poll();
  cancel.emit(asio::cancellation_type::terminal);
  loop.poll();
  EXPECT_FALSE(resumed);
  EXPECT_FALSE(loop.stopped()) << "the waiting coroutine keeps its loop alive";
  pool.run_all();
  loop.run();
  EXPECT_TRUE(resumed);
  EXPECT_TRUE(job_done_first);
}

TEST(Offload, ResumesOnTheSimulationsExecutor) {
  sim::Scheduler scheduler(1);
  ManualPool pool;
  int finished = 0;
  const auto body = [&pool, &finished]() -> Task<> {
    for (int i = 0; i < 3; ++i) {
      std::function<Result<>()> work = [] { return ok(); };
      EXPECT_TRUE(co_await offload(pool, std::move(work)));
    }
    ++finished;
  };
  for (int i = 0; i < 4; ++i) {
    asio::co_spawn(scheduler.executor(), body(),
                   [](std::exception_ptr error) { EXPECT_FALSE(error); });
  }
  while (scheduler.step() || !pool.jobs.empty()) pool.run_all();
  EXPECT_EQ(finished, 4);
}

TEST(Offload, DropsTheCallerWithAJobThatNeverRuns) {
  // What a crash does in the simulation.
  const auto held = std::make_shared<int>(1);
  {
    sim::Scheduler scheduler(1);
    ManualPool pool;
    const auto body = [](WorkPool& on, std::shared_ptr<int> keep) -> Task<> {
      std::function<Result<>()> work = [] { return ok(); };
      EXPECT_TRUE(co_await offload(on, std::move(work)));
      *keep = 2;
    };
    asio::co_spawn(scheduler.executor(), body(pool, held), [](std::exception_ptr) {});
    while (scheduler.step()) {
    }
    EXPECT_EQ(pool.jobs.size(), 1U);
    pool.jobs.clear();
  }
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_EQ(*held, 1);
}

TEST(ThreadPool, RefusesBeyondItsLimitAndRunsTheRestBeforeItEnds) {
  std::promise<void> started;
  std::promise<void> release;
  std::atomic<int> ran = 0;
  {
    ThreadPool pool(1, 2, "a name longer than a thread's may be");
    EXPECT_TRUE(pool.try_post([&] {
      started.set_value();
      release.get_future().wait();
      ++ran;
    }));
    started.get_future().wait();
    EXPECT_TRUE(pool.try_post([&ran] { ++ran; }));
    EXPECT_TRUE(pool.try_post([&ran] { ++ran; }));
    EXPECT_FALSE(pool.try_post([&ran] { ran += 100; }));
    release.set_value();
  }
  EXPECT_EQ(ran, 3);
}

}  // namespace
}  // namespace coffer
