#include "base/log.h"
#include "store/fan_out.h"
#include "store/impl.h"
#include "store/parts_source.h"

#include <array>

namespace coffer::store {
namespace {

/// Entries looked at together, and of those, worked on at a time: enough to share a sync.
constexpr std::size_t kQueuePage = 512;
constexpr std::size_t kConcurrentDisposals = 32;
/// Part records removed by one commit.
constexpr std::size_t kPartsPerCommit = 512;
/// Disposing of one bucket's entries can make work in another. So many rounds of it in one pass.
constexpr int kRoundsMax = 16;

/// Whether the record under an intent's holder is what the reference was made for.
Result<bool> holds(const meta::Key& holder, std::string_view value, RefId ref) {
  std::optional<Home> home;
  if (holder.family == meta::Family::Record) {
    TRY(const auto object, decode_object(value));
    home = object.data.home;
  } else {
    TRY(const auto part, decode_part(value));
    home = part.home;
  }
  return home && home->ref == ref;
}

}  // namespace

void Store::Impl::mark_dirty(Placement& placement, BucketId bucket) {
  const std::lock_guard guard(garbage_mutex_);
  dirty_.insert(DirtyBucket{&placement, bucket});
}

Task<Result<std::set<Store::Impl::DirtyBucket>>> Store::Impl::take_dirty() {
  // Read first: after an error nothing has been taken.
  std::vector<BucketId> page;
  while (page.empty() && !unvisited_.empty()) {
    BucketWalk& walk = unvisited_.back();
    CO_TRY(page, co_await walk.next());
    if (!page.empty()) continue;
    if (walk.damage()) {
      log_error("garbage of a bucket stays, because its name's record is damaged: " +
                walk.damage()->describe());
    }
    unvisited_.pop_back();
  }
  std::set<DirtyBucket> buckets;
  for (const BucketId id : page) buckets.insert(DirtyBucket{&unvisited_.back().placement(), id});
  const std::lock_guard lock(garbage_mutex_);
  buckets.merge(dirty_);
  dirty_.clear();
  co_return buckets;
}

Task<Result<Store::CollectReport>> Store::Impl::collect_garbage() {
  const KeyLocks::Guard guard = co_await locks_.lock("collect");
  CollectReport report;
  std::set<DirtyBucket> later;
  // Going through all buckets after a start counts as one round, however many pages it takes.
  for (int round = 0; round < kRoundsMax; round += unvisited_.empty() ? 1 : 0) {
    auto buckets = co_await take_dirty();
    if (!buckets) {
      for (const DirtyBucket& bucket : later) mark_dirty(*bucket.placement, bucket.id);
      co_return buckets.error();
    }
    if (buckets->empty()) break;
    for (const DirtyBucket& bucket : *buckets) {
      const std::size_t left_before = report.entries_left;
      const auto collected = co_await collect_bucket(bucket, report);
      if (!collected) {
        log_warn("collecting garbage of bucket " + bucket.id.hex() + ": " +
                 collected.error().describe());
        ++report.entries_left;
      }
      if (report.entries_left > left_before) later.insert(bucket);
    }
  }
  for (const DirtyBucket& bucket : later) mark_dirty(*bucket.placement, bucket.id);
  co_return report;
}

Task<Result<>> Store::Impl::collect_bucket(DirtyBucket bucket, CollectReport& report) {
  const meta::Partition partition = layout::bucket_partition(bucket.id);
  std::string begin;
  bool nothing_left = true;
  for (;;) {
    std::vector<QueueItem> items;
    meta::Visitor visit = [&](std::string_view key, std::string_view value, meta::Version version) {
      items.push_back(QueueItem{std::string(key), std::string(value), version});
      return items.size() < kQueuePage ? meta::Step::next() : meta::Step::stop();
    };
    meta::Range range(meta::Family::Queue, begin, {});
    CO_TRY_VOID(
        co_await bucket.placement->meta.scan(partition, std::move(range), std::move(visit)));
    if (items.empty()) break;
    begin = items.back().key + '\0';

    // Each disposal counts for itself, so that none touches what another writes.
    std::vector<CollectReport> reports(items.size());
    std::function<Task<>(std::size_t)> each = [&](std::size_t i) -> Task<> {
      const auto disposal = co_await dispose(bucket, items[i], reports[i]);
      if (!disposal) {
        log_warn("garbage of bucket " + bucket.id.hex() + ": " + disposal.error().describe());
      }
      if (!disposal || *disposal == Disposal::Later) {
        reports[i].entries_left = 1;
      } else {
        const auto parts = layout::split_queue_key(items[i].key);
        pins_->forget(bucket.id, std::string(parts->group), items[i].key);
      }
    };
    co_await fan_out(items.size(), kConcurrentDisposals, std::move(each));
    for (const CollectReport& one : reports) {
      report.blobs_removed += one.blobs_removed;
      report.references_removed += one.references_removed;
      report.entries_left += one.entries_left;
      nothing_left &= one.entries_left == 0;
    }
    if (items.size() < kQueuePage) break;
  }
  if (nothing_left) CO_TRY_VOID(co_await drop_if_drained(bucket));
  co_return ok();
}

Task<Result<Store::Impl::Disposal>> Store::Impl::dispose(DirtyBucket bucket, const QueueItem& item,
                                                         CollectReport& report) {
  const auto parts = layout::split_queue_key(item.key);
  if (!parts) co_return make_error(ErrorCode::Corrupt, "queue key");
  switch (parts->kind) {
    case layout::kGarbage:
      co_return co_await dispose_garbage(bucket, item, *parts, report);
    case layout::kUnreference:
      co_return co_await dispose_reference(bucket, item, *parts, report);
    case layout::kIntent:
      co_return co_await dispose_intent(bucket, item, *parts, report);
    default:
      co_return make_error(ErrorCode::Corrupt, "queue entry of unknown kind");
  }
}

Task<Result<Store::Impl::Disposal>> Store::Impl::dispose_garbage(DirtyBucket bucket,
                                                                 const QueueItem& item,
                                                                 layout::QueueKeyParts parts,
                                                                 CollectReport& report) {
  CO_TRY(const auto garbage, decode_garbage(item.value));
  const std::string group(parts.group);
  const DataId data = *DataId::from_bytes(parts.id);
  const meta::Partition partition = layout::bucket_partition(bucket.id);
  meta::Engine& meta = bucket.placement->meta;
  const meta::Key entry{meta::Family::Queue, item.key};

  // The owner's record is gone, so a new reference can only be made from one that is there: once
  // there is none, there never will be.
  std::optional<meta::Key> reference;
  meta::Visitor visit = [&reference](std::string_view key, std::string_view, meta::Version) {
    reference = meta::Key{meta::Family::Detail, std::string(key)};
    return meta::Step::stop();
  };
  const std::string prefix = layout::reference_prefix(group, data);
  meta::Range references(meta::Family::Detail, prefix, layout::after_prefix(prefix));
  CO_TRY_VOID(co_await meta.scan(partition, std::move(references), std::move(visit)));
  if (reference) {
    // Out of the queue, so that passes need not look at it again, until the last reference goes.
    meta::Commit park(partition, group);
    park.checks.push_back(meta::Check::has_version(entry, item.version));
    park.checks.push_back(meta::Check::present(std::move(*reference)));
    park.deletes.push_back(entry);
    park.puts.emplace_back(layout::parked_key(group, data), item.value);
    CO_TRY(const auto outcome, co_await meta.commit(std::move(park)));
    co_return outcome.committed() ? Disposal::Parked : Disposal::Later;
  }

  // Asked after the references were seen to be gone: whoever read the owner's record is an open
  // lookup or has pinned, whoever read that of a copy pinned before its reference was removed.
  if (!pins_->lookups_ended(bucket.id, group, item.key) || pins_->pinned(bucket.id, data)) {
    co_return Disposal::Later;
  }
  // Bytes first: a crash in between finds the entry again, and removal is idempotent.
  if (garbage.kind == GarbageRecord::Kind::Parts) {
    CO_TRY_VOID(co_await dispose_parts(bucket, group, *UploadId::from_bytes(parts.id), report));
  } else {
    CO_TRY_VOID(co_await bucket.placement->blobs.engine().remove(*BlobId::from_bytes(parts.id)));
    ++report.blobs_removed;
  }
  meta::Commit done(partition, group);
  done.checks.push_back(meta::Check::range_empty(meta::Key{meta::Family::Detail, prefix},
                                                 layout::after_prefix(prefix)));
  done.deletes.push_back(entry);
  CO_TRY(const auto outcome, co_await meta.commit(std::move(done)));
  if (!outcome.committed()) {
    co_return make_error(ErrorCode::Corrupt,
                         "data " + data.hex() + " got a reference after its end");
  }
  co_return Disposal::Done;
}

Task<Result<>> Store::Impl::dispose_parts(DirtyBucket bucket, const std::string& group,
                                          UploadId manifest, CollectReport& report) {
  const meta::Partition partition = layout::bucket_partition(bucket.id);
  meta::Engine& meta = bucket.placement->meta;
  blob::Engine& blobs = bucket.placement->blobs.engine();
  for (;;) {
    meta::Commit change(partition, group);
    std::vector<BlobId> own;
    const PartVisitor visit = [&](std::uint32_t number, PartRecord part, meta::Version) {
      change.deletes.push_back(layout::part_key(group, manifest, number));
      if (part.home) {
        drop_part(change, group, part);
      } else {
        for (const Slice& slice : part.slices) own.push_back(slice.blob.id);
      }
      return change.deletes.size() < kPartsPerCommit;
    };
    CO_TRY_VOID(co_await scan_parts(meta, partition, group, manifest, 0, visit));
    if (change.deletes.empty()) co_return ok();
    for (const BlobId blob : own) {
      CO_TRY_VOID(co_await blobs.remove(blob));
      ++report.blobs_removed;
    }
    const bool last = change.deletes.size() < kPartsPerCommit;
    const bool queued = !change.puts.empty();
    CO_TRY_VOID(co_await meta.commit(std::move(change)));
    if (queued) mark_dirty(*bucket.placement, bucket.id);
    if (last) co_return ok();
  }
}

Task<Result<Store::Impl::Disposal>> Store::Impl::dispose_reference(DirtyBucket bucket,
                                                                   const QueueItem& item,
                                                                   layout::QueueKeyParts parts,
                                                                   CollectReport& report) {
  CO_TRY(const auto dropped, decode_unreference(item.value));
  const std::string group(parts.group);
  // A reader of the dropped record pins the data by its home; until then the reference holds it.
  if (!pins_->lookups_ended(bucket.id, group, item.key)) co_return Disposal::Later;
  CO_TRY_VOID(co_await remove_reference(*bucket.placement, dropped.home, /*with_intent=*/false));
  meta::Commit done(layout::bucket_partition(bucket.id), group);
  done.deletes.push_back(meta::Key{meta::Family::Queue, item.key});
  CO_TRY_VOID(co_await bucket.placement->meta.commit(std::move(done)));
  ++report.references_removed;
  co_return Disposal::Done;
}

Task<Result<Store::Impl::Disposal>> Store::Impl::dispose_intent(DirtyBucket bucket,
                                                                const QueueItem& item,
                                                                layout::QueueKeyParts parts,
                                                                CollectReport& report) {
  CO_TRY(const auto intent, decode_intent(item.value));
  const RefId ref = *RefId::from_bytes(parts.id);
  {
    const std::lock_guard lock(garbage_mutex_);
    if (active_intents_.contains(ref)) co_return Disposal::Later;
  }
  // A data root has one process: whoever else made this was killed, and will not come back to it.
  const bool is_ours = intent.made_by == gateway_;
  if (is_ours && now() - intent.created < kIntentLease) co_return Disposal::Later;

  const Home home{bucket.id, std::string(parts.group), intent.data, ref};
  CO_TRY(auto holder, co_await bucket.placement->meta.get(
                          layout::bucket_partition(intent.destination), intent.holder));
  bool held = false;
  if (holder) {
    CO_TRY(held, holds(intent.holder, holder->value, ref));
  }
  if (held) {
    CO_TRY_VOID(co_await clear_intent(*bucket.placement, home));
  } else {
    // Never committed, or dropped since, which also asks for what we do here.
    CO_TRY_VOID(co_await remove_reference(*bucket.placement, home, /*with_intent=*/true));
    ++report.references_removed;
  }
  co_return Disposal::Done;
}

Task<Result<>> Store::Impl::drop_if_drained(DirtyBucket bucket) {
  meta::Engine& meta = bucket.placement->meta;
  const meta::Key entry = layout::deleted_bucket_key(bucket.id);
  CO_TRY(const auto deleted, co_await meta.get(layout::directory(), entry));
  if (!deleted) co_return ok();
  const meta::Partition partition = layout::bucket_partition(bucket.id);
  constexpr std::array kFamilies{meta::Family::Record, meta::Family::Upload, meta::Family::Detail,
                                 meta::Family::Body, meta::Family::Queue};
  for (const meta::Family family : kFamilies) {
    bool empty = true;
    meta::Visitor visit = [&empty](std::string_view, std::string_view, meta::Version) {
      empty = false;
      return meta::Step::stop();
    };
    meta::Range everything(family, {}, {});
    CO_TRY_VOID(co_await meta.scan(partition, std::move(everything), std::move(visit)));
    if (!empty) co_return ok();
  }
  // Nothing can come any more: objects need the header's fence, references need a reference.
  CO_TRY_VOID(co_await meta.drop(partition));
  meta::Commit done(layout::directory(), "");
  done.deletes.push_back(entry);
  CO_TRY_VOID(co_await meta.commit(std::move(done)));
  co_return ok();
}

}  // namespace coffer::store
