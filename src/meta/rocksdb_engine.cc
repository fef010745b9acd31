#include "meta/rocksdb_engine.h"

#include "base/log.h"
#include "meta/commit_queue.h"
#include "meta/key_codec.h"
#include "meta/rocksdb_committer.h"
#include "meta/rocksdb_files.h"
#include "meta/rocksdb_log.h"
#include "meta/rocksdb_status.h"
#include "meta/rules.h"
#include "meta/synced_mark.h"
#include "records/codec.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>

#include <functional>
#include <string>
#include <utility>

namespace coffer::meta {
namespace {

/// Four engines in one process, and idle below 30 MB: memory is taken as it fills.
constexpr std::size_t kWriteBufferBytes = 16 * 1024 * 1024;
constexpr std::size_t kBlockCacheBytes = 32 * 1024 * 1024;
/// 16 shards, each with a lock of its own, and large enough for the largest value.
constexpr int kBlockCacheShardBits = 4;
/// Half of the 1,024 descriptors that a process has by default, for four engines.
constexpr int kOpenFilesMax = 128;
/// 1 % of lookups of absent keys read a block in vain.
constexpr double kBloomBitsPerKey = 10;
/// A table with so many deletes in a row is compacted soon, because scans step over each of them.
constexpr std::size_t kDeletesWindow = 1024;
constexpr std::size_t kDeletesMax = 512;

rocksdb::Options rocksdb_options(const RocksDbOptions& ours, rocksdb::Env& env,
                                 const ErrorWatch& errors) {
  rocksdb::Options options;
  options.env = &env;
  options.listeners.push_back(errors.listener());

  // What is left of a write that was cut off is gone before RocksDB looks (inspect_files), so that
  // nothing that it cannot read is to be tolerated.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kAbsoluteConsistency;
  // What the logs hold is in tables when open returns: a damaged or shortened log never lies
  // between newer ones.
  options.avoid_flush_during_recovery = false;
  // Nothing goes on after a failed write: see RocksDbCommitter.
  options.max_bgerror_resume_count = 0;

  options.write_buffer_size = kWriteBufferBytes;
  options.max_open_files = kOpenFilesMax;
  options.max_background_jobs = 2;
  options.allow_concurrent_memtable_write = false;  // one thread writes
  options.level_compaction_dynamic_level_bytes = true;
  // Records shrink to half. Bodies are encrypted and do not: their blocks, which lie together, are
  // kept as they are after one fast attempt.
  options.compression = rocksdb::kLZ4Compression;
  options.table_properties_collector_factories.push_back(
      rocksdb::NewCompactOnDeletionCollectorFactory(kDeletesWindow, kDeletesMax));

  // Opening must not read what grows with the number of keys, nor an idle engine do anything.
  options.skip_stats_update_on_db_open = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.info_log = make_rocksdb_log(ours.path.string());

  rocksdb::BlockBasedTableOptions table;
  table.block_cache = ours.block_cache ? ours.block_cache : make_block_cache(kBlockCacheBytes);
  // Counted in the cache, or their memory would grow with the number of keys; and in small pieces,
  // because the index of one table can be larger than a shard of the cache, which then never holds
  // it.
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

class RocksDbEngine final : public Engine {
 public:
  RocksDbEngine(RocksDbOptions options, WorkPool& pool)
      : path_(options.path.string()),
        file_system_(options.file_system ? options.file_system : rocksdb::FileSystem::Default()),
        env_(rocksdb::NewCompositeEnv(file_system_)),
        errors_(path_),
        options_(rocksdb_options(options, *env_, errors_)),
        pool_(pool) {}
  ~RocksDbEngine() override;

  Result<> open();

  Task<Result<std::optional<Stored>>> get(Partition partition, Key key) override;
  Task<Result<>> scan(Partition partition, Range range, Visitor visit) override;
  Task<Result<CommitOutcome>> commit(Commit change) override;
  Task<Result<std::int64_t>> counter(Partition partition, std::string counter) override;
  Task<Result<>> drop(Partition partition) override;

 private:
  using Bytes = std::optional<std::string>;

  Result<std::uint64_t> sequence_if_opened() const;
  Result<> check_nothing_missing(std::uint64_t sequence, std::uint64_t synced) const;
  Result<> check_format(bool is_new);
  Result<Bytes> read_now(const std::string& key) const;
  Task<Result<Bytes>> read(std::string key);
  Result<> scan_now(const Partition& partition, const Range& range, const Visitor& visit) const;

  const std::string path_;
  const std::shared_ptr<rocksdb::FileSystem> file_system_;
  const std::unique_ptr<rocksdb::Env> env_;
  ErrorWatch errors_;
  const rocksdb::Options options_;
  WorkPool& pool_;
  // Made by open(), in this order.
  std::unique_ptr<rocksdb::DB> db_;
  std::optional<SyncedMark> mark_;
  std::unique_ptr<RocksDbCommitter> committer_;
  std::unique_ptr<CommitQueue> queue_;
};

RocksDbEngine::~RocksDbEngine() {
  queue_.reset();
  if (!committer_) return;
  // So that the next start has no log to read, and no damage to a log can matter. If it fails, the
  // log is there.
  if (!committer_->has_failed()) db_->Flush(rocksdb::FlushOptions()).PermitUncheckedError();
  db_->Close().PermitUncheckedError();
}

Result<> RocksDbEngine::open() {
  TRY(const IndexFiles found, inspect_files(*file_system_, path_));
  if (found.manifest_is_cut) {
    TRY(const std::uint64_t sequence, sequence_if_opened());
    TRY_VOID(check_nothing_missing(sequence, found.synced_sequence));
  }
  rocksdb::Options options = options_;
  options.create_if_missing = !found.exists;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, path_, &db);
  db_.reset(db);
  if (!status.ok()) return error_from(status, path_, "opening");
  TRY_VOID(check_nothing_missing(db_->GetLatestSequenceNumber(), found.synced_sequence));
  TRY_VOID(check_format(db_->GetLatestSequenceNumber() == 0));
  TRY(const Bytes last_version, read_now(last_version_key()));
  Version version = 0;
  if (last_version) {
    TRY(version, number_of_stored(*last_version));
  }
  TRY(mark_, SyncedMark::open(*file_system_, path_));
  committer_ =
      std::make_unique<RocksDbCommitter>(path_, *db_, *file_system_, errors_, *mark_, version);
  queue_ = std::make_unique<CommitQueue>(
      CommitQueueLimits(), [this](QueuedBatch batch) { committer_->apply(std::move(batch)); });
  return ok();
}

/// Where the index would end if it was opened; changes nothing.
Result<std::uint64_t> RocksDbEngine::sequence_if_opened() const {
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(options_, path_, &db);
  const std::unique_ptr<rocksdb::DB> owner(db);
  if (!status.ok()) return error_from(status, path_, "opening");
  return db->GetLatestSequenceNumber();
}

Result<> RocksDbEngine::check_nothing_missing(std::uint64_t sequence, std::uint64_t synced) const {
  if (sequence >= synced) return ok();
  return damaged(path_, "it ends at change " + std::to_string(sequence) + ", but change " +
                            std::to_string(synced) + " was acknowledged");
}

Result<> RocksDbEngine::check_format(bool is_new) {
  if (is_new) {
    rocksdb::WriteOptions durable;
    durable.sync = true;
    const std::string format(1, static_cast<char>(kFormat));
    const rocksdb::Status status = db_->Put(durable, format_key(), format);
    if (!status.ok()) return error_from(status, path_, "writing its format");
    return ok();
  }
  TRY(const Bytes format, read_now(format_key()));
  if (!format) return damaged(path_, "it is no index of this program, its format is missing");
  records::Reader in(*format);
  auto version = in.layout_version(kFormat, "index in " + path_ + ":");
  if (!version) {
    return make_error(version.error().code(),
                      version.error().detail() +
                          "; start the release that "
                          "wrote it, or restore a backup that this one can read");
  }
  return in.finish("the format of the index in " + path_);
}

Result<RocksDbEngine::Bytes> RocksDbEngine::read_now(const std::string& key) const {
  std::string value;
  const rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), key, &value);
  if (status.IsNotFound()) return Bytes();
  if (!status.ok()) return error_from(status, path_, "reading");
  return Bytes(std::move(value));
}

