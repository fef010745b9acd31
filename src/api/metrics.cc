#include "api/r2.h"

#include <algorithm>
#include <array>

/// How much is stored: cloudflare-api.md 3.10.
namespace coffer::api {
namespace {

void add(store::ClassUsage& sum, const store::ClassUsage& more) {
  sum.objects += more.objects;
  sum.bytes += more.bytes;
  sum.metadata_bytes += more.metadata_bytes;
  sum.parts += more.parts;
  sum.part_bytes += more.part_bytes;
}

json::object figures(std::int64_t objects, std::int64_t payload, std::int64_t metadata) {
  json::object out;
  out["objects"] = objects;
  out["payloadSize"] = payload;
  out["metadataSize"] = metadata;
  return out;
}

/// `uploaded`: parts of uploads under way; `published`: finished objects.
json::object describe(const store::ClassUsage& usage) {
  json::object out;
  out["uploaded"] = figures(usage.parts, usage.part_bytes, 0);
  out["published"] = figures(usage.objects, usage.bytes, usage.metadata_bytes);
  return out;
}

Task<Result<Reply>> account_metrics(Call& call) {
  // The figures are of every jurisdiction, and the permission of the account.
  CO_TRY_VOID(call.authorize(r2_accesses(call, auth::Action::UsageRead, Jurisdiction::Default)));
  store::ClassUsage standard;
  store::ClassUsage infrequent;
  for (const Jurisdiction jurisdiction : kJurisdictions) {
    CO_TRY(const auto usage, co_await call.store().account_usage(call.account(), jurisdiction));
    add(standard, usage.total.standard);
    add(infrequent, usage.total.infrequent_access);
  }
  json::object result;
  result["standard"] = describe(standard);
  result["infrequentAccess"] = describe(infrequent);
  co_return Reply(std::move(result));
}

json::object describe_contents(const store::ClassUsage& usage) {
  json::object out;
  out["objects"] = usage.objects;
  out["bytes"] = usage.bytes;
  return out;
}

Task<Result<Reply>> bucket_usage(Call& call) {
  CO_TRY(auto address, authorized_bucket(call, auth::Action::UsageRead));
  CO_TRY(const auto usage, co_await call.store().bucket_usage(std::move(address)));
  const store::ClassUsage& standard = usage.standard;
  const store::ClassUsage& infrequent = usage.infrequent_access;
  json::object result;
  result["objects"] = usage.objects;
  result["bytes"] = usage.bytes;
  result["metadata_bytes"] = standard.metadata_bytes + infrequent.metadata_bytes;
  result["uploads"] = usage.uploads;
  result["upload_bytes"] = standard.part_bytes + infrequent.part_bytes;
  result["standard"] = describe_contents(standard);
  result["infrequent_access"] = describe_contents(infrequent);
  co_return Reply(std::move(result));
}

// --- GraphQL ---
//
// There is no GraphQL here: one query is known by its name, the one of `wrangler r2 bucket info`.

constexpr std::string_view kStorageQuery = "getR2StorageMetrics";
constexpr std::string_view kStorageField = "r2StorageAdaptiveGroups";

http::Response graphql_data(json::array groups) {
  json::object account;
  account[kStorageField] = std::move(groups);
  json::array accounts;
  accounts.emplace_back(std::move(account));
  json::object viewer;
  viewer["accounts"] = std::move(accounts);
  json::object data;
  data["viewer"] = std::move(viewer);
  json::object body;
  body["data"] = std::move(data);
  body["errors"] = nullptr;
  return json_response(200, body);
}

http::Response graphql_error(std::string_view message) {
  json::object item;
  item["message"] = message;
  json::array errors;
  errors.emplace_back(std::move(item));
  json::object body;
  body["data"] = nullptr;
  body["errors"] = std::move(errors);
  return json_response(200, body);
}

/// `name`, or `<jurisdiction>_<name>`; no bucket has an underscore in its name.
std::optional<store::BucketAddress> bucket_of(AccountId account, std::string_view text) {
  const std::size_t underscore = text.find('_');
  Jurisdiction jurisdiction = Jurisdiction::Default;
  if (underscore != std::string_view::npos) {
    const auto parsed = parse_jurisdiction(text.substr(0, underscore));
    if (!parsed) return std::nullopt;
    jurisdiction = *parsed;
    text.remove_prefix(underscore + 1);
  }
  auto name = BucketName::parse(text);
  if (!name) return std::nullopt;
  return store::BucketAddress(account, jurisdiction, *std::move(name));
}

struct StorageQuestion {
  AccountId account;
  std::string bucket;
};
Result<StorageQuestion> read_question(const json::value& body) {
  TRY(const Fields fields, Fields::of(body));
  TRY(const auto query, fields.optional_text("query"));
  TRY(const auto operation, fields.optional_text("operationName"));
  const bool known = operation == kStorageQuery ||
                     (!operation && query && query->find(kStorageField) != std::string::npos);
  if (!known) {
    return Error::with_message(ErrorCode::InvalidArgument,
                               "only the query " + std::string(kStorageQuery) + " is known here");
  }
  TRY(const Fields variables, fields.object("variables"));
  TRY(const std::string account, variables.text("accountTag"));
  TRY(const Fields filter, variables.object("filter"));
  StorageQuestion question;
  TRY(question.bucket, filter.text("bucketName"));
  const auto id = AccountId::parse(account);
  if (!id) return variables.error("accountTag", "must be an account's id");
  question.account = *id;
  return question;
}

json::object storage_group(const store::BucketUsage& usage, Timestamp now) {
  const auto metadata = usage.standard.metadata_bytes + usage.infrequent_access.metadata_bytes;
  const auto parts = usage.standard.part_bytes + usage.infrequent_access.part_bytes;
  json::object max;
  max["objectCount"] = usage.objects;
  max["uploadCount"] = usage.uploads;
  max["payloadSize"] = usage.bytes + parts;
  max["metadataSize"] = metadata;
  json::object dimensions;
  dimensions["datetime"] = format_iso8601_ms(now);
  json::object group;
  group["max"] = std::move(max);
  group["dimensions"] = std::move(dimensions);
  return group;
}

/// GraphQL answers 200 also when it refuses.
Task<Result<Reply>> graphql(Call& call) {
  CO_TRY(const json::value body, co_await call.json());
  const auto question = read_question(body);
  if (!question) co_return Reply(graphql_error(question.error().message()));
  call.principal.account = question->account;
  const auto address = bucket_of(question->account, question->bucket);
  std::vector<auth::Access> accesses;
  accesses.emplace_back(
      auth::Action::UsageRead,
      address ? auth::Resource(address->account, address->jurisdiction, address->name.text())
              : auth::Resource(question->account, Jurisdiction::Default));
  if (const auto allowed = call.authorize(accesses); !allowed) {
    co_return Reply(graphql_error("not authorized for that account"));
  }
  json::array groups;
  if (address) {
    const auto usage = co_await call.store().bucket_usage(*address);
    if (usage) {
      groups.emplace_back(storage_group(*usage, call.now()));
    } else if (usage.error().code() != ErrorCode::NoSuchBucket) {
      co_return usage.error();
    }
  }
  co_return Reply(graphql_data(std::move(groups)));
}

constexpr std::array kJurisdictionOnly{kJurisdictionHeader};

using auth::Action;
constexpr std::array kRoutes{
    Route{.method = "GET",
          .pattern = "/accounts/{account_id}/r2/metrics",
          .operation_id = "r2-get-account-level-metrics",
          .summary = "Count what an account stores",
          .family = Family::Product,
          .handler = account_metrics,
          .needs_r2 = true,
          .actions = {Action::ManageStorage, Action::UsageRead},
          .result_schema = "{standard: StorageFigures, infrequentAccess: StorageFigures}"},
    Route{.method = "GET",
          .pattern = "/accounts/{account_id}/r2/buckets/{bucket_name}/usage",
          .operation_id = "r2-get-bucket-usage",
          .summary = "Count what a bucket stores",
          .family = Family::Product,
          .handler = bucket_usage,
          .ours = true,
          .needs_r2 = true,
          .actions = {Action::ManageStorage, Action::UsageRead},
          .parameters = kJurisdictionOnly,
          .result_schema = "BucketUsage"},
    Route{.method = "POST",
          .pattern = "/graphql",
          .operation_id = "graphql",
          .summary = "Ask for a bucket's size, in the one query that wrangler sends",
          .family = Family::Product,
          .handler = graphql,
          .actions = {Action::UsageRead},
          .body = Body::Json,
          .body_schema = "{query?: string, operationName?: string, variables: any}",
          .result_schema = "bare"},
};

}  // namespace

std::span<const Route> metrics_routes() { return kRoutes; }

}  // namespace coffer::api
