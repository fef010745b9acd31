#include "base/log.h"
#include "store/impl.h"
#include "store/metadata_rules.h"

namespace coffer::store {
namespace {

bool same_object(const ObjectAddress& a, const ObjectAddress& b) {
  return a.bucket.account == b.bucket.account && a.bucket.jurisdiction == b.bucket.jurisdiction &&
         a.bucket.name == b.bucket.name && a.key == b.key;
}

Error failed_condition(const ObjectAddress& address) {
  return make_error(ErrorCode::PreconditionFailed, address.key.nfc());
}
Error contended(const ObjectAddress& address) {
  return make_error(ErrorCode::SlowDown, "copy to " + address.key.nfc() + " is contended");
}

}  // namespace

bool Store::Impl::certainly_not_committed(const Error& error) {
  switch (error.code()) {
    case ErrorCode::IoError:
    case ErrorCode::NoSpace:
    case ErrorCode::Corrupt:
    case ErrorCode::SlowDown:
    case ErrorCode::ServiceUnavailable:
    case ErrorCode::Internal:
      return false;
    default:
      return true;
  }
}

Store::Impl::ActiveIntent::ActiveIntent(Impl& impl, RefId ref) : impl_(impl), ref_(ref) {
  const std::lock_guard guard(impl_.garbage_mutex_);
  impl_.active_intents_.insert(ref_);
}
Store::Impl::ActiveIntent::~ActiveIntent() {
  const std::lock_guard guard(impl_.garbage_mutex_);
  impl_.active_intents_.erase(ref_);
}

bool Store::Impl::lease_is_tight(Timestamp started) const {
  return now() - started > kIntentLease / 2;
}

Home Store::Impl::home_of(const FoundObject& source, RefId ref) const {
  const ObjectData& data = source.record.data;
  if (data.home) return Home{data.home->bucket, data.home->group, data.home->data, ref};
  return Home{source.bucket->id, source.group, data.id(), ref};
}

Task<Result<bool>> Store::Impl::add_reference(const FoundObject& source, const Home& home,
                                              BucketId destination, meta::Key holder) {
  meta::Commit change(layout::bucket_partition(home.bucket), home.group);
  // The bytes live as long as their owner's record, or any reference, is there.
  if (const auto& own = source.record.data.home) {
    change.checks.push_back(
        meta::Check::present(layout::reference_key(own->group, own->data, own->ref)));
  } else {
    change.checks.push_back(
        meta::Check::has_version(layout::record_key(source.group), source.version));
  }
  IntentRecord intent;
  intent.data = home.data;
  intent.created = now();
  intent.destination = destination;
  intent.holder = holder;
  intent.made_by = gateway_;
  ReferenceRecord reference;
  reference.holder_bucket = destination;
  reference.holder = std::move(holder);
  change.puts.emplace_back(layout::reference_key(home.group, home.data, home.ref),
                           encode(reference));
  change.puts.emplace_back(layout::intent_key(home.group, home.ref), encode(intent));
  CO_TRY(const auto outcome, co_await source.bucket->meta().commit(std::move(change)));
  co_return outcome.committed();
}

Task<Result<>> Store::Impl::clear_intent(Placement& placement, const Home& home) {
  meta::Commit change(layout::bucket_partition(home.bucket), home.group);
  change.deletes.push_back(layout::intent_key(home.group, home.ref));
  CO_TRY_VOID(co_await placement.meta.commit(std::move(change)));
  co_return ok();
}

Task<Result<>> Store::Impl::remove_reference(Placement& placement, const Home& home,
                                             bool with_intent) {
  const meta::Partition partition = layout::bucket_partition(home.bucket);
  const meta::Key own = layout::reference_key(home.group, home.data, home.ref);
  const meta::Key parked = layout::parked_key(home.group, home.data);
  const std::string prefix = layout::reference_prefix(home.group, home.data);
  for (int attempt = 0; attempt < kCommitAttemptsMax; ++attempt) {
    meta::Commit change(partition, home.group);
    change.deletes.push_back(own);
    if (with_intent) change.deletes.push_back(layout::intent_key(home.group, home.ref));

    std::optional<meta::Key> other;
    meta::Visitor visit = [&](std::string_view key, std::string_view, meta::Version) {
      if (key == own.bytes) return meta::Step::next();
      other = meta::Key{meta::Family::Detail, std::string(key)};
      return meta::Step::stop();
    };
    meta::Range references(meta::Family::Detail, prefix, layout::after_prefix(prefix));
    CO_TRY_VOID(co_await placement.meta.scan(partition, std::move(references), std::move(visit)));
    if (other) {
      // Not the last reference: nothing to wake.
      change.checks.push_back(meta::Check::present(std::move(*other)));
    } else {
      CO_TRY(auto waiting, co_await placement.meta.get(partition, parked));
      if (waiting) {
        change.checks.push_back(meta::Check::has_version(parked, waiting->version));
        change.deletes.push_back(parked);
        change.puts.emplace_back(layout::garbage_key(home.group, home.data),
                                 std::move(waiting->value));
      } else {
        change.checks.push_back(meta::Check::absent(parked));
      }
    }
    CO_TRY(const auto outcome, co_await placement.meta.commit(std::move(change)));
    if (outcome.committed()) {
      mark_dirty(placement, home.bucket);
      co_return ok();
    }
  }
  co_return make_error(ErrorCode::SlowDown, "references of " + home.data.hex());
}

Task<> Store::Impl::settle_reference(Placement& placement, const Home& home,
                                     const std::optional<Error>& failure, bool again) {
  if (!failure) {
    const auto cleared = co_await clear_intent(placement, home);
    // The copy stands; the collector finds that the destination holds the reference.
    if (!cleared) mark_dirty(placement, home.bucket);
    co_return;
  }
  if (again || certainly_not_committed(*failure)) {
    const auto undone = co_await remove_reference(placement, home, /*with_intent=*/true);
    if (undone) co_return;
    log_warn("a copy that failed left its reference to the collector: " +
             undone.error().describe());
  }
  mark_dirty(placement, home.bucket);
}

Result<ObjectRecord> Store::Impl::copied_record(const ObjectRecord& source,
                                                const ObjectKey& destination,
                                                const CopyOptions& options) const {
  ObjectRecord record;
  record.original_key = destination.original();
  record.size_bytes = source.size_bytes;
  // A multipart object's ETag goes with it, as do the part boundaries.
  record.etag = source.etag;
  record.checksum = source.checksum;
  switch (options.directive) {
    case CopyOptions::Directive::Copy:
      record.metadata = source.metadata;
      break;
    case CopyOptions::Directive::Replace:
      record.metadata = options.metadata;
      break;
    case CopyOptions::Directive::Merge:
      record.metadata = merge_metadata(source.metadata, options.metadata);
      break;
  }
  if (options.directive != CopyOptions::Directive::Copy) {
    TRY_VOID(check_metadata(record.metadata, limits_.metadata_bytes_max));
    if (encode(record).size() > kRecordBytesMax) {
      return make_error(ErrorCode::MetadataTooLarge, "the record would not fit");
    }
  }
  return record;
}

Task<Result<CopiedObject>> Store::Impl::copy_object(ObjectAddress source, ObjectAddress destination,
                                                    CopyOptions options, CommitGate gate) {
  if (source.bucket.jurisdiction != destination.bucket.jurisdiction) {
    co_return make_error(ErrorCode::InvalidRequest, "copy between jurisdictions");
  }
  if (same_object(source, destination)) {
    co_return co_await copy_onto_itself(destination, options, gate);
  }
  for (int attempt = 0; attempt < kCommitAttemptsMax; ++attempt) {
    CO_TRY(auto found, co_await find_object(source));
    if (!allows_write(options.source_conditions, found.record.validator())) {
      co_return failed_condition(source);
    }
    bool again = false;
    auto copied = co_await copy_found(found, destination, options, gate, again);
    if (again) continue;
    CO_TRY(auto object, std::move(copied));
    co_return CopiedObject{std::move(object), found.record.version};
  }
  co_return contended(destination);
}

Task<Result<ObjectInfo>> Store::Impl::copy_found(FoundObject& source,
                                                 const ObjectAddress& destination,
                                                 const CopyOptions& options, const CommitGate& gate,
                                                 bool& again) {
  switch (source.record.data.kind) {
    case ObjectData::Kind::Empty:
      break;
    case ObjectData::Kind::Inline:
      co_return co_await copy_inline(source, destination, options, gate, again);
    case ObjectData::Kind::Blob:
    case ObjectData::Kind::Parts:
      co_return co_await copy_shared(source, destination, options, gate, again);
  }
  CO_TRY(auto record, copied_record(source.record, destination.key, options));
  co_return co_await commit_copy(destination, std::move(record), std::string(), options, gate,
                                 nullptr, again);
}

Task<Result<CopiedObject>> Store::Impl::copy_onto_itself(const ObjectAddress& address,
                                                         const CopyOptions& options,
                                                         const CommitGate& gate) {
  BucketHandle bucket;
  CO_TRY(bucket, co_await open(address.bucket));
  const std::string group = layout::group_of(address.key.nfc());
  const KeyLocks::Guard guard = co_await lock_key(*bucket, group);
  for (int attempt = 0; attempt < kCommitAttemptsMax; ++attempt) {
    CO_TRY(bucket, co_await open(address.bucket));
    CO_TRY(const auto current, co_await read_current(*bucket, group));
    if (!current.record) co_return make_error(ErrorCode::NoSuchKey, address.key.nfc());
    if (!allows_write(options.source_conditions, current.validator()) ||
        !allows_write(options.destination_conditions, current.validator())) {
      co_return failed_condition(address);
    }
    if (gate) CO_TRY_VOID(gate());
    CO_TRY(auto record, copied_record(*current.record, address.key, options));
    record.data = current.record->data;
    record.version = VersionId::make(environment_.random);
    record.last_modified = modification_time(current);
    record.storage_class = options.storage_class.value_or(bucket->header.storage_class);
    meta::Commit change = replacement(*bucket, group, current, record, {});
    CO_TRY(const auto outcome, co_await commit(bucket, std::move(change)));
    if (outcome.committed()) {
      co_return CopiedObject{record.info(address.key.nfc()), current.record->version};
    }
  }
  co_return contended(address);
}

Task<Result<ObjectInfo>> Store::Impl::copy_inline(FoundObject& source,
                                                  const ObjectAddress& destination,
                                                  const CopyOptions& options,
                                                  const CommitGate& gate, bool& again) {
  const OpenBucket& bucket = *source.bucket;
  meta::Key key = layout::body_key(source.group, source.record.data.blob.id);
  CO_TRY(auto stored, co_await bucket.meta().get(bucket.partition, std::move(key)));
  if (!stored) {
    again = true;  // replaced since its record was read
    co_return contended(destination);
  }
  auto& blobs = bucket.placement->blobs;
  CO_TRY(const auto text, blobs.open_inline(source.record.data.blob, stored->value));
  // A data key serves one blob only, so the copy is sealed anew.
  auto sealed = blobs.seal_inline(as_bytes(text));
  CO_TRY(auto record, copied_record(source.record, destination.key, options));
  record.data.kind = ObjectData::Kind::Inline;
  record.data.blob = sealed.ref;
  co_return co_await commit_copy(destination, std::move(record), std::move(sealed.sealed), options,
                                 gate, nullptr, again);
}

Task<Result<ObjectInfo>> Store::Impl::copy_shared(FoundObject& source,
                                                  const ObjectAddress& destination,
                                                  const CopyOptions& options,
                                                  const CommitGate& gate, bool& again) {
  CO_TRY(auto record, copied_record(source.record, destination.key, options));
  CO_TRY(const auto target, co_await open(destination.bucket));
  Placement& placement = *source.bucket->placement;
  const Home home = home_of(source, RefId::make(environment_.random));
  const ActiveIntent active(*this, home.ref);
  SharedCopy shared;
  shared.destination = target->id;
  shared.started = now();

  meta::Key holder = layout::record_key(layout::group_of(destination.key.nfc()));
  CO_TRY(const bool added, co_await add_reference(source, home, target->id, std::move(holder)));
  if (!added) {
    again = true;
    co_return contended(destination);
  }
  record.data = source.record.data;
  record.data.home = home;
  auto result = co_await commit_copy(destination, std::move(record), std::string(), options, gate,
                                     &shared, again);
  std::optional<Error> failure;
  if (!result) failure = result.error();
  co_await settle_reference(placement, home, failure, again);
  co_return result;
}

Task<Result<ObjectInfo>> Store::Impl::commit_copy(const ObjectAddress& destination,
                                                  ObjectRecord record, std::string sealed_body,
                                                  const CopyOptions& options,
                                                  const CommitGate& gate, const SharedCopy* shared,
                                                  bool& again) {
  BucketHandle bucket;
  CO_TRY(bucket, co_await open(destination.bucket));
  const std::string group = layout::group_of(destination.key.nfc());
  const KeyLocks::Guard guard = co_await lock_key(*bucket, group);
  for (int attempt = 0; attempt < kCommitAttemptsMax; ++attempt) {
    CO_TRY(bucket, co_await open(destination.bucket));
    if (shared && bucket->id != shared->destination) {
      // The bucket was deleted and made again: the intent names the other incarnation.
      again = true;
      co_return contended(destination);
    }
    CO_TRY(const auto current, co_await read_current(*bucket, group));
    if (!allows_write(options.destination_conditions, current.validator())) {
      co_return failed_condition(destination);
    }
    if (shared && lease_is_tight(shared->started)) {
      again = true;
      co_return contended(destination);
    }
    if (gate) CO_TRY_VOID(gate());
    record.version = VersionId::make(environment_.random);
    record.last_modified = modification_time(current);
    record.storage_class = options.storage_class.value_or(bucket->header.storage_class);
    meta::Commit change = replacement(*bucket, group, current, record, sealed_body);
    CO_TRY(const auto outcome, co_await commit(bucket, std::move(change)));
    if (outcome.committed()) co_return record.info(destination.key.nfc());
  }
  co_return contended(destination);
}

}  // namespace coffer::store
