#include "store_fixture.h"

namespace coffer::store::test {
namespace {

class Buckets : public StoreTest {
 protected:
  static Limits two_buckets() {
    Limits limits = small_limits();
    limits.buckets_per_account_max = 2;
    return limits;
  }
};

class FewBuckets : public Buckets {
 protected:
  FewBuckets() {
    limits_ = two_buckets();
    open_store();
  }
};

TEST_F(Buckets, AreMadeFoundAndNotMadeTwice) {
  CreateBucketOptions options;
  options.location = "ENAM";
  options.storage_class = StorageClass::InfrequentAccess;
  const auto made = run(store_->create_bucket(bucket(), options));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->name.text(), "bucket");
  EXPECT_EQ(made->created, clock_.now());

  const auto found = run(store_->get_bucket(bucket()));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, made->id);
  EXPECT_EQ(found->location, "ENAM");
  EXPECT_EQ(found->storage_class, StorageClass::InfrequentAccess);
  EXPECT_EQ(code_of(run(store_->create_bucket(bucket(), {}))), ErrorCode::BucketAlreadyOwnedByYou);
  EXPECT_EQ(code_of(run(store_->get_bucket(bucket("other")))), ErrorCode::NoSuchBucket);
  EXPECT_EQ(head(ObjectAddress(bucket(), put(at("k"), "x")->key)).info.storage_class,
            StorageClass::InfrequentAccess);
}

TEST_F(Buckets, BelongToAnAccountAndAJurisdiction) {
  make_bucket();
  BucketAddress other_account = bucket();
  other_account.account = AccountId::make(random_);
  EXPECT_EQ(code_of(run(store_->get_bucket(other_account))), ErrorCode::NoSuchBucket);
  EXPECT_TRUE(run(store_->create_bucket(other_account, {})));
  BucketAddress elsewhere = bucket();
  elsewhere.jurisdiction = Jurisdiction::Eu;
  EXPECT_EQ(code_of(run(store_->get_bucket(elsewhere))), ErrorCode::NoSuchBucket);
  EXPECT_EQ(code_of(run(store_->delete_bucket(elsewhere))), ErrorCode::NoSuchBucket);
  EXPECT_EQ(code_of(run(store_->create_bucket(elsewhere, {}))), ErrorCode::InvalidRequest);
}

TEST_F(Buckets, ConcurrentCreationsMakeOne) {
  std::vector<Task<Result<Bucket>>> tasks;
  for (int i = 0; i < 8; ++i) tasks.push_back(store_->create_bucket(bucket(), {}));
  int made = 0;
  for (const auto& result : run_all(std::move(tasks))) {
    if (result) {
      ++made;
    } else {
      EXPECT_EQ(result.error().code(), ErrorCode::BucketAlreadyOwnedByYou);
    }
  }
  EXPECT_EQ(made, 1);
}

TEST_F(Buckets, AreDeletedOnlyWhenEmpty) {
  make_bucket();
  ASSERT_TRUE(put(at("k"), "x"));
  EXPECT_EQ(code_of(run(store_->delete_bucket(bucket()))), ErrorCode::BucketNotEmpty);
  ASSERT_TRUE(run(store_->delete_object(at("k"))));
  const UploadInfo upload = begin_upload(at("k"));
  EXPECT_EQ(code_of(run(store_->delete_bucket(bucket()))), ErrorCode::BucketNotEmpty);
  ASSERT_TRUE(run(store_->abort_upload(at("k"), upload.id)));
  EXPECT_TRUE(run(store_->delete_bucket(bucket())));
  EXPECT_EQ(code_of(run(store_->delete_bucket(bucket()))), ErrorCode::NoSuchBucket);
  EXPECT_EQ(code_of(put(at("k"), "x")), ErrorCode::NoSuchBucket);
  EXPECT_EQ(get(at("k")), "<NoSuchBucket>");
}

TEST_F(Buckets, AreANewIncarnationEachTime) {
  const Bucket first = make_bucket();
  ASSERT_TRUE(put(at("k"), "x"));
  ASSERT_TRUE(run(store_->delete_object(at("k"))));
  ASSERT_TRUE(run(store_->delete_bucket(bucket())));
  const Bucket second = make_bucket();
  EXPECT_NE(first.id, second.id);
  EXPECT_EQ(get(at("k")), "<NoSuchKey>");
  EXPECT_EQ(usage().objects, 0);
  collect();
  EXPECT_EQ(meta_.drops, 1u);
}

TEST_F(Buckets, DeletionFencesWritesUnderWay) {
  make_bucket();
  // The put has read and written its body, and is about to commit.
  meta_.before_commit = [this]() -> Task<> {
    EXPECT_TRUE(co_await store_->delete_bucket(bucket()));
  };
  EXPECT_EQ(code_of(put(at("k"), std::string(100, 'x'))), ErrorCode::NoSuchBucket);
  EXPECT_EQ(blobs_held(), 0u);
}

