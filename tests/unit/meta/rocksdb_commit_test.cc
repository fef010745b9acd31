#include "meta/rocksdb_committer.h"
#include "rocksdb_fixture.h"
#include "support/inline_pool.h"
#include "traced_blob.h"

#include <climits>

#include <chrono>
#include <thread>

namespace coffer::meta::test {
namespace {

class RocksDbCommits : public RocksDbTest {
 protected:
  RocksDbCommits() { open(); }
  ~RocksDbCommits() override { faults_.open_gate(); }
};

TEST_F(RocksDbCommits, NeitherAnswersNorReadsShowWhatIsNotSynced) {
  put("old", "x");
  faults_.close_gate();
  Outcome& first = start(putting("first", "x"));
  faults_.wait_for_sync(1);
  // These three wait behind it and will be one batch: a commit, one that its success makes fail,
  // and one that fails whatever the others do.
  Outcome& creates = start(putting("k", "v"));
  Commit again = putting("k", "w");
  again.checks.push_back(Check::absent(record("k")));
  again.adds.emplace_back("n", 1);
  Outcome& loses = start(std::move(again));
  Commit hopeless = removing("old");
  hopeless.checks.push_back(Check::absent(record("old")));
  Outcome& fails = start(std::move(hopeless));
  faults_.pass_one();
  faults_.wait_for_sync(2);
  while (!first) poll();

  poll();
  EXPECT_FALSE(creates || loses || fails);
  EXPECT_EQ(get("first"), "x");
  EXPECT_EQ(get("k"), "");
  std::vector<std::string> seen;
  Visitor visit = [&seen](std::string_view key, std::string_view, Version) {
    seen.emplace_back(key);
    return Step::next();
  };
  EXPECT_TRUE(run(engine_->scan("p", Range(Family::Record, "", ""), std::move(visit))));
  EXPECT_THAT(seen, ::testing::ElementsAre("first", "old"));

  faults_.open_gate();
  finish_waiting();
  EXPECT_EQ(creates.value()->kind, CommitOutcome::Kind::Committed);
  EXPECT_EQ(loses.value()->kind, CommitOutcome::Kind::CheckFailed);
  EXPECT_EQ(fails.value()->kind, CommitOutcome::Kind::CheckFailed);
  EXPECT_EQ(get("k"), "v");
  EXPECT_EQ(counter("n"), 0);
}

TEST_F(RocksDbCommits, AScanKeepsItsMomentWhileACommitIsSynced) {
  put("a", "1");
  put("c", "3");
  std::vector<std::string> seen;
  Visitor visit = [&](std::string_view key, std::string_view value, Version) {
    if (seen.empty()) {
      // A commit from beginning to end, between the first key and the second.
      Commit commit = putting("b", "2");
      commit.puts.emplace_back(record("c"), "changed");
      Outcome& outcome = start(std::move(commit));
      finish_waiting();
      EXPECT_TRUE(outcome.value()->committed());
    }
    seen.push_back(std::string(key) + std::string(value));
    return Step::next();
  };
  EXPECT_TRUE(run(engine_->scan("p", Range(Family::Record, "", ""), std::move(visit))));
  EXPECT_THAT(seen, ::testing::ElementsAre("a1", "c3"));
  EXPECT_EQ(get("c"), "changed");
}

TEST_F(RocksDbCommits, AfterAFailedSyncNothingIsTakenAndReadsGoOn) {
  put("old", "x");
  faults_.fail_syncs(rocksdb::IOStatus::IOError("injected"));
  std::string kept_fate;
  std::string removed_fate;
  Commit lost = putting("k", "v");
  lost.pending_blobs.push_back(std::make_unique<TracedBlob>(kept_fate));
  EXPECT_EQ(refusal(std::move(lost)), ErrorCode::IoError);
  // It may be there after a restart, so the bytes that it names have to stay.
  EXPECT_EQ(kept_fate, "kept");

  faults_.fail_syncs(rocksdb::IOStatus::OK());
  Commit late = putting("late", "v");
  late.pending_blobs.push_back(std::make_unique<TracedBlob>(removed_fate));
  EXPECT_EQ(refusal(std::move(late)), ErrorCode::ServiceUnavailable);
  EXPECT_EQ(removed_fate, "removed");
  EXPECT_EQ(refusal(removing("old")), ErrorCode::ServiceUnavailable);
  EXPECT_FALSE(run(engine_->drop("p")));
  EXPECT_EQ(get("old"), "x");
  EXPECT_EQ(get("k"), "");
  EXPECT_EQ(counter("n"), 0);

  close();
  open();
  EXPECT_EQ(get("old"), "x");
  EXPECT_EQ(get("late"), "");
  EXPECT_THAT(get("k"), ::testing::AnyOf("", "v"));
  put("after", "x");
}

TEST_F(RocksDbCommits, AllWhoWaitForAFailedWriteFail) {
  faults_.close_gate();
  start(putting("first", "x"));
  faults_.wait_for_sync(1);
  std::string fate;
  Outcome& passes = start(putting("a", "x"));
  Commit fails_its_check = putting("b", "x");
  fails_its_check.checks.push_back(Check::present(record("gone")));
  fails_its_check.pending_blobs.push_back(std::make_unique<TracedBlob>(fate));
  Outcome& fails = start(std::move(fails_its_check));
  faults_.pass_one();
  faults_.wait_for_sync(2);
  faults_.fail_syncs(rocksdb::IOStatus::IOError("injected"));
  faults_.open_gate();
  finish_waiting();
  EXPECT_EQ(passes->error().code(), ErrorCode::IoError);
  EXPECT_EQ(fails->error().code(), ErrorCode::IoError);
  EXPECT_EQ(fate, "removed");
}

TEST_F(RocksDbCommits, AnAppendThatFindsNoSpaceSaysSo) {
  faults_.fail_appends(rocksdb::IOStatus::NoSpace("injected"));
  EXPECT_EQ(refusal(putting("k", "v")), ErrorCode::NoSpace);
  EXPECT_EQ(refusal(putting("k", "v")), ErrorCode::ServiceUnavailable);
  faults_.fail_appends(rocksdb::IOStatus::OK());
  close();
  open();
  EXPECT_EQ(get("k"), "");
  put("k", "v");
}

TEST_F(RocksDbCommits, AFullDiskRefusesDataAndLetsDeletesPass) {
  put("old", "x");
  faults_.free_bytes = 1024;
  std::string fate;
  Commit with_blob = putting("k", "v");
  with_blob.pending_blobs.push_back(std::make_unique<TracedBlob>(fate));
  EXPECT_EQ(refusal(std::move(with_blob)), ErrorCode::NoSpace);
  EXPECT_EQ(fate, "removed");
  Commit inline_body = putting("k", "v");
  inline_body.puts.emplace_back(Key{Family::Body, "k"}, "body");
  EXPECT_EQ(refusal(std::move(inline_body)), ErrorCode::NoSpace);
  EXPECT_EQ(get("k"), "");

  EXPECT_TRUE(run(engine_->commit(removing("old")))->committed());
  EXPECT_EQ(get("old"), "");
  put("small metadata", "x");
  EXPECT_TRUE(run(engine_->drop("q")));

  faults_.free_bytes = -1;
  Commit again = putting("k", "v");
  again.puts.emplace_back(Key{Family::Body, "k"}, "body");
  EXPECT_TRUE(run(engine_->commit(std::move(again)))->committed());
}

TEST_F(RocksDbCommits, AFlushThatFindsNoSpaceIsNotTheEnd) {
  faults_.fail_tables(rocksdb::IOStatus::NoSpace("injected"));
  // More than the write buffers hold: the flush fails, and then writes are refused.
  ErrorCode code = ErrorCode::Busy;
  int written = 0;
  for (; code == ErrorCode::Busy && written < 200; ++written) {
    Commit commit("p", "");
    commit.puts.emplace_back(Key{Family::Body, "b" + std::to_string(written)},
                             std::string(1024 * 1024, 'x'));
    code = refusal(std::move(commit));
  }
  EXPECT_EQ(code, ErrorCode::NoSpace);
  EXPECT_EQ(refusal(putting("k", "v")), ErrorCode::NoSpace);
  faults_.fail_tables(rocksdb::IOStatus::OK());
  // RocksDB looks every few seconds whether there is space again.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (refusal(putting("k", "v")) == ErrorCode::NoSpace) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    std::this_thread::yield();
  }
  EXPECT_EQ(get("k"), "v");
  for (int i = 0; i + 1 < written; ++i) {
    const auto body = run(engine_->get("p", Key{Family::Body, "b" + std::to_string(i)}));
    EXPECT_EQ(text(body).size(), 1024u * 1024u) << i;
  }
}

TEST_F(RocksDbCommits, ManyDeletesAreFlushedForScansToBeQuick) {
  put("k", "v");
  EXPECT_THAT(files(directory_.path(), ".sst"), ::testing::IsEmpty());
  Commit many("p", "");
  for (std::size_t i = 0; i < kDeletesInBufferMax; ++i) {
    many.deletes.push_back(record(std::to_string(i)));
  }
  EXPECT_TRUE(run(engine_->commit(std::move(many)))->committed());
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (files(directory_.path(), ".sst").empty()) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    std::this_thread::yield();
  }
  EXPECT_EQ(get("k"), "v");
}

