#include "auth/resource_name.h"

#include "auth/quote.h"

namespace coffer::auth {
namespace {

constexpr std::string_view kAccountPrefix = "com.cloudflare.api.account.";
constexpr std::string_view kBucketPrefix = "com.cloudflare.edge.r2.bucket.";
constexpr std::string_view kUserPrefix = "com.cloudflare.api.user.";
constexpr std::string_view kAllBuckets = "com.cloudflare.edge.r2.bucket.*";
constexpr std::string_view kAll = "*";

Error invalid(std::string_view name, std::string_view why) {
  return Error::with_message(ErrorCode::InvalidArgument,
                             "resource " + quote(name) + ": " + std::string(why));
}

Result<PolicyResource> parse_account(std::string_view name, std::string_view nested) {
  if (name.substr(kAccountPrefix.size()) == kAll) {
    if (nested.empty()) return PolicyResource(AllAccountsResource{});
    if (nested == kAllBuckets) return PolicyResource(AllBucketsOfAllAccountsResource{});
    return invalid(nested, "only com.cloudflare.edge.r2.bucket.* may stand inside all accounts");
  }
  const auto account = AccountId::parse(name.substr(kAccountPrefix.size()));
  if (!account) return invalid(name, "an account id of 32 lower-case hex digits must follow");
  if (nested.empty()) return PolicyResource(AccountResource{*account});
  if (nested == kAllBuckets) return PolicyResource(AllBucketsResource{*account});
  return invalid(nested, "only com.cloudflare.edge.r2.bucket.* may stand inside an account");
}

Result<PolicyResource> parse_bucket(std::string_view name, std::string_view nested) {
  if (!nested.empty()) return invalid(name, "a bucket has no resources inside");
  const std::string_view text = name.substr(kBucketPrefix.size());
  // None of the three parts has an underscore, and whatever follows the second belongs to the
  // bucket, whose own rule then refuses it.
  const std::size_t first = text.find('_');
  const std::size_t second = first == text.npos ? text.npos : text.find('_', first + 1);
  if (second == text.npos) return invalid(name, "<account>_<jurisdiction>_<bucket> must follow");
  const auto account = AccountId::parse(text.substr(0, first));
  if (!account) return invalid(name, "the account id must be 32 lower-case hex digits");
  const auto jurisdiction = parse_jurisdiction(text.substr(first + 1, second - first - 1));
  if (!jurisdiction) return invalid(name, "the jurisdiction is unknown");
  const auto bucket = BucketName::parse(text.substr(second + 1));
  if (!bucket) return invalid(name, "the bucket name is not valid");
  return PolicyResource(BucketResource{*account, *jurisdiction, bucket->text()});
}

Result<PolicyResource> parse_user(std::string_view name, std::string_view nested) {
  if (!nested.empty()) return invalid(name, "a user has no resources inside");
  const auto user = UserId::parse(name.substr(kUserPrefix.size()));
  if (!user) return invalid(name, "a user id of 32 lower-case hex digits must follow");
  return PolicyResource(UserResource{*user});
}

}  // namespace

ResourceName print_resource(const PolicyResource& resource) {
  if (const auto* bucket = std::get_if<BucketResource>(&resource)) {
    std::string name(kBucketPrefix);
    name.append(bucket->account.hex()).append("_");
    name.append(to_string(bucket->jurisdiction)).append("_").append(bucket->bucket);
    return {std::move(name), {}};
  }
  if (const auto* all = std::get_if<AllBucketsResource>(&resource)) {
    return {std::string(kAccountPrefix) + all->account.hex(), std::string(kAllBuckets)};
  }
  if (const auto* user = std::get_if<UserResource>(&resource)) {
    return {std::string(kUserPrefix) + user->user.hex(), {}};
  }
  const std::string all_accounts = std::string(kAccountPrefix).append(kAll);
  if (std::holds_alternative<AllAccountsResource>(resource)) return {all_accounts, {}};
  if (std::holds_alternative<AllBucketsOfAllAccountsResource>(resource)) {
    return {all_accounts, std::string(kAllBuckets)};
  }
  return {std::string(kAccountPrefix) + std::get<AccountResource>(resource).account.hex(), {}};
}

Result<PolicyResource> parse_resource(std::string_view name, std::string_view nested) {
  if (name.starts_with(kAccountPrefix)) return parse_account(name, nested);
  if (name.starts_with(kBucketPrefix)) return parse_bucket(name, nested);
  if (name.starts_with(kUserPrefix)) return parse_user(name, nested);
  return invalid(name, "this kind of resource does not exist here");
}

}  // namespace coffer::auth
