#include "store_fixture.h"

namespace coffer::store::test {
namespace {

using Directive = CopyOptions::Directive;

class Copy : public StoreTest {
 protected:
  Copy() {
    make_bucket();
    make_bucket("target");
  }
  static std::string text(std::size_t size, char c = 'x') { return std::string(size, c); }

  /// Copies "k" to "c" so that the reference is committed but not the destination; deletes "k".
  void interrupt_after_the_reference() {
    ASSERT_TRUE(put(at("k"), text(100)));
    meta_.before_commit = [this]() -> Task<> {
      meta_.before_commit = [this]() -> Task<> {
        meta_.fail_commits = 1;
        co_return;
      };
      co_return;
    };
    EXPECT_EQ(code_of(copy(at("k"), at("c"))), ErrorCode::IoError);
    ASSERT_TRUE(run(store_->delete_object(at("k"))));
  }
};

TEST_F(Copy, MovesNoBytesForBlobs) {
  const auto source = put(at("k"), text(1000));
  ASSERT_TRUE(source);
  const auto made = copy(at("k"), at("copy", "target"));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->etag, source->etag);
  EXPECT_NE(made->version, source->version);
  EXPECT_EQ(blobs_held(), 1u);
  EXPECT_EQ(get(at("copy", "target")), text(1000));
  EXPECT_EQ(usage("target").bytes, 1000);
}

TEST_F(Copy, TellsTheVersionOfItsSource) {
  ASSERT_TRUE(put(at("empty"), ""));
  ASSERT_TRUE(put(at("inline"), "hello"));
  ASSERT_TRUE(put(at("blob"), text(500)));
  put_parts(at("parts"), {"aaaaa", "cc"});
  for (const char* name : {"empty", "inline", "blob", "parts"}) {
    for (const char* to : {"elsewhere", name}) {
      SCOPED_TRACE(std::string(name) + " to " + to);
      const VersionId source = head(at(name)).info.version;
      const auto copied = run(store_->copy_object(at(name), at(to), {}, CommitGate())).value();
      EXPECT_EQ(copied.source_version, source);
      EXPECT_EQ(copied.object.version, head(at(to)).info.version);
      EXPECT_NE(copied.object.version, source);
    }
  }
}

TEST_F(Copy, EveryKindOfDataArrives) {
  ASSERT_TRUE(put(at("empty"), ""));
  ASSERT_TRUE(put(at("inline"), "hello"));
  ASSERT_TRUE(put(at("blob"), text(500)));
  put_parts(at("parts"), {"aaaaa", "bbbbb", "cc"});
  for (const char* name : {"empty", "inline", "blob", "parts"}) {
    SCOPED_TRACE(name);
    const std::string expected = get(at(name));
    for (const char* to : {"bucket", "target"}) {
      ASSERT_TRUE(copy(at(name), at(std::string(name) + "-copy", to)));
      EXPECT_EQ(get(at(std::string(name) + "-copy", to)), expected);
    }
    // A copy outlives its source, and is a source itself.
    ASSERT_TRUE(run(store_->delete_object(at(name))));
    collect();
    EXPECT_EQ(get(at(std::string(name) + "-copy", "target")), expected);
    ASSERT_TRUE(copy(at(std::string(name) + "-copy", "target"), at("second")));
    ASSERT_TRUE(run(store_->delete_object(at(std::string(name) + "-copy", "target"))));
    ASSERT_TRUE(run(store_->delete_object(at(std::string(name) + "-copy"))));
    collect();
    EXPECT_EQ(get(at("second")), expected);
    ASSERT_TRUE(run(store_->delete_object(at("second"))));
  }
  collect();
  EXPECT_EQ(blobs_held(), 0u);
}

TEST_F(Copy, OfAMultipartObjectKeepsItsETagAndParts) {
  const ObjectInfo source = put_parts(at("parts"), {"aaaaa", "bbbbb", "cc"});
  ASSERT_TRUE(copy(at("parts"), at("copy", "target")));
  const ObjectInfo made = head(at("copy", "target")).info;
  EXPECT_EQ(made.etag.text(), source.etag.text());
  EXPECT_EQ(made.parts_count, 3u);
  ReadOptions second;
  second.part_number = 2;
  EXPECT_EQ(get(at("copy", "target"), second), "bbbbb");
  EXPECT_EQ(get_range(at("copy", "target"), 4, 10), "abbbbbc");
}

TEST_F(Copy, DirectivesTreatMetadataAsTheySay) {
  PutOptions put_options;
  put_options.metadata.system.content_type = "a/b";
  put_options.metadata.user = {{"x", "1"}};
  put_options.storage_class = StorageClass::InfrequentAccess;
  ASSERT_TRUE(put(at("k"), "hello", put_options));
  CopyOptions options;
  options.metadata.system.cache_control = "no-store";
  options.metadata.user = {{"y", "2"}};

  options.directive = Directive::Copy;
  const auto copied = copy(at("k"), at("c"), options);
  EXPECT_EQ(copied->metadata.system.content_type, "a/b");
  EXPECT_EQ(copied->metadata.system.cache_control, "");
  EXPECT_EQ(copied->metadata.user, (UserMetadata{{"x", "1"}}));
  EXPECT_EQ(copied->storage_class, StorageClass::Standard);  // not inherited

  options.directive = Directive::Replace;
  const auto replaced = copy(at("k"), at("c"), options);
  EXPECT_EQ(replaced->metadata.system.content_type, "");
  EXPECT_EQ(replaced->metadata.user, (UserMetadata{{"y", "2"}}));

  options.directive = Directive::Merge;
  const auto merged = copy(at("k"), at("c"), options);
  EXPECT_EQ(merged->metadata.system.content_type, "a/b");
  EXPECT_EQ(merged->metadata.system.cache_control, "no-store");
  EXPECT_EQ(merged->metadata.user, (UserMetadata{{"x", "1"}, {"y", "2"}}));

  options.metadata.user = {{"y", std::string(8192, 'v')}};
  EXPECT_EQ(code_of(copy(at("k"), at("c"), options)), ErrorCode::MetadataTooLarge);
}

TEST_F(Copy, OntoItselfKeepsTheBytes) {
  for (const std::size_t size : {0u, 5u, 500u}) {
    ASSERT_TRUE(put(at("k"), text(size)));
    clock_.advance(std::chrono::seconds(5));
    CopyOptions options;
    options.directive = Directive::Replace;
    options.metadata.user = {{"n", "v"}};
    const auto made = copy(at("k"), at("k"), options);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->last_modified, clock_.now());
    collect();
    EXPECT_EQ(get(at("k")), text(size));
    EXPECT_EQ(head(at("k")).info.metadata.user, options.metadata.user);
  }
  EXPECT_EQ(usage().objects, 1);
  EXPECT_EQ(usage().bytes, 500);
  EXPECT_EQ(blobs_held(), 1u);
  EXPECT_EQ(code_of(copy(at("missing"), at("missing"))), ErrorCode::NoSuchKey);
}

