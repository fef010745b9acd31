#include "base/offload.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <pthread.h>
#include <string>
#include <thread>
#include <vector>

namespace coffer {
namespace {

namespace asio = boost::asio;

Result<> run_guarded(const std::function<Result<>()>& work) {
  try {
    return work();
  } catch (const std::exception& error) {
    return make_error(ErrorCode::Internal, std::string("exception in a pool job: ") + error.what());
  } catch (...) {
    return make_error(ErrorCode::Internal, "unknown exception in a pool job");
  }
}

/// One offloaded piece of work and the coroutine that waits for it. Shared by the pool's job and by
/// the initiation, because a pool that refuses a job drops it.
template <class Handler>
class Offloaded : public std::enable_shared_from_this<Offloaded<Handler>> {
 public:
  Offloaded(std::function<Result<>()> work, Handler handler)
      : work_(std::move(work)),
        handler_(std::move(handler)),
        guard_(asio::make_work_guard(handler_)) {}

  void run() {
    Result<> result = run_guarded(work_);
    // What the work holds ends before its caller resumes, because it may refer to the caller's
    // frame.
    work_ = nullptr;
    complete(std::move(result));
  }

  /// Never resumes the coroutine on this stack: it may belong to the pool, or still be suspending.
  void complete(Result<> result) {
    const auto executor = guard_.get_executor();
    // The loop may run dry, and be destroyed, as soon as it has what is posted: not while this
    // thread is still inside the post.
    const auto hold = asio::make_work_guard(executor);
    auto resume = [self = this->shared_from_this(), result = std::move(result)]() mutable {
      self->guard_.reset();
      Handler handler = std::move(self->handler_);
      std::move(handler)(std::move(result));
    };
    asio::post(executor, std::move(resume));
  }

 private:
  std::function<Result<>()> work_;
  Handler handler_;
  // Keeps the caller's event loop running until the completion is posted to it.
  asio::executor_work_guard<asio::associated_executor_t<Handler>> guard_;
};

struct StartOffload {
  template <class Handler>
  void operator()(Handler&& handler, WorkPool* pool, std::function<Result<>()> work) const {
    using Operation = Offloaded<std::decay_t<Handler>>;
    const auto operation =
        std::make_shared<Operation>(std::move(work), std::forward<Handler>(handler));
    if (!pool->try_post([operation] { operation->run(); })) {
      operation->complete(make_error(ErrorCode::SlowDown, "the work pool's queue is full"));
    }
  }
};

}  // namespace

Task<Result<>> offload(WorkPool& pool, std::function<Result<>()> work) {
  // The operation takes no part in cancellation: it installs nothing into the handler's slot.
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Result<>)>(
      StartOffload(), asio::use_awaitable, &pool, std::move(work));
}

struct ThreadPool::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void()>> queue;  // guarded by mutex
  bool stopping = false;                    // guarded by mutex
  std::size_t queue_limit = 0;              // constant
  std::vector<std::thread> threads;         // of the owner only

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return stopping || !queue.empty(); });
      if (queue.empty()) return;
      std::function<void()> job = std::move(queue.front());
      queue.pop_front();
      lock.unlock();
      job();
      job = nullptr;
      lock.lock();
    }
  }
};

ThreadPool::ThreadPool(std::size_t threads, std::size_t queue_limit, std::string_view name)
    : state_(std::make_unique<State>()) {
  constexpr std::size_t kThreadNameMax = 15;  // pthread_setname_np(3)
  const std::string thread_name(name.substr(0, kThreadNameMax));
  state_->queue_limit = queue_limit;
  for (std::size_t i = 0; i < threads; ++i) {
    std::thread& thread = state_->threads.emplace_back([state = state_.get()] { state->run(); });
    pthread_setname_np(thread.native_handle(), thread_name.c_str());
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->changed.notify_all();
  for (std::thread& thread : state_->threads) thread.join();
}

bool ThreadPool::try_post(std::function<void()> job) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->stopping || state_->queue.size() >= state_->queue_limit) return false;
    state_->queue.push_back(std::move(job));
  }
  state_->changed.notify_one();
  return true;
}

}  // namespace coffer
