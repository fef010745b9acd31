#pragma once

#include "base/clock.h"
#include "base/ids.h"
#include "base/ip_address.h"
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// API tokens as stored (docs/formats/identity.md), under keys that hold their ids:
///
///   token    = 1 owner-kind:u8 owner-id:raw16 name:bytes status:u8 issued:time modified:time
///              not-before:optional-time expires-on:optional-time
///              ip-in:list-of-network ip-not-in:list-of-network
///              policies:list-of-policy secret-generation:varint sealed-digest:bytes
///   network  = text:bytes                                    ; CIDR notation
///   policy   = policy-id:raw16 effect:u8
///              resources:list-of-resource groups:list-of-group-id:raw16
///   resource = kind:u8 [id:raw16] [jurisdiction:bytes bucket:bytes]
///              ; the id of an account or a user, not of kinds 4 and 5; the last two of kind 2
///
/// The numbers of the enums below are part of the format. What a record means is for `auth` to say.
namespace coffer::records {

using PermissionGroupId = Id128<struct PermissionGroupTag>;

enum class TokenStatusCode : std::uint8_t { Active = 1, Disabled = 2 };
enum class EffectCode : std::uint8_t { Allow = 1, Deny = 2 };
enum class OwnerKind : std::uint8_t { Account = 1, User = 2 };
enum class ResourceKind : std::uint8_t {
  Account = 1,
  Bucket = 2,
  AllBuckets = 3,
  AllAccounts = 4,
  AllBucketsOfAllAccounts = 5,
  User = 6,
};

struct ResourceRecord {
  ResourceKind kind = ResourceKind::Account;
  AccountId account;                                  ///< of kinds Account, Bucket and AllBuckets
  UserId user;                                        ///< of kind User
  Jurisdiction jurisdiction = Jurisdiction::Default;  ///< of kind Bucket
  std::string bucket;                                 ///< of kind Bucket
  bool operator==(const ResourceRecord&) const = default;
};

struct PolicyRecord {
  PolicyId id;
  EffectCode effect = EffectCode::Allow;
  std::vector<ResourceRecord> resources;
  std::vector<PermissionGroupId> groups;
  bool operator==(const PolicyRecord&) const = default;
};

struct TokenRecord {
  OwnerKind owner_kind = OwnerKind::Account;
  AccountId account;  ///< of kind Account
  UserId user;        ///< of kind User
  std::string name;
  TokenStatusCode status = TokenStatusCode::Active;
  Timestamp issued_on;
  Timestamp modified_on;
  std::optional<Timestamp> not_before;
  std::optional<Timestamp> expires_on;
  std::vector<IpNetwork> ip_in;
  std::vector<IpNetwork> ip_not_in;
  std::vector<PolicyRecord> policies;
  std::uint64_t secret_generation = 1;
  /// SHA-256 of the token's value in hex, sealed under the master key. Never the digest itself.
  std::string sealed_digest;
  bool operator==(const TokenRecord&) const = default;
};

std::string encode(const TokenRecord& record);
/// Corrupt when these are not the bytes of a token, NewerFormat when a later release wrote them.
Result<TokenRecord> decode_token(std::string_view bytes);

}  // namespace coffer::records