TEST_F(Buckets, WritesUnderWayGoOnInANewIncarnation) {
  make_bucket();
  meta_.before_commit = [this]() -> Task<> {
    EXPECT_TRUE(co_await store_->delete_bucket(bucket()));
    const CreateBucketOptions options;
    EXPECT_TRUE(co_await store_->create_bucket(bucket(), options));
  };
  EXPECT_TRUE(put(at("k"), std::string(100, 'x')));
  EXPECT_EQ(get(at("k")), std::string(100, 'x'));
  EXPECT_EQ(blobs_held(), 1u);
}

TEST_F(Buckets, CreationInterruptedAnywhereIsFinished) {
  for (int commits = 0; commits < 3; ++commits) {
    SCOPED_TRACE(commits);
    const std::string name = "bucket-" + std::to_string(commits);
    meta_.fail_commits = 0;
    int left = commits;
    // The commits after the first `commits` fail.
    std::function<void()> arm;
    arm = [&] {
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
    EXPECT_EQ(code_of(run(store_->create_bucket(bucket(name), {}))), ErrorCode::IoError);
    meta_.before_commit = nullptr;
    EXPECT_EQ(code_of(run(store_->get_bucket(bucket(name)))), ErrorCode::NoSuchBucket);
    open_store();
    ASSERT_TRUE(run(store_->recover()));
    const bool recorded = commits > 0;
    EXPECT_EQ(run(store_->get_bucket(bucket(name))).has_value(), recorded);
    EXPECT_EQ(run(store_->create_bucket(bucket(name), {})).has_value(), !recorded);
    EXPECT_TRUE(put(at("k", name), "x"));
  }
}

TEST_F(Buckets, DeletionInterruptedIsFinished) {
  for (const bool restart : {true, false}) {
    make_bucket();
    // The header is marked, the directory entry stays.
    meta_.before_commit = [this]() -> Task<> {
      meta_.before_commit = [this]() -> Task<> {
        meta_.fail_commits = 1;
        co_return;
      };
      co_return;
    };
    EXPECT_EQ(code_of(run(store_->delete_bucket(bucket()))), ErrorCode::IoError);
    EXPECT_EQ(code_of(run(store_->get_bucket(bucket()))), ErrorCode::NoSuchBucket);
    if (restart) {
      open_store();
      ASSERT_TRUE(run(store_->recover()));
      EXPECT_EQ(code_of(run(store_->delete_bucket(bucket()))), ErrorCode::NoSuchBucket);
    } else {
      EXPECT_TRUE(run(store_->delete_bucket(bucket())));
    }
    make_bucket();
    EXPECT_TRUE(put(at("k"), "x"));
    EXPECT_TRUE(run(store_->delete_object(at("k"))));
    EXPECT_TRUE(run(store_->delete_bucket(bucket())));
  }
}

TEST_F(Buckets, AreListedInOrderByPrefixAndPage) {
  for (const char* name : {"beta", "alpha", "alpha-2", "gamma", "alp"}) make_bucket(name);
  BucketAddress foreign(AccountId::make(random_), Jurisdiction::Default,
                        BucketName::parse("alpha-foreign").value());
  ASSERT_TRUE(run(store_->create_bucket(foreign, {})));

  const auto names = [this](ListBucketsQuery query) {
    const auto page = run(store_->list_buckets(account_, Jurisdiction::Default, query)).value();
    std::string text;
    for (const Bucket& each : page.buckets) text += each.name.text() + " ";
    return text + (page.truncated ? "..." : ".");
  };
  EXPECT_EQ(names({}), "alp alpha alpha-2 beta gamma .");
  EXPECT_EQ(names({.prefix = "alpha", .start_after = "", .limit = 1000}), "alpha alpha-2 .");
  EXPECT_EQ(names({.prefix = "", .start_after = "alpha", .limit = 1000}), "alpha-2 beta gamma .");
  EXPECT_EQ(names({.prefix = "", .start_after = "", .limit = 2}), "alp alpha ...");
  EXPECT_EQ(names({.prefix = "", .start_after = "beta", .limit = 1}), "gamma .");
  EXPECT_EQ(names({.prefix = "", .start_after = "", .limit = 0}), "...");
  EXPECT_EQ(names({.prefix = "b", .start_after = "zeta", .limit = 5}), ".");
  EXPECT_EQ(names({.prefix = "b", .start_after = "a", .limit = 5}), "beta .");
}

TEST_F(FewBuckets, AreLimitedByAccount) {
  make_bucket("one-1");
  make_bucket("two-2");
  EXPECT_EQ(code_of(run(store_->create_bucket(bucket("three"), {}))), ErrorCode::TooManyBuckets);
  ASSERT_TRUE(run(store_->delete_bucket(bucket("one-1"))));
  EXPECT_TRUE(run(store_->create_bucket(bucket("three"), {})));
}

}  // namespace
}  // namespace coffer::store::test
