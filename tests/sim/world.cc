#include "world.h"

#include "base/codec.h"
#include "base/hash.h"
#include "blob/memory_engine.h"
#include "meta/memory_engine.h"
#include "store/layout.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <optional>

namespace coffer::sim {
namespace {

/// Short keys that sort closely: one is a prefix of another, one has a NUL.
const std::vector<std::string> kKeys{"a", std::string("a\0", 2), "a/b"};
const std::vector<std::string> kBuckets{"first", "second", "victim"};

/// All parts have this size, and every body begins with as many bytes that no other has.
constexpr std::size_t kPartBytes = 6;

std::string md5_hex(const std::string& text) { return hex_encode(md5(as_bytes(text))); }

/// A body that arrives slowly, a few bytes at a time.
class SlowBody final : public store::UploadBody {
 public:
  SlowBody(Scheduler& scheduler, std::string text)
      : scheduler_(scheduler), text_(std::move(text)) {}
  Task<Result<std::size_t>> read(MutableBytes out) override {
    co_await pause(scheduler_);
    const std::size_t piece = 1 + scheduler_.random()() % 40;
    const std::size_t count = std::min({out.size(), text_.size() - position_, piece});
    std::copy_n(as_bytes(text_).begin() + static_cast<std::ptrdiff_t>(position_), count,
                out.begin());
    position_ += count;
    co_return count;
  }
  Result<store::Checksum> settle(const Md5Digest&) override { return store::Checksum(); }
  std::optional<std::uint64_t> size_bytes() const override { return text_.size(); }

 private:
  Scheduler& scheduler_;
  std::string text_;
  std::size_t position_ = 0;
};

/// Reads slowly too, so that much can happen to the object meanwhile.
Task<Result<std::string>> read_slowly(Scheduler& scheduler, ByteSource& body) {
  std::string text;
  std::string piece(7, ' ');
  for (;;) {
    co_await pause(scheduler);
    CO_TRY(const std::size_t count, co_await body.read(std::as_writable_bytes(std::span(piece))));
    if (count == 0) co_return text;
    text.append(piece, 0, count);
  }
}

/// Small enough to be met often.
records::Quota small_quota(Scheduler& scheduler) {
  records::Quota quota;
  quota.bytes_max = 40 + scheduler.random()() % 80;
  if (scheduler.random()() % 2 == 0) quota.objects_max = 2 + scheduler.random()() % 4;
  if (scheduler.random()() % 4 == 0) quota.buckets_max = 2;
  return quota;
}

store::Limits small_limits() {
  store::Limits limits;
  limits.inline_bytes_max = 8;
  limits.part_bytes_min = kPartBytes;
  return limits;
}

}  // namespace

World::World(std::uint64_t seed)
    : scheduler_(seed),
      random_(seed ^ 0x9e3779b97f4a7c15),
      account_(AccountId::make(random_)),
      meta_(scheduler_, meta::make_memory_engine()),
      blobs_(scheduler_, blob::make_memory_engine()),
      master_key_(blob::MasterKey::generate(random_)),
      sealed_(blobs_, master_key_, random_, pool_) {
  meta_.after_commit = [this](const meta::Partition& partition,
                              const std::vector<meta::Add>& adds) { count(partition, adds); };
  const std::size_t kind = below(4);
  if (kind < 2) quota_ = small_quota(scheduler_);
  quota_changes_ = kind == 1;
  open_store();
}

World::~World() {
  scheduler_.drop_all();
  store_.reset();
}

void World::open_store() {
  std::vector<store::Placement> placements;
  placements.emplace_back(Jurisdiction::Default, meta_, sealed_);
  store::Environment environment{clock_, random_, pool_};
  environment.quota_of = [this](AccountId) { return quota_; };
  store_ =
      std::make_unique<store::Store>(std::move(environment), std::move(placements), small_limits());
}

void World::crash() {
  blobs_.set_crashing(true);
  scheduler_.drop_all();
  store_.reset();
  scheduler_.drop_all();
  blobs_.set_crashing(false);
  spawned_.clear();
  open_store();
}

void World::stop() {
  stopping_ = true;
  for (Spawned& each : spawned_) {
    if (each.begun) each.cancel.emit(boost::asio::cancellation_type::terminal);
  }
  run_steps(UINT64_MAX);
  stopping_ = false;
  spawned_.clear();
  spawn(mark_clean_stop());
  run_steps(UINT64_MAX);
  store_.reset();
  spawned_.clear();
  open_store();
}

bool World::run_steps(std::uint64_t limit) {
  for (; limit > 0; --limit) {
    if (!scheduler_.step()) return true;
    clock_.advance(std::chrono::milliseconds(below(20)));
  }
  return false;
}

Task<> World::begin(Task<> task, Spawned& spawned) {
  spawned.begun = true;
  co_await std::move(task);
}

void World::spawn(Task<> task, bool is_client) {
  Spawned& spawned = spawned_.emplace_back();
  spawned.is_client = is_client;
  auto ended = [this, &spawned](std::exception_ptr failure) {
    spawned.begun = false;
    // What is cancelled ends by an exception.
    if (!failure || stopping_ || spawned.disconnected) return;
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      complain(std::string("exception: ") + error.what());
    }
  };
  boost::asio::co_spawn(
      scheduler_.executor(), begin(std::move(task), spawned),
      boost::asio::bind_cancellation_slot(spawned.cancel.slot(), std::move(ended)));
}