TEST_F(Copy, AnswersForWhatIsMissing) {
  ASSERT_TRUE(put(at("k"), text(100)));
  EXPECT_EQ(code_of(copy(at("missing"), at("c"))), ErrorCode::NoSuchKey);
  EXPECT_EQ(code_of(copy(at("k", "nowhere"), at("c"))), ErrorCode::NoSuchBucket);
  EXPECT_EQ(code_of(copy(at("k"), at("c", "nowhere"))), ErrorCode::NoSuchBucket);
  EXPECT_EQ(collect().entries_left, 0u);
}

TEST_F(Copy, ChecksConditionsOnBothSides) {
  const auto source = put(at("k"), text(100));
  CopyOptions options;
  options.source_conditions = if_match("0123");
  EXPECT_EQ(code_of(copy(at("k"), at("c"), options)), ErrorCode::PreconditionFailed);
  options.source_conditions = if_none_match_any();  // 412, never 304
  EXPECT_EQ(code_of(copy(at("k"), at("c"), options)), ErrorCode::PreconditionFailed);
  options.source_conditions = if_match(source->etag.text());
  options.destination_conditions = if_none_match_any();
  EXPECT_TRUE(copy(at("k"), at("c"), options));
  EXPECT_EQ(code_of(copy(at("k"), at("c"), options)), ErrorCode::PreconditionFailed);
  // The failed copies took their references back.
  ASSERT_TRUE(run(store_->delete_object(at("k"))));
  ASSERT_TRUE(run(store_->delete_object(at("c"))));
  collect();
  EXPECT_EQ(blobs_held(), 0u);
}

TEST_F(Copy, TheGateIsAskedBeforeTheCommit) {
  ASSERT_TRUE(put(at("k"), text(100)));
  const CommitGate closed = []() -> Result<> { return make_error(ErrorCode::AccessDenied); };
  for (const char* to : {"c", "k"}) {
    EXPECT_EQ(code_of(run(store_->copy_object(at("k"), at(to), {}, closed))),
              ErrorCode::AccessDenied);
  }
  EXPECT_EQ(get(at("c")), "<NoSuchKey>");
}

TEST_F(Copy, OverItsOwnOriginalWorks) {
  ASSERT_TRUE(put(at("a"), text(100)));
  ASSERT_TRUE(copy(at("a"), at("b")));
  ASSERT_TRUE(copy(at("b"), at("a")));  // drops the owner's record while references stay
  collect();
  EXPECT_EQ(get(at("a")), text(100));
  ASSERT_TRUE(run(store_->delete_object(at("b"))));
  collect();
  EXPECT_EQ(get(at("a")), text(100));
  ASSERT_TRUE(run(store_->delete_object(at("a"))));
  collect();
  EXPECT_EQ(blobs_held(), 0u);
}

