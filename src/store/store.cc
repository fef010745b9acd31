#include "store/store.h"

#include "base/log.h"
#include "store/impl.h"

#include <utility>

namespace coffer::store {
namespace {

/// What a bucket's commit does to what its account holds.
Holdings growth_of(const std::vector<meta::Add>& adds) {
  Holdings growth;
  for (const meta::Add& add : adds) {
    if (add.counter == layout::kObjectCounter) growth.objects += add.delta;
    const bool bytes =
        add.counter == layout::kByteCounter || add.counter == layout::kPartByteCounter;
    if (bytes) growth.bytes += add.delta;
  }
  return growth;
}

}  // namespace

bool left_nothing(const Result<meta::CommitOutcome>& outcome) {
  if (outcome) return !outcome->committed();
  return outcome.error().code() == ErrorCode::SlowDown;
}

void settle(Quotas::Reservation& reservation, const Result<meta::CommitOutcome>& outcome) {
  if (left_nothing(outcome)) {
    reservation.not_committed();
  } else if (outcome) {
    reservation.committed();
  }
}

Store::Impl::Impl(Environment environment, std::vector<Placement> placements, Limits limits)
    : environment_(environment),
      placements_(std::move(placements)),
      limits_(limits),
      gateway_(GatewayId::make(environment.random)),
      quotas_(environment_.quota_of, [this](AccountId account) { return holdings_of(account); }) {}

Placement* Store::Impl::placement_of(Jurisdiction jurisdiction) {
  for (Placement& placement : placements_) {
    if (placement.jurisdiction == jurisdiction) return &placement;
  }
  return nullptr;
}

Timestamp Store::Impl::modification_time(const CurrentObject& current) const {
  const Timestamp time = now();
  if (!current.record) return time;
  const Timestamp previous = current.record->last_modified;
  return previous > time && previous - time <= kClockStepSmoothed ? previous : time;
}

Task<KeyLocks::Guard> Store::Impl::lock_key(const OpenBucket& bucket, const std::string& group) {
  co_return co_await locks_.lock(bucket.partition + group);
}

Task<Result<CurrentObject>> Store::Impl::read_current(const OpenBucket& bucket,
                                                      const std::string& group) {
  CO_TRY(auto stored, co_await bucket.meta().get(bucket.partition, layout::record_key(group)));
  CurrentObject current;
  if (!stored) co_return current;
  CO_TRY(current.record, decode_object(stored->value));
  current.version = stored->version;
  co_return current;
}

void Store::Impl::drop_data(meta::Commit& change, const std::string& group,
                            const ObjectData& data) const {
  switch (data.kind) {
    case ObjectData::Kind::Empty:
      return;
    case ObjectData::Kind::Inline:
      change.deletes.push_back(layout::body_key(group, data.blob.id));
      return;
    case ObjectData::Kind::Blob:
    case ObjectData::Kind::Parts:
      break;
  }
  if (data.home) {
    change.puts.emplace_back(layout::unreference_key(group, data.home->ref),
                             encode(UnreferenceRecord{*data.home}));
    return;
  }
  GarbageRecord garbage;
  garbage.kind =
      data.kind == ObjectData::Kind::Blob ? GarbageRecord::Kind::Blob : GarbageRecord::Kind::Parts;
  garbage.dropped = now();
  change.puts.emplace_back(layout::garbage_key(group, data.id()), encode(garbage));
}

void Store::Impl::drop_part(meta::Commit& change, const std::string& group,
                            const PartRecord& part) const {
  if (part.home) {
    change.puts.emplace_back(layout::unreference_key(group, part.home->ref),
                             encode(UnreferenceRecord{*part.home}));
    return;
  }
  for (const Slice& slice : part.slices) {
    GarbageRecord garbage;
    garbage.kind = GarbageRecord::Kind::Blob;
    garbage.dropped = now();
    change.puts.emplace_back(layout::garbage_key(group, data_id(slice.blob.id)), encode(garbage));
  }
}

meta::Commit Store::Impl::replacement(const OpenBucket& bucket, const std::string& group,
                                      const CurrentObject& current, const ObjectRecord& next,
                                      std::string sealed_body, UsageChange usage) const {
  meta::Commit change(bucket.partition, group);
  meta::Key key = layout::record_key(group);
  usage.add_object(next);
  if (current.record) {
    change.checks.push_back(meta::Check::has_version(key, current.version));
    // A copy of an object onto itself keeps the bytes it has.
    if (current.record->data != next.data) drop_data(change, group, current.record->data);
    usage.remove_object(*current.record);
  } else {
    change.checks.push_back(meta::Check::absent(key));
  }
  usage.write(change);
  change.puts.emplace_back(std::move(key), encode(next));
  if (!sealed_body.empty()) {
    change.puts.emplace_back(layout::body_key(group, next.data.blob.id), std::move(sealed_body));
  }
  return change;
}

Task<Result<meta::CommitOutcome>> Store::Impl::commit(BucketHandle bucket, meta::Commit change,
                                                      const RetryableBlob* blob) {
  CO_TRY(auto reservation,
         co_await quotas_.reserve(bucket->header.account, growth_of(change.adds)));
  bool queued = false;
  for (const meta::Put& put : change.puts) queued |= put.key.family == meta::Family::Queue;
  change.fence = bucket->fence;
  if (blob) blob->lend(change);
  auto outcome = co_await bucket->meta().commit(std::move(change));
  settle(reservation, outcome);
  if (!outcome) {
    // Whether it took place is open, except when the queue was full.
    if (blob && !left_nothing(outcome)) {
      blob->keep_for_recovery();
      recovery_needed_ = true;
    }
    co_return outcome;
  }
  if (outcome->kind == meta::CommitOutcome::Kind::FenceMoved) forget(*bucket);
  if (outcome->committed() && queued) mark_dirty(*bucket->placement, bucket->id);
  co_return outcome;
}

// The public methods.

Store::Store(Environment environment, std::vector<Placement> placements, Limits limits)
    : impl_(std::make_unique<Impl>(environment, std::move(placements), limits)) {}
Store::~Store() = default;

Task<Result<>> Store::recover() { return impl_->recover(); }
Task<Result<>> Store::mark_clean_stop() { return impl_->mark_clean_stop(); }
Task<Result<Store::CollectReport>> Store::collect_garbage() { return impl_->collect_garbage(); }

meta::Partition audit_partition() { return layout::directory(); }

Task<Result<Bucket>> Store::create_bucket(BucketAddress address, CreateBucketOptions options,
                                          std::optional<records::AuditEntry> audit) {
  return impl_->create_bucket(std::move(address), std::move(options), std::move(audit));
}
Task<Result<>> Store::delete_bucket(BucketAddress address,
                                    std::optional<records::AuditEntry> audit) {
  return impl_->delete_bucket(std::move(address), std::move(audit));
}
Task<Result<Bucket>> Store::set_bucket_storage_class(BucketAddress address,
                                                     StorageClass storage_class,
                                                     std::optional<records::AuditEntry> audit) {
  return impl_->set_bucket_storage_class(std::move(address), storage_class, std::move(audit));
}
Task<Result<Bucket>> Store::get_bucket(BucketAddress address) {
  return impl_->get_bucket(std::move(address));
}
Task<Result<BucketPage>> Store::list_buckets(AccountId account, Jurisdiction jurisdiction,
                                             ListBucketsQuery query) {
  return impl_->list_buckets(account, jurisdiction, std::move(query));
}
Task<Result<BucketUsage>> Store::bucket_usage(BucketAddress address) {
  return impl_->bucket_usage(std::move(address));
}
Task<Result<AccountUsage>> Store::account_usage(AccountId account, Jurisdiction jurisdiction) {
  return impl_->account_usage(account, jurisdiction);
}

Task<Result<ObjectInfo>> Store::put_object(ObjectAddress address, PutOptions options,
                                           UploadBody& body) {
  return impl_->put_object(std::move(address), std::move(options), body);
}
Task<Result<ReadOutcome>> Store::read_object(ObjectAddress address, ReadOptions options) {
  return impl_->read_object(std::move(address), std::move(options));
}
Task<Result<>> Store::delete_object(ObjectAddress address) {
  return impl_->delete_object(std::move(address));
}
Task<Result<std::vector<DeleteFailure>>> Store::delete_objects(BucketAddress bucket,
                                                               std::vector<ObjectKey> keys) {
  return impl_->delete_objects(std::move(bucket), std::move(keys));
}
Task<Result<CopiedObject>> Store::copy_object(ObjectAddress source, ObjectAddress destination,
                                              CopyOptions options, CommitGate gate) {
  return impl_->copy_object(std::move(source), std::move(destination), std::move(options),
                            std::move(gate));
}
Task<Result<ObjectPage>> Store::list_objects(BucketAddress bucket, ListObjectsQuery query) {
  return impl_->list_objects(std::move(bucket), std::move(query));
}

Task<Result<UploadInfo>> Store::create_upload(ObjectAddress address, CreateUploadOptions options) {
  return impl_->create_upload(std::move(address), std::move(options));
}
Task<Result<PartInfo>> Store::upload_part(ObjectAddress address, UploadId upload,
                                          std::uint32_t number, UploadBody& body) {
  return impl_->upload_part(std::move(address), upload, number, body);
}
Task<Result<PartInfo>> Store::upload_part_copy(ObjectAddress source, ObjectAddress destination,
                                               UploadId upload, std::uint32_t number,
                                               std::optional<PartRange> range, CommitGate gate,
                                               Conditions source_conditions) {
  return impl_->upload_part_copy(std::move(source), std::move(destination), upload, number, range,
                                 std::move(gate), std::move(source_conditions));
}
Task<Result<ObjectInfo>> Store::complete_upload(ObjectAddress address, UploadId upload,
                                                CompleteOptions options, CommitGate gate) {
  return impl_->complete_upload(std::move(address), upload, std::move(options), std::move(gate));
}
Task<Result<>> Store::abort_upload(ObjectAddress address, UploadId upload) {
  return impl_->abort_upload(std::move(address), upload);
}
Task<Result<PartPage>> Store::list_parts(ObjectAddress address, UploadId upload,
                                         std::uint32_t after_number, std::size_t limit) {
  return impl_->list_parts(std::move(address), upload, after_number, limit);
}
Task<Result<UploadPage>> Store::list_uploads(BucketAddress bucket, ListUploadsQuery query) {
  return impl_->list_uploads(std::move(bucket), std::move(query));
}

}  // namespace coffer::store
