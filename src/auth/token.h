#pragma once

#include "auth/operation.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/ip_address.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

/// The token model: DESIGN.md section 3, cloudflare-api.md section 2.
namespace coffer::auth {

enum class Effect : std::uint8_t { Allow, Deny };

/// What a permission group acts on (cloudflare-api.md 2.4, `scopes`).
enum class ResourceScope : std::uint8_t { Account, Bucket };

/// A named set of actions, with Cloudflare's real id. The table is `permission_groups()`.
struct PermissionGroup {
  std::string_view id;    ///< 32 hex
  std::string_view name;  ///< "Workers R2 Storage Write"
  ResourceScope scope;
  std::uint32_t actions;  ///< bit set over Action
  bool grants(Action action) const { return (actions >> static_cast<unsigned>(action)) & 1U; }
};
/// The groups of R2 Storage Write, Read, Bucket Item Write and Read.
const std::vector<PermissionGroup>& permission_groups();
const PermissionGroup* find_permission_group(std::string_view id_or_name);

/// com.cloudflare.api.account.<id> : "*"
struct AccountResource {
  AccountId account;
  bool operator==(const AccountResource&) const = default;
};
/// com.cloudflare.edge.r2.bucket.<account>_<jurisdiction>_<bucket> : "*"
struct BucketResource {
  AccountId account;
  Jurisdiction jurisdiction;
  std::string bucket;
  bool operator==(const BucketResource&) const = default;
};
/// com.cloudflare.api.account.<id> : { com.cloudflare.edge.r2.bucket.* : "*" }
struct AllBucketsResource {
  AccountId account;
  bool operator==(const AllBucketsResource&) const = default;
};
using PolicyResource = std::variant<AccountResource, BucketResource, AllBucketsResource>;

struct Policy {
  PolicyId id;
  Effect effect = Effect::Allow;
  std::vector<PolicyResource> resources;
  std::vector<const PermissionGroup*> groups;  ///< of the static table
};

/// The four permissions of R2's dashboard.
enum class Preset : std::uint8_t { AdminReadWrite, AdminReadOnly, ObjectReadWrite, ObjectReadOnly };
std::string_view to_string(Preset preset);  ///< "admin-read-write", ...
std::optional<Preset> parse_preset(std::string_view text);

struct IpCondition {
  std::vector<IpNetwork> in;
  std::vector<IpNetwork> not_in;
  bool empty() const { return in.empty() && not_in.empty(); }
  /// With `in`, the address must match it; `not_in` exempts and wins.
  bool admits(const IpAddress& address) const;
};

enum class TokenStatus : std::uint8_t { Active, Disabled };

/// An API token as kept: never its value. `id` is the S3 Access Key ID.
struct Token {
  TokenId id;
  AccountId account;
  std::string name;  ///< 1..120 characters
  TokenStatus status = TokenStatus::Active;
  Timestamp issued_on;
  Timestamp modified_on;
  std::optional<Timestamp> not_before;
  std::optional<Timestamp> expires_on;
  IpCondition ip;
  std::vector<Policy> policies;
  std::uint64_t secret_generation = 1;  ///< grows with each roll
};

}  // namespace coffer::auth
