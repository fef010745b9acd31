#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace coffer::durability {

/// The four syncs that an acknowledged write depends on.
enum class Sync : std::uint8_t {
  BlobData,        ///< fdatasync of a blob's file
  BlobDirectory,   ///< fsync of a directory that names blobs, or directories of blobs
  Index,           ///< sync of a file of RocksDB: log, manifest, table
  IndexDirectory,  ///< fsync of RocksDB's directory
};

/// What a loss of power could take at this moment: bytes of files, and names in directories, that
/// no sync has covered since they were written. Thread-safe.
///
/// Removals are no entries: a removed name that comes back is an orphan, which recovery removes.
/// Nor are an empty directory and a file that has no name yet: nothing is lost with them.
class Ledger {
 public:
  /// Syncs of this kind are not believed: what the code would be like without them.
  void disbelieve(Sync kind) { disbelieved_ = kind; }

  void wrote(const std::string& file);
  void nameless(const std::string& file);
  void got_name(const std::string& file);
  void synced(Sync kind, const std::string& file);
  /// The file is gone, or has no name and no descriptor any more.
  void dropped(const std::string& file);

  void named(const std::string& directory, const std::string& name);
  void named_directory(const std::string& directory, const std::string& name);
  void unnamed(const std::string& directory, const std::string& name);
  void synced_directory(Sync kind, const std::string& directory);

  /// One line for each thing at risk.
  std::vector<std::string> at_risk() const;
  /// How many syncs of the kind there were: a test in which none happens proves nothing.
  std::size_t count(Sync kind) const;

 private:
  std::optional<Sync> disbelieved_;
  mutable std::mutex mutex_;
  std::set<std::string> files_;     // guarded by mutex_; with unsynced bytes
  std::set<std::string> nameless_;  // guarded by mutex_
  std::map<std::string, std::set<std::string>> directories_;  // guarded by mutex_; unsynced names
  std::map<std::string, std::set<std::string>>
      contents_;  // guarded by mutex_; all names in directories that were made
  std::map<Sync, std::size_t> counts_;  // guarded by mutex_
};

}  // namespace coffer::durability
