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
};

std::string encode(const BucketHeader& header);
Result<BucketHeader> decode_bucket_header(std::string_view bytes);

}  // namespace coffer::store