/// Without leaving the caller's thread when the answer is in memory.
Task<Result<RocksDbEngine::Bytes>> RocksDbEngine::read(std::string key) {
  rocksdb::ReadOptions in_memory;
  in_memory.read_tier = rocksdb::kBlockCacheTier;
  std::string value;
  const rocksdb::Status status = db_->Get(in_memory, key, &value);
  if (status.ok()) co_return Bytes(std::move(value));
  if (status.IsNotFound()) co_return Bytes();
  if (!status.IsIncomplete()) co_return error_from(status, path_, "reading");
  Bytes result;
  std::function<Result<>()> work = [this, &key, &result]() -> Result<> {
    TRY(result, read_now(key));
    return ok();
  };
  CO_TRY_VOID(co_await offload(pool_, std::move(work)));
  co_return result;
}

Task<Result<std::optional<Stored>>> RocksDbEngine::get(Partition partition, Key key) {
  CO_TRY_VOID(validate_partition(partition));
  CO_TRY_VOID(validate_key(key));
  CO_TRY(Bytes bytes, co_await read(stored_key(partition, key.family, key.bytes)));
  std::optional<Stored> result;
  if (!bytes) co_return result;
  CO_TRY(const Version version, version_of_stored(*bytes));
  bytes->erase(0, kVersionBytes);
  result.emplace(Stored{std::move(*bytes), version});
  co_return result;
}