TEST_F(Copy, AHomeOutlivesItsBucket) {
  ASSERT_TRUE(put(at("k"), text(100)));
  ASSERT_TRUE(copy(at("k"), at("c", "target")));
  ASSERT_TRUE(run(store_->delete_object(at("k"))));
  ASSERT_TRUE(run(store_->delete_bucket(bucket())));
  collect();
  EXPECT_EQ(meta_.drops, 0u);
  open_store();
  ASSERT_TRUE(run(store_->recover()));
  EXPECT_EQ(get(at("c", "target")), text(100));
  // A bucket made anew under the name is another, and a copy of the copy still works.
  make_bucket();
  ASSERT_TRUE(copy(at("c", "target"), at("k")));
  ASSERT_TRUE(run(store_->delete_object(at("c", "target"))));
  collect();
  EXPECT_EQ(get(at("k")), text(100));
  ASSERT_TRUE(run(store_->delete_object(at("k"))));
  collect();
  EXPECT_EQ(blobs_held(), 0u);
  EXPECT_EQ(meta_.drops, 1u);
}

TEST_F(Copy, ASourceReplacedMeanwhileIsReadAgain) {
  for (const std::size_t size : {10u, 100u}) {
    ASSERT_TRUE(put(at("k"), text(size, 'o')));
    TextBody replacement(text(size, 'n'));
    meta_.before_commit = [&]() -> Task<> {
      EXPECT_TRUE(co_await store_->put_object(at("k"), PutOptions(), replacement));
    };
    ASSERT_TRUE(copy(at("k"), at("c")));
    const std::string copied = get(at("c"));
    // Inline bytes were read before the change; shared ones cannot be referred to after it.
    EXPECT_EQ(copied, text(size, size <= 16 ? 'o' : 'n'));
    collect();
    EXPECT_EQ(get(at("c")), copied);
  }
}

TEST_F(Copy, IntoABucketMadeAnewMeanwhileIsHeldByTheNewOne) {
  ASSERT_TRUE(put(at("k"), text(100)));
  // After the reference, before the destination.
  meta_.before_commit = [this]() -> Task<> {
    meta_.before_commit = [this]() -> Task<> {
      EXPECT_TRUE(co_await store_->delete_bucket(bucket("target")));
      const CreateBucketOptions options;
      EXPECT_TRUE(co_await store_->create_bucket(bucket("target"), options));
    };
    co_return;
  };
  ASSERT_TRUE(copy(at("k"), at("c", "target")));
  ASSERT_TRUE(run(store_->delete_object(at("k"))));
  collect();
  EXPECT_EQ(get(at("c", "target")), text(100));
  ASSERT_TRUE(run(store_->delete_object(at("c", "target"))));
  collect();
  EXPECT_EQ(blobs_held(), 0u);
}

TEST_F(Copy, BetweenJurisdictionsIsRefused) {
  ASSERT_TRUE(put(at("k"), text(100)));
  ObjectAddress elsewhere = at("c");
  elsewhere.bucket.jurisdiction = Jurisdiction::Eu;
  EXPECT_EQ(code_of(copy(at("k"), elsewhere)), ErrorCode::InvalidRequest);
}

TEST_F(Copy, InterruptedAfterTheReferenceIsSweptAfterTheLease) {
  interrupt_after_the_reference();
  EXPECT_EQ(run(store_->collect_garbage()).value().blobs_removed, 0u);
  EXPECT_EQ(blobs_held(), 1u);
  collect();
  EXPECT_EQ(blobs_held(), 0u);
}

TEST_F(Copy, InterruptedAfterTheReferenceIsSweptByTheNextRunAtOnce) {
  interrupt_after_the_reference();
  open_store();
  ASSERT_TRUE(run(store_->recover()));
  EXPECT_EQ(run(store_->collect_garbage()).value().blobs_removed, 1u);
  EXPECT_EQ(blobs_held(), 0u);
}

TEST_F(Copy, InterruptedBeforeTheIntentIsClearedKeepsItsReference) {
  ASSERT_TRUE(put(at("k"), text(100)));
  int left = 2;
  std::function<void()> arm = [&] {
    meta_.before_commit = [&]() -> Task<> {
      if (left-- == 0) {
        meta_.fail_commits = 1;
      } else {
        arm();
      }
      co_return;
    };
  };
  arm();
  EXPECT_TRUE(copy(at("k"), at("c")));
  ASSERT_TRUE(run(store_->delete_object(at("k"))));
  open_store();
  ASSERT_TRUE(run(store_->recover()));
  EXPECT_EQ(collect().entries_left, 0u);
  EXPECT_EQ(get(at("c")), text(100));
  ASSERT_TRUE(run(store_->delete_object(at("c"))));
  collect();
  EXPECT_EQ(blobs_held(), 0u);
}

}  // namespace
}  // namespace coffer::store::test