void World::disconnect_somebody() {
  Spawned& chosen = spawned_[below(spawned_.size())];
  if (!chosen.begun || !chosen.is_client) return;
  chosen.disconnected = true;
  anybody_disconnected_ = true;
  chosen.cancel.emit(boost::asio::cancellation_type::terminal);
}

std::string World::run() {
  for (const std::string& bucket : kBuckets) spawn(create_bucket(bucket));
  run_steps(UINT64_MAX);

  const std::size_t ends = below(3);
  for (std::size_t life = 0; life <= ends; ++life) {
    const std::size_t clients = 2 + below(4);
    for (std::size_t i = 0; i < clients; ++i) {
      spawn(client(static_cast<int>(3 + below(6))), /*is_client=*/true);
    }
    spawn(collector(static_cast<int>(1 + below(6))));
    if (life == ends) {
      run_steps(UINT64_MAX);
      break;
    }
    run_steps(below(1'500));
    below(2) == 0 ? stop() : crash();
    spawn(recover());
    // A start may be interrupted as well.
    if (below(4) == 0) {
      run_steps(below(60));
      crash();
      spawn(recover());
    }
    run_steps(UINT64_MAX);
  }

  if (anybody_disconnected_) {
    // What they left half done is finished by the next start.
    stop();
    spawn(recover());
    run_steps(UINT64_MAX);
  }
  spawn(read_everything());
  run_steps(UINT64_MAX);
  complaints_ += explain_if_not_linearizable(history_);
  spawn(probe_quota());
  run_steps(UINT64_MAX);
  spawn(settle());
  run_steps(UINT64_MAX);
  spawn(audit());
  run_steps(UINT64_MAX);
  return complaints_;
}

Task<> World::client(int operations) {
  for (; operations > 0; --operations) {
    co_await one_operation();
    co_await pause(scheduler_);
  }
}

Task<> World::collector(int passes) {
  for (; passes > 0; --passes) {
    for (int i = 0; i < 10; ++i) co_await pause(scheduler_);
    const auto report = co_await store_->collect_garbage();
    if (!report) complain("collect: " + report.error().describe());
    if (below(4) == 0) clock_.advance(std::chrono::minutes(9));
  }
}

Task<> World::recover() {
  const auto recovered = co_await store_->recover();
  if (!recovered) complain("recover: " + recovered.error().describe());
}

Task<> World::mark_clean_stop() {
  const auto marked = co_await store_->mark_clean_stop();
  if (!marked) complain("mark_clean_stop: " + marked.error().describe());
}

Task<> World::one_operation() {
  if (quota_changes_ && below(10) == 0) {
    quota_ = below(2) == 0 ? records::Quota() : small_quota(scheduler_);
  }
  if (below(40) == 0) disconnect_somebody();
  const std::size_t chosen = below(103);
  if (chosen >= 100) return set_storage_class(any_bucket());
  if (chosen < 22) return put();
  if (chosen < 30) return remove();
  if (chosen < 34) return remove_two();
  if (chosen < 46) return read(any_bucket(), any_key());
  if (chosen < 52) return list(any_bucket());
  if (chosen < 54) return list_uploads();
  if (chosen < 68) return copy();
  if (chosen < 73) return create_upload();
  if (chosen < 80) return upload_part();
  if (chosen < 85) return copy_part();
  if (chosen < 90) return complete();
  if (chosen < 93) return abort();
  if (chosen < 97) return delete_bucket(below(3) == 0 ? any_bucket() : "victim");
  return create_bucket(any_bucket());
}

template <class T>
void World::finish(Step& step, const Result<T>& result) {
  step.ended = ++time_;
  step.done = true;
  if (result) return;
  step.error = result.error().code();
  // A refusal changes nothing, and the model knows no quotas.
  if (step.error != ErrorCode::QuotaExceeded) return;
  step.void_ = true;
  const bool frees = step.kind == Step::Kind::Delete || step.kind == Step::Kind::Abort ||
                     step.kind == Step::Kind::DeleteBucket;
  if (frees) complain("a quota refused what frees: " + describe(step));
}

store::StorageClass World::any_class() {
  return below(3) == 0 ? store::StorageClass::InfrequentAccess : store::StorageClass::Standard;
}

store::Metadata World::any_metadata() {
  store::Metadata metadata;
  if (below(2) == 0) metadata.user.emplace_back("name", std::string(below(200), 'v'));
  return metadata;
}

records::AuditEntry World::audit_entry(std::string action, const std::string& bucket) {
  records::AuditEntry entry;
  entry.id = AuditId::make(random_);
  entry.time = clock_.now();
  entry.account = account_;
  entry.action = std::move(action);
  entry.resource_id = bucket;
  return entry;
}

void World::count(const meta::Partition& partition, const std::vector<meta::Add>& adds) {
  for (const meta::Add& add : adds) {
    if (partition == store::layout::directory()) buckets_held_ += add.delta;
    if (add.counter == "objects") objects_held_ += add.delta;
    if (add.counter == "bytes" || add.counter == "part-bytes") bytes_held_ += add.delta;
  }
  if (quota_changes_) return;
  const auto exceeds = [](std::int64_t held, std::optional<std::uint64_t> limit) {
    return limit && held > static_cast<std::int64_t>(*limit);
  };
  if (exceeds(bytes_held_, quota_.bytes_max)) complain("the quota of bytes is exceeded");
  if (exceeds(objects_held_, quota_.objects_max)) complain("the quota of objects is exceeded");
  if (exceeds(buckets_held_, quota_.buckets_max)) complain("the quota of buckets is exceeded");
}

std::string World::any_bucket() { return kBuckets[below(kBuckets.size())]; }
std::string World::any_key() { return kKeys[below(kKeys.size())]; }

std::string World::new_content(std::size_t size) {
  std::string text = std::to_string(100'000 + ++bodies_);
  while (text.size() < size) text += static_cast<char>('a' + text.size() % 26);
  return text;
}

std::string World::remember(const std::string& content) {
  std::string etag = md5_hex(content);
  contents_[etag] = content;
  return etag;
}

std::set<std::string> World::etags_beginning_with(const std::string& content) const {
  std::set<std::string> etags;
  for (const auto& [etag, whole] : contents_) {
    if (whole.starts_with(content)) etags.insert(etag);
  }
  return etags;
}

store::BucketAddress World::address(const std::string& bucket) const {
  return store::BucketAddress(account_, Jurisdiction::Default, BucketName::parse(bucket).value());
}
store::ObjectAddress World::address(const std::string& bucket, const std::string& key) const {
  return store::ObjectAddress(address(bucket), ObjectKey::parse(key).value());
}

/// Those of `step`, as the store wants them.
store::Conditions World::conditions(Step& step) {
  store::Conditions conditions;
  if (step.condition == Condition::Absent) {
    conditions.if_none_match.emplace();
    conditions.if_none_match->any = true;
  }
  if (step.condition == Condition::Matches) {
    conditions.if_match.emplace();
    conditions.if_match->tags.push_back({step.condition_etag, false});
  }
  return conditions;
}

Task<> World::create_bucket(std::string bucket) {
  Step plan;
  plan.kind = Step::Kind::CreateBucket;
  plan.bucket = bucket;
  Step& step = history_.begin(std::move(plan), ++time_);
  store::CreateBucketOptions options;
  options.storage_class = any_class();
  const records::AuditEntry entry = audit_entry("CreateBucket", bucket);
  const auto result = co_await store_->create_bucket(address(bucket), options, entry);
  if (result) bucket_ids_.insert(std::string(result->id.bytes()));
  (result ? audited_ : not_audited_).insert(entry.id);
  finish(step, result);
}

Task<> World::delete_bucket(std::string bucket) {
  Step plan;
  plan.kind = Step::Kind::DeleteBucket;
  plan.bucket = bucket;
  Step& step = history_.begin(std::move(plan), ++time_);
  const records::AuditEntry entry = audit_entry("DeleteBucket", bucket);
  const auto result = co_await store_->delete_bucket(address(bucket), entry);
  // A success may be that of a deletion which another began.
  if (!result) not_audited_.insert(entry.id);
  finish(step, result);
}

/// The model knows no classes.
Task<> World::set_storage_class(std::string bucket) {
  const records::AuditEntry entry = audit_entry("SetStorageClass", bucket);
  const auto result =
      co_await store_->set_bucket_storage_class(address(bucket), any_class(), entry);
  if (result) co_return;
  not_audited_.insert(entry.id);
  if (result.error().code() != ErrorCode::NoSuchBucket) {
    complain("set storage class: " + result.error().describe());
  }
}

Task<> World::put() {
  Step plan;
  plan.kind = Step::Kind::Put;
  plan.bucket = any_bucket();
  plan.key = any_key();
  const std::string content = new_content(below(2) == 0 ? kPartBytes : 30);
  plan.etag = remember(content);
  const std::size_t condition = below(5);
  if (condition == 0) plan.condition = Condition::Absent;
  if (condition == 1) {
    plan.condition = Condition::Matches;
    plan.condition_etag =
        std::next(contents_.begin(), static_cast<std::ptrdiff_t>(below(contents_.size())))->first;
  }
  Step& step = history_.begin(std::move(plan), ++time_);
  SlowBody body(scheduler_, content);
  store::PutOptions options;
  options.metadata = any_metadata();
  if (below(2) == 0) options.storage_class = any_class();
  options.conditions = conditions(step);
  const auto result = co_await store_->put_object(address(step.bucket, step.key), options, body);
  if (result && result->etag.text() != step.etag) complain("put answered another ETag");
  finish(step, result);
}

Task<> World::remove() {
  Step plan;
  plan.kind = Step::Kind::Delete;
  plan.bucket = any_bucket();
  plan.key = any_key();
  Step& step = history_.begin(std::move(plan), ++time_);
  const auto result = co_await store_->delete_object(address(step.bucket, step.key));
  finish(step, result);
}

Task<> World::remove_two() {
  Step plan;
  plan.kind = Step::Kind::Delete;
  plan.bucket = any_bucket();
  plan.key = kKeys[0];
  Step& one = history_.begin(plan, ++time_);
  plan.key = kKeys[1];
  Step& two = history_.begin(plan, ++time_);
  std::vector<ObjectKey> keys{ObjectKey::parse(kKeys[0]).value(),
                              ObjectKey::parse(kKeys[1]).value()};
  const auto result = co_await store_->delete_objects(address(one.bucket), std::move(keys));
  if (result && !result->empty()) {
    // Its bucket may go away in between.
    for (const store::DeleteFailure& failure : *result) {
      if (failure.error.code() != ErrorCode::NoSuchBucket) {
        complain("batch: " + failure.error.describe());
      }
      Step& failed = failure.key.nfc() == one.key ? one : two;
      failed.error = failure.error.code();
    }
  }
  finish(one, result);
  finish(two, result);
}

Task<> World::read(std::string bucket, std::string key) {
  Step plan;
  plan.kind = Step::Kind::Read;
  plan.bucket = bucket;
  plan.key = key;
  Step& step = history_.begin(std::move(plan), ++time_);
  store::ReadOptions options;
  const bool ranged = below(3) == 0;
  if (ranged) options.range = store::RangeRequest{2, 4};
  auto outcome = co_await store_->read_object(address(bucket, key), options);
  if (outcome) step.etag = outcome->info.etag.text();
  finish(step, outcome);
  if (!outcome) co_return;
  const auto text = co_await read_slowly(scheduler_, *outcome->body);
  if (!text) {
    complain("reading: " + text.error().describe() + " of " + describe(step));
  } else if (*text != (ranged ? contents_[step.etag].substr(2, 3) : contents_[step.etag])) {
    complain("wrong bytes: " + *text + " of " + describe(step));
  }
}

Task<> World::list(std::string bucket) {
  Step plan;
  plan.kind = Step::Kind::List;
  plan.bucket = bucket;
  Step& step = history_.begin(std::move(plan), ++time_);
  const store::ListObjectsQuery query;
  const auto page = co_await store_->list_objects(address(bucket), query);
  if (page) {
    for (const store::ListedObject& object : page->objects) {
      step.listed[object.key] = object.etag.text();
    }
  }
  finish(step, page);
}

Task<> World::list_uploads() {
  Step plan;
  plan.kind = Step::Kind::ListUploads;
  plan.bucket = any_bucket();
  Step& step = history_.begin(std::move(plan), ++time_);
  const store::ListUploadsQuery query;
  const auto page = co_await store_->list_uploads(address(step.bucket), query);
  if (page) {
    for (const store::UploadInfo& upload : page->uploads) step.uploads.insert(upload.id.hex());
  }
  finish(step, page);
}

Task<> World::copy() {
  Step source;
  source.kind = Step::Kind::CopyRead;
  source.bucket = any_bucket();
  source.key = any_key();
  Step destination;
  destination.kind = Step::Kind::CopyWrite;
  destination.bucket = any_bucket();
  destination.key = any_key();
  const store::CommitGate gate;
  store::CopyOptions options;
  if (below(3) == 0) {
    options.directive = store::CopyOptions::Directive::Replace;
    options.metadata = any_metadata();
    options.storage_class = any_class();
  }
  if (source.bucket == destination.bucket && source.key == destination.key) {
    // One commit, which changes nothing that the model knows of.
    source.kind = Step::Kind::Read;
    Step& step = history_.begin(std::move(source), ++time_);
    const auto here = address(step.bucket, step.key);
    const auto result = co_await store_->copy_object(here, here, options, gate);
    if (result) step.etag = result->object.etag.text();
    finish(step, result);
    co_return;
  }
  if (below(4) == 0) destination.condition = Condition::Absent;
  Step& from = history_.begin(std::move(source), ++time_);
  destination.after = history_.index_of(from);
  Step& to = history_.begin(std::move(destination), ++time_);
  options.destination_conditions = conditions(to);
  const auto result = co_await store_->copy_object(address(from.bucket, from.key),
                                                   address(to.bucket, to.key), options, gate);
  if (result) {
    to.etag = result->object.etag.text();
    from.source_etags.insert(to.etag);
    finish(from, result);
    finish(to, result);
    co_return;
  }
  switch (result.error().code()) {
    case ErrorCode::NoSuchKey:
      finish(from, result);
      to.void_ = true;
      break;
    case ErrorCode::PreconditionFailed:
      from.void_ = true;
      to.after.reset();
      finish(to, result);
      break;
    case ErrorCode::QuotaExceeded:
      from.void_ = to.void_ = true;
      break;
    default: {
      from.void_ = to.void_ = true;
      Step failed;
      failed.kind = Step::Kind::CopyFailed;
      failed.bucket = from.bucket;
      failed.other_bucket = to.bucket;
      finish(history_.begin(std::move(failed), from.began), result);
      if (result.error().code() != ErrorCode::NoSuchBucket) {
        complain("copy: " + result.error().describe());
      }
    }
  }
}

Task<> World::create_upload() {
  Step plan;
  plan.kind = Step::Kind::CreateUpload;
  plan.bucket = any_bucket();
  plan.key = any_key();
  plan.upload = "?" + std::to_string(time_);
  Step& step = history_.begin(std::move(plan), ++time_);
  store::CreateUploadOptions options;
  options.metadata = any_metadata();
  options.storage_class = any_class();
  const auto result = co_await store_->create_upload(address(step.bucket, step.key), options);
  if (result) {
    step.upload = result->id.hex();
    uploads_.push_back(KnownUpload{step.bucket, step.key, result->id, {}});
  }
  finish(step, result);
}

Task<> World::upload_part() {
  if (uploads_.empty()) co_return;
  const std::size_t index = below(uploads_.size());
  const KnownUpload upload = uploads_[index];
  Step plan;
  plan.kind = Step::Kind::UploadPart;
  plan.bucket = upload.bucket;
  plan.key = upload.key;
  plan.upload = upload.id.hex();
  plan.part = static_cast<std::uint32_t>(1 + below(4));
  const std::string content = new_content(kPartBytes);
  plan.etag = remember(content);
  Step& step = history_.begin(std::move(plan), ++time_);
  SlowBody body(scheduler_, content);
  const auto result =
      co_await store_->upload_part(address(step.bucket, step.key), upload.id, step.part, body);
  if (result) uploads_[index].parts[step.part] = step.etag;
  finish(step, result);
}

Task<> World::copy_part() {
  if (uploads_.empty()) co_return;
  const std::size_t index = below(uploads_.size());
  const KnownUpload upload = uploads_[index];
  Step source;
  source.kind = Step::Kind::CopyRead;
  source.bucket = any_bucket();
  source.key = any_key();
  Step& from = history_.begin(std::move(source), ++time_);
  Step destination;
  destination.kind = Step::Kind::UploadPart;
  destination.bucket = upload.bucket;
  destination.key = upload.key;
  destination.upload = upload.id.hex();
  destination.part = static_cast<std::uint32_t>(1 + below(4));
  destination.after = history_.index_of(from);
  destination.derive = [this](const std::string& etag) {
    return md5_hex(contents_[etag].substr(0, kPartBytes));
  };
  Step& to = history_.begin(std::move(destination), ++time_);
  const std::optional<store::PartRange> range = store::PartRange{0, kPartBytes - 1};
  const store::CommitGate gate;
  const auto result = co_await store_->upload_part_copy(
      address(from.bucket, from.key), address(to.bucket, to.key), upload.id, to.part, range, gate);
  if (result) {
    to.etag = hex_encode(result->md5);
    // The first bytes of every body are its own, so they tell what was copied.
    for (const auto& [etag, content] : std::map(contents_)) {
      if (md5_hex(content.substr(0, kPartBytes)) != to.etag) continue;
      from.source_etags.insert(etag);
      contents_[to.etag] = content.substr(0, kPartBytes);
    }
    uploads_[index].parts[to.part] = to.etag;
    finish(from, result);
    finish(to, result);
    co_return;
  }
  from.void_ = to.void_ = true;
  switch (result.error().code()) {
    case ErrorCode::NoSuchKey:
      from.void_ = false;
      finish(from, result);
      break;
    case ErrorCode::NoSuchUpload:
      to.void_ = false;
      to.after.reset();
      finish(to, result);
      break;
    case ErrorCode::QuotaExceeded:
      break;
    default: {
      Step failed;
      failed.kind = Step::Kind::CopyFailed;
      failed.bucket = from.bucket;
      failed.other_bucket = to.bucket;
      finish(history_.begin(std::move(failed), from.began), result);
      if (result.error().code() != ErrorCode::NoSuchBucket) {
        complain("copy part: " + result.error().describe());
      }
    }
  }
}

Task<> World::complete() {
  if (uploads_.empty()) co_return;
  const KnownUpload upload = uploads_[below(uploads_.size())];
  if (upload.parts.empty()) co_return;
  Step plan;
  plan.kind = Step::Kind::Complete;
  plan.bucket = upload.bucket;
  plan.key = upload.key;
  plan.upload = upload.id.hex();
  if (below(3) == 0) plan.condition = Condition::Absent;
  std::string content;
  Md5 digests;
  store::CompleteOptions options;
  for (const auto& [number, etag] : upload.parts) {
    if (upload.parts.size() > 1 && below(5) == 0) continue;  // some stay unlisted
    plan.parts[number] = etag;
    content += contents_[etag];
    const std::string raw = *hex_decode(etag);
    digests.update(as_bytes(raw));
    options.parts.push_back(store::CompletedPart{number, etag, {}});
  }
  if (options.parts.empty()) co_return;
  plan.etag = hex_encode(digests.finish()) + "-" + std::to_string(options.parts.size());
  contents_[plan.etag] = content;
  Step& step = history_.begin(std::move(plan), ++time_);
  options.conditions = conditions(step);
  const store::CommitGate gate;
  const auto result =
      co_await store_->complete_upload(address(step.bucket, step.key), upload.id, options, gate);
  if (result && result->etag.text() != step.etag) complain("complete answered another ETag");
  finish(step, result);
}

Task<> World::abort() {
  if (uploads_.empty()) co_return;
  const KnownUpload upload = uploads_[below(uploads_.size())];
  Step plan;
  plan.kind = Step::Kind::Abort;
  plan.bucket = upload.bucket;
  plan.key = upload.key;
  plan.upload = upload.id.hex();
  Step& step = history_.begin(std::move(plan), ++time_);
  const auto result = co_await store_->abort_upload(address(step.bucket, step.key), upload.id);
  finish(step, result);
}

Task<Result<store::ObjectInfo>> World::put_probe(std::string key, std::string content) {
  SlowBody body(scheduler_, std::move(content));
  const store::PutOptions options;
  co_return co_await store_->put_object(address("probe", key), options, body);
}

Task<> World::probe_quota() {
  quota_changes_ = true;
  quota_ = records::Quota();
  const store::CreateBucketOptions options;
  const auto made = co_await store_->create_bucket(address("probe"), options);
  if (made) bucket_ids_.insert(std::string(made->id.bytes()));
  constexpr std::int64_t kRoom = 20;
  quota_.bytes_max = static_cast<std::uint64_t>(bytes_held_ + kRoom);
  quota_.objects_max = static_cast<std::uint64_t>(objects_held_ + 1);
  const auto over = co_await put_probe("over", std::string(kRoom + 1, 'x'));
  if (over || over.error().code() != ErrorCode::QuotaExceeded) complain("a byte too many fits");
  const auto full = co_await put_probe("full", std::string(kRoom, 'x'));
  if (!full) complain("what fits the quota does not: " + full.error().describe());
  const auto another = co_await put_probe("another", "");
  if (another || another.error().code() != ErrorCode::QuotaExceeded) {
    complain("an object too many fits");
  }
  if (!co_await store_->delete_object(address("probe", "full"))) complain("probe: delete");
  const auto again = co_await put_probe("again", std::string(kRoom, 'x'));
  if (!again) complain("what was freed does not count: " + again.error().describe());
  remember(std::string(kRoom, 'x'));
}

Task<> World::read_everything() {
  for (const std::string& bucket : kBuckets) {
    co_await list(bucket);
    for (const std::string& key : kKeys) co_await read(bucket, key);
  }
}

}  // namespace coffer::sim
