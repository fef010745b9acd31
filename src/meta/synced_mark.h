#pragma once

#include "base/result.h"

#include <cstdint>
#include <memory>
#include <string>

namespace rocksdb {
class FileSystem;
class FSRandomRWFile;
}  // namespace rocksdb

namespace coffer::meta {

/// A note beside the index of how far it has been synced: after each synced batch, its last
/// sequence number. At the next start an index that ends earlier has lost acknowledged changes,
/// which RocksDB alone cannot tell from a write that was cut off.
///
/// The note itself is not synced, which would cost as much as the batch. What it says is true
/// whenever it reaches the disk, because it is written after the sync; it may only be old, and then
/// proves less. So it is complete after anything but a loss of power. Not thread-safe.
class SyncedMark {
 public:
  static constexpr const char* kFileName = "SYNCED";

  /// What the note in `directory` says; 0 when there is none or it is damaged.
  static std::uint64_t read(rocksdb::FileSystem& files, const std::string& directory);

  /// Opens the note, or makes it.
  static Result<SyncedMark> open(rocksdb::FileSystem& files, const std::string& directory);
  SyncedMark(SyncedMark&&) noexcept;
  SyncedMark& operator=(SyncedMark&&) noexcept;
  ~SyncedMark();

  /// Everything up to `sequence` is on stable storage. Failures are ignored: the note is a help.
  void record(std::uint64_t sequence);

 private:
  explicit SyncedMark(std::unique_ptr<rocksdb::FSRandomRWFile> file);
  std::unique_ptr<rocksdb::FSRandomRWFile> file_;
};

}  // namespace coffer::meta
