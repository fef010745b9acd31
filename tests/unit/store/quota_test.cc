#include "store_fixture.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

namespace coffer::store::test {
namespace {

/// A store that asks for `quota_` of the one account.
class Quota : public StoreTest {
 protected:
  Quota() {
    quota_of_ = [this](AccountId account) {
      return account == account_ ? quota_ : records::Quota();
    };
    open_store();
    make_bucket();
  }

  /// The words of a refusal; another error's name; empty for success.
  template <class T>
  static std::string refusal(const Result<T>& result) {
    if (result) return "";
    if (result.error().code() != ErrorCode::QuotaExceeded) return result.error().describe();
    return result.error().message();
  }

  static std::string bytes(std::size_t count) { return std::string(count, 'x'); }

  records::Quota quota_;
};

TEST_F(Quota, OfBytesIsKeptToTheByte) {
  quota_.bytes_max = 100;
  ASSERT_TRUE(put(at("a"), bytes(60)));
  EXPECT_EQ(refusal(put(at("b"), bytes(41))), "The account may store 100 bytes and holds 60");
  EXPECT_EQ(refusal(put(at("b"), bytes(40))), "");
  EXPECT_EQ(refusal(put(at("c"), bytes(1))), "The account may store 100 bytes and holds 100");
  EXPECT_EQ(refusal(put(at("c"), "")), "");
  EXPECT_EQ(usage().bytes, 100);
  EXPECT_EQ(get(at("a")), bytes(60));
}

TEST_F(Quota, OfObjectsAndBucketsIsKeptToo) {
  quota_.objects_max = 2;
  quota_.buckets_max = 2;
  ASSERT_TRUE(put(at("a"), "x"));
  ASSERT_TRUE(put(at("b"), "x"));
  EXPECT_EQ(refusal(put(at("c"), "x")), "The account may store 2 objects and holds 2");
  EXPECT_EQ(refusal(put(at("b"), "yy")), "");
  ASSERT_TRUE(run(store_->delete_object(at("a"))));
  EXPECT_EQ(refusal(put(at("c"), "x")), "");

  make_bucket("second");
  EXPECT_EQ(refusal(run(store_->create_bucket(bucket("third"), {}))),
            "The account may have 2 buckets and has 2");
  EXPECT_EQ(code_of(run(store_->create_bucket(bucket("second"), {}))),
            ErrorCode::BucketAlreadyOwnedByYou);
  ASSERT_TRUE(run(store_->delete_bucket(bucket("second"))));
  EXPECT_EQ(refusal(run(store_->create_bucket(bucket("third"), {}))), "");
}

TEST_F(Quota, CountsTheDifferenceOfAnOverwrite) {
  quota_.bytes_max = 100;
  ASSERT_TRUE(put(at("a"), bytes(90)));
  EXPECT_EQ(refusal(put(at("a"), bytes(100))), "");
  EXPECT_EQ(refusal(put(at("a"), bytes(101))), "The account may store 100 bytes and holds 100");
  // What shrinks, or does not grow, is allowed also to who is over the quota.
  quota_.bytes_max = 10;
  EXPECT_EQ(refusal(put(at("a"), bytes(100))), "");
  EXPECT_EQ(refusal(put(at("a"), bytes(50))), "");
  EXPECT_EQ(refusal(put(at("a"), bytes(51))), "The account may store 10 bytes and holds 50");
  EXPECT_TRUE(run(store_->delete_object(at("a"))));
  EXPECT_EQ(refusal(put(at("a"), bytes(10))), "");
}

TEST_F(Quota, IsGivenBackByDeletes) {
  quota_.bytes_max = 100;
  for (const char* name : {"a", "b", "c", "d"}) ASSERT_TRUE(put(at(name), bytes(25)));
  EXPECT_NE(refusal(put(at("e"), bytes(1))), "");
  ASSERT_TRUE(run(store_->delete_object(at("a"))));
  const auto failures = run(store_->delete_objects(bucket(), {key("b"), key("c"), key("none")}));
  ASSERT_TRUE(failures);
  EXPECT_TRUE(failures->empty());
  EXPECT_EQ(refusal(put(at("e"), bytes(76))), "The account may store 100 bytes and holds 25");
  EXPECT_EQ(refusal(put(at("e"), bytes(75))), "");
}

TEST_F(Quota, CountsCopiesInFull) {
  quota_.bytes_max = 100;
  ASSERT_TRUE(put(at("a"), bytes(40)));
  EXPECT_EQ(refusal(copy(at("a"), at("b"))), "");
  EXPECT_EQ(refusal(copy(at("a"), at("c"))), "The account may store 100 bytes and holds 80");
  EXPECT_EQ(refusal(copy(at("a"), at("b"))), "");
  EXPECT_EQ(refusal(copy(at("a"), at("a"))), "");
  collect();
  EXPECT_EQ(blobs_held(), 1u) << "the refused copy left its reference";
  ASSERT_TRUE(run(store_->delete_object(at("a"))));
  ASSERT_TRUE(run(store_->delete_object(at("b"))));
  collect();
  EXPECT_EQ(blobs_held(), 0u);
}

TEST_F(Quota, CountsPartsOfUploadsInProgress) {
  quota_.bytes_max = 20;
  quota_.objects_max = 1;
  const UploadInfo upload = begin_upload(at("k"));
  const auto one = put_part(at("k"), upload.id, 1, "12345").value();
  const auto two = put_part(at("k"), upload.id, 2, "12345").value();
  ASSERT_TRUE(put_part(at("k"), upload.id, 3, "1234567890"));
  EXPECT_EQ(refusal(put_part(at("k"), upload.id, 4, "1")),
            "The account may store 20 bytes and holds 20");
  EXPECT_EQ(refusal(put_part(at("k"), upload.id, 3, "0987654321")), "");
  EXPECT_EQ(refusal(put(at("other"), "1")), "The account may store 20 bytes and holds 20");
  // The parts become the object; those it does not list go.
  ASSERT_TRUE(complete(at("k"), upload.id, {completed(one), completed(two)}));
  EXPECT_EQ(refusal(put(at("k"), bytes(21))), "The account may store 20 bytes and holds 10");

  const UploadInfo second = begin_upload(at("l"));
  const auto part = put_part(at("l"), second.id, 1, "1234567890").value();
  EXPECT_EQ(refusal(complete(at("l"), second.id, {completed(part)})),
            "The account may store 1 objects and holds 1");
  EXPECT_EQ(refusal(run(store_->upload_part_copy(at("k"), at("l"), second.id, 2, PartRange{0, 4},
                                                 CommitGate()))),
            "The account may store 20 bytes and holds 20");
  ASSERT_TRUE(run(store_->abort_upload(at("l"), second.id)));
  EXPECT_EQ(refusal(put(at("k"), bytes(20))), "");
}

TEST_F(Quota, RefusesWhatIsDeclaredTooLargeBeforeItIsRead) {
  quota_.bytes_max = 100;
  ASSERT_TRUE(put(at("a"), bytes(60)));
  const UploadInfo upload = begin_upload(at("u"));
  TextBody body(bytes(41));
  body.fail_at = 0;  // reading it would fail
  EXPECT_NE(refusal(run(store_->put_object(at("b"), {}, body))), "");
  EXPECT_NE(refusal(run(store_->upload_part(at("u"), upload.id, 1, body))), "");
  EXPECT_EQ(body.settled, 0);
  // In place of another it would fit.
  EXPECT_EQ(code_of(run(store_->put_object(at("a"), {}, body))), ErrorCode::ClientDisconnect);
  ASSERT_TRUE(put_part(at("u"), upload.id, 1, bytes(10)));
  TextBody smaller(bytes(40));
  smaller.fail_at = 0;
  EXPECT_NE(refusal(run(store_->upload_part(at("u"), upload.id, 2, smaller))), "");
  EXPECT_EQ(code_of(run(store_->upload_part(at("u"), upload.id, 1, smaller))),
            ErrorCode::ClientDisconnect);
}

TEST_F(Quota, RefusesWhatWasNotDeclaredAtTheCommit) {
  quota_.bytes_max = 100;
  ASSERT_TRUE(put(at("a"), bytes(60)));
  TextBody body(bytes(41));
  body.declare = false;
  EXPECT_NE(refusal(run(store_->put_object(at("b"), {}, body))), "");
  EXPECT_EQ(body.settled, 1);
  EXPECT_EQ(get(at("b")), "<NoSuchKey>");
  EXPECT_EQ(blobs_held(), 1u) << "the refused body stayed";
}

TEST_F(Quota, IsSharedByAllWhoWriteAtOnce) {
  quota_.bytes_max = 1'000;
  quota_.objects_max = 30;
  ASSERT_TRUE(put(at("first"), bytes(900)));
  std::deque<TextBody> bodies;
  std::vector<Task<Result<ObjectInfo>>> tasks;
  for (int i = 0; i < 40; ++i) {
    TextBody& body = bodies.emplace_back(bytes(20));
    tasks.push_back(store_->put_object(at("k" + std::to_string(i)), {}, body));
  }
  int made = 0;
  for (const auto& result : run_all(std::move(tasks))) {
    if (result) {
      ++made;
    } else {
      EXPECT_EQ(result.error().code(), ErrorCode::QuotaExceeded);
    }
  }
  EXPECT_EQ(made, 5);
  EXPECT_EQ(usage().bytes, 1'000);
}

TEST_F(Quota, ConcernsTheNextWriteWhenItIsSetOrLifted) {
  ASSERT_TRUE(put(at("a"), bytes(500)));
  quota_.bytes_max = 100;
  EXPECT_EQ(refusal(put(at("b"), bytes(1))), "The account may store 100 bytes and holds 500");
  quota_ = {};
  EXPECT_EQ(refusal(put(at("b"), bytes(250))), "");
  quota_.bytes_max = 800;
  EXPECT_EQ(refusal(put(at("c"), bytes(51))), "The account may store 800 bytes and holds 750");
  EXPECT_EQ(refusal(put(at("c"), bytes(50))), "");
}

TEST_F(Quota, OfOneAccountIsNoneOfAnother) {
  quota_.bytes_max = 0;
  quota_.buckets_max = 0;
  const BucketAddress other(AccountId::make(random_), Jurisdiction::Default,
                            BucketName::parse("other").value());
  ASSERT_TRUE(run(store_->create_bucket(other, {})));
  EXPECT_TRUE(put(ObjectAddress(other, key("k")), bytes(1'000)));
  EXPECT_NE(refusal(put(at("k"), bytes(1))), "");
}

TEST_F(Quota, IsCountedAnewAfterARestart) {
  quota_.bytes_max = 100;
  make_bucket("second");
  ASSERT_TRUE(put(at("a"), bytes(30)));
  ASSERT_TRUE(put(at("a", "second"), bytes(30)));
  const UploadInfo upload = begin_upload(at("u"));
  ASSERT_TRUE(put_part(at("u"), upload.id, 1, bytes(30)));
  open_store();
  EXPECT_EQ(refusal(put(at("b"), bytes(11))), "The account may store 100 bytes and holds 90");
  EXPECT_EQ(refusal(put(at("b"), bytes(10))), "");
}

TEST_F(Quota, CountsTheBucketsOfAllPlacements) {
  WatchedMeta eu_meta{meta::make_memory_engine()};
  std::vector<Placement> placements;
  placements.emplace_back(Jurisdiction::Default, meta_, sealed_);
  placements.emplace_back(Jurisdiction::Eu, eu_meta, sealed_);
  Store store(Environment{clock_, random_, pool_, quota_of_}, std::move(placements), limits_);
  const BucketAddress eu(account_, Jurisdiction::Eu, BucketName::parse("eu-bucket").value());
  ASSERT_TRUE(run(store.create_bucket(eu, {})));
  TextBody sixty(bytes(60));
  ASSERT_TRUE(run(store.put_object(ObjectAddress(eu, key("k")), {}, sixty)));
  quota_.bytes_max = 100;
  quota_.buckets_max = 2;
  TextBody too_much(bytes(41));
  EXPECT_EQ(refusal(run(store.put_object(at("k"), {}, too_much))),
            "The account may store 100 bytes and holds 60");
  EXPECT_EQ(refusal(run(store.create_bucket(bucket("third"), {}))),
            "The account may have 2 buckets and has 2");
}

TEST_F(Quota, ReadsTheCountersAgainAfterACommitOfWhichNothingIsKnown) {
  quota_.bytes_max = 100;
  ASSERT_TRUE(put(at("a"), bytes(60)));
  meta_.fail_commits = 1;
  EXPECT_EQ(code_of(put(at("b"), bytes(30))), ErrorCode::IoError);
  EXPECT_EQ(refusal(put(at("c"), bytes(41))), "The account may store 100 bytes and holds 60");
  EXPECT_EQ(refusal(put(at("c"), bytes(40))), "");
}

TEST_F(Quota, LosesNothingToACancelledWrite) {
  quota_.bytes_max = 100;
  ASSERT_TRUE(put(at("a"), bytes(60)));
  boost::asio::cancellation_signal cancel;
  meta_.before_commit = [&]() -> Task<> {
    cancel.emit(boost::asio::cancellation_type::terminal);
    co_return;
  };
  TextBody body(bytes(40));
  const auto write = [](Store& store, ObjectAddress address, TextBody& text) -> Task<> {
    const PutOptions options;
    EXPECT_FALSE(co_await store.put_object(std::move(address), options, text));
  };
  boost::asio::co_spawn(io_, write(*store_, at("b"), body),
                        boost::asio::bind_cancellation_slot(cancel.slot(), [](auto) {}));
  io_.restart();
  io_.run();
  const auto held = usage().bytes;
  EXPECT_EQ(refusal(put(at("c"), bytes(static_cast<std::size_t>(101 - held)))).empty(), false);
  EXPECT_EQ(refusal(put(at("c"), bytes(static_cast<std::size_t>(100 - held)))), "");
}

TEST_F(Quota, IsReadOnceAndOnlyWhenThereIsOne) {
  meta_.scans = 0;
  ASSERT_TRUE(put(at("a"), "x"));
  EXPECT_EQ(meta_.scans, 0u);
  quota_.bytes_max = 1'000;
  ASSERT_TRUE(put(at("b"), "x"));
  EXPECT_EQ(meta_.scans, 1u);
  ASSERT_TRUE(put(at("c"), "x"));
  ASSERT_TRUE(run(store_->delete_object(at("c"))));
  EXPECT_EQ(meta_.scans, 1u);
}

}  // namespace
}  // namespace coffer::store::test
