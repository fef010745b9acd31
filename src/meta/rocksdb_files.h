#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>

namespace rocksdb {
class FileSystem;
}  // namespace rocksdb

namespace coffer::meta {

/// The files of an index before RocksDB has touched them.
struct IndexFiles {
  bool exists = false;  ///< there is an index; otherwise one may be made
  /// The manifest's last write was cut off, or damaged: what RocksDB makes of it must be compared
  /// with `synced_sequence` before it may change anything.
  bool manifest_is_cut = false;
  /// What was acknowledged ends here, or later (meta/synced_mark.h).
  std::uint64_t synced_sequence = 0;
};

/// Reads manifest and write-ahead logs as strictly as they can be read (meta/log_scan.h), because
/// RocksDB drops damaged ends without a word. Corrupt, naming file and place, when acknowledged
/// changes are damaged; nothing is changed then. Locked when another engine has them open. The rest
/// of a write that was cut off by a crash is removed from the newest log, so that RocksDB finds
/// whole records only. Logs are empty after a clean stop, and below the write buffer's size
/// otherwise.
Result<IndexFiles> inspect_files(rocksdb::FileSystem& files, const std::string& directory);

}  // namespace coffer::meta
