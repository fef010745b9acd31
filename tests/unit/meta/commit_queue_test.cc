#include "meta/commit_queue.h"

#include "support/run.h"
#include "traced_blob.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace coffer::meta {
namespace {

using coffer::test::rethrow;
using coffer::test::store_into;
using test::TracedBlob;
using ::testing::ElementsAre;

/// Applies batches when the test says so, and writes down what was in them.
class Gate {
 public:
  void apply(QueuedBatch batch) {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    std::vector<std::string> names;
    for (const auto& queued : batch) names.push_back(queued->change().commit.partition);
    batches_.push_back(std::move(names));
    lock.unlock();
    for (auto& queued : batch) {
      CommitOutcome outcome;
      outcome.version = 1;
      answer(std::move(queued), outcome);
    }
  }
  /// Until the queue's thread stands before the gate for the nth time.
  void wait_for_arrival(int n = 1) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_ >= n; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  /// After the queue has ended.
  const std::vector<std::vector<std::string>>& batches() const { return batches_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;  // guarded by mutex_
  int arrived_ = 0;    // guarded by mutex_
  std::vector<std::vector<std::string>> batches_;
};

class CommitQueueTest : public ::testing::Test {
 protected:
  using Outcome = std::optional<Result<CommitOutcome>>;

  void make_queue(CommitQueueLimits limits) {
    queue_.emplace(limits, [this](QueuedBatch batch) { gate_.apply(std::move(batch)); });
  }
  static Change named(std::string name, std::size_t bytes = 0) {
    Commit commit(std::move(name), "");
    if (bytes > 0) commit.deletes.push_back(Key{Family::Record, std::string(bytes, 'k')});
    return Change(std::move(commit));
  }
  /// Starts it, up to where it waits.
  Outcome& start(Change change) {
    Outcome& out = *outcomes_.emplace_back(std::make_unique<Outcome>());
    boost::asio::co_spawn(loop_, store_into(queue_->submit(std::move(change)), out), rethrow);
    loop_.poll();
    loop_.restart();
    return out;
  }
  /// Lets everything through and ends the queue.
  void finish() {
    gate_.open();
    queue_.reset();
    loop_.run();
  }

  Gate gate_;
  boost::asio::io_context loop_;
  std::vector<std::unique_ptr<Outcome>> outcomes_;
  std::optional<CommitQueue> queue_;
};

TEST_F(CommitQueueTest, TakesAllThatWaitsAsOneBatch) {
  make_queue({});
  start(named("first"));
  gate_.wait_for_arrival();
  for (const char* name : {"a", "b", "c"}) start(named(name));
  for (const auto& outcome : outcomes_) EXPECT_FALSE(outcome->has_value());
  finish();
  EXPECT_THAT(gate_.batches(), ElementsAre(ElementsAre("first"), ElementsAre("a", "b", "c")));
  for (const auto& outcome : outcomes_) EXPECT_TRUE(outcome->value()->committed());
}

TEST_F(CommitQueueTest, ADropIsABatchOfItsOwn) {
  make_queue({});
  start(named("first"));
  gate_.wait_for_arrival();
  start(named("a"));
  start(Change::drop("b"));
  start(Change::drop("c"));
  start(named("d"));
  start(named("e"));
  finish();
  EXPECT_THAT(gate_.batches(), ElementsAre(ElementsAre("first"), ElementsAre("a"), ElementsAre("b"),
                                           ElementsAre("c"), ElementsAre("d", "e")));
}

TEST_F(CommitQueueTest, BoundsTheBytesOfABatch) {
  CommitQueueLimits limits;
  limits.batch_bytes_max = 100;
  make_queue(limits);
  start(named("first"));
  gate_.wait_for_arrival();
  start(named("a", 60));
  start(named("b", 40));
  start(named("c", 1));
  start(named("larger than a batch", 500));
  start(named("d", 100));
  finish();
  EXPECT_THAT(gate_.batches(),
              ElementsAre(ElementsAre("first"), ElementsAre("a", "b"), ElementsAre("c"),
                          ElementsAre("larger than a batch"), ElementsAre("d")));
}

TEST_F(CommitQueueTest, AnswersSlowDownWhenTooManyWait) {
  CommitQueueLimits limits;
  limits.waiting_max = 2;
  make_queue(limits);
  start(named("first"));
  gate_.wait_for_arrival();
  start(named("a"));
  start(named("b"));
  Outcome& refused = start(named("c"));
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->error().code(), ErrorCode::SlowDown);
  finish();
  EXPECT_THAT(gate_.batches(), ElementsAre(ElementsAre("first"), ElementsAre("a", "b")));
}

TEST_F(CommitQueueTest, AnswersSlowDownWhenTooMuchWaits) {
  CommitQueueLimits limits;
  limits.waiting_bytes_max = 100;
  make_queue(limits);
  start(named("first"));
  gate_.wait_for_arrival();
  // One change may be larger than all that may wait, or it could never pass.
  start(named("a", 500));
  Outcome& refused = start(named("b", 1));
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->error().code(), ErrorCode::SlowDown);
  finish();
  EXPECT_THAT(gate_.batches(), ElementsAre(ElementsAre("first"), ElementsAre("a")));
}

TEST_F(CommitQueueTest, AnswersOnTheCallersThread) {
  make_queue({});
  gate_.open();
  std::thread::id resumed_on;
  const auto caller = [](CommitQueue& queue, std::thread::id& out) -> Task<> {
    Change change = named("a");
    EXPECT_TRUE(co_await queue.submit(std::move(change)));
    out = std::this_thread::get_id();
  };
  boost::asio::co_spawn(loop_, caller(*queue_, resumed_on), [](std::exception_ptr) {});
  loop_.run();
  EXPECT_EQ(resumed_on, std::this_thread::get_id());
}

TEST_F(CommitQueueTest, KeepsTheBlobsOfACommitWhoseCallerIsGone) {
  std::string fate;
  {
    boost::asio::io_context loop;
    make_queue({});
    Commit commit("a", "");
    commit.pending_blobs.push_back(std::make_unique<TracedBlob>(fate));
    Outcome never;
    boost::asio::co_spawn(loop, store_into(queue_->submit(Change(std::move(commit))), never),
                          [](std::exception_ptr) {});
    loop.poll();
    gate_.open();
    // The loop runs no more, so the answer is never taken.
    queue_.reset();
    EXPECT_EQ(fate, "");
  }
  EXPECT_EQ(fate, "kept");
}

}  // namespace
}  // namespace coffer::meta