TEST_F(RocksDbCommits, ClosingAppliesWhatWaits) {
  faults_.close_gate();
  Outcome& first = start(putting("first", "x"));
  faults_.wait_for_sync(1);
  Outcome& second = start(putting("second", "x"));
  std::thread closer([this] { close(); });
  faults_.open_gate();
  closer.join();
  finish_waiting();
  EXPECT_TRUE(first.value()->committed());
  EXPECT_TRUE(second.value()->committed());
  open();
  EXPECT_EQ(get("second"), "x");
}

TEST_F(RocksDbCommits, ReadsComeFromTheDiskToo) {
  put("k", "v");
  Commit count("p", "");
  count.adds.emplace_back("n", 7);
  EXPECT_TRUE(run(engine_->commit(std::move(count)))->committed());
  // A new engine has nothing in its cache.
  close();
  open();
  EXPECT_EQ(get("k"), "v");
  EXPECT_EQ(get("absent"), "");
  EXPECT_EQ(counter("n"), 7);
  EXPECT_EQ(counter("absent"), 0);
}

TEST_F(RocksDbCommits, AFullPoolRefusesOnlyWhatNeedsTheDisk) {
  coffer::test::InlinePool full;
  full.refusals = INT_MAX;
  put("a", std::string(10'000, 'a'));
  put("cold", "v");  // behind the block that opening reads
  close();
  RocksDbOptions options;
  options.path = directory_.path();
  const auto engine = open_rocksdb(std::move(options), full).value();
  EXPECT_EQ(text(run(engine->get("p", record("cold")))), "<SlowDown>");
  EXPECT_TRUE(run(engine->commit(putting("hot", "v")))->committed());
  EXPECT_EQ(text(run(engine->get("p", record("hot")))), "v");
}

}  // namespace
}  // namespace coffer::meta::test
