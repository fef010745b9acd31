#include "base/log.h"
#include "store/impl.h"

#include <algorithm>
#include <unordered_set>

namespace coffer::store {
namespace {

/// Blob names held in memory at a time while orphans are looked for (about 100 MB).
constexpr std::size_t kCandidatesMax = 2'000'000;
/// Buckets of one step of a walk over all of them.
constexpr std::size_t kWalkPage = 512;

/// The shard of a blob among `shards`: ids are random, so two bytes spread them evenly.
std::size_t shard_of(BlobId id, std::size_t shards) {
  const auto high = static_cast<unsigned char>(id.bytes()[0]);
  const auto low = static_cast<unsigned char>(id.bytes()[1]);
  return (static_cast<std::size_t>(high) << 8 | low) % shards;
}

/// Blobs that may be orphans: those found on disk, less every one that a record names.
class Candidates {
 public:
  void add(BlobId id) { ids_.insert(std::string(id.bytes())); }
  void claim(BlobId id) { ids_.erase(std::string(id.bytes())); }
  bool empty() const { return ids_.empty(); }
  const std::unordered_set<std::string>& left() const { return ids_; }

 private:
  std::unordered_set<std::string> ids_;
};

/// Claims what one key of a bucket's partition names.
Result<> claim(meta::Family family, std::string_view key, std::string_view value,
               Candidates& candidates) {
  if (family == meta::Family::Record) {
    TRY(const auto object, decode_object(value));
    if (object.data.kind == ObjectData::Kind::Blob) candidates.claim(object.data.blob.id);
    return ok();
  }
  if (family == meta::Family::Queue) {
    const auto parts = layout::split_queue_key(key);
    if (!parts) return make_error(ErrorCode::Corrupt, "queue key");
    // The collector removes it; that its id may be a manifest's does no harm.
    if (parts->kind == layout::kGarbage) candidates.claim(*BlobId::from_bytes(parts->id));
    return ok();
  }
  const auto parts = layout::split_detail_key(key);
  if (!parts) return make_error(ErrorCode::Corrupt, "detail key");
  if (parts->kind == layout::kPart) {
    TRY(const auto part, decode_part(value));
    for (const Slice& slice : part.slices) candidates.claim(slice.blob.id);
  } else if (parts->kind == layout::kParked) {
    candidates.claim(*BlobId::from_bytes(parts->id));
  }
  return ok();
}

/// Claims what all keys of one family of a bucket name.
Task<Result<>> claim_all(Placement& placement, BucketId bucket, meta::Family family,
                         Candidates& candidates) {
  Result<> failure = ok();
  meta::Visitor visit = [&](std::string_view key, std::string_view value, meta::Version) {
    failure = claim(family, key, value, candidates);
    return failure ? meta::Step::next() : meta::Step::stop();
  };
  meta::Range everything(family, {}, {});
  CO_TRY_VOID(co_await placement.meta.scan(layout::bucket_partition(bucket), std::move(everything),
                                           std::move(visit)));
  co_return failure;
}

}  // namespace

Task<Result<std::vector<BucketId>>> Store::Impl::BucketWalk::next() {
  std::vector<BucketId> ids;
  for (;;) {
    std::string last = begin_;
    meta::Visitor visit = [&](std::string_view key, std::string_view value, meta::Version) {
      last.assign(key).push_back('\0');
      if (family_ == meta::Family::Queue) {
        if (const auto id = layout::deleted_bucket_of(key)) ids.push_back(*id);
      } else if (const auto entry = decode_directory_entry(value)) {
        ids.push_back(entry->id);
      } else if (!damage_) {
        damage_ = entry.error();
      }
      return ids.size() < kWalkPage ? meta::Step::next() : meta::Step::stop();
    };
    meta::Range rest(family_, begin_, end_);
    CO_TRY_VOID(
        co_await placement_->meta.scan(layout::directory(), std::move(rest), std::move(visit)));
    begin_ = std::move(last);
    if (!ids.empty() || family_ == meta::Family::Queue) co_return ids;
    family_ = meta::Family::Queue;
    begin_ = layout::deleted_bucket_prefix();
    end_ = layout::after_prefix(begin_);
  }
}

Task<Result<>> Store::Impl::recover() {
  for (Placement& placement : placements_) {
    unvisited_.emplace_back(placement);
    CO_TRY(const auto clean,
           co_await placement.meta.get(layout::directory(), layout::clean_stop_key()));
    if (clean) {
      // Gone, durably, before the first blob is written or a bucket changes.
      meta::Commit change(layout::directory(), "");
      change.deletes.push_back(layout::clean_stop_key());
      CO_TRY_VOID(co_await placement.meta.commit(std::move(change)));
      continue;
    }
    CO_TRY_VOID(co_await finish_interrupted_buckets(placement));
    const auto removed = co_await remove_orphans(placement);
    if (!removed && removed.error().code() != ErrorCode::Corrupt) co_return removed;
    if (!removed) {
      // What a damaged record names cannot be known: keep every byte, and serve the rest.
      log_error("orphaned blobs stay, because the index is damaged: " + removed.error().describe());
    }
  }
  co_return ok();
}

Task<Result<>> Store::Impl::mark_clean_stop() {
  if (recovery_needed_) co_return ok();
  for (Placement& placement : placements_) {
    meta::Commit change(layout::directory(), "");
    change.puts.emplace_back(layout::clean_stop_key(), "clean");
    CO_TRY_VOID(co_await placement.meta.commit(std::move(change)));
  }
  co_return ok();
}

Task<Result<>> Store::Impl::remove_orphans(Placement& placement) {
  blob::Engine& blobs = placement.blobs.engine();
  std::size_t total = 0;
  std::function<bool(BlobId, std::uint64_t)> count = [&total](BlobId, std::uint64_t) {
    ++total;
    return true;
  };
  CO_TRY_VOID(co_await blobs.enumerate(std::move(count)));
  if (total == 0) co_return ok();

  const std::size_t shards = total / kCandidatesMax + 1;
  std::size_t removed = 0;
  for (std::size_t shard = 0; shard < shards; ++shard) {
    Candidates candidates;
    std::function<bool(BlobId, std::uint64_t)> collect = [&](BlobId id, std::uint64_t) {
      if (shard_of(id, shards) == shard) candidates.add(id);
      return true;
    };
    CO_TRY_VOID(co_await blobs.enumerate(std::move(collect)));
    // Records before queues: what moves from the one to the other meanwhile is seen in one.
    for (const meta::Family family :
         {meta::Family::Record, meta::Family::Detail, meta::Family::Queue}) {
      BucketWalk walk(placement);
      for (;;) {
        CO_TRY(const auto buckets, co_await walk.next());
        if (walk.damage()) co_return *walk.damage();
        if (buckets.empty() || candidates.empty()) break;
        for (const BucketId bucket : buckets) {
          if (candidates.empty()) break;
          CO_TRY_VOID(co_await claim_all(placement, bucket, family, candidates));
        }
      }
    }
    for (const std::string& id : candidates.left()) {
      CO_TRY_VOID(co_await blobs.remove(*BlobId::from_bytes(id)));
      ++removed;
    }
  }
  if (removed > 0) log_info("removed " + std::to_string(removed) + " orphaned blobs");
  co_return ok();
}

}  // namespace coffer::store
