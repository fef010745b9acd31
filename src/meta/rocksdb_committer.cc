#include "meta/rocksdb_committer.h"

#include "base/log.h"
#include "meta/key_codec.h"
#include "meta/rocksdb_status.h"
#include "meta/rules.h"
#include "meta/synced_mark.h"

#include <rocksdb/db.h>
#include <rocksdb/file_system.h>
#include <rocksdb/listener.h>
#include <rocksdb/utilities/write_batch_with_index.h>

#include <algorithm>
#include <exception>
#include <map>
#include <optional>
#include <thread>
#include <utility>

namespace coffer::meta {
namespace {

/// What a full disk refuses first. Everything else is small, and deletes must pass.
bool stores_data(const Commit& commit) {
  const auto is_body = [](const Put& put) { return put.key.family == Family::Body; };
  return !commit.pending_blobs.empty() ||
         std::any_of(commit.puts.begin(), commit.puts.end(), is_body);
}

}  // namespace

class ErrorWatch::Listener final : public rocksdb::EventListener {
 public:
  explicit Listener(std::string directory) : directory_(std::move(directory)) {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) override {
    if (writer_.load() == std::this_thread::get_id()) {
      failed_ = true;  // whoever writes has the status, and says more
    } else {
      log_error(error_from(*status, directory_, "in the background").describe());
    }
  }
  void writing_begins() {
    failed_ = false;
    writer_ = std::this_thread::get_id();
  }
  bool writing_failed() {
    writer_ = std::thread::id();
    return failed_;
  }

 private:
  const std::string directory_;
  std::atomic<std::thread::id> writer_{};
  bool failed_ = false;  // of the writer's thread only
};

ErrorWatch::ErrorWatch(std::string directory)
    : listener_(std::make_shared<Listener>(std::move(directory))) {}
std::shared_ptr<rocksdb::EventListener> ErrorWatch::listener() const { return listener_; }
void ErrorWatch::writing_begins() { listener_->writing_begins(); }
bool ErrorWatch::writing_failed() { return listener_->writing_failed(); }

/// The changes of one batch, over the index as it is.
class RocksDbCommitter::Building {
 public:
  Building(const std::string& directory, rocksdb::DB& db, Version last_version)
      : directory_(directory), db_(db), last_version_(last_version) {}

  /// Takes the commit in if it passes; takes in nothing of it otherwise.
  Result<CommitOutcome> add(const Commit& commit) {
    View view(*this, commit.partition);
    TRY(CommitOutcome outcome, decide(commit, view));
    if (!outcome.committed()) return outcome;
    for (const Add& add : commit.adds) TRY_VOID(load_counter(commit.partition, add));
    outcome.version = ++last_version_;
    for (const Put& put : commit.puts) {
      this->put(stored_key(commit.partition, put.key.family, put.key.bytes),
                stored_value(outcome.version, put.value));
    }
    deletes_ += commit.deletes.size();
    for (const Key& key : commit.deletes) {
      batch_.Delete(stored_key(commit.partition, key.family, key.bytes)).PermitUncheckedError();
    }
    for (const Add& add : commit.adds) {
      counters_[stored_counter_key(commit.partition, add.counter)] +=
          static_cast<std::uint64_t>(add.delta);
    }
    return outcome;
  }

  /// Alone in its batch: the index over the batch knows no ranges.
  CommitOutcome add_drop(const Partition& partition) {
    const StoredRange range = stored_partition(partition);
    batch_.GetWriteBatch()->DeleteRange(range.begin, range.end).PermitUncheckedError();
    CommitOutcome outcome;
    outcome.version = ++last_version_;
    return outcome;
  }

  /// The last version stands in the batch that gave it, so none is ever given twice.
  rocksdb::WriteBatch* finish() {
    for (const auto& [key, number] : counters_) put(key, stored_number(number));
    put(last_version_key(), stored_number(last_version_));
    return batch_.GetWriteBatch();
  }
  Version last_version() const { return last_version_; }
  std::size_t deletes() const { return deletes_; }

  /// Asked once per batch: statvfs costs a microsecond, a sync a hundred. False when unknown.
  bool space_is_low(rocksdb::FileSystem& files) {
    if (!space_is_low_) {
      std::uint64_t free_bytes = 0;
      const auto status =
          files.GetFreeSpace(directory_, rocksdb::IOOptions(), &free_bytes, nullptr);
      space_is_low_ = status.ok() && free_bytes < kReserveBytes;
    }
    return *space_is_low_;
  }

 private:
  /// What a commit sees of its partition: the index under the batch.
  class View final : public PartitionView {
   public:
    View(Building& building, const Partition& partition)
        : building_(building), partition_(partition) {}

    Result<Version> version_of(const Key& key) override {
      TRY(const bool found, building_.find(stored_key(partition_, key.family, key.bytes)));
      if (!found) return Version{0};
      return version_of_stored(building_.value_.ToStringView());
    }

    Result<bool> is_empty(const Range& range) override {
      const StoredRange stored = stored_range(partition_, range);
      const rocksdb::Slice end(stored.end);
      rocksdb::ReadOptions options;
      options.iterate_upper_bound = &end;
      const std::unique_ptr<rocksdb::Iterator> at(building_.batch_.NewIteratorWithBase(
          building_.db_.DefaultColumnFamily(), building_.db_.NewIterator(options), &options));
      at->Seek(stored.begin);
      if (!at->status().ok()) return building_.error(at->status());
      return !at->Valid();
    }

