#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "blob/file_ops.h"

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace coffer::blob {

/// A blob's file, open for reading. Immutable, thread-safe.
struct OpenFile {
  OpenFile(Descriptor f, std::uint64_t size) : file(std::move(f)), size_bytes(size) {}
  const Descriptor file;
  const std::uint64_t size_bytes;
};

/// The files that were read last stay open, so that reading a blob that is in memory costs no path
/// look-up. Thread-safe. Holds at most `limit` descriptors; who uses a file keeps it open beyond.
class OpenFiles {
 public:
  /// Shared by the cache and the reads that use the file.
  using Handle = std::shared_ptr<const OpenFile>;

  OpenFiles(FileOps& ops, std::size_t limit) : ops_(ops), limit_(limit) {}

  /// Null when it is not open. Never blocks.
  Handle find(BlobId id);
  /// Opens the blob's file unless it is open. Blocks. Corrupt when there is none.
  Result<Handle> open(BlobId id, const std::string& path);
  /// Call after the name is removed: from then on `find` and `open` do not know the blob, even
  /// where an `open` found the name just before.
  void forget(BlobId id);

 private:
  struct Entry {
    BlobId id;
    Handle file;
  };
  using Order = std::list<Entry>;

  Handle insert(BlobId id, Handle file, std::uint64_t removals_before);

  FileOps& ops_;
  const std::size_t limit_;
  std::mutex mutex_;
  Order order_;                              ///< last used first; guarded by mutex_
  std::map<BlobId, Order::iterator> by_id_;  ///< guarded by mutex_
  std::uint64_t removals_ = 0;               ///< grows with each `forget`; guarded by mutex_
};

}  // namespace coffer::blob
