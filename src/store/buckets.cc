#include "store/fan_out.h"
#include "store/impl.h"

#include <utility>

namespace coffer::store {
namespace {

/// Open buckets remembered; above it the cache starts afresh.
constexpr std::size_t kCachedBucketsMax = 16'384;
/// Buckets looked at together after an unclean stop, and of those, how many at a time.
constexpr std::size_t kRecoveryPage = 512;
constexpr std::size_t kConcurrentRecoveries = 32;

std::string cache_key(Jurisdiction jurisdiction, const AccountId& account, std::string_view name) {
  std::string key(1, static_cast<char>(jurisdiction));
  key += account.bytes();
  key += name;
  return key;
}
std::string cache_key(const BucketAddress& address) {
  return cache_key(address.jurisdiction, address.account, address.name.text());
}

Error no_such_bucket(const BucketAddress& address) {
  return make_error(ErrorCode::NoSuchBucket, address.name.text());
}

Error contended(const BucketAddress& address) {
  return make_error(ErrorCode::SlowDown, "bucket " + address.name.text() + " is contended");
}

/// R2's words (r2-s3.md section 4).
Error bucket_not_empty(const BucketAddress& address) {
  return Error::with_message(ErrorCode::BucketNotEmpty,
                             "The bucket you tried to delete (" + address.name.text() +
                                 ") is not empty (account " + address.account.hex() + ")");
}

BucketHeader header_of(const AccountId& account, std::string name, const DirectoryEntry& entry) {
  BucketHeader header;
  header.state = BucketHeader::State::Live;
  header.account = account;
  header.name = std::move(name);
  header.created = entry.created;
  header.location = entry.location;
  header.storage_class = entry.storage_class;
  return header;
}

std::string encoded(const std::optional<records::AuditEntry>& audit) {
  return audit ? encode(*audit) : std::string();
}

/// Has `change`, of a directory, put what a change of several steps carried into the audit log.
Result<> put_audit(meta::Commit& change, const std::string& audit) {
  if (audit.empty()) return ok();
  TRY(const auto entry, records::decode_audit_entry(audit));
  change.puts.emplace_back(meta::Key{meta::Family::Queue, records::audit_key(entry)}, audit);
  return ok();
}

Holdings of_buckets(std::int64_t buckets) {
  Holdings growth;
  growth.buckets = buckets;
  return growth;
}

/// The bucket as its header says; null when it has none.
Task<Result<std::shared_ptr<OpenBucket>>> read_bucket(Placement& placement, BucketId id) {
  auto bucket = std::make_shared<OpenBucket>();
  bucket->placement = &placement;
  bucket->id = id;
  bucket->partition = layout::bucket_partition(id);
  CO_TRY(const auto header, co_await placement.meta.get(bucket->partition, layout::header_key()));
  if (!header) co_return nullptr;
  bucket->fence = header->version;
  CO_TRY(bucket->header, decode_bucket_header(header->value));
  co_return bucket;
}

}  // namespace

Task<Result<BucketHandle>> Store::Impl::open(const BucketAddress& address) {
  const std::string name = cache_key(address);
  std::uint64_t generation = 0;
  {
    const std::lock_guard guard(cache_mutex_);
    if (const auto hit = cache_.find(name); hit != cache_.end()) co_return hit->second;
    generation = cache_generation_;
  }
  Placement* placement = placement_of(address.jurisdiction);
  if (!placement) co_return no_such_bucket(address);

  CO_TRY(auto stored,
         co_await placement->meta.get(layout::directory(),
                                      layout::directory_key(address.account, address.name.text())));
  if (!stored) co_return no_such_bucket(address);
  CO_TRY(const auto entry, decode_directory_entry(stored->value));
  if (entry.state != DirectoryEntry::State::Live) co_return no_such_bucket(address);

  CO_TRY(const auto bucket, co_await read_bucket(*placement, entry.id));
  if (!bucket || bucket->header.state != BucketHeader::State::Live) {
    co_return no_such_bucket(address);
  }

  const std::lock_guard guard(cache_mutex_);
  // Whatever was forgotten since we began to read may be what we have read.
  if (generation == cache_generation_ && !held_names_.contains(name)) {
    if (cache_.size() >= kCachedBucketsMax) cache_.clear();
    cache_.insert_or_assign(name, bucket);
  }
  co_return bucket;
}

void Store::Impl::forget(const OpenBucket& bucket) {
  const std::string name =
      cache_key(bucket.placement->jurisdiction, bucket.header.account, bucket.header.name);
  const std::lock_guard guard(cache_mutex_);
  ++cache_generation_;
  const auto cached = cache_.find(name);
  if (cached != cache_.end() && cached->second->fence == bucket.fence) cache_.erase(cached);
}

// The caller holds the bucket's lock, so a name is held once.
Store::Impl::CacheHold::CacheHold(Impl& impl, const BucketAddress& address)
    : impl_(impl), name_(cache_key(address)) {
  const std::lock_guard guard(impl_.cache_mutex_);
  ++impl_.cache_generation_;
  impl_.cache_.erase(name_);
  impl_.held_names_.insert(name_);
}
Store::Impl::CacheHold::~CacheHold() {
  const std::lock_guard guard(impl_.cache_mutex_);
  ++impl_.cache_generation_;
  impl_.held_names_.erase(name_);
}

Task<Result<Bucket>> Store::Impl::create_bucket(BucketAddress address, CreateBucketOptions options,
                                                std::optional<records::AuditEntry> audit) {
  Placement* placement = placement_of(address.jurisdiction);
  if (!placement) {
    co_return make_error(ErrorCode::InvalidRequest, "no placement for this jurisdiction");
  }
  const KeyLocks::Guard guard = co_await locks_.lock("bucket/" + cache_key(address));
  const meta::Key key = layout::directory_key(address.account, address.name.text());
  const std::string counter = layout::bucket_counter(address.account);
  for (int attempt = 0; attempt < kCommitAttemptsMax; ++attempt) {
    CO_TRY(auto stored, co_await placement->meta.get(layout::directory(), key));
    if (stored) {
      CO_TRY(const auto existing, decode_directory_entry(stored->value));
      if (existing.state == DirectoryEntry::State::Creating) {
        CO_TRY_VOID(co_await finish_creation(*placement, key, std::move(*stored), address.account,
                                             address.name.text()));
        continue;
      }
      CO_TRY(auto header, co_await placement->meta.get(layout::bucket_partition(existing.id),
                                                       layout::header_key()));
      std::string deletion;
      if (header) {
        CO_TRY(auto decoded, decode_bucket_header(header->value));
        if (decoded.state == BucketHeader::State::Live) {
          co_return make_error(ErrorCode::BucketAlreadyOwnedByYou, address.name.text());
        }
        deletion = std::move(decoded.audit);
      }
      CO_TRY_VOID(co_await finish_deletion(*placement, key, std::move(*stored), address.account,
                                           std::move(deletion)));
      continue;
    }

    CO_TRY(const auto buckets, co_await placement->meta.counter(layout::directory(), counter));
    if (buckets >= 0 && static_cast<std::uint64_t>(buckets) >= limits_.buckets_per_account_max) {
      co_return make_error(ErrorCode::TooManyBuckets, std::to_string(buckets));
    }
    DirectoryEntry entry;
    entry.state = DirectoryEntry::State::Creating;
    entry.id = BucketId::make(environment_.random);
    entry.created = now();
    entry.location = options.location;
    entry.storage_class = options.storage_class;
    entry.audit = encoded(audit);
    meta::Stored written{encode(entry), 0};
    meta::Commit change(layout::directory(), "");
    change.checks.push_back(meta::Check::absent(key));
    change.puts.emplace_back(key, written.value);
    change.adds.emplace_back(counter, 1);
    CO_TRY(auto reservation, co_await quotas_.reserve(address.account, of_buckets(1)));
    UnfinishedChange unfinished(*this);
    const auto begun = co_await placement->meta.commit(std::move(change));
    settle(reservation, begun);
    if (left_nothing(begun)) unfinished.finished();
    CO_TRY(const auto outcome, begun);
    if (!outcome.committed()) continue;
    written.version = outcome.version;
    CO_TRY_VOID(co_await finish_creation(*placement, key, std::move(written), address.account,
                                         address.name.text()));
    unfinished.finished();
    co_return Bucket{std::move(address.name), entry.id, entry.created, std::move(entry.location),
                     entry.storage_class};
  }
  co_return contended(address);
}

Task<Result<>> Store::Impl::finish_creation(Placement& placement, meta::Key key,
                                            meta::Stored stored, const AccountId& account,
                                            std::string name) {
  CO_TRY(auto entry, decode_directory_entry(stored.value));
  const meta::Partition partition = layout::bucket_partition(entry.id);
  meta::Commit header(partition, "");
  header.checks.push_back(meta::Check::absent(layout::header_key()));
  header.puts.emplace_back(layout::header_key(),
                           encode(header_of(account, std::move(name), entry)));
  // Another gateway, or this one before a crash, may have written the same header.
  CO_TRY(const auto made, co_await placement.meta.commit(std::move(header)));

  entry.state = DirectoryEntry::State::Live;
  const std::string audit = std::exchange(entry.audit, {});
  meta::Commit change(layout::directory(), "");
  change.checks.push_back(meta::Check::has_version(key, stored.version));
  change.puts.emplace_back(key, encode(entry));
  CO_TRY_VOID(put_audit(change, audit));
  CO_TRY(const auto outcome, co_await placement.meta.commit(std::move(change)));
  if (outcome.committed() || !made.committed()) co_return ok();

  // Somebody finished before us. When the bucket has even been deleted again, the header we made
  // belongs to nobody.
  CO_TRY(auto latest, co_await placement.meta.get(layout::directory(), key));
  if (latest) {
    CO_TRY(const auto decoded, decode_directory_entry(latest->value));
    if (decoded.id == entry.id) co_return ok();
  }
  co_return co_await placement.meta.drop(partition);
}

Task<Result<std::optional<Store::Impl::SettledBucket>>> Store::Impl::find_settled(
    Placement& placement, const meta::Key& key, const BucketAddress& address) {
  CO_TRY(auto stored, co_await placement.meta.get(layout::directory(), key));
  if (!stored) co_return no_such_bucket(address);
  CO_TRY(auto entry, decode_directory_entry(stored->value));
  if (entry.state == DirectoryEntry::State::Creating) {
    CO_TRY_VOID(co_await finish_creation(placement, key, *std::move(stored), address.account,
                                         address.name.text()));
    co_return std::nullopt;
  }
  CO_TRY(auto bucket, co_await read_bucket(placement, entry.id));
  if (!bucket) co_return std::nullopt;  // Its deletion ended since we read the directory.
  const bool live = bucket->header.state == BucketHeader::State::Live;
  if (live && bucket->header.storage_class != entry.storage_class) {
    // The header holds one audit entry: first that of the change before.
    CO_TRY_VOID(co_await finish_class_change(placement, key, *std::move(stored), bucket->header));
    co_return std::nullopt;
  }
  SettledBucket settled;
  settled.stored = *std::move(stored);
  settled.entry = std::move(entry);
  settled.bucket = std::move(bucket);
  co_return settled;
}

Task<Result<>> Store::Impl::delete_bucket(BucketAddress address,
                                          std::optional<records::AuditEntry> audit) {
  Placement* placement = placement_of(address.jurisdiction);
  if (!placement) co_return no_such_bucket(address);
  const KeyLocks::Guard guard = co_await locks_.lock("bucket/" + cache_key(address));
  const CacheHold hold(*this, address);
  const meta::Key key = layout::directory_key(address.account, address.name.text());
  for (int attempt = 0; attempt < kCommitAttemptsMax; ++attempt) {
    CO_TRY(auto settled, co_await find_settled(*placement, key, address));
    if (!settled) continue;
    const std::shared_ptr<OpenBucket>& bucket = settled->bucket;
    UnfinishedChange unfinished(*this);
    std::string deletion = bucket->header.audit;
    if (bucket->header.state == BucketHeader::State::Live) {
      deletion = encoded(audit);
      BucketHeader deleting = bucket->header;
      deleting.state = BucketHeader::State::Deleting;
      deleting.audit = deletion;
      meta::Commit change(bucket->partition, "");
      // Objects and uploads in progress both keep a bucket (r2-s3.md section 4). The new header
      // moves the fence, so whatever was on its way into the bucket fails.
      change.checks.push_back(meta::Check::range_empty(meta::Key{meta::Family::Record, {}}, {}));
      change.checks.push_back(meta::Check::range_empty(meta::Key{meta::Family::Upload, {}}, {}));
      change.puts.emplace_back(layout::header_key(), encode(deleting));
      const auto begun = co_await commit(bucket, std::move(change));
      if (left_nothing(begun)) unfinished.finished();
      CO_TRY(const auto outcome, begun);
      if (outcome.kind == meta::CommitOutcome::Kind::FenceMoved) continue;
      if (!outcome.committed()) co_return bucket_not_empty(address);
    }
    CO_TRY_VOID(co_await finish_deletion(*placement, key, std::move(settled->stored),
                                         address.account, std::move(deletion)));
    unfinished.finished();
    co_return ok();
  }
  co_return contended(address);
}

Task<Result<>> Store::Impl::finish_deletion(Placement& placement, meta::Key key,
                                            meta::Stored stored, const AccountId& account,
                                            std::string audit) {
  CO_TRY(const auto entry, decode_directory_entry(stored.value));
  meta::Commit change(layout::directory(), "");
  change.checks.push_back(meta::Check::has_version(key, stored.version));
  change.deletes.push_back(key);
  // Its partition stays while it holds garbage, or bytes that copies elsewhere refer to.
  change.puts.emplace_back(layout::deleted_bucket_key(entry.id), std::move(stored.value));
  change.adds.emplace_back(layout::bucket_counter(account), -1);
  CO_TRY_VOID(put_audit(change, audit));
  CO_TRY(auto reservation, co_await quotas_.reserve(account, of_buckets(-1)));
  const auto removed = co_await placement.meta.commit(std::move(change));
  settle(reservation, removed);
  CO_TRY(const auto outcome, removed);
  if (outcome.committed()) mark_dirty(placement, entry.id);
  co_return ok();
}

Task<Result<Bucket>> Store::Impl::set_bucket_storage_class(
    BucketAddress address, StorageClass storage_class, std::optional<records::AuditEntry> audit) {
  Placement* placement = placement_of(address.jurisdiction);
  if (!placement) co_return no_such_bucket(address);
  const KeyLocks::Guard guard = co_await locks_.lock("bucket/" + cache_key(address));
  const CacheHold hold(*this, address);
  const meta::Key key = layout::directory_key(address.account, address.name.text());
  for (int attempt = 0; attempt < kCommitAttemptsMax; ++attempt) {
    CO_TRY(auto settled, co_await find_settled(*placement, key, address));
    if (!settled) continue;
    const auto& [stored, entry, bucket] = *settled;
    if (bucket->header.state != BucketHeader::State::Live) co_return no_such_bucket(address);

    BucketHeader changed = bucket->header;
    if (changed.storage_class != storage_class) {
      changed.storage_class = storage_class;
      changed.audit = encoded(audit);
      // The fence moves, so writes on their way look at the bucket again.
      meta::Commit change(bucket->partition, "");
      change.puts.emplace_back(layout::header_key(), encode(changed));
      UnfinishedChange unfinished(*this);
      const auto begun = co_await commit(bucket, std::move(change));
      if (left_nothing(begun)) unfinished.finished();
      CO_TRY(const auto outcome, begun);
      if (!outcome.committed()) continue;
      CO_TRY_VOID(co_await finish_class_change(*placement, key, stored, changed));
      unfinished.finished();
    }
    co_return Bucket{std::move(address.name), entry.id, entry.created, entry.location,
                     storage_class};
  }
  co_return contended(address);
}

Task<Result<>> Store::Impl::finish_class_change(Placement& placement, meta::Key key,
                                                meta::Stored stored, const BucketHeader& header) {
  CO_TRY(auto entry, decode_directory_entry(stored.value));
  entry.storage_class = header.storage_class;
  meta::Commit change(layout::directory(), "");
  change.checks.push_back(meta::Check::has_version(key, stored.version));
  change.puts.emplace_back(std::move(key), encode(entry));
  CO_TRY_VOID(put_audit(change, header.audit));
  CO_TRY_VOID(co_await placement.meta.commit(std::move(change)));
  co_return ok();
}

Task<Result<Bucket>> Store::Impl::get_bucket(BucketAddress address) {
  CO_TRY(const auto bucket, co_await open(address));
  const BucketHeader& header = bucket->header;
  co_return Bucket{address.name, bucket->id, header.created, header.location, header.storage_class};
}

Task<Result<>> Store::Impl::finish_interrupted(Placement& placement, std::string key,
                                               meta::Stored stored) {
  const std::string_view bytes = key;
  if (bytes.size() < AccountId::kSizeBytes) {
    co_return make_error(ErrorCode::Corrupt, "directory key is too short");
  }
  const AccountId account = *AccountId::from_bytes(bytes.substr(0, AccountId::kSizeBytes));
  std::string name(bytes.substr(AccountId::kSizeBytes));
  meta::Key entry_key{meta::Family::Record, std::move(key)};
  CO_TRY(const auto entry, decode_directory_entry(stored.value));
  if (entry.state == DirectoryEntry::State::Creating) {
    co_return co_await finish_creation(placement, std::move(entry_key), std::move(stored), account,
                                       std::move(name));
  }
  CO_TRY(auto header,
         co_await placement.meta.get(layout::bucket_partition(entry.id), layout::header_key()));
  std::string deletion;
  if (header) {
    CO_TRY(auto decoded, decode_bucket_header(header->value));
    if (decoded.state == BucketHeader::State::Live) {
      if (decoded.storage_class == entry.storage_class) co_return ok();
      co_return co_await finish_class_change(placement, std::move(entry_key), std::move(stored),
                                             decoded);
    }
    deletion = std::move(decoded.audit);
  }
  co_return co_await finish_deletion(placement, std::move(entry_key), std::move(stored), account,
                                     std::move(deletion));
}

Task<Result<>> Store::Impl::finish_interrupted_buckets(Placement& placement) {
  struct Found {
    std::string key;
    meta::Stored stored;
  };
  std::string begin;
  for (;;) {
    std::vector<Found> entries;
    meta::Visitor visit = [&](std::string_view key, std::string_view value, meta::Version version) {
      entries.push_back(Found{std::string(key), meta::Stored{std::string(value), version}});
      return entries.size() < kRecoveryPage ? meta::Step::next() : meta::Step::stop();
    };
    meta::Range rest(meta::Family::Record, std::move(begin), {});
    CO_TRY_VOID(
        co_await placement.meta.scan(layout::directory(), std::move(rest), std::move(visit)));
    if (entries.empty()) co_return ok();
    begin = entries.back().key + '\0';

    std::vector<std::optional<Error>> failures(entries.size());
    std::function<Task<>(std::size_t)> each = [&](std::size_t i) -> Task<> {
      Found& entry = entries[i];
      const auto finished =
          co_await finish_interrupted(placement, std::move(entry.key), std::move(entry.stored));
      if (!finished) failures[i] = finished.error();
    };
    co_await fan_out(entries.size(), kConcurrentRecoveries, std::move(each));
    for (std::optional<Error>& failure : failures) {
      if (failure) co_return *std::move(failure);
    }
  }
}

}  // namespace coffer::store
