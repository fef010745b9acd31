#pragma once

#include "base/result.h"
#include "store/types.h"

#include <string>
#include <string_view>

namespace coffer::store {

/// What the directory holds under (account, name).
struct DirectoryEntry {
  enum class State : std::uint8_t {
    Creating = 1,  ///< the bucket's header may not exist yet
    Live = 2,
  };
  State state = State::Creating;
  BucketId id;
  Timestamp created;
  std::string location;
  StorageClass storage_class = StorageClass::Standard;
  /// While Creating: the audit entry of the creation, encoded; empty when there is none.
  std::string audit = {};
};

std::string encode(const DirectoryEntry& entry);
/// Corrupt for anything that `encode` did not write; so the others below.
Result<DirectoryEntry> decode_directory_entry(std::string_view bytes);

/// What a bucket's own partition says of it, under its Header key: the fence of every commit.
struct BucketHeader {
  enum class State : std::uint8_t { Live = 1, Deleting = 2 };
  State state = State::Live;
  AccountId account;
  std::string name;
  Timestamp created;
  std::string location;
  StorageClass storage_class = StorageClass::Standard;
  /// The audit entry of the last change of this header, encoded; empty when there is none. The
  /// commit that brings the directory in line with the header puts it into the audit log.
  std::string audit = {};
};

std::string encode(const BucketHeader& header);
Result<BucketHeader> decode_bucket_header(std::string_view bytes);

}  // namespace coffer::store