Task<Result<std::int64_t>> RocksDbEngine::counter(Partition partition, std::string counter) {
  CO_TRY_VOID(validate_partition(partition));
  CO_TRY_VOID(validate_counter(counter));
  CO_TRY(const Bytes bytes, co_await read(stored_counter_key(partition, counter)));
  if (!bytes) co_return 0;
  CO_TRY(const std::uint64_t number, number_of_stored(*bytes));
  co_return static_cast<std::int64_t>(number);
}

Task<Result<>> RocksDbEngine::scan(Partition partition, Range range, Visitor visit) {
  CO_TRY_VOID(validate_partition(partition));
  CO_TRY_VOID(validate_range(range));
  std::function<Result<>()> work = [&] { return scan_now(partition, range, visit); };
  co_return co_await offload(pool_, std::move(work));
}

/// An iterator is a snapshot: it sees nothing that is committed after it was made.
Result<> RocksDbEngine::scan_now(const Partition& partition, const Range& range,
                                 const Visitor& visit) const {
  const StoredRange stored = stored_range(partition, range);
  const std::size_t prefix_bytes = stored_prefix_bytes(partition);
  const rocksdb::Slice end(stored.end);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &end;
  const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(options));
  at->Seek(stored.begin);
  while (at->Valid()) {
    const std::string_view key = at->key().ToStringView().substr(prefix_bytes);
    const std::string_view value = at->value().ToStringView();
    TRY(const Version version, version_of_stored(value));
    const Step step = visit(key, value.substr(kVersionBytes), version);
    if (step.kind == Step::Kind::Stop) return ok();
    if (step.kind == Step::Kind::Next) {
      at->Next();
    } else {
      TRY_VOID(validate_seek(key, step.target));
      at->Seek(stored_key(partition, range.family, step.target));
    }
  }
  if (!at->status().ok()) return error_from(at->status(), path_, "scanning");
  return ok();
}

Task<Result<CommitOutcome>> RocksDbEngine::commit(Commit change) {
  CO_TRY_VOID(validate_commit(change));
  for (const auto& blob : change.pending_blobs) CO_TRY_VOID(co_await blob->make_durable());
  Change queued(std::move(change));
  co_return co_await queue_->submit(std::move(queued));
}

Task<Result<>> RocksDbEngine::drop(Partition partition) {
  CO_TRY_VOID(validate_partition(partition));
  Change queued = Change::drop(std::move(partition));
  CO_TRY_VOID(co_await queue_->submit(std::move(queued)));
  co_return ok();
}

}  // namespace

std::shared_ptr<rocksdb::Cache> make_block_cache(std::size_t size_bytes) {
  return rocksdb::NewLRUCache(size_bytes, kBlockCacheShardBits);
}

Result<std::unique_ptr<Engine>> open_rocksdb(RocksDbOptions options, WorkPool& pool) {
  auto engine = std::make_unique<RocksDbEngine>(std::move(options), pool);
  TRY_VOID(engine->open());
  return Result<std::unique_ptr<Engine>>(std::move(engine));
}

}  // namespace coffer::meta
