#pragma once

#include "meta/engine.h"

#include <cstddef>
#include <string_view>

/// What every engine holds its callers to, and how every engine decides a commit. Here once, so
/// that no engine can differ from the others.
namespace coffer::meta {

inline constexpr std::size_t kPartitionBytesMax = 255;     // its length is one byte of a stored key
inline constexpr std::size_t kKeyBytesMax = 8 * 1024;      // also of a range's ends and of counters
inline constexpr std::size_t kValueBytesMax = 64 * 1024;   // except in Family::Body
inline constexpr std::size_t kBodyBytesMax = 1024 * 1024;  // longer bodies belong into a blob
/// All keys and values of one commit. The largest that the store makes completes an upload of
/// 10,000 parts whose key is 1,024 bytes, all of them NUL, and leaves nearly all parts out: a
/// check, a delete and a garbage entry each, some 70 MB.
inline constexpr std::size_t kCommitBytesMax = 256 * 1024 * 1024;

/// No client can cause a breach of these rules, so each is Internal; the detail names the numbers.
Result<> validate_partition(const Partition& partition);
Result<> validate_key(const Key& key);
Result<> validate_range(const Range& range);
Result<> validate_counter(std::string_view counter);
/// The limits, and that everything begins with the group as `Commit` demands.
Result<> validate_commit(const Commit& change);
/// A seek must lead forward, or a scan might never end.
Result<> validate_seek(std::string_view visited, std::string_view target);

/// The bytes of everything that the commit names or stores.
std::size_t size_bytes(const Commit& change);

/// One partition as the checks of a commit see it.
class PartitionView {
 public:
  virtual ~PartitionView() = default;
  /// 0 when there is no such key.
  virtual Result<Version> version_of(const Key& key) = 0;
  virtual Result<bool> is_empty(const Range& range) = 0;
};

/// Fence first, then the checks in order. The outcome's version is left 0.
Result<CommitOutcome> decide(const Commit& change, PartitionView& view);

}  // namespace coffer::meta
