#include "auth/policy_text.h"

#include "auth/quote.h"

namespace coffer::auth {
namespace {

std::string in_parentheses(Jurisdiction jurisdiction) {
  return " (" + std::string(to_string(jurisdiction)) + ")";
}

}  // namespace

std::string describe(const PolicyResource& resource) {
  if (const auto* bucket = std::get_if<BucketResource>(&resource)) {
    return "bucket " + bucket->bucket + in_parentheses(bucket->jurisdiction);
  }
  if (const auto* all = std::get_if<AllBucketsResource>(&resource)) {
    return "all buckets of account " + all->account.hex();
  }
  if (const auto* user = std::get_if<UserResource>(&resource)) return "user " + user->user.hex();
  if (std::holds_alternative<AllAccountsResource>(resource)) return "all accounts";
  if (std::holds_alternative<AllBucketsOfAllAccountsResource>(resource)) {
    return "all buckets of all accounts";
  }
  return "account " + std::get<AccountResource>(resource).account.hex();
}

std::string describe(const Policy& policy) {
  std::string out = policy.id.hex();
  out.append(policy.effect == Effect::Allow ? ": allow " : ": deny ");
  std::string_view separator;
  for (const PermissionGroup* group : policy.groups) {
    out.append(separator).append(group->name);
    separator = ", ";
  }
  separator = " on ";
  for (const PolicyResource& resource : policy.resources) {
    out.append(separator).append(describe(resource));
    separator = ", ";
  }
  return out;
}

std::string describe(const Resource& resource) {
  if (resource.user) return "user " + resource.user->hex();
  if (resource.bucket.empty()) {
    return "account " + resource.account.hex() + in_parentheses(resource.jurisdiction);
  }
  std::string bucket = "bucket " + quote(resource.bucket) + in_parentheses(resource.jurisdiction);
  if (resource.key.empty()) return bucket;
  return "key " + quote(resource.key) + " of " + bucket;
}

}  // namespace coffer::auth
