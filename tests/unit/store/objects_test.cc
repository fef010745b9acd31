#include "store/impl.h"
#include "store_fixture.h"

namespace coffer::store::test {
namespace {

using namespace std::string_literals;

class Objects : public StoreTest {
 protected:
  Objects() { make_bucket(); }
};

std::string pattern(std::size_t size) {
  std::string text(size, ' ');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (i * 31 + i / 251) % 26);
  return text;
}

TEST_F(Objects, OfEverySizeComeBackAsTheyWere) {
  // Around the inline limit, the frame of sealed blobs and the pieces bodies are read in.
  for (const std::size_t size :
       {0u, 1u, 16u, 17u, 65'520u, 65'521u, 262'143u, 262'144u, 262'145u, 524'288u, 1'000'000u}) {
    SCOPED_TRACE(size);
    const std::string text = pattern(size);
    for (const bool declared : {true, false}) {
      TextBody body(text);
      body.declare = declared;
      body.piece = 70'001;
      const auto info = run(store_->put_object(at("k"), {}, body));
      ASSERT_TRUE(info);
      EXPECT_EQ(body.settled, 1);
      EXPECT_EQ(info->size_bytes, size);
      EXPECT_EQ(info->etag.text(), hex_encode(md5(as_bytes(text))));
      EXPECT_EQ(get(at("k")), text);
    }
  }
}

TEST_F(Objects, KeepMetadataClassAndChecksum) {
  PutOptions options;
  options.metadata.system.content_type = "text/plain";
  options.metadata.user = {{"color", "blue"}};
  options.storage_class = StorageClass::InfrequentAccess;
  TextBody body("hello");
  body.checksum = Checksum{ChecksumAlgorithm::Crc32, ChecksumType::FullObject, "abcd"};
  const auto info = run(store_->put_object(at("k"), options, body));
  ASSERT_TRUE(info);
  const ReadOutcome outcome = head(at("k"));
  EXPECT_EQ(outcome.info.metadata.system.content_type, "text/plain");
  EXPECT_EQ(outcome.info.metadata.user, options.metadata.user);
  EXPECT_EQ(outcome.info.storage_class, StorageClass::InfrequentAccess);
  EXPECT_EQ(outcome.info.checksum.value, "abcd");
  EXPECT_EQ(outcome.info.version, info->version);
  EXPECT_EQ(outcome.info.last_modified, clock_.now());
  EXPECT_EQ(outcome.body, nullptr);
}

TEST_F(Objects, AreOneWhenTheirKeysAreEqualAfterNfc) {
  const std::string composed = "caf\xc3\xa9";
  const std::string decomposed = "cafe\xcc\x81";
  ASSERT_TRUE(put(at(composed), "one"));
  ASSERT_TRUE(put(at(decomposed), "two"));
  EXPECT_EQ(get(at(composed)), "two");
  EXPECT_EQ(usage().objects, 1);
  const auto page = run(store_->list_objects(bucket(), {})).value();
  ASSERT_EQ(page.objects.size(), 1u);
  EXPECT_EQ(page.objects[0].key, decomposed);  // as last uploaded
  EXPECT_EQ(page.next, composed);
}

TEST_F(Objects, MayHaveNulInTheirKeys) {
  const std::vector<std::string> keys{"a", "a\0"s, "a\0b"s, "a\0\1"s, "\0"s, "a\1"};
  for (const std::string& text : keys) ASSERT_TRUE(put(at(text), "body of " + text));
  for (const std::string& text : keys) EXPECT_EQ(get(at(text)), "body of " + text);
  ASSERT_TRUE(run(store_->delete_object(at("a\0"s))));
  EXPECT_EQ(get(at("a\0"s)), "<NoSuchKey>");
  EXPECT_EQ(get(at("a\0b"s)), "body of a\0b"s);
  EXPECT_EQ(usage().objects, 5);
}

TEST_F(Objects, AreCountedExactly) {
  ASSERT_TRUE(put(at("a"), pattern(10)));
  ASSERT_TRUE(put(at("b"), pattern(100)));
  ASSERT_TRUE(put(at("b"), pattern(40)));
  EXPECT_EQ(usage().objects, 2);
  EXPECT_EQ(usage().bytes, 50);
  ASSERT_TRUE(run(store_->delete_object(at("a"))));
  ASSERT_TRUE(run(store_->delete_object(at("a"))));
  EXPECT_EQ(usage().objects, 1);
  EXPECT_EQ(usage().bytes, 40);
}

TEST_F(Objects, LeaveNothingBehindWhenABodyFails) {
  for (const std::size_t fail_at : {0u, 10u, 300'000u}) {
    TextBody body(pattern(600'000));
    body.piece = 10;
    if (fail_at > 10) body.piece = 100'000;
    body.fail_at = fail_at;
    EXPECT_EQ(code_of(run(store_->put_object(at("k"), {}, body))), ErrorCode::ClientDisconnect);
    EXPECT_EQ(body.settled, 0);
  }
  TextBody refused(pattern(1000));
  refused.refuse = ErrorCode::BadDigest;
  EXPECT_EQ(code_of(run(store_->put_object(at("k"), {}, refused))), ErrorCode::BadDigest);
  EXPECT_EQ(get(at("k")), "<NoSuchKey>");
  EXPECT_EQ(blobs_held(), 0u);
}

TEST_F(Objects, ABodyThatOutgrowsItsDeclarationIsRefused) {
  class Liar final : public UploadBody {
   public:
    Task<Result<std::size_t>> read(MutableBytes out) override {
      std::fill(out.begin(), out.end(), std::byte{'x'});
      co_return out.size();
    }
    Result<Checksum> settle(const Md5Digest&) override { return Checksum(); }
    std::optional<std::uint64_t> size_bytes() const override { return 3; }
  };
  Liar body;
  EXPECT_EQ(code_of(run(store_->put_object(at("k"), {}, body))), ErrorCode::InvalidRequest);
}

class SmallWrites : public Objects {
 protected:
  SmallWrites() {
    limits_.single_write_bytes_max = 300'000;
    open_store();
  }
};

TEST_F(SmallWrites, RefuseWhatIsTooLarge) {
  EXPECT_TRUE(put(at("k"), pattern(300'000)));
  for (const bool declared : {true, false}) {
    for (const std::size_t size : {300'001u, 900'000u}) {
      TextBody body(pattern(size));
      body.declare = declared;
      EXPECT_EQ(code_of(run(store_->put_object(at("k"), {}, body))), ErrorCode::EntityTooLarge);
      EXPECT_EQ(body.settled, 0);
    }
  }
  EXPECT_EQ(get(at("k")), pattern(300'000));
  EXPECT_EQ(blobs_held(), 1u);
}

TEST_F(Objects, RefuseTooMuchMetadataBeforeReadingTheBody) {
  PutOptions options;
  options.metadata.user = {{"n", std::string(8191, 'v')}};
  EXPECT_TRUE(put(at("k"), "x", options));
  options.metadata.user = {{"n", std::string(8192, 'v')}};
  TextBody body("x");
  body.fail_at = 0;  // reading would show
  EXPECT_EQ(code_of(run(store_->put_object(at("k"), options, body))), ErrorCode::MetadataTooLarge);
  options.metadata.user.clear();
  options.metadata.system.content_type = std::string(70'000, 'c');
  EXPECT_EQ(code_of(put(at("k"), "x", options)), ErrorCode::MetadataTooLarge);
}

TEST_F(Objects, ConditionalPutsFollowWhatIsThere) {
  PutOptions create_only;
  create_only.conditions = if_none_match_any();
  PutOptions update;
  update.conditions = if_match("0123");
  EXPECT_EQ(code_of(put(at("k"), "0", update)), ErrorCode::PreconditionFailed);
  const auto first = put(at("k"), "1", create_only);
  ASSERT_TRUE(first);
  EXPECT_EQ(code_of(put(at("k"), "2", create_only)), ErrorCode::PreconditionFailed);
  EXPECT_EQ(code_of(put(at("k"), "2", update)), ErrorCode::PreconditionFailed);
  update.conditions = if_match(first->etag.text());
  EXPECT_TRUE(put(at("k"), pattern(100), update));
  EXPECT_EQ(code_of(put(at("k"), pattern(200), update)), ErrorCode::PreconditionFailed);
  EXPECT_EQ(get(at("k")), pattern(100));
  EXPECT_EQ(blobs_held(), 1u);
}

TEST_F(Objects, OfManyCreateOnlyPutsOneWins) {
  std::deque<TextBody> bodies;
  std::vector<Task<Result<ObjectInfo>>> tasks;
  for (int i = 0; i < 20; ++i) {
    bodies.emplace_back(std::string(100, static_cast<char>('a' + i)));
    PutOptions options;
    options.conditions = if_none_match_any();
    tasks.push_back(store_->put_object(at("k"), std::move(options), bodies.back()));
  }
  std::string winner;
  int won = 0;
  const auto results = run_all(std::move(tasks));
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i]) {
      ++won;
      winner = std::string(100, static_cast<char>('a' + i));
    } else {
      EXPECT_EQ(results[i].error().code(), ErrorCode::PreconditionFailed);
    }
  }
  EXPECT_EQ(won, 1);
  EXPECT_EQ(get(at("k")), winner);
  EXPECT_EQ(blobs_held(), 1u);
}

TEST_F(Objects, AConditionIsEvaluatedInsideTheCommit) {
  // Between the look at the key and the commit, another gateway creates it.
  Store* const other = store_.get();
  std::vector<Placement> placements;
  placements.emplace_back(Jurisdiction::Default, meta_, sealed_);
  Store gateway(Environment{clock_, random_, pool_}, std::move(placements), limits_);
  TextBody rival("rival");
  meta_.before_commit = [&]() -> Task<> {
    EXPECT_TRUE(co_await other->put_object(at("k"), PutOptions(), rival));
  };
  TextBody mine(pattern(100));
  PutOptions options;
  options.conditions = if_none_match_any();
  EXPECT_EQ(code_of(run(gateway.put_object(at("k"), options, mine))),
            ErrorCode::PreconditionFailed);
  EXPECT_EQ(get(at("k")), "rival");

  // Without a condition the put tries again, and its body survives the failed attempt.
  TextBody second_rival("second rival, longer than inline");
  meta_.before_commit = [&]() -> Task<> {
    EXPECT_TRUE(co_await other->put_object(at("k"), PutOptions(), second_rival));
  };
  TextBody again(pattern(100));
  EXPECT_TRUE(run(gateway.put_object(at("k"), PutOptions(), again)));
  EXPECT_EQ(get(at("k")), pattern(100));
}

TEST_F(Objects, UnconditionalPutsNeverFailFromContention) {
  std::deque<TextBody> bodies;
  std::vector<Task<Result<ObjectInfo>>> tasks;
  for (int i = 0; i < 200; ++i) {
    bodies.emplace_back(std::string(30, static_cast<char>('a' + i % 26)));
    tasks.push_back(store_->put_object(at("k"), PutOptions(), bodies.back()));
  }
  for (const auto& result : run_all(std::move(tasks))) EXPECT_TRUE(result);
  EXPECT_EQ(usage().objects, 1);
  EXPECT_EQ(usage().bytes, 30);
  collect();
  EXPECT_EQ(blobs_held(), 1u);
}

TEST_F(Objects, LastModifiedDoesNotGoBackWithASmallClockStep) {
  const auto first = put(at("k"), "1");
  clock_.advance(std::chrono::seconds(-30));
  EXPECT_EQ(put(at("k"), "2")->last_modified, first->last_modified);
  clock_.advance(std::chrono::hours(-1));
  EXPECT_EQ(put(at("k"), "3")->last_modified, clock_.now());
}

TEST_F(Objects, ReadsFollowConditions) {
  const auto info = put(at("k"), "hello");
  ReadOptions options;
  options.conditions = if_match("0123");
  EXPECT_EQ(get(at("k"), options), "<PreconditionFailed>");
  options.conditions = if_match(info->etag.text());
  EXPECT_EQ(get(at("k"), options), "hello");
  options.conditions = if_none_match_any();
  options.range = RangeRequest{100, std::nullopt};  // a failed condition beats the range
  EXPECT_EQ(get(at("k"), options), "<not modified>");
  EXPECT_EQ(get(at("missing"), options), "<NoSuchKey>");
}

struct RangeRow {
  std::optional<std::uint64_t> first;
  std::optional<std::uint64_t> last;
  std::string expected;
};

// r2-observed.md 5.2.
TEST_F(Objects, RangesFollowTheTable) {
  const std::string text = pattern(40);
  ASSERT_TRUE(put(at("blob"), text));
  ASSERT_TRUE(put(at("inline"), text.substr(0, 10)));
  ASSERT_TRUE(put(at("empty"), ""));
  const auto none = std::nullopt;
  const std::string invalid = "<InvalidRange>";
  const std::vector<RangeRow> blob_rows{
      {0, none, text},
      {0, 39, text},
      {39, none, text.substr(39)},
      {40, none, invalid},
      {40, 50, invalid},
      {3, 5, text.substr(3, 3)},
      {30, 1000, text.substr(30)},
      {none, 1, text.substr(39)},
      {none, 40, text},
      {none, 1000, text},
      {none, 0, invalid},
      {5, 4, invalid},
      {0, UINT64_MAX, text},
      {UINT64_MAX, none, invalid},
  };
  for (const RangeRow& row : blob_rows) {
    EXPECT_EQ(get_range(at("blob"), row.first, row.last), row.expected);
  }
  EXPECT_EQ(get_range(at("inline"), 2, 4), text.substr(2, 3));
  EXPECT_EQ(get_range(at("inline"), none, 3), text.substr(7, 3));
  EXPECT_EQ(get_range(at("empty"), 0, none), invalid);
  EXPECT_EQ(get_range(at("empty"), none, 5), invalid);

  ReadOptions options;
  options.range = RangeRequest{none, 1000};
  const auto outcome = run(store_->read_object(at("blob"), options)).value();
  EXPECT_TRUE(outcome.partial);
  EXPECT_EQ(outcome.first, 0u);
  EXPECT_EQ(outcome.length, 40u);
}

TEST_F(Objects, PartOneOfASingleBodyIsTheWhole) {
  ASSERT_TRUE(put(at("k"), "hello"));
  ReadOptions options;
  options.part_number = 1;
  EXPECT_EQ(get(at("k"), options), "hello");
  options.part_number = 2;
  EXPECT_EQ(get(at("k"), options), "<InvalidRange>");
}

TEST_F(Objects, BatchDeletionReportsOnlyFailures) {
  std::vector<ObjectKey> keys;
  for (int i = 0; i < 100; ++i) {
    const std::string text = "k" + std::to_string(i);
    if (i % 2 == 0) {
      ASSERT_TRUE(put(at(text), pattern(static_cast<std::size_t>(i))));
    }
    keys.push_back(key(text));
  }
  keys.push_back(key("k0"));  // twice
  const auto failures = run(store_->delete_objects(bucket(), keys));
  ASSERT_TRUE(failures);
  EXPECT_TRUE(failures->empty());
  EXPECT_EQ(usage().objects, 0);
  EXPECT_EQ(usage().bytes, 0);
  EXPECT_EQ(code_of(run(store_->delete_objects(bucket("missing"), keys))), ErrorCode::NoSuchBucket);

  ASSERT_TRUE(put(at("k1"), "x"));
  meta_.fail_commits = 1;
  const auto partly = run(store_->delete_objects(bucket(), {key("k1"), key("k2")}));
  ASSERT_TRUE(partly);
  ASSERT_EQ(partly->size(), 1u);
  EXPECT_EQ(partly->front().key.nfc(), "k1");
  EXPECT_EQ(partly->front().error.code(), ErrorCode::IoError);
}

TEST_F(Objects, ABodyWhoseCommitFailedIsLeftToRecovery) {
  meta_.fail_commits = 1;
  EXPECT_EQ(code_of(put(at("k"), pattern(100))), ErrorCode::IoError);
  // The commit may yet appear after a restart, so its bytes must not be removed before.
  EXPECT_EQ(blobs_held(), 1u);
  open_store();
  ASSERT_TRUE(run(store_->recover()));
  EXPECT_EQ(blobs_held(), 0u);
}

}  // namespace
}  // namespace coffer::store::test
