#include "auth/token_accounts.h"

namespace coffer::auth {
namespace {

bool is_about(const PolicyResource& resource, AccountId account) {
  if (std::holds_alternative<AllAccountsResource>(resource) ||
      std::holds_alternative<AllBucketsOfAllAccountsResource>(resource)) {
    return true;
  }
  const auto* one = std::get_if<AccountResource>(&resource);
  const auto* all = std::get_if<AllBucketsResource>(&resource);
  const auto* bucket = std::get_if<BucketResource>(&resource);
  return (one && one->account == account) || (all && all->account == account) ||
         (bucket && bucket->account == account);
}

}  // namespace

bool names_account(const Token& token, AccountId account) {
  for (const Policy& policy : token.policies) {
    if (policy.effect != Effect::Allow) continue;
    for (const PolicyResource& resource : policy.resources) {
      if (is_about(resource, account)) return true;
    }
  }
  return false;
}

bool belongs_to(const Identity& identity, const Token& token, AccountId account) {
  if (const AccountId* owner = token.account()) return *owner == account;
  const auto user = identity.find_user(*token.user());
  return user && user->membership_of(account);
}

std::optional<AccountId> only_account(const Identity& identity, const Token& token) {
  if (const AccountId* owner = token.account()) return *owner;
  const auto user = identity.find_user(*token.user());
  std::optional<AccountId> only;
  if (!user) return only;
  for (const Membership& membership : user->memberships) {
    if (membership.status != Membership::Status::Accepted) continue;
    if (!names_account(token, membership.account)) continue;
    if (only) return std::nullopt;
    only = membership.account;
  }
  return only;
}

}  // namespace coffer::auth
