#include "blob/free_space.h"

#include <algorithm>

namespace coffer::blob {

Result<> FreeSpace::check(std::uint64_t wanted_bytes) {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.monotonic();
  if (now >= stale_from_) {
    if (const int result = ops_.space(path_, space_); result < 0) {
      return file_error(result, "ask for the free space of", path_);
    }
    stale_from_ = now + kAge;
  }
  if (space_.total_bytes == 0) return ok();  // a file system that does not tell
  const std::uint64_t reserve = std::min(reserve_bytes_, space_.total_bytes / kReservePart);
  if (space_.free_bytes >= reserve && space_.free_bytes - reserve >= wanted_bytes) return ok();
  return make_error(ErrorCode::NoSpace, path_ + " has " + std::to_string(space_.free_bytes) +
                                            " bytes free; " + std::to_string(wanted_bytes) +
                                            " are wanted, and " + std::to_string(reserve) +
                                            " stay reserved for metadata and deletions");
}

bool FreeSpace::is_stale() const {
  const std::lock_guard lock(mutex_);
  return clock_.monotonic() >= stale_from_;
}

}  // namespace coffer::blob
