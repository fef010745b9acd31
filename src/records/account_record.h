#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::records {

/// What an account may store; nothing means no limit.
struct Quota {
  std::optional<std::uint64_t> bytes_max;  ///< of finished objects and of parts under way
  std::optional<std::uint64_t> objects_max;
  std::optional<std::uint64_t> buckets_max;  ///< of all jurisdictions
  bool operator==(const Quota&) const = default;
};

/// An account as stored, under a key that holds its id (docs/formats/identity.md):
///   1 name:bytes created:time r2-enabled:flag bytes-max:varint? objects-max:varint?
///     buckets-max:varint?
struct AccountRecord {
  std::string name;
  Timestamp created;
  bool r2_enabled = false;
  Quota quota;
  bool operator==(const AccountRecord&) const = default;
};

std::string encode(const AccountRecord& record);
/// Corrupt when these are not the bytes of an account, NewerFormat when a later release wrote them.
Result<AccountRecord> decode_account(std::string_view bytes);

}  // namespace coffer::records
