#include "auth/token_mapping.h"

namespace coffer::auth {
namespace {

records::ResourceRecord to_record(const PolicyResource& resource) {
  using records::ResourceKind;
  records::ResourceRecord record;
  if (const auto* account = std::get_if<AccountResource>(&resource)) {
    record.kind = ResourceKind::Account;
    record.account = account->account;
  } else if (const auto* bucket = std::get_if<BucketResource>(&resource)) {
    record.kind = ResourceKind::Bucket;
    record.account = bucket->account;
    record.jurisdiction = bucket->jurisdiction;
    record.bucket = bucket->bucket;
  } else if (const auto* all = std::get_if<AllBucketsResource>(&resource)) {
    record.kind = ResourceKind::AllBuckets;
    record.account = all->account;
  } else if (const auto* user = std::get_if<UserResource>(&resource)) {
    record.kind = ResourceKind::User;
    record.user = user->user;
  } else if (std::holds_alternative<AllAccountsResource>(resource)) {
    record.kind = ResourceKind::AllAccounts;
  } else {
    record.kind = ResourceKind::AllBucketsOfAllAccounts;
  }
  return record;
}

PolicyResource to_resource(const records::ResourceRecord& record) {
  switch (record.kind) {
    case records::ResourceKind::Bucket:
      return BucketResource{record.account, record.jurisdiction, record.bucket};
    case records::ResourceKind::AllBuckets:
      return AllBucketsResource{record.account};
    case records::ResourceKind::AllAccounts:
      return AllAccountsResource{};
    case records::ResourceKind::AllBucketsOfAllAccounts:
      return AllBucketsOfAllAccountsResource{};
    case records::ResourceKind::User:
      return UserResource{record.user};
    case records::ResourceKind::Account:
      break;
  }
  return AccountResource{record.account};
}

records::PolicyRecord to_record(const Policy& policy) {
  records::PolicyRecord record;
  record.id = policy.id;
  record.effect =
      policy.effect == Effect::Allow ? records::EffectCode::Allow : records::EffectCode::Deny;
  for (const PolicyResource& resource : policy.resources) {
    record.resources.push_back(to_record(resource));
  }
  for (const PermissionGroup* group : policy.groups) {
    record.groups.push_back(records::PermissionGroupId::parse(group->id).value());
  }
  return record;
}

Result<Policy> to_policy(const records::PolicyRecord& record) {
  const auto corrupt = [&record](const std::string& what) {
    return make_error(ErrorCode::Corrupt, "policy " + record.id.hex() + " " + what);
  };
  Policy policy;
  policy.id = record.id;
  policy.effect = record.effect == records::EffectCode::Allow ? Effect::Allow : Effect::Deny;
  if (record.resources.empty()) return corrupt("has no resources");
  if (record.groups.empty()) return corrupt("has no permission groups");
  for (const records::ResourceRecord& resource : record.resources) {
    policy.resources.push_back(to_resource(resource));
  }
  for (const records::PermissionGroupId& id : record.groups) {
    const PermissionGroup* group = find_permission_group(id.hex());
    if (!group) return corrupt("has the unknown permission group " + id.hex());
    policy.groups.push_back(group);
  }
  return policy;
}

}  // namespace

records::TokenRecord to_record(const Token& token, std::string sealed_digest) {
  records::TokenRecord record;
  if (const UserId* user = token.user()) {
    record.owner_kind = records::OwnerKind::User;
    record.user = *user;
  } else {
    record.account = *token.account();
  }
  record.name = token.name;
  record.status = token.status == TokenStatus::Active ? records::TokenStatusCode::Active
                                                      : records::TokenStatusCode::Disabled;
  record.issued_on = token.issued_on;
  record.modified_on = token.modified_on;
  record.not_before = token.not_before;
  record.expires_on = token.expires_on;
  record.ip_in = token.ip.in;
  record.ip_not_in = token.ip.not_in;
  for (const Policy& policy : token.policies) record.policies.push_back(to_record(policy));
  record.secret_generation = token.secret_generation;
  record.sealed_digest = std::move(sealed_digest);
  return record;
}

Result<Token> to_token(TokenId id, const records::TokenRecord& record) {
  Token token;
  token.id = id;
  if (record.owner_kind == records::OwnerKind::User) {
    token.owner = record.user;
  } else {
    token.owner = record.account;
  }
  token.name = record.name;
  token.status = record.status == records::TokenStatusCode::Active ? TokenStatus::Active
                                                                   : TokenStatus::Disabled;
  token.issued_on = record.issued_on;
  token.modified_on = record.modified_on;
  token.not_before = record.not_before;
  token.expires_on = record.expires_on;
  token.ip.in = record.ip_in;
  token.ip.not_in = record.ip_not_in;
  if (record.policies.empty()) return make_error(ErrorCode::Corrupt, "token has no policies");
  for (const records::PolicyRecord& policy : record.policies) {
    TRY(Policy mapped, to_policy(policy));
    token.policies.push_back(std::move(mapped));
  }
  token.secret_generation = record.secret_generation;
  return token;
}

}  // namespace coffer::auth
