#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <string>
#include <string_view>

namespace coffer::records {

/// An account as stored, under a key that holds its id (docs/formats/identity.md):
///   1 name:bytes created:time r2-enabled:flag
struct AccountRecord {
  std::string name;
  Timestamp created;
  bool r2_enabled = false;
  bool operator==(const AccountRecord&) const = default;
};

std::string encode(const AccountRecord& record);
/// Corrupt when these are not the bytes of an account, NewerFormat when a later release wrote them.
Result<AccountRecord> decode_account(std::string_view bytes);

}  // namespace coffer::records
