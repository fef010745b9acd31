#include "store/layout.h"
#include "store_fixture.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

namespace coffer::store::test {
namespace {

class Audit : public StoreTest {
 protected:
  records::AuditEntry entry(std::string action) {
    records::AuditEntry entry;
    entry.id = AuditId::make(random_);
    entry.time = clock_.now();
    entry.account = account_;
    entry.actor.kind = records::Actor::Kind::Token;
    entry.actor.interface = "S3";
    entry.action = std::move(action);
    entry.resource_type = "r2.bucket";
    entry.resource_id = "bucket";
    return entry;
  }

  /// The actions in the log, newest first.
  std::string log() {
    std::string text;
    meta::Visitor visit = [&text](std::string_view key, std::string_view value, meta::Version) {
      const auto found = records::decode_audit_entry(value);
      EXPECT_TRUE(found);
      if (!found) return meta::Step::stop();
      EXPECT_EQ(records::audit_key(*found), key);
      text += found->action + " ";
      return meta::Step::next();
    };
    meta::Range range(meta::Family::Queue, records::audit_key_from(account_, std::nullopt),
                      records::audit_key_end(account_, std::nullopt));
    EXPECT_TRUE(run(meta_.scan(audit_partition(), std::move(range), std::move(visit))));
    return text;
  }

  /// The commits after the next `commits` fail, once.
  void fail_after(int commits) {
    meta_.before_commit = [this, commits]() -> Task<> {
      if (commits == 0) {
        meta_.fail_commits = 1;
      } else {
        fail_after(commits - 1);
      }
      co_return;
    };
  }

