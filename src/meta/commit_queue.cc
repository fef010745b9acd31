#include "meta/commit_queue.h"

#include "meta/rules.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <pthread.h>
#include <thread>
#include <utility>

namespace coffer::meta {
namespace {

namespace asio = boost::asio;

/// First the queue's, then the completion's on its way to the caller's executor.
template <class Handler>
class QueuedFor final : public QueuedChange {
 public:
  QueuedFor(Change change, Handler handler)
      : QueuedChange(std::move(change)),
        handler_(std::move(handler)),
        guard_(asio::make_work_guard(handler_)) {}

 private:
  void resume(std::unique_ptr<QueuedChange> self, Result<CommitOutcome> outcome) override {
    std::unique_ptr<QueuedFor> mine(static_cast<QueuedFor*>(self.release()));
    const auto executor = guard_.get_executor();
    // The loop may run dry, and be destroyed, as soon as it has what is posted: not while this
    // thread is still inside the post.
    const auto hold = asio::make_work_guard(executor);
    auto completion = [mine = std::move(mine), outcome = std::move(outcome)]() mutable {
      // Blobs that were not adopted go before the caller learns of it.
      mine->drop_change();
      Handler handler = std::move(mine->handler_);
      mine.reset();
      std::move(handler)(std::move(outcome));
    };
    asio::post(executor, std::move(completion));
  }

  Handler handler_;
  // Keeps the caller's event loop running until the completion is posted to it.
  asio::executor_work_guard<asio::associated_executor_t<Handler>> guard_;
};

}  // namespace

QueuedChange::QueuedChange(Change change)
    : change_(std::move(change)), size_bytes_(meta::size_bytes(change_.commit)) {}

void QueuedChange::adopt_blobs() {
  for (const auto& blob : change_.commit.pending_blobs) blob->adopt();
}

void answer(std::unique_ptr<QueuedChange> change, Result<CommitOutcome> outcome) {
  if (outcome && outcome->committed()) change->adopt_blobs();
  QueuedChange& waiting = *change;
  waiting.resume(std::move(change), std::move(outcome));
}

void answer_unknown(std::unique_ptr<QueuedChange> change, Error error) {
  change->adopt_blobs();
  QueuedChange& waiting = *change;
  waiting.resume(std::move(change), std::move(error));
}

struct CommitQueue::State {
  explicit State(CommitQueueLimits l, Apply a) : limits(l), apply(std::move(a)) {}

  /// Takes the change, or leaves it with the caller when the queue is full.
  bool try_push(std::unique_ptr<QueuedChange>& change) {
    {
      const std::lock_guard lock(mutex);
      const std::size_t bytes = waiting_bytes + change->size_bytes();
      if (waiting.size() >= limits.waiting_max) return false;
      if (!waiting.empty() && bytes > limits.waiting_bytes_max) return false;
      waiting_bytes = bytes;
      waiting.push_back(std::move(change));
    }
    changed.notify_one();
    return true;
  }

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return stopping || !waiting.empty(); });
      if (waiting.empty()) return;
      QueuedBatch batch = take_batch();
      lock.unlock();
      apply(std::move(batch));
      lock.lock();
    }
  }

  /// Under the mutex; at least one change.
  QueuedBatch take_batch() {
    QueuedBatch batch;
    std::size_t batch_bytes = 0;
    do {
      batch_bytes += waiting.front()->size_bytes();
      waiting_bytes -= waiting.front()->size_bytes();
      batch.push_back(std::move(waiting.front()));
      waiting.pop_front();
    } while (!waiting.empty() && batch.back()->change().kind != Change::Kind::Drop &&
             waiting.front()->change().kind != Change::Kind::Drop &&
             batch_bytes + waiting.front()->size_bytes() <= limits.batch_bytes_max);
    return batch;
  }

  const CommitQueueLimits limits;
  const Apply apply;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::unique_ptr<QueuedChange>> waiting;  // guarded by mutex
  std::size_t waiting_bytes = 0;                      // guarded by mutex
  bool stopping = false;                              // guarded by mutex
  std::thread thread;                                 // of the owner only
};

struct CommitQueue::Start {
  template <class Handler>
  void operator()(Handler&& handler, State* state, Change change) const {
    using Queued = QueuedFor<std::decay_t<Handler>>;
    std::unique_ptr<QueuedChange> queued =
        std::make_unique<Queued>(std::move(change), std::forward<Handler>(handler));
    if (!state->try_push(queued)) {
      answer(std::move(queued),
             make_error(ErrorCode::SlowDown, "the index's commit queue is full"));
    }
  }
};

CommitQueue::CommitQueue(CommitQueueLimits limits, Apply apply)
    : state_(std::make_unique<State>(limits, std::move(apply))) {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
  pthread_setname_np(state_->thread.native_handle(), "meta-commit");
}

CommitQueue::~CommitQueue() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->changed.notify_one();
  state_->thread.join();
}

Task<Result<CommitOutcome>> CommitQueue::submit(Change change) {
  // Takes no part in cancellation: a change that waits is applied whatever becomes of its caller.
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>,
                                          void(Result<CommitOutcome>)>(
      Start(), asio::use_awaitable, state_.get(), std::move(change));
}

}  // namespace coffer::meta
