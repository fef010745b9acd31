#include "auth/token_rules.h"

#include "auth/policy_text.h"
#include "auth/quote.h"
#include "base/codec.h"
#include "records/codec.h"

#include <algorithm>

namespace coffer::auth {
namespace {

Error refuse(std::string message) {
  return Error::with_message(ErrorCode::InvalidArgument, std::move(message));
}

std::size_t character_count(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;  // all but continuation bytes
  }));
}

std::optional<AccountId> account_of(const PolicyResource& resource) {
  if (const auto* account = std::get_if<AccountResource>(&resource)) return account->account;
  if (const auto* bucket = std::get_if<BucketResource>(&resource)) return bucket->account;
  if (const auto* all = std::get_if<AllBucketsResource>(&resource)) return all->account;
  return std::nullopt;
}

/// An account's token reaches that account alone, a user's token the user and any account: there it
/// has no more than the user's roles give.
bool may_name(const TokenOwner& owner, const PolicyResource& resource) {
  if (const auto* account = std::get_if<AccountId>(&owner)) return account_of(resource) == *account;
  const auto* user = std::get_if<UserResource>(&resource);
  return !user || user->user == std::get<UserId>(owner);
}

Result<> check_scope(const PermissionGroup& group, const PolicyResource& resource) {
  if (group.scope == scope_of(resource)) return ok();
  const std::string name(group.name);
  if (group.scope == ResourceScope::Account) {
    return refuse(name + " acts on the whole account and may not be limited to buckets");
  }
  if (group.scope == ResourceScope::User) {
    return refuse(name + " acts on a user: name com.cloudflare.api.user.<id>");
  }
  return refuse(name + " acts on buckets: name buckets, or all buckets of the account, not the " +
                "account itself");
}

Result<> check_policy(const Policy& policy, const TokenOwner& owner) {
  if (policy.groups.empty()) return refuse("a policy must have at least one permission group");
  if (policy.resources.empty()) return refuse("a policy must have at least one resource");
  for (const PermissionGroup* group : policy.groups) {
    if (!group || find_permission_group(group->id) != group) {
      return refuse("a policy has a permission group that does not exist");
    }
  }
  for (const PolicyResource& resource : policy.resources) {
    if (!may_name(owner, resource)) {
      return refuse("resource " + quote(describe(resource)) + " is not of the token's own " +
                    (std::holds_alternative<UserId>(owner) ? "user" : "account"));
    }
    const auto* bucket = std::get_if<BucketResource>(&resource);
    if (bucket && !BucketName::parse(bucket->bucket)) {
      return refuse("bucket name " + quote(bucket->bucket) + " is not valid");
    }
    for (const PermissionGroup* group : policy.groups) TRY_VOID(check_scope(*group, resource));
  }
  return ok();
}

Result<> check_date(const std::optional<Timestamp>& date, std::string_view field) {
  if (!date || (*date >= records::kFirstTime && *date <= records::kLastTime)) return ok();
  return refuse(std::string(field) + " must lie between the years 0 and 9999");
}

}  // namespace

Result<> check_name(std::string_view name, std::string_view what) {
  const std::string subject = std::string(what) + " name must ";
  if (!is_valid_utf8(name)) return refuse(subject + "be UTF-8");
  const std::size_t length = character_count(name);
  if (length < 1 || length > kNameCharactersMax) {
    return refuse(subject + "have a length of 1 to " + std::to_string(kNameCharactersMax) +
                  " characters, not " + std::to_string(length));
  }
  // A name stands in logs and on terminals.
  if (has_control_characters(name)) return refuse(subject + "not have control characters");
  return ok();
}

Result<> check_new_token(const NewToken& request, Timestamp now) {
  TRY_VOID(check_name(request.name, "token"));
  TRY_VOID(check_date(request.not_before, "not_before"));
  TRY_VOID(check_date(request.expires_on, "expires_on"));
  if (request.expires_on && *request.expires_on <= now) {
    return refuse("expires_on must lie in the future");
  }
  if (request.not_before && request.expires_on && *request.not_before >= *request.expires_on) {
    return refuse("not_before must lie before expires_on");
  }
  if (request.policies.empty()) return refuse("a token must have at least one policy");
  for (const Policy& policy : request.policies) TRY_VOID(check_policy(policy, request.owner));
  return ok();
}

}  // namespace coffer::auth
