#include "meta_fixture.h"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace coffer::meta::test {
namespace {

using ::testing::ElementsAre;

class MetaBlobs : public MetaContract {
 protected:
  Commit with_blobs(Commit commit, std::vector<std::string> names) {
    for (std::string& name : names) {
      commit.pending_blobs.push_back(std::make_unique<RecordedBlob>(std::move(name), events_));
    }
    return commit;
  }

  BlobEvents events_;
};

INSTANTIATE_TEST_SUITE_P(Engines, MetaBlobs,
                         ::testing::Values(EngineKind::Memory, EngineKind::RocksDb), engine_name);

TEST_P(MetaBlobs, AreDurableBeforeTheCommitAndKeptAfterIt) {
  committed(with_blobs(putting(record("k"), "v"), {"one", "two"}));
  EXPECT_THAT(events_, ElementsAre("one durable", "two durable", "one kept", "two kept"));
}

/// A blob that looks, when it is asked to become durable, whether its commit is already there.
class LookingBlob final : public PendingBlob {
 public:
  LookingBlob(Engine& engine, std::optional<bool>& found) : engine_(engine), found_(found) {}
  Task<Result<>> make_durable() override {
    // Time enough for an engine that does not wait.
    for (int i = 0; i < 10; ++i) co_await boost::asio::post(boost::asio::use_awaitable);
    Key key{Family::Record, "k"};
    const auto stored = co_await engine_.get("p", std::move(key));
    found_ = stored.value().has_value();
    co_return ok();
  }
  void adopt() override {}

 private:
  Engine& engine_;
  std::optional<bool>& found_;
};

TEST_P(MetaBlobs, HoldTheCommitBackUntilTheyAreDurable) {
  std::optional<bool> found;
  Commit commit = putting(record("k"), "v");
  commit.pending_blobs.push_back(std::make_unique<LookingBlob>(*engine_, found));
  committed(std::move(commit));
  EXPECT_EQ(found, false);
  EXPECT_EQ(value(record("k")), "v");
}

TEST_P(MetaBlobs, AreRemovedWhenACheckFails) {
  Commit commit = putting(record("k"), "v");
  commit.checks.push_back(Check::present(record("gone")));
  EXPECT_FALSE(this->commit(with_blobs(std::move(commit), {"one", "two"})).committed());
  EXPECT_THAT(events_, ElementsAre("one durable", "two durable", "one removed", "two removed"));
}

TEST_P(MetaBlobs, AreRemovedWhenTheFenceMoved) {
  Commit commit = putting(record("k"), "v");
  commit.fence = 7;
  EXPECT_FALSE(this->commit(with_blobs(std::move(commit), {"one"})).committed());
  EXPECT_THAT(events_, ElementsAre("one durable", "one removed"));
}

TEST_P(MetaBlobs, ThatCannotBeMadeDurableFailTheCommit) {
  Commit commit = with_blobs(putting(record("k"), "v"), {"one"});
  commit.pending_blobs.push_back(
      std::make_unique<RecordedBlob>("bad", events_, ErrorCode::NoSpace));
  commit.pending_blobs.push_back(std::make_unique<RecordedBlob>("late", events_));
  commit.adds.emplace_back("n", 1);
  EXPECT_EQ(refusal(std::move(commit)), ErrorCode::NoSpace);
  EXPECT_THAT(events_, ElementsAre("one durable", "bad durable", "one removed", "bad removed",
                                   "late removed"));
  EXPECT_EQ(get(record("k")), std::nullopt);
  EXPECT_EQ(counter("n"), 0);
}

TEST_P(MetaBlobs, OfACommitThatBreaksTheRulesAreRemoved) {
  EXPECT_EQ(refusal(with_blobs(putting(record("k"), ""), {"one"})), ErrorCode::Internal);
  EXPECT_THAT(events_, ElementsAre("one removed"));
}

}  // namespace
}  // namespace coffer::meta::test
