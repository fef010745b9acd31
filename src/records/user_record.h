#pragma once

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::records {

using RoleId = Id128<struct RoleTag>;

enum class MembershipStatusCode : std::uint8_t { Pending = 1, Accepted = 2 };

/// A user's place in an account.
struct MembershipRecord {
  MembershipId id;
  AccountId account;
  MembershipStatusCode status = MembershipStatusCode::Pending;
  std::vector<RoleId> roles;
  Timestamp created;
  bool operator==(const MembershipRecord&) const = default;
};

/// A user as stored, under a key that holds its id (docs/formats/identity.md):
///   user       = 1 email:bytes name:bytes created:time operator:flag suspended:flag
///                password-hash:bytes memberships:list-of-membership
///   membership = id:raw16 account-id:raw16 status:u8 roles:list-of-raw16 created:time
struct UserRecord {
  std::string email;  ///< as it was given; unique without regard to case
  std::string name;
  Timestamp created;
  bool is_operator = false;
  bool suspended = false;
  std::string password_hash;  ///< argon2id in its PHC form; empty: cannot sign in
  std::vector<MembershipRecord> memberships;
  bool operator==(const UserRecord&) const = default;
};

std::string encode(const UserRecord& record);
/// Corrupt when these are not the bytes of a user, NewerFormat when a later release wrote them.
Result<UserRecord> decode_user(std::string_view bytes);

}  // namespace coffer::records
