#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "blob/file_ops.h"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace coffer::blob {

/// Keeps bodies from filling a file system to its last byte, so that the index still has room to
/// record deletions. Thread-safe.
///
/// Asks the file system at most every kAge: between two looks a fast disk takes about 100 MB, which
/// is well below the reserve.
class FreeSpace {
 public:
  static constexpr std::chrono::milliseconds kAge{50};
  /// Of a small file system, no more than this part is kept free.
  static constexpr std::uint64_t kReservePart = 16;

  FreeSpace(FileOps& ops, std::string path, std::uint64_t reserve_bytes, const Clock& clock)
      : ops_(ops), path_(std::move(path)), reserve_bytes_(reserve_bytes), clock_(clock) {}

  /// NoSpace when less than the reserve would be left after `wanted_bytes` more. Blocks only when
  /// what is known is stale.
  Result<> check(std::uint64_t wanted_bytes);
  bool is_stale() const;

 private:
  FileOps& ops_;
  const std::string path_;
  const std::uint64_t reserve_bytes_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  FileOps::Space space_;                              ///< guarded by mutex_
  std::chrono::steady_clock::time_point stale_from_;  ///< guarded by mutex_
};

}  // namespace coffer::blob
