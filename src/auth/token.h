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
enum class ResourceScope : std::uint8_t { Account, Bucket, User };
/// "com.cloudflare.api.account", ...
std::string_view to_string(ResourceScope scope);

/// A named set of actions, with Cloudflare's real id. The table is `permission_groups()`.
struct PermissionGroup {
  std::string_view id;    ///< 32 hex
  std::string_view name;  ///< "Workers R2 Storage Write"
  std::string_view description;
  ResourceScope scope;
  ActionSet actions;
  /// Of those that make, change and show tokens; only a person may grant them.
  bool manages_tokens = false;
  bool grants(Action action) const { return actions.contains(action); }
};
/// The four groups of R2, those of tokens, accounts, users and memberships.
const std::vector<PermissionGroup>& permission_groups();
const PermissionGroup* find_permission_group(std::string_view id_or_name);

/// com.cloudflare.api.account.<id> : "*"
struct AccountResource {
  AccountId account;
  bool operator==(const AccountResource&) const = default;
};
/// com.cloudflare.api.account.* : "*"; of user-owned tokens only: the user's accounts.
struct AllAccountsResource {
  bool operator==(const AllAccountsResource&) const = default;
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
/// com.cloudflare.api.account.* : { com.cloudflare.edge.r2.bucket.* : "*" }; user-owned only.
struct AllBucketsOfAllAccountsResource {
  bool operator==(const AllBucketsOfAllAccountsResource&) const = default;
};
/// com.cloudflare.api.user.<id> : "*"; of that user's own tokens only.
struct UserResource {
  UserId user;
  bool operator==(const UserResource&) const = default;
};
using PolicyResource =
    std::variant<AccountResource, AllAccountsResource, BucketResource, AllBucketsResource,
                 AllBucketsOfAllAccountsResource, UserResource>;
ResourceScope scope_of(const PolicyResource& resource);

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
const PermissionGroup* group_of_preset(Preset preset);  ///< never null

struct IpCondition {
  std::vector<IpNetwork> in;
  std::vector<IpNetwork> not_in;
  bool operator==(const IpCondition&) const = default;
  bool empty() const { return in.empty() && not_in.empty(); }
  /// With `in`, the address must match it; `not_in` exempts and wins.
  bool admits(const IpAddress& address) const;
};

enum class TokenStatus : std::uint8_t { Active, Disabled };

/// Who a token belongs to. An account's token has the rights of its policies; a user's never more
/// than the user has at that moment, and none once the user is gone.
using TokenOwner = std::variant<AccountId, UserId>;

/// An API token as kept: never its value. `id` is the S3 Access Key ID.
struct Token {
  TokenId id;
  TokenOwner owner;
  const AccountId* account() const { return std::get_if<AccountId>(&owner); }  ///< or null
  const UserId* user() const { return std::get_if<UserId>(&owner); }           ///< or null
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
