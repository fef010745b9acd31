#include "store/fan_out.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <mutex>

namespace coffer::store {

namespace asio = boost::asio;

namespace {

/// Shared by the workers of one fan-out; the last to end resumes the caller.
struct Work {
  Work(std::size_t n, std::size_t workers, std::function<Task<>(std::size_t)> f)
      : count(n), each(std::move(f)), running(workers) {}
  const std::size_t count;
  const std::function<Task<>(std::size_t)> each;
  std::atomic<std::size_t> next{0};
  std::atomic<std::size_t> running;
  std::mutex mutex;
  std::exception_ptr failure;  ///< guarded by mutex
};

Task<> run_worker(std::shared_ptr<Work> work) {
  for (std::size_t i = work->next++; i < work->count; i = work->next++) co_await work->each(i);
}

}  // namespace

Task<> fan_out(std::size_t count, std::size_t width, std::function<Task<>(std::size_t)> each) {
  const std::size_t workers = std::min(count, width);
  if (workers == 0) co_return;
  auto work = std::make_shared<Work>(count, workers, std::move(each));
  auto executor = co_await asio::this_coro::executor;
  auto initiation = [work, executor, workers](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    for (std::size_t i = 0; i < workers; ++i) {
      asio::co_spawn(executor, run_worker(work), [work, shared](std::exception_ptr failure) {
        if (failure) {
          const std::lock_guard guard(work->mutex);
          if (!work->failure) work->failure = failure;
        }
        if (--work->running > 0) return;
        auto resume_on = asio::get_associated_executor(*shared);
        asio::post(resume_on, std::move(*shared));
      });
    }
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(std::move(initiation),
                                                                       asio::use_awaitable);
  if (work->failure) std::rethrow_exception(work->failure);
}

}  // namespace coffer::store
