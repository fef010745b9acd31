#include "store_fixture.h"

namespace coffer::store::test {
namespace {

class Garbage : public StoreTest {
 protected:
  Garbage() { make_bucket(); }
  static std::string text(std::size_t size, char c = 'x') { return std::string(size, c); }

  std::unique_ptr<ByteSource> open_body(const ObjectAddress& address) {
    return std::move(run(store_->read_object(address, {})).value().body);
  }
  std::string drain(ByteSource& body) { return run(read_all(body, 100'000'000)).value(); }
};

TEST_F(Garbage, GoesWithReplacementAndDeletion) {
  ASSERT_TRUE(put(at("k"), text(100)));
  ASSERT_TRUE(put(at("k"), text(200)));
  EXPECT_EQ(blobs_held(), 2u);
  EXPECT_EQ(collect().blobs_removed, 1u);
  ASSERT_TRUE(run(store_->delete_object(at("k"))));
  put_parts(at("p"), {"aaaaa", "bbbbb"});
  ASSERT_TRUE(put(at("p"), ""));
  EXPECT_EQ(collect().blobs_removed, 3u);
  EXPECT_EQ(blobs_held(), 0u);
}

TEST_F(Garbage, OfAnObjectBeingReadStaysUntilTheReaderIsDone) {
  ASSERT_TRUE(put(at("blob"), text(300'000)));
  put_parts(at("parts"), {text(100'000, 'a'), text(100'000, 'b'), text(5, 'c')});
  for (const char* name : {"blob", "parts"}) {
    SCOPED_TRACE(name);
    const std::string expected = get(at(name));
    auto body = open_body(at(name));
    std::string first(10, ' ');
    ASSERT_TRUE(run(body->read(std::as_writable_bytes(std::span(first)))));
    ASSERT_TRUE(run(store_->delete_object(at(name))));
    const auto report = run(store_->collect_garbage()).value();
    EXPECT_EQ(report.blobs_removed, 0u);
    EXPECT_EQ(report.entries_left, 1u);
    EXPECT_EQ(first + drain(*body), expected);
    body.reset();
    collect();
    EXPECT_EQ(run(store_->collect_garbage()).value().entries_left, 0u);
  }
  EXPECT_EQ(blobs_held(), 0u);
}

TEST_F(Garbage, OfACopyBeingReadStaysToo) {
  ASSERT_TRUE(put(at("k"), text(300'000)));
  ASSERT_TRUE(copy(at("k"), at("c")));
  auto body = open_body(at("c"));
  ASSERT_TRUE(run(store_->delete_object(at("k"))));
  ASSERT_TRUE(run(store_->delete_object(at("c"))));
  collect();
  EXPECT_EQ(drain(*body), text(300'000));
  body.reset();
  collect();
  EXPECT_EQ(blobs_held(), 0u);
}

TEST_F(Garbage, AReaderThatHasNotPinnedYetHoldsTheCollectorUp) {
  for (const char* name : {"k", "c"}) {
    SCOPED_TRACE(name);
    ASSERT_TRUE(put(at("k"), text(300'000)));
    ASSERT_TRUE(copy(at("k"), at("c")));
    // Between the look at the record and the pin, everything else happens.
    meta_.after_object_read = [this]() -> Task<> {
      EXPECT_TRUE(co_await store_->delete_object(at("k")));
      EXPECT_TRUE(co_await store_->delete_object(at("c")));
      for (int pass = 0; pass < 3; ++pass) {
        const auto report = co_await store_->collect_garbage();
        EXPECT_EQ(report->blobs_removed, 0u);
      }
    };
    EXPECT_EQ(get(at(name)), text(300'000));
    collect();
    EXPECT_EQ(blobs_held(), 0u);
  }
}

TEST_F(Garbage, ABusyKeyDoesNotHoldTheCollectorUpForEver) {
  ASSERT_TRUE(put(at("k"), text(100)));
  ASSERT_TRUE(put(at("k"), text(200)));
  // Each pass runs while a reader is between its look and its pin, but it is another each time.
  std::size_t removed = 0;
  for (int pass = 0; pass < 2; ++pass) {
    meta_.after_object_read = [this, &removed]() -> Task<> {
      const auto report = co_await store_->collect_garbage();
      removed += report->blobs_removed;
    };
    EXPECT_EQ(get(at("k")), text(200));
  }
  EXPECT_EQ(removed, 1u);
}

TEST_F(Garbage, ThatWaitsForReferencesCostsNoPassAnything) {
  ASSERT_TRUE(put(at("k"), text(100)));
  ASSERT_TRUE(copy(at("k"), at("c")));
  ASSERT_TRUE(run(store_->delete_object(at("k"))));
  collect();
  meta_.gets = meta_.scans = meta_.commits = 0;
  EXPECT_EQ(run(store_->collect_garbage()).value().entries_left, 0u);
  EXPECT_EQ(meta_.gets + meta_.scans + meta_.commits, 0u);
}

TEST_F(Garbage, IsFoundAgainAfterARestart) {
  ASSERT_TRUE(put(at("k"), text(100)));
  ASSERT_TRUE(run(store_->delete_object(at("k"))));
  ASSERT_TRUE(run(store_->mark_clean_stop()));
  open_store();
  ASSERT_TRUE(run(store_->recover()));
  EXPECT_EQ(collect().blobs_removed, 1u);
  EXPECT_EQ(blobs_held(), 0u);
}

TEST_F(Garbage, CollectionResumesAfterAFailure) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(put(at("k"), text(100)));
  put_parts(at("p"), {"aaaaa", "bbbbb"});
  ASSERT_TRUE(run(store_->delete_object(at("p"))));
  meta_.fail_commits = 3;
  const auto report = run(store_->collect_garbage()).value();
  EXPECT_EQ(report.entries_left, 3u);
  collect();
  EXPECT_EQ(blobs_held(), 1u);
  EXPECT_EQ(get(at("k")), text(100));
}

TEST_F(Garbage, ManyEntriesAreCollectedPageByPage) {
  for (int i = 0; i < 1'200; ++i) ASSERT_TRUE(put(at("k"), text(20)));
  EXPECT_EQ(run(store_->collect_garbage()).value().blobs_removed, 1'199u);
  const UploadInfo upload = begin_upload(at("u"));
  for (std::uint32_t i = 1; i <= 1'100; ++i) {
    ASSERT_TRUE(put_part(at("u"), upload.id, i, "x"));
  }
  ASSERT_TRUE(run(store_->abort_upload(at("u"), upload.id)));
  EXPECT_EQ(run(store_->collect_garbage()).value().blobs_removed, 1'100u);
  EXPECT_EQ(blobs_held(), 1u);
}

TEST_F(Garbage, RecoveryRemovesOrphansAndNothingElse) {
  // One of everything that names a blob.
  ASSERT_TRUE(put(at("inline"), "x"));
  ASSERT_TRUE(put(at("blob"), text(100)));
  put_parts(at("parts"), {"aaaaa", "bbbbb"});
  const UploadInfo upload = begin_upload(at("upload"));
  ASSERT_TRUE(put_part(at("upload"), upload.id, 1, "in progress"));
  ASSERT_TRUE(put(at("source"), text(100)));
  ASSERT_TRUE(copy(at("source"), at("copy")));
  ASSERT_TRUE(run(store_->delete_object(at("source"))));
  collect();
  ASSERT_TRUE(put(at("old"), text(100)));
  ASSERT_TRUE(run(store_->delete_object(at("old"))));  // garbage, not yet collected
  const std::size_t owned = blobs_held();

  for (int i = 0; i < 3; ++i) {
    meta_.fail_commits = 1;
    ASSERT_FALSE(put(at("lost"), text(100)));
  }
  EXPECT_EQ(blobs_held(), owned + 3);
  ASSERT_TRUE(run(store_->mark_clean_stop()));  // declines: something may lie about
  open_store();
  ASSERT_TRUE(run(store_->recover()));
  EXPECT_EQ(blobs_held(), owned);
  EXPECT_EQ(get(at("blob")), text(100));
  EXPECT_EQ(get(at("parts")), "aaaaabbbbb");
  EXPECT_EQ(get(at("copy")), text(100));
  EXPECT_EQ(collect().blobs_removed, 1u);
}

TEST_F(Garbage, ACleanStopSparesTheSearchOnce) {
  ASSERT_TRUE(put(at("blob"), text(100)));
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(put(at("k" + std::to_string(i)), "x"));
  ASSERT_TRUE(run(store_->mark_clean_stop()));
  open_store();
  meta_.visited = 0;
  ASSERT_TRUE(run(store_->recover()));
  EXPECT_LE(meta_.visited, 2u);
  open_store();
  meta_.visited = 0;
  ASSERT_TRUE(run(store_->recover()));  // the mark was used up
  EXPECT_GE(meta_.visited, 50u);
}

}  // namespace
}  // namespace coffer::store::test
