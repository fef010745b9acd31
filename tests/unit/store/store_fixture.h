#pragma once

#include "base/codec.h"
#include "base/hash.h"
#include "blob/memory_engine.h"
#include "blob/sealed_blobs.h"
#include "meta/memory_engine.h"
#include "store/store.h"
#include "support/code_of.h"
#include "support/fake_clock.h"
#include "support/inline_pool.h"
#include "support/run.h"
#include "support/seeded_random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace coffer::store::test {

using coffer::test::code_of;
using coffer::test::FakeClock;
using coffer::test::InlinePool;
using coffer::test::RunsTasks;
using coffer::test::SeededRandom;

/// Counts what the store asks of its index, and lets a test step in before a commit.
class WatchedMeta final : public meta::Engine {
 public:
  explicit WatchedMeta(std::unique_ptr<meta::Engine> engine) : engine_(std::move(engine)) {}

  Task<Result<std::optional<meta::Stored>>> get(meta::Partition partition, meta::Key key) override {
    ++gets;
    header_gets += key.family == meta::Family::Header ? 1 : 0;
    const bool of_object = key.family == meta::Family::Record && partition.size() == 16;
    auto result = co_await engine_->get(std::move(partition), std::move(key));
    if (of_object && after_object_read) {
      auto hook = std::exchange(after_object_read, nullptr);
      co_await hook();
    }
    co_return result;
  }
  Task<Result<>> scan(meta::Partition partition, meta::Range range, meta::Visitor visit) override {
    ++scans;
    meta::Visitor counting = [this, visit = std::move(visit)](std::string_view key,
                                                              std::string_view value,
                                                              meta::Version version) {
      ++visited;
      return visit(key, value, version);
    };
    return engine_->scan(std::move(partition), std::move(range), std::move(counting));
  }
  Task<Result<meta::CommitOutcome>> commit(meta::Commit change) override {
    ++commits;
    if (before_commit) {
      auto hook = std::exchange(before_commit, nullptr);
      co_await hook();
    }
    if (fail_commits > 0) {
      --fail_commits;
      co_return make_error(ErrorCode::IoError, "injected");
    }
    co_return co_await engine_->commit(std::move(change));
  }
  Task<Result<std::int64_t>> counter(meta::Partition partition, std::string name) override {
    return engine_->counter(std::move(partition), std::move(name));
  }
  Task<Result<>> drop(meta::Partition partition) override {
    ++drops;
    return engine_->drop(std::move(partition));
  }

  std::size_t gets = 0;
  std::size_t header_gets = 0;
  std::size_t scans = 0;
  std::size_t visited = 0;
  std::size_t commits = 0;
  std::size_t drops = 0;
  int fail_commits = 0;
  /// Runs once, before the next commit reaches the engine.
  std::function<Task<>()> before_commit;
  /// Runs once, after the next object record was read and before the reader has it.
  std::function<Task<>()> after_object_read;

 private:
  std::unique_ptr<meta::Engine> engine_;
};

/// A body in memory that declares its size and settles as told.
class TextBody final : public UploadBody {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  Task<Result<std::size_t>> read(MutableBytes out) override {
    if (fail_at && position_ >= *fail_at) {
      co_return make_error(ErrorCode::ClientDisconnect, "gone");
    }
    const std::size_t count = std::min({out.size(), text_.size() - position_, piece});
    std::copy_n(as_bytes(text_).begin() + static_cast<std::ptrdiff_t>(position_), count,
                out.begin());
    position_ += count;
    co_return count;
  }
  Result<Checksum> settle(const Md5Digest& digest) override {
    ++settled;
    if (refuse) return make_error(*refuse);
    EXPECT_EQ(hex_encode(digest), hex_encode(md5(as_bytes(text_))));
    return checksum;
  }
  std::optional<std::uint64_t> size_bytes() const override {
    if (!declare) return std::nullopt;
    return text_.size();
  }

  std::size_t piece = 100'000;
  bool declare = true;
  int settled = 0;
  Checksum checksum;
  std::optional<ErrorCode> refuse;
  std::optional<std::size_t> fail_at;

 private:
  std::string text_;
  std::size_t position_ = 0;
};

/// A store over memory engines and one io_context, with small helpers to drive it.
class StoreTest : public ::testing::Test, protected RunsTasks {
 protected:
  explicit StoreTest(Limits limits = small_limits()) : limits_(limits) { open_store(); }

  /// Limits that make inline bodies, blobs and parts all small.
  static Limits small_limits() {
    Limits limits;
    limits.part_bytes_min = 5;
    limits.inline_bytes_max = 16;
    return limits;
  }

  /// As a new process over the same engines.
  void open_store() {
    store_.reset();
    std::vector<Placement> placements;
    placements.emplace_back(Jurisdiction::Default, meta_, sealed_);
    store_ = std::make_unique<Store>(Environment{clock_, random_, pool_, quota_of_},
                                     std::move(placements), limits_);
  }

