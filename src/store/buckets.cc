#include "store/fan_out.h"
#include "store/impl.h"

#include <algorithm>
#include <limits>

namespace coffer::store {
namespace {

/// Open buckets remembered; above it the cache starts afresh.
constexpr std::size_t kCachedBucketsMax = 16'384;
/// Rows of one ListBuckets page (r2-s3.md section 4).
constexpr std::size_t kListBucketsMax = 1000;
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

/// Names in `Family::Record` of a directory passed `BucketName::parse` when they were written.
Result<Bucket> to_bucket(std::string_view name, const DirectoryEntry& entry) {
  TRY(auto parsed, BucketName::parse(name));
  return Bucket{std::move(parsed), entry.id, entry.created, entry.location, entry.storage_class};
}

Error no_such_bucket(const BucketAddress& address) {
  return make_error(ErrorCode::NoSuchBucket, address.name.text());
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

/// A commit of which nothing can ever appear: a check failed, or the queue was full.
bool left_nothing(const Result<meta::CommitOutcome>& outcome) {
  if (outcome) return !outcome->committed();
  return outcome.error().code() == ErrorCode::SlowDown;
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

  auto bucket = std::make_shared<OpenBucket>();
  bucket->placement = placement;
  bucket->id = entry.id;
  bucket->partition = layout::bucket_partition(entry.id);
  CO_TRY(auto header, co_await placement->meta.get(bucket->partition, layout::header_key()));
  if (!header) co_return no_such_bucket(address);
  bucket->fence = header->version;
  CO_TRY(bucket->header, decode_bucket_header(header->value));
  if (bucket->header.state != BucketHeader::State::Live) co_return no_such_bucket(address);

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

Task<Result<Bucket>> Store::Impl::create_bucket(BucketAddress address,
                                                CreateBucketOptions options) {
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
      if (header) {
        CO_TRY(const auto decoded, decode_bucket_header(header->value));
        if (decoded.state == BucketHeader::State::Live) {
          co_return make_error(ErrorCode::BucketAlreadyOwnedByYou, address.name.text());
        }
      }
      CO_TRY_VOID(co_await finish_deletion(*placement, key, std::move(*stored), address.account));
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
    meta::Stored written{encode(entry), 0};
    meta::Commit change(layout::directory(), "");
    change.checks.push_back(meta::Check::absent(key));
    change.puts.emplace_back(key, written.value);
    change.adds.emplace_back(counter, 1);
    UnfinishedChange unfinished(*this);
    const auto begun = co_await placement->meta.commit(std::move(change));
    if (left_nothing(begun)) unfinished.finished();
    CO_TRY(const auto outcome, begun);
    if (!outcome.committed()) continue;
    written.version = outcome.version;
    CO_TRY_VOID(co_await finish_creation(*placement, key, std::move(written), address.account,
                                         address.name.text()));
    unfinished.finished();
    co_return to_bucket(address.name.text(), entry);
  }
  co_return make_error(ErrorCode::SlowDown, "bucket " + address.name.text() + " is contended");
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
  meta::Commit change(layout::directory(), "");
  change.checks.push_back(meta::Check::has_version(key, stored.version));
  change.puts.emplace_back(key, encode(entry));
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

Task<Result<>> Store::Impl::delete_bucket(BucketAddress address) {
  Placement* placement = placement_of(address.jurisdiction);
  if (!placement) co_return no_such_bucket(address);
  const KeyLocks::Guard guard = co_await locks_.lock("bucket/" + cache_key(address));
  const CacheHold hold(*this, address);
  const meta::Key key = layout::directory_key(address.account, address.name.text());
  for (int attempt = 0; attempt < kCommitAttemptsMax; ++attempt) {
    CO_TRY(auto stored, co_await placement->meta.get(layout::directory(), key));
    if (!stored) co_return no_such_bucket(address);
    CO_TRY(const auto entry, decode_directory_entry(stored->value));
    if (entry.state == DirectoryEntry::State::Creating) {
      CO_TRY_VOID(co_await finish_creation(*placement, key, std::move(*stored), address.account,
                                           address.name.text()));
      continue;
    }
    auto bucket = std::make_shared<OpenBucket>();
    bucket->placement = placement;
    bucket->id = entry.id;
    bucket->partition = layout::bucket_partition(entry.id);
    CO_TRY(auto header, co_await placement->meta.get(bucket->partition, layout::header_key()));
    if (!header) continue;  // Its last step ran since we read the directory.
    bucket->fence = header->version;
    CO_TRY(bucket->header, decode_bucket_header(header->value));

    UnfinishedChange unfinished(*this);
    if (bucket->header.state == BucketHeader::State::Live) {
      BucketHeader deleting = bucket->header;
      deleting.state = BucketHeader::State::Deleting;
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
    CO_TRY_VOID(co_await finish_deletion(*placement, key, std::move(*stored), address.account));
    unfinished.finished();
    co_return ok();
  }
  co_return make_error(ErrorCode::SlowDown, "bucket " + address.name.text() + " is contended");
}

Task<Result<>> Store::Impl::finish_deletion(Placement& placement, meta::Key key,
                                            meta::Stored stored, const AccountId& account) {
  CO_TRY(const auto entry, decode_directory_entry(stored.value));
  meta::Commit change(layout::directory(), "");
  change.checks.push_back(meta::Check::has_version(key, stored.version));
  change.deletes.push_back(key);
  // Its partition stays while it holds garbage, or bytes that copies elsewhere refer to.
  change.puts.emplace_back(layout::deleted_bucket_key(entry.id), std::move(stored.value));
  change.adds.emplace_back(layout::bucket_counter(account), -1);
  CO_TRY(const auto outcome, co_await placement.meta.commit(std::move(change)));
  if (outcome.committed()) mark_dirty(placement, entry.id);
  co_return ok();
}

Task<Result<Bucket>> Store::Impl::get_bucket(BucketAddress address) {
  CO_TRY(const auto bucket, co_await open(address));
  const BucketHeader& header = bucket->header;
  co_return Bucket{address.name, bucket->id, header.created, header.location, header.storage_class};
}

Task<Result<BucketPage>> Store::Impl::list_buckets(AccountId account, Jurisdiction jurisdiction,
                                                   ListBucketsQuery query) {
  BucketPage page;
  Placement* placement = placement_of(jurisdiction);
  if (!placement) co_return page;
  if (query.prefix.size() > BucketName::kMaxLength) co_return page;  // no name is as long
  const std::size_t limit = std::min(query.limit, kListBucketsMax);
  const std::string all = layout::directory_key(account, "").bytes;
  std::string begin = all + query.prefix;
  std::string end = layout::after_prefix(begin);
  if (!query.start_after.empty()) {
    std::string from = all;
    from += layout::cut_marker(query.start_after, BucketName::kMaxLength);
    from += '\0';
    begin = std::max(begin, std::move(from));
  }
  if (!end.empty() && begin >= end) co_return page;

  std::optional<Error> failure;
  meta::Visitor visit = [&](std::string_view key, std::string_view value, meta::Version) {
    const auto entry = decode_directory_entry(value);
    if (!entry) {
      failure = entry.error();
      return meta::Step::stop();
    }
    if (entry->state != DirectoryEntry::State::Live) return meta::Step::next();
    if (page.buckets.size() == limit) {
      page.truncated = true;
      return meta::Step::stop();
    }
    auto bucket = to_bucket(key.substr(all.size()), *entry);
    if (!bucket) {
      failure = bucket.error();
      return meta::Step::stop();
    }
    page.buckets.push_back(std::move(*bucket));
    return meta::Step::next();
  };
  meta::Range range(meta::Family::Record, std::move(begin), std::move(end));
  CO_TRY_VOID(
      co_await placement->meta.scan(layout::directory(), std::move(range), std::move(visit)));
  if (failure) co_return *failure;
  co_return page;
}

Task<Result<BucketUsage>> Store::Impl::bucket_usage(BucketAddress address) {
  CO_TRY(const auto bucket, co_await open(address));
  BucketUsage usage;
  CO_TRY(usage.objects,
         co_await bucket->meta().counter(bucket->partition, std::string(layout::kObjectCounter)));
  CO_TRY(usage.bytes,
         co_await bucket->meta().counter(bucket->partition, std::string(layout::kByteCounter)));
  CO_TRY(usage.uploads,
         co_await bucket->meta().counter(bucket->partition, std::string(layout::kUploadCounter)));
  co_return usage;
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
  if (header) {
    CO_TRY(const auto decoded, decode_bucket_header(header->value));
    if (decoded.state == BucketHeader::State::Live) co_return ok();
  }
  co_return co_await finish_deletion(placement, std::move(entry_key), std::move(stored), account);
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