   private:
    Building& building_;
    const Partition& partition_;
  };

  /// True when there is such a key; `value_` is what it holds, until the next call.
  Result<bool> find(const std::string& key) {
    value_.Reset();
    const rocksdb::Status status =
        batch_.GetFromBatchAndDB(&db_, rocksdb::ReadOptions(), key, &value_);
    if (status.ok()) return true;
    if (status.IsNotFound()) return false;
    return error(status);
  }

  Result<> load_counter(const Partition& partition, const Add& add) {
    std::string key = stored_counter_key(partition, add.counter);
    if (counters_.contains(key)) return ok();
    std::uint64_t number = 0;
    TRY(const bool found, find(key));
    if (found) {
      TRY(number, number_of_stored(value_.ToStringView()));
    }
    counters_.emplace(std::move(key), number);
    return ok();
  }

  /// Cannot fail: the batch has no size limit.
  void put(const std::string& key, const std::string& value) {
    batch_.Put(key, value).PermitUncheckedError();
  }

  Error error(const rocksdb::Status& status) const {
    return error_from(status, directory_, "reading for a commit");
  }

  const std::string& directory_;
  rocksdb::DB& db_;
  rocksdb::WriteBatchWithIndex batch_{rocksdb::BytewiseComparator(), 0, /*overwrite_key=*/true};
  // Apart from the batch, which would keep every step of them. Unsigned, so that they wrap.
  std::map<std::string, std::uint64_t> counters_;
  rocksdb::PinnableSlice value_;
  std::optional<bool> space_is_low_;
  std::size_t deletes_ = 0;
  Version last_version_;
};

RocksDbCommitter::RocksDbCommitter(std::string directory, rocksdb::DB& db,
                                   rocksdb::FileSystem& files, ErrorWatch& errors, SyncedMark& mark,
                                   Version last_version)
    : directory_(std::move(directory)),
      db_(db),
      files_(files),
      errors_(errors),
      mark_(mark),
      last_version_(last_version) {}

void RocksDbCommitter::apply(QueuedBatch batch) {
  Outcomes outcomes;
  Fate fate;
  try {
    fate = decide_and_write(batch, outcomes);
  } catch (const std::exception& error) {
    fate = fail(make_error(ErrorCode::Internal, std::string("exception: ") + error.what()));
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const bool was_taken_in = i < outcomes.size() && outcomes[i] && outcomes[i]->committed();
    if (fate.kind == Fate::Kind::Synced) {
      answer(std::move(batch[i]), std::move(outcomes[i]));
    } else if (fate.kind == Fate::Kind::Unknown && was_taken_in) {
      answer_unknown(std::move(batch[i]), fate.error);
    } else {
      answer(std::move(batch[i]), fate.error);
    }
  }
}

RocksDbCommitter::Fate RocksDbCommitter::decide_and_write(const QueuedBatch& batch,
                                                          Outcomes& outcomes) {
  if (failed_) {
    return Fate{Fate::Kind::Refused,
                make_error(ErrorCode::ServiceUnavailable,
                           "index in " + directory_ + ": takes no changes since a write failed")};
  }
  Building building(directory_, db_, last_version_);
  outcomes.reserve(batch.size());
  for (const auto& queued : batch) outcomes.push_back(decide_one(queued->change(), building));
  // When nothing passed, all answers rest on what was synced before.
  if (building.last_version() == last_version_) return Fate{};
  return write(building);
}

Result<CommitOutcome> RocksDbCommitter::decide_one(const Change& change, Building& building) {
  if (change.kind == Change::Kind::Drop) return building.add_drop(change.commit.partition);
  if (stores_data(change.commit) && building.space_is_low(files_)) {
    return make_error(ErrorCode::NoSpace, "index in " + directory_ + ": less than " +
                                              std::to_string(kReserveBytes) +
                                              " bytes are free, which are kept for deletes");
  }
  return building.add(change.commit);
}

RocksDbCommitter::Fate RocksDbCommitter::write(Building& building) {
  rocksdb::WriteOptions options;
  options.sync = true;
  errors_.writing_begins();
  const rocksdb::Status status = db_.Write(options, building.finish());
  const bool failed_here = errors_.writing_failed();
  if (status.ok()) {
    last_version_ = building.last_version();
    mark_.record(db_.GetLatestSequenceNumber());
    flush_deletes(building.deletes());
    return Fate{};
  }
  Error error = error_from(status, directory_, "writing a batch of commits");
  if (failed_here) return fail(std::move(error));
  // RocksDB takes no writes while something in its background has failed, such as a flush that
  // found no space; it has not touched its log, and goes on by itself once there is space.
  return Fate{Fate::Kind::Refused, std::move(error)};
}

void RocksDbCommitter::flush_deletes(std::size_t more) {
  deletes_in_buffer_ += more;
  if (deletes_in_buffer_ < kDeletesInBufferMax) return;
  deletes_in_buffer_ = 0;
  rocksdb::FlushOptions options;
  options.wait = false;
  options.allow_write_stall = true;  // or this would wait for other flushes
  // A flush that fails is seen by `errors_`.
  db_.Flush(options).PermitUncheckedError();
}

RocksDbCommitter::Fate RocksDbCommitter::fail(Error error) {
  failed_ = true;
  error.add_context("no change is taken any more before a restart");
  log_error(error.describe());
  return Fate{Fate::Kind::Unknown, std::move(error)};
}

}  // namespace coffer::meta