  BucketAddress bucket(std::string_view name = "bucket") const {
    return BucketAddress(account_, Jurisdiction::Default, BucketName::parse(name).value());
  }
  static ObjectKey key(std::string_view text) { return ObjectKey::parse(text).value(); }
  ObjectAddress at(std::string_view text, std::string_view bucket_name = "bucket") const {
    return ObjectAddress(bucket(bucket_name), key(text));
  }
  Bucket make_bucket(std::string_view name = "bucket") {
    return run(store_->create_bucket(bucket(name), {})).value();
  }

  Result<ObjectInfo> put(const ObjectAddress& address, std::string text, PutOptions options = {}) {
    TextBody body(std::move(text));
    return run(store_->put_object(address, std::move(options), body));
  }
  Task<Result<std::string>> read_text(ObjectAddress address, ReadOptions options) {
    CO_TRY(auto outcome, co_await store_->read_object(std::move(address), std::move(options)));
    if (outcome.kind == ReadOutcome::Kind::NotModified) co_return std::string("<not modified>");
    CO_TRY(auto text, co_await read_all(*outcome.body, 100'000'000));
    EXPECT_EQ(text.size(), outcome.length);
    co_return text;
  }
  /// The object's bytes, or the name of the error.
  std::string get(const ObjectAddress& address, ReadOptions options = {}) {
    auto text = run(read_text(address, std::move(options)));
    return text ? *text : "<" + std::string(to_string(text.error().code())) + ">";
  }
  std::string get_range(const ObjectAddress& address, std::optional<std::uint64_t> first,
                        std::optional<std::uint64_t> last) {
    ReadOptions options;
    options.range = RangeRequest{first, last};
    return get(address, std::move(options));
  }
  ReadOutcome head(const ObjectAddress& address) {
    ReadOptions options;
    options.want_body = false;
    return run(store_->read_object(address, std::move(options))).value();
  }
  UploadInfo begin_upload(const ObjectAddress& address, CreateUploadOptions options = {}) {
    return run(store_->create_upload(address, std::move(options))).value();
  }
  Result<PartInfo> put_part(const ObjectAddress& address, UploadId id, std::uint32_t number,
                            std::string text) {
    TextBody body(std::move(text));
    return run(store_->upload_part(address, id, number, body));
  }
  static CompletedPart completed(const PartInfo& part) {
    return CompletedPart{part.number, hex_encode(part.md5), {}};
  }
  Result<ObjectInfo> complete(const ObjectAddress& address, UploadId id,
                              std::vector<CompletedPart> parts, Conditions conditions = {}) {
    CompleteOptions options;
    options.parts = std::move(parts);
    options.conditions = std::move(conditions);
    return run(store_->complete_upload(address, id, std::move(options), CommitGate()));
  }
  /// Uploads the texts as parts 1, 2, ... of an object.
  ObjectInfo put_parts(const ObjectAddress& address, const std::vector<std::string>& texts) {
    const UploadInfo upload = begin_upload(address);
    std::vector<CompletedPart> parts;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const auto number = static_cast<std::uint32_t>(i + 1);
      parts.push_back(completed(put_part(address, upload.id, number, texts[i]).value()));
    }
    return complete(address, upload.id, std::move(parts)).value();
  }
  Result<ObjectInfo> copy(const ObjectAddress& from, const ObjectAddress& to,
                          CopyOptions options = {}) {
    auto copied = run(store_->copy_object(from, to, std::move(options), CommitGate()));
    if (!copied) return copied.error();
    return std::move(copied->object);
  }
  BucketUsage usage(std::string_view name = "bucket") {
    return run(store_->bucket_usage(bucket(name))).value();
  }

  /// Collects until nothing more happens, leases included.
  Store::CollectReport collect() {
    Store::CollectReport total;
    for (;;) {
      clock_.advance(std::chrono::minutes(16));
      const auto report = run(store_->collect_garbage()).value();
      total.blobs_removed += report.blobs_removed;
      total.references_removed += report.references_removed;
      total.entries_left = report.entries_left;
      if (report.blobs_removed + report.references_removed == 0) return total;
    }
  }
  std::size_t blobs_held() {
    std::size_t count = 0;
    std::function<bool(BlobId, std::uint64_t)> visit = [&count](BlobId, std::uint64_t) {
      ++count;
      return true;
    };
    EXPECT_TRUE(run(blobs_->enumerate(std::move(visit))).has_value());
    return count;
  }

  static Conditions if_none_match_any() {
    Conditions conditions;
    conditions.if_none_match.emplace();
    conditions.if_none_match->any = true;
    return conditions;
  }
  static Conditions if_match(std::string etag) {
    Conditions conditions;
    conditions.if_match.emplace();
    conditions.if_match->tags.push_back({std::move(etag), false});
    return conditions;
  }

  FakeClock clock_;
  SeededRandom random_;
  InlinePool pool_;
  Limits limits_;
  std::function<records::Quota(AccountId)> quota_of_;  ///< for the next store that is opened
  AccountId account_ = AccountId::make(random_);
  WatchedMeta meta_{meta::make_memory_engine()};
  std::unique_ptr<blob::Engine> blobs_ = blob::make_memory_engine();
  blob::MasterKey master_key_ = blob::MasterKey::generate(random_);
  blob::SealedBlobs sealed_{*blobs_, master_key_, random_, pool_};
  std::unique_ptr<Store> store_;
};

}  // namespace coffer::store::test
