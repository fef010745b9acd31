#include "store_fixture.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

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
  const auto refused = run(store_->delete_bucket(bucket()));
  EXPECT_EQ(code_of(refused), ErrorCode::BucketNotEmpty);
  EXPECT_EQ(refused.error().message(),
            "The bucket you tried to delete (bucket) is not empty "
            "(account " +
                account_.hex() + ")");
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

TEST_F(Buckets, ManyInterruptedOnesAreFinishedPageByPage) {
  // More than a page of the recovery, all of its steps mixed.
  constexpr int kBuckets = 1'100;
  for (int i = 0; i < kBuckets; ++i) {
    const std::string name = "bucket-" + std::to_string(10'000 + i);
    if (i % 3 == 0) {
      meta_.before_commit = [this]() -> Task<> {
        meta_.before_commit = [this]() -> Task<> {
          meta_.fail_commits = 1;
          co_return;
        };
        co_return;
      };
      ASSERT_FALSE(run(store_->create_bucket(bucket(name), {})));
      continue;
    }
    make_bucket(name);
    if (i % 3 == 1) continue;
    meta_.before_commit = [this]() -> Task<> {
      meta_.before_commit = [this]() -> Task<> {
        meta_.fail_commits = 1;
        co_return;
      };
      co_return;
    };
    ASSERT_FALSE(run(store_->delete_bucket(bucket(name))));
  }
  open_store();
  ASSERT_TRUE(run(store_->recover()));
  std::size_t listed = 0;
  ListBucketsQuery query;
  for (;;) {
    const auto page = run(store_->list_buckets(account_, Jurisdiction::Default, query)).value();
    listed += page.buckets.size();
    if (!page.truncated) break;
    query.start_after = page.buckets.back().name.text();
  }
  std::size_t expected = 0;
  for (int i = 0; i < kBuckets; ++i) {
    const bool live = i % 3 != 2;
    expected += live ? 1 : 0;
    const auto found = run(store_->get_bucket(bucket("bucket-" + std::to_string(10'000 + i))));
    ASSERT_EQ(found.has_value(), live) << i;
  }
  EXPECT_EQ(listed, expected);
  collect();
  EXPECT_EQ(meta_.drops, kBuckets - expected);
}

TEST_F(Buckets, CostACleanStartNothing) {
  for (int i = 0; i < 600; ++i) make_bucket("bucket-" + std::to_string(i));
  ASSERT_TRUE(run(store_->mark_clean_stop()));
  open_store();
  meta_.gets = meta_.header_gets = meta_.visited = 0;
  ASSERT_TRUE(run(store_->recover()));
  EXPECT_EQ(meta_.gets, 1u) << "the mark";
  EXPECT_EQ(meta_.visited, 0u);
  // The collector goes through them once, without their headers.
  ASSERT_TRUE(run(store_->collect_garbage()));
  EXPECT_EQ(meta_.visited, 600u);
  EXPECT_EQ(meta_.header_gets, 0u);
  meta_.visited = 0;
  ASSERT_TRUE(run(store_->collect_garbage()));
  EXPECT_EQ(meta_.visited, 0u);

  open_store();
  ASSERT_TRUE(run(store_->recover()));
  EXPECT_EQ(meta_.header_gets, 600u) << "the mark was used up";
}

/// A change that stopped between two of its commits, by an error or because nobody waits for it any
/// more, is finished by the next start, also when the process ends in order.
TEST_F(Buckets, WhatStoppedHalfwayPreventsTheMark) {
  enum class Ending { Error, Cancelled };
  for (const Ending ending : {Ending::Error, Ending::Cancelled}) {
    for (const bool deletes : {false, true}) {
      SCOPED_TRACE(deletes ? "delete" : "create");
      const std::string name = deletes ? "deleted" : "created";
      if (deletes) make_bucket(name);
      boost::asio::cancellation_signal cancel;
      meta_.before_commit = [&]() -> Task<> {
        meta_.before_commit = [&]() -> Task<> {
          if (ending == Ending::Error) meta_.fail_commits = 1;
          if (ending == Ending::Cancelled) cancel.emit(boost::asio::cancellation_type::terminal);
          co_return;
        };
        co_return;
      };
      const auto change = [](Store& store, BucketAddress address, bool remove) -> Task<> {
        if (remove) {
          EXPECT_FALSE(co_await store.delete_bucket(std::move(address)));
        } else {
          const CreateBucketOptions options;
          EXPECT_FALSE(co_await store.create_bucket(std::move(address), options));
        }
      };
      bool threw = false;
      boost::asio::co_spawn(
          io_, change(*store_, bucket(name), deletes),
          boost::asio::bind_cancellation_slot(
              cancel.slot(), [&threw](std::exception_ptr failure) { threw = failure != nullptr; }));
      io_.restart();
      io_.run();
      EXPECT_EQ(threw, ending == Ending::Cancelled);

      ASSERT_TRUE(run(store_->mark_clean_stop()));  // declines
      open_store();
      ASSERT_TRUE(run(store_->recover()));
      const auto page = run(store_->list_buckets(account_, Jurisdiction::Default, {})).value();
      EXPECT_EQ(page.buckets.size(), deletes ? 0u : 1u);
      if (!deletes) {
        EXPECT_TRUE(run(store_->delete_bucket(bucket(name))));
      }
      // Nothing is left, so the next stop is clean.
      ASSERT_TRUE(run(store_->mark_clean_stop()));
      open_store();
      meta_.gets = 0;
      ASSERT_TRUE(run(store_->recover()));
      EXPECT_EQ(meta_.gets, 1u);
    }
  }
}

TEST_F(Buckets, RefusalsDoNotPreventTheMark) {
  make_bucket();
  ASSERT_TRUE(put(at("k"), "x"));
  EXPECT_EQ(code_of(run(store_->create_bucket(bucket(), {}))), ErrorCode::BucketAlreadyOwnedByYou);
  EXPECT_EQ(code_of(run(store_->delete_bucket(bucket("none")))), ErrorCode::NoSuchBucket);
  EXPECT_EQ(code_of(run(store_->delete_bucket(bucket()))), ErrorCode::BucketNotEmpty);
  ASSERT_TRUE(run(store_->mark_clean_stop()));
  open_store();
  meta_.gets = 0;
  ASSERT_TRUE(run(store_->recover()));
  EXPECT_EQ(meta_.gets, 1u);
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
  // Longer than any name, and than a key of the index may be.
  for (const std::size_t size : {63u, 64u, 65u, 16'384u}) {
    const std::string text(size, 'b');
    EXPECT_EQ(names({.prefix = text, .start_after = "", .limit = 5}), ".");
    EXPECT_EQ(names({.prefix = "", .start_after = text, .limit = 5}), "beta gamma .");
    EXPECT_EQ(names({.prefix = "a", .start_after = text, .limit = 5}), ".");
  }
}

TEST_F(Buckets, AreListedBackwards) {
  for (const char* name : {"beta", "alpha", "alpha-2", "gamma", "alp"}) make_bucket(name);
  const auto names = [this](ListBucketsQuery query) {
    query.descending = true;
    const auto page = run(store_->list_buckets(account_, Jurisdiction::Default, query)).value();
    std::string text;
    for (const Bucket& each : page.buckets) text += each.name.text() + " ";
    return text + (page.truncated ? "..." : ".");
  };
  EXPECT_EQ(names({}), "gamma beta alpha-2 alpha alp .");
  EXPECT_EQ(names({.prefix = "alpha", .start_after = "", .limit = 1000}), "alpha-2 alpha .");
  EXPECT_EQ(names({.prefix = "", .start_after = "beta", .limit = 2}), "alpha-2 alpha ...");
  EXPECT_EQ(names({.prefix = "", .start_after = "alpha", .limit = 2}), "alp .");
  EXPECT_EQ(names({.prefix = "", .start_after = "alp", .limit = 2}), ".");
  EXPECT_EQ(names({.prefix = "alpha", .start_after = "zeta", .limit = 1}), "alpha-2 ...");
  EXPECT_EQ(names({.prefix = "beta", .start_after = "alpha", .limit = 1}), ".");
  EXPECT_EQ(names({.prefix = "", .start_after = "", .limit = 0}), "...");
  // Longer than any name.
  const std::string text(16'384, 'b');
  EXPECT_EQ(names({.prefix = "", .start_after = text, .limit = 5}), "alpha-2 alpha alp .");
}

TEST_F(Buckets, AreListedPageByPageInBothDirections) {
  std::vector<std::string> ascending;
  for (int i = 100; i < 123; ++i) {
    ascending.push_back("bucket-" + std::to_string(i));
    make_bucket(ascending.back());
  }
  for (const bool descending : {false, true}) {
    std::vector<std::string> seen;
    ListBucketsQuery query;
    query.limit = 5;
    query.descending = descending;
    for (;;) {
      const auto page = run(store_->list_buckets(account_, Jurisdiction::Default, query)).value();
      for (const Bucket& each : page.buckets) seen.push_back(each.name.text());
      if (!page.truncated) break;
      query.start_after = seen.back();
    }
    if (descending) std::reverse(seen.begin(), seen.end());
    EXPECT_EQ(seen, ascending);
  }
}

TEST_F(Buckets, AreFoundByPartOfTheirName) {
  for (const char* name : {"logs-eu", "logs-us", "my-logs", "photos"}) make_bucket(name);
  const auto names = [this](ListBucketsQuery query) {
    const auto page = run(store_->list_buckets(account_, Jurisdiction::Default, query)).value();
    std::string text;
    for (const Bucket& each : page.buckets) text += each.name.text() + " ";
    return text + (page.truncated ? "..." : ".");
  };
  ListBucketsQuery query;
  query.name_contains = "logs";
  EXPECT_EQ(names(query), "logs-eu logs-us my-logs .");
  query.limit = 2;
  EXPECT_EQ(names(query), "logs-eu logs-us ...");
  query.start_after = "logs-us";
  EXPECT_EQ(names(query), "my-logs .");
  query.start_after = "";
  query.descending = true;
  EXPECT_EQ(names(query), "my-logs logs-us ...");
  query.prefix = "logs-";
  query.name_contains = "us";
  EXPECT_EQ(names(query), "logs-us .");
  query.name_contains = "account";  // not of the key before the name
  EXPECT_EQ(names(query), ".");
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