  Result<> remove(std::string action) {
    return run(store_->delete_bucket(bucket(), entry(std::move(action))));
  }
  bool create(std::string action) {
    return run(store_->create_bucket(bucket(), {}, entry(std::move(action)))).has_value();
  }
  bool change(StorageClass storage_class, std::string action) {
    return run(store_->set_bucket_storage_class(bucket(), storage_class, entry(std::move(action))))
        .has_value();
  }
};

TEST_F(Audit, TellsWhatHappenedToABucket) {
  ASSERT_TRUE(create("create"));
  clock_.advance(std::chrono::milliseconds(1));
  ASSERT_TRUE(change(StorageClass::InfrequentAccess, "change"));
  clock_.advance(std::chrono::milliseconds(1));
  ASSERT_TRUE(remove("delete"));
  EXPECT_EQ(log(), "delete change create ");
  // It is no garbage, and hides none.
  collect();
  EXPECT_EQ(log(), "delete change create ");
  EXPECT_EQ(meta_.drops, 1u);
}

TEST_F(Audit, IsLeftOutWhenNobodyAsks) {
  make_bucket();
  ASSERT_TRUE(run(store_->set_bucket_storage_class(bucket(), StorageClass::InfrequentAccess)));
  ASSERT_TRUE(run(store_->delete_bucket(bucket())));
  EXPECT_EQ(log(), "");
}

TEST_F(Audit, KnowsNothingOfWhatDidNotHappen) {
  EXPECT_FALSE(remove("delete-none"));
  EXPECT_FALSE(change(StorageClass::Standard, "change-none"));
  make_bucket();
  EXPECT_FALSE(create("create-twice"));
  EXPECT_TRUE(change(StorageClass::Standard, "change-nothing"));
  ASSERT_TRUE(put(at("k"), "x"));
  EXPECT_EQ(code_of(remove("delete-full")), ErrorCode::BucketNotEmpty);
  EXPECT_EQ(log(), "");
}

TEST_F(Audit, OfACreationIsWrittenWithTheCommitThatShowsTheBucket) {
  // Nothing, the name, the name and the header.
  for (int commits = 0; commits < 3; ++commits) {
    SCOPED_TRACE(commits);
    fail_after(commits);
    EXPECT_FALSE(create("create"));
    meta_.before_commit = nullptr;
    EXPECT_EQ(log(), "");
    open_store();
    ASSERT_TRUE(run(store_->recover()));
    EXPECT_EQ(log(), commits > 0 ? "create " : "");
    ASSERT_TRUE(run(store_->recover()));
    if (commits == 0) continue;
    EXPECT_FALSE(create("again"));
    EXPECT_EQ(log(), "create ");
    meta::Commit clear(audit_partition(), "");
    meta::Visitor visit = [&clear](std::string_view key, std::string_view, meta::Version) {
      clear.deletes.push_back(meta::Key{meta::Family::Queue, std::string(key)});
      return meta::Step::next();
    };
    meta::Range range(meta::Family::Queue, "audit/", "audit0");
    ASSERT_TRUE(run(meta_.scan(audit_partition(), std::move(range), std::move(visit))));
    ASSERT_TRUE(run(meta_.commit(std::move(clear))));
    ASSERT_TRUE(run(store_->delete_bucket(bucket())));
  }
}

TEST_F(Audit, OfACreationThatTheNextOneFinishesIsThatOfTheFirst) {
  fail_after(1);
  EXPECT_FALSE(create("first"));
  EXPECT_FALSE(create("second"));
  EXPECT_EQ(log(), "first ");
}

TEST_F(Audit, OfADeletionSurvivesACrashBetweenItsSteps) {
  for (const bool restart : {true, false}) {
    SCOPED_TRACE(restart);
    make_bucket();
    fail_after(1);
    EXPECT_FALSE(remove(restart ? "one" : "two"));
    EXPECT_EQ(log(), restart ? "" : "one ");
    clock_.advance(std::chrono::milliseconds(1));
    if (restart) {
      open_store();
      ASSERT_TRUE(run(store_->recover()));
    } else {
      EXPECT_TRUE(remove("whoever finishes it"));
    }
    EXPECT_EQ(log(), restart ? "one " : "two one ");
  }
  // A creation finishes a deletion as well.
  make_bucket();
  fail_after(1);
  EXPECT_FALSE(remove("three"));
  clock_.advance(std::chrono::milliseconds(1));
  EXPECT_TRUE(create("create"));
  EXPECT_EQ(log(), "create three two one ");
}

TEST_F(Audit, OfAnInterruptedClassChangeSurvivesToo) {
  enum class Then { Recover, ChangeAgain, ChangeBack, Delete };
  for (const Then then : {Then::Recover, Then::ChangeAgain, Then::ChangeBack, Then::Delete}) {
    SCOPED_TRACE(static_cast<int>(then));
    account_ = AccountId::make(random_);
    make_bucket();
    fail_after(1);
    EXPECT_FALSE(change(StorageClass::InfrequentAccess, "change"));
    EXPECT_EQ(log(), "");
    clock_.advance(std::chrono::milliseconds(1));
    switch (then) {
      case Then::Recover:
        ASSERT_TRUE(run(store_->mark_clean_stop()));  // declines
        open_store();
        ASSERT_TRUE(run(store_->recover()));
        EXPECT_EQ(log(), "change ");
        break;
      case Then::ChangeAgain:
        EXPECT_TRUE(change(StorageClass::InfrequentAccess, "again"));
        EXPECT_EQ(log(), "change ");
        break;
      case Then::ChangeBack:
        EXPECT_TRUE(change(StorageClass::Standard, "back"));
        EXPECT_EQ(log(), "back change ");
        continue;
      case Then::Delete:
        EXPECT_TRUE(remove("delete"));
        EXPECT_EQ(log(), "delete change ");
        continue;
    }
    const auto page = run(store_->list_buckets(account_, Jurisdiction::Default, {})).value();
    EXPECT_EQ(page.buckets.front().storage_class, StorageClass::InfrequentAccess);
    EXPECT_EQ(run(store_->get_bucket(bucket())).value().storage_class,
              StorageClass::InfrequentAccess);
  }
}

TEST_F(Audit, OfACancelledChangeIsNotLost) {
  make_bucket();
  boost::asio::cancellation_signal cancel;
  meta_.before_commit = [&]() -> Task<> {
    meta_.before_commit = [&]() -> Task<> {
      cancel.emit(boost::asio::cancellation_type::terminal);
      co_return;
    };
    co_return;
  };
  const auto change = [](Store& store, BucketAddress address, records::AuditEntry audit) -> Task<> {
    EXPECT_FALSE(co_await store.delete_bucket(std::move(address), std::move(audit)));
  };
  boost::asio::co_spawn(io_, change(*store_, bucket(), entry("delete")),
                        boost::asio::bind_cancellation_slot(cancel.slot(), [](auto) {}));
  io_.restart();
  io_.run();
  EXPECT_EQ(log(), "");
  open_store();
  ASSERT_TRUE(run(store_->recover()));
  EXPECT_EQ(log(), "delete ");
}

class StorageClassOfABucket : public StoreTest {};

TEST_F(StorageClassOfABucket, IsThatOfObjectsThatNameNone) {
  make_bucket();
  ASSERT_TRUE(put(at("before"), "x"));
  const UploadInfo begun = begin_upload(at("begun"));
  const auto changed =
      run(store_->set_bucket_storage_class(bucket(), StorageClass::InfrequentAccess)).value();
  EXPECT_EQ(changed.storage_class, StorageClass::InfrequentAccess);
  EXPECT_EQ(run(store_->get_bucket(bucket())).value().storage_class,
            StorageClass::InfrequentAccess);
  ASSERT_TRUE(put(at("after"), "x"));
  PutOptions standard;
  standard.storage_class = StorageClass::Standard;
  ASSERT_TRUE(put(at("named"), "x", standard));
  EXPECT_EQ(head(at("before")).info.storage_class, StorageClass::Standard);
  EXPECT_EQ(head(at("after")).info.storage_class, StorageClass::InfrequentAccess);
  EXPECT_EQ(head(at("named")).info.storage_class, StorageClass::Standard);
  EXPECT_EQ(begun.storage_class, StorageClass::Standard);
  EXPECT_EQ(begin_upload(at("u")).storage_class, StorageClass::InfrequentAccess);
  open_store();
  EXPECT_EQ(run(store_->get_bucket(bucket())).value().storage_class,
            StorageClass::InfrequentAccess);
}

TEST_F(StorageClassOfABucket, IsSeenByAWriteUnderWay) {
  make_bucket();
  meta_.before_commit = [this]() -> Task<> {
    EXPECT_TRUE(
        co_await store_->set_bucket_storage_class(bucket(), StorageClass::InfrequentAccess));
  };
  ASSERT_TRUE(put(at("k"), std::string(100, 'x')));
  EXPECT_EQ(head(at("k")).info.storage_class, StorageClass::InfrequentAccess);
}

}  // namespace
}  // namespace coffer::store::test
