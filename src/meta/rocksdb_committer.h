#pragma once

#include "meta/commit_queue.h"

#include <atomic>
#include <memory>
#include <string>

namespace rocksdb {
class DB;
class EventListener;
class FileSystem;
}  // namespace rocksdb

namespace coffer::meta {

class SyncedMark;

/// While less than this is free, changes that store object data are refused with NoSpace and all
/// others pass, so that deleting works on a full disk. Large enough for what a delete needs until
/// it has freed something: the log, a flushed write buffer, a small compaction.
inline constexpr std::uint64_t kReserveBytes = 64 * 1024 * 1024;

/// Scans step over every deleted key, one or two million a second, until it is compacted away; and
/// only tables are compacted. So the write buffer is flushed when it holds this many deletes.
inline constexpr std::size_t kDeletesInBufferMax = 50'000;

/// Sees what fails inside RocksDB: logs what nobody waits for, and tells a failed write of ours
/// from one that was refused because something had failed before. Given to RocksDB when it is
/// opened, so it is shared with it. Thread-safe.
class ErrorWatch {
 public:
  explicit ErrorWatch(std::string directory);
  std::shared_ptr<rocksdb::EventListener> listener() const;
  /// Between these two, errors on this thread are the writer's own.
  void writing_begins();
  /// Whether there were any.
  bool writing_failed();

  class Listener;

 private:
  std::shared_ptr<Listener> listener_;
};

/// Turns batches of the queue into writes of the index. One thread at a time.
///
/// A batch is one synced write. Each change of it is decided against the index and what those
/// before it in the batch will make of it; nobody is answered before the sync. When the write
/// fails, what is on the disk is unknown, and the file must not be synced again: from then on
/// nothing is accepted (ServiceUnavailable), until the next start reads what is there.
class RocksDbCommitter {
 public:
  /// All of them outlive it. `last_version`: the highest that was ever given to a key.
  RocksDbCommitter(std::string directory, rocksdb::DB& db, rocksdb::FileSystem& files,
                   ErrorWatch& errors, SyncedMark& mark, Version last_version);

  /// Answers every change of the batch. Does not throw.
  void apply(QueuedBatch batch);
  /// A write has failed, so nothing is accepted any more.
  bool has_failed() const { return failed_; }

 private:
  class Building;
  using Outcomes = std::vector<Result<CommitOutcome>>;
  /// What became of a whole batch.
  struct Fate {
    enum class Kind : std::uint8_t {
      Synced,
      Refused,  ///< nothing was written
      Unknown,  ///< it may be there after a restart
    };
    Kind kind = Kind::Synced;
    Error error;  ///< unless Synced
  };

  Fate decide_and_write(const QueuedBatch& batch, Outcomes& outcomes);
  Result<CommitOutcome> decide_one(const Change& change, Building& building);
  Fate write(Building& building);
  void flush_deletes(std::size_t more);
  Fate fail(Error error);

  const std::string directory_;
  rocksdb::DB& db_;
  rocksdb::FileSystem& files_;
  ErrorWatch& errors_;
  SyncedMark& mark_;
  Version last_version_;
  std::size_t deletes_in_buffer_ = 0;  // at most; the buffer may have been flushed for its size
  bool failed_ = false;
};

}  // namespace coffer::meta
