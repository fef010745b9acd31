#include "app/operator_commands.h"
#include "auth/identity.h"
#include "base/log.h"
#include "records/bucket_audit.h"

#include <boost/json/array.hpp>

#include <array>

namespace coffer::app {
namespace {

namespace json = boost::json;
using Answer = CommandAnswer;
using Arguments = CommandArguments;

json::object describe(const store::Bucket& bucket, Jurisdiction jurisdiction) {
  const bool standard = bucket.storage_class == store::StorageClass::Standard;
  json::object out;
  out["name"] = bucket.name.text();
  out["jurisdiction"] = to_string(jurisdiction);
  out["created"] = format_iso8601_ms(bucket.created);
  out["location"] = bucket.location;
  out["storage_class"] = standard ? "Standard" : "InfrequentAccess";
  return out;
}

Result<store::BucketAddress> bucket_of(const Arguments& arguments, const auth::Identity& identity) {
  TRY(const AccountId account, account_of(arguments, identity));
  TRY(const Jurisdiction jurisdiction, arguments.jurisdiction());
  TRY(const std::string text, arguments.required("bucket"));
  TRY(BucketName name, BucketName::parse(text));
  return store::BucketAddress(account, jurisdiction, std::move(name));
}

records::AuditEntry audit_of(const Administered& services, const store::BucketAddress& address,
                             std::string action,
                             const std::optional<records::BucketSettings>& before,
                             const std::optional<records::BucketSettings>& after) {
  return records::bucket_audit(AuditId::make(services.random), services.clock.now(),
                               address.account, command_line_actor(), std::move(action),
                               address.name.text(), before, after);
}

Task<Answer> bucket_create(const Administered& services, const Arguments& arguments) {
  CO_TRY(store::BucketAddress address, bucket_of(arguments, services.identity));
  const auto account = services.identity.find_account(address.account);
  if (!account || !account->r2_enabled) co_return Error(ErrorCode::NotEntitled);
  store::CreateBucketOptions options;
  CO_TRY(options.location, arguments.location());
  const Jurisdiction jurisdiction = address.jurisdiction;
  const records::BucketSettings settings(jurisdiction, options.location, "Standard");
  std::optional<records::AuditEntry> audit =
      audit_of(services, address, "CreateBucket", std::nullopt, settings);
  CO_TRY(const store::Bucket bucket, co_await services.store.create_bucket(
                                         std::move(address), std::move(options), std::move(audit)));
  log_info("bucket created: " + std::string(to_string(jurisdiction)) + "/" + bucket.name.text());
  co_return json::value(describe(bucket, jurisdiction));
}

Task<Answer> bucket_list(const Administered& services, const Arguments& arguments) {
  CO_TRY(const AccountId account, account_of(arguments, services.identity));
  std::vector<Jurisdiction> jurisdictions(kJurisdictions.begin(), kJurisdictions.end());
  if (arguments.text("jurisdiction")) {
    CO_TRY(const Jurisdiction one, arguments.jurisdiction());
    jurisdictions.assign(1, one);
  }
  json::array out;
  for (const Jurisdiction jurisdiction : jurisdictions) {
    store::ListBucketsQuery query;
    bool more = true;
    while (more) {
      CO_TRY(const store::BucketPage page,
             co_await services.store.list_buckets(account, jurisdiction, query));
      for (const auto& bucket : page.buckets) out.emplace_back(describe(bucket, jurisdiction));
      more = page.truncated && !page.buckets.empty();
      if (more) query.start_after = page.buckets.back().name.text();
    }
  }
  co_return json::value(std::move(out));
}

Task<Answer> bucket_delete(const Administered& services, const Arguments& arguments) {
  CO_TRY(store::BucketAddress address, bucket_of(arguments, services.identity));
  const std::string jurisdiction(to_string(address.jurisdiction));
  const std::string name = address.name.text();
  const records::BucketSettings settings(address.jurisdiction);
  std::optional<records::AuditEntry> audit =
      audit_of(services, address, "DeleteBucket", settings, std::nullopt);
  CO_TRY_VOID(co_await services.store.delete_bucket(std::move(address), std::move(audit)));
  log_info("bucket deleted: " + jurisdiction + "/" + name);
  json::object out;
  out["name"] = name;
  out["jurisdiction"] = jurisdiction;
  out["status"] = "deleted";
  co_return json::value(std::move(out));
}

constexpr std::array<NamedCommand, 3> kCommands{{
    {"bucket.create", bucket_create},
    {"bucket.list", bucket_list},
    {"bucket.delete", bucket_delete},
}};

}  // namespace

std::span<const NamedCommand> bucket_commands() { return kCommands; }

}  // namespace coffer::app
