#include "api/paging.h"
#include "api/r2.h"
#include "store/fan_out.h"

#include <array>
#include <functional>
#include <vector>

/// Buckets: cloudflare-api.md 3.1.
namespace coffer::api {
namespace {

constexpr PageLimits kPageLimits{.fallback = 20, .min = 1, .max = 1000};
constexpr std::array<std::string_view, 6> kLocationHints{"APAC", "EEUR", "ENAM",
                                                         "WEUR", "WNAM", "OC"};

json::object describe(const store::Bucket& bucket, Jurisdiction jurisdiction) {
  json::object out;
  out["name"] = bucket.name.text();
  out["creation_date"] = format_iso8601_ms(bucket.created);
  // Not absent: wrangler prints it.
  out["location"] = bucket.location.empty() ? "auto" : bucket.location;
  out["storage_class"] = storage_class_name(bucket.storage_class);
  out["jurisdiction"] = to_string(jurisdiction);
  return out;
}

/// As the audit log keeps it.
records::BucketSettings settings_of(Jurisdiction jurisdiction, std::string_view location,
                                    store::StorageClass storage_class) {
  return records::BucketSettings(jurisdiction, location, storage_class_name(storage_class));
}

/// In upper case, as answers have it. InvalidArgument.
Result<std::string> read_location(const Fields& body) {
  TRY(const auto text, body.optional_text("locationHint"));
  if (!text || text->empty()) return std::string();
  for (const std::string_view hint : kLocationHints) {
    if (equals_ignore_case(hint, *text)) return std::string(hint);
  }
  return body.error("locationHint", "must be one of apac, eeur, enam, weur, wnam, oc");
}

/// Adds what each bucket of a page holds; one that is gone meanwhile holds nothing.
Task<Result<>> add_usage(Call& call, Jurisdiction jurisdiction, const store::BucketPage& page,
                         json::array& out) {
  constexpr std::size_t kConcurrentReads = 16;
  const std::size_t count = page.buckets.size();
  std::vector<Result<store::BucketUsage>> usages(count,
                                                 Result<store::BucketUsage>(store::BucketUsage()));
  std::function<Task<>(std::size_t)> each = [&](std::size_t i) -> Task<> {
    store::BucketAddress address(call.account(), jurisdiction, page.buckets[i].name);
    usages[i] = co_await call.store().bucket_usage(std::move(address));
  };
  co_await store::fan_out(count, kConcurrentReads, std::move(each));
  for (std::size_t i = 0; i < count; ++i) {
    if (!usages[i] && usages[i].error().code() != ErrorCode::NoSuchBucket) {
      co_return usages[i].error();
    }
    json::object& item = out[i].as_object();
    item["objects"] = usages[i] ? usages[i]->objects : 0;
    item["bytes"] = usages[i] ? usages[i]->bytes : 0;
  }
  co_return ok();
}

Task<Result<Reply>> list_buckets(Call& call) {
  constexpr std::array<std::string_view, 2> kDirections{"asc", "desc"};
  constexpr std::array<std::string_view, 1> kOrders{"name"};
  CO_TRY(const Jurisdiction jurisdiction, read_jurisdiction(call.request.headers));
  CO_TRY_VOID(call.authorize(r2_accesses(call, auth::OperationName::ListBuckets, jurisdiction)));
  CO_TRY(const bool with_usage, call.query.boolean("usage", false));
  if (with_usage) {
    CO_TRY_VOID(call.authorize(r2_accesses(call, auth::Action::UsageRead, jurisdiction)));
  }
  store::ListBucketsQuery query;
  CO_TRY(query.limit,
         call.query.integer("per_page", kPageLimits.fallback, kPageLimits.min, kPageLimits.max));
  CO_TRY_VOID(call.query.choice("order", kOrders));
  CO_TRY(const std::string direction, call.query.choice("direction", kDirections));
  query.descending = direction == "desc";
  query.name_contains = call.query.value("name_contains");
  query.start_after = call.query.value("start_after");
  const std::string scope = "buckets/" + call.account().hex() + "/" +
                            std::string(to_string(jurisdiction)) + "/" + direction + "/" +
                            query.name_contains;
  const std::string_view cursor = call.query.value("cursor");
  if (!cursor.empty()) {
    CO_TRY(query.start_after, decode_cursor(scope, cursor));
  }
  const std::size_t per_page = query.limit;
  CO_TRY(const auto page,
         co_await call.store().list_buckets(call.account(), jurisdiction, std::move(query)));
  json::array buckets;
  for (const store::Bucket& bucket : page.buckets) {
    buckets.emplace_back(describe(bucket, jurisdiction));
  }
  if (with_usage) CO_TRY_VOID(co_await add_usage(call, jurisdiction, page, buckets));
  json::object result;
  result["buckets"] = std::move(buckets);
  std::optional<std::string> next;
  if (page.truncated && !page.buckets.empty()) {
    next = encode_cursor(scope, page.buckets.back().name.text());
  }
  Reply reply(std::move(result));
  reply.set_info(cursor_info(next, per_page));
  co_return reply;
}

Task<Result<Reply>> create_bucket(Call& call) {
  CO_TRY(const Jurisdiction jurisdiction, read_jurisdiction(call.request.headers));
  CO_TRY(const json::value body, co_await call.json());
  CO_TRY(const Fields fields, Fields::of(body));
  CO_TRY(std::string text, fields.text("name"));
  CO_TRY_VOID(
      call.authorize(r2_accesses(call, auth::OperationName::CreateBucket, jurisdiction, text)));
  CO_TRY(BucketName name, BucketName::parse(text));
  store::CreateBucketOptions options;
  CO_TRY(options.location, read_location(fields));
  CO_TRY(const auto storage_class, fields.optional_text("storageClass"));
  if (storage_class) {
    CO_TRY(options.storage_class, parse_storage_class(*storage_class));
  }
  store::BucketAddress address(call.account(), jurisdiction, std::move(name));
  std::optional<records::AuditEntry> audit =
      bucket_audit(call, "CreateBucket", address, std::nullopt,
                   settings_of(jurisdiction, options.location, options.storage_class));
  CO_TRY(const auto bucket, co_await call.store().create_bucket(
                                std::move(address), std::move(options), std::move(audit)));
  co_return Reply(describe(bucket, jurisdiction));
}

Task<Result<Reply>> get_bucket(Call& call) {
  CO_TRY(auto address, authorized_bucket(call, auth::OperationName::HeadBucket));
  const Jurisdiction jurisdiction = address.jurisdiction;
  CO_TRY(const auto bucket, co_await call.store().get_bucket(std::move(address)));
  co_return Reply(describe(bucket, jurisdiction));
}

/// The class comes in a header, without a body; wrangler and Terraform both send it so.
Task<Result<Reply>> patch_bucket(Call& call) {
  CO_TRY(auto address, authorized_bucket(call, auth::Action::BucketConfigWrite));
  const auto text = call.request.headers.find("cf-r2-storage-class");
  if (!text) {
    co_return Error::with_message(ErrorCode::InvalidArgument,
                                  "header cf-r2-storage-class must be present");
  }
  CO_TRY(const store::StorageClass storage_class, parse_storage_class(*text));
  const Jurisdiction jurisdiction = address.jurisdiction;
  CO_TRY(const auto before, co_await call.store().get_bucket(address));
  std::optional<records::AuditEntry> audit =
      bucket_audit(call, "PutBucketStorageClass", address,
                   settings_of(jurisdiction, before.location, before.storage_class),
                   settings_of(jurisdiction, before.location, storage_class));
  CO_TRY(const auto bucket, co_await call.store().set_bucket_storage_class(
                                std::move(address), storage_class, std::move(audit)));
  co_return Reply(describe(bucket, jurisdiction));
}

Task<Result<Reply>> delete_bucket(Call& call) {
  CO_TRY(auto address, authorized_bucket(call, auth::OperationName::DeleteBucket));
  CO_TRY(const auto before, co_await call.store().get_bucket(address));
  std::optional<records::AuditEntry> audit = bucket_audit(
      call, "DeleteBucket", address,
      settings_of(address.jurisdiction, before.location, before.storage_class), std::nullopt);
  CO_TRY_VOID(co_await call.store().delete_bucket(std::move(address), std::move(audit)));
  co_return Reply();
}

constexpr std::array kJurisdictionOnly{kJurisdictionHeader};
constexpr std::array kListParameters{
    kJurisdictionHeader,
    Parameter{.name = "name_contains", .description = "Only buckets whose name has this in it."},
    Parameter{.name = "start_after", .description = "Only buckets whose name comes after this."},
    Parameter{.name = "order", .schema = "'name'"},
    Parameter{.name = "direction", .schema = "'asc'|'desc'"},
    Parameter{.name = "usage",
              .schema = "boolean",
              .description = "Coffer's own: true adds how many objects and bytes each bucket "
                             "holds; needs UsageRead."}};
constexpr std::array kPatchParameters{
    kJurisdictionHeader, Parameter{.name = "cf-r2-storage-class",
                                   .schema = "'Standard'|'InfrequentAccess'",
                                   .description = "Of objects that name no class, from now on.",
                                   .header = true,
                                   .required = true}};

using auth::Action;
constexpr std::array kRoutes{
    Route{.method = "GET",
          .pattern = "/accounts/{account_id}/r2/buckets",
          .operation_id = "r2-list-buckets",
          .summary = "List buckets",
          .family = Family::Product,
          .handler = list_buckets,
          .needs_r2 = true,
          .actions = {Action::ManageStorage, Action::BucketsList},
          .parameters = kListParameters,
          .paging = Paging::Cursor,
          .result_schema = "{buckets: Bucket[]}"},
    Route{.method = "POST",
          .pattern = "/accounts/{account_id}/r2/buckets",
          .operation_id = "r2-create-bucket",
          .summary = "Create a bucket",
          .family = Family::Product,
          .handler = create_bucket,
          .needs_r2 = true,
          .actions = {Action::ManageStorage, Action::BucketCreate},
          .parameters = kJurisdictionOnly,
          .body = Body::Json,
          .body_schema = "{name: string, locationHint?: string, "
                         "storageClass?: 'Standard'|'InfrequentAccess'}",
          .result_schema = "Bucket"},
    Route{.method = "GET",
          .pattern = "/accounts/{account_id}/r2/buckets/{bucket_name}",
          .operation_id = "r2-get-bucket",
          .summary = "Get a bucket",
          .family = Family::Product,
          .handler = get_bucket,
          .needs_r2 = true,
          .actions = {Action::ManageStorage, Action::BucketHead},
          .parameters = kJurisdictionOnly,
          .result_schema = "Bucket"},
    Route{.method = "PATCH",
          .pattern = "/accounts/{account_id}/r2/buckets/{bucket_name}",
          .operation_id = "r2-patch-bucket",
          .summary = "Change a bucket's default storage class",
          .family = Family::Product,
          .handler = patch_bucket,
          .needs_r2 = true,
          .actions = {Action::ManageStorage, Action::BucketConfigWrite},
          .parameters = kPatchParameters,
          .result_schema = "Bucket"},
    Route{.method = "DELETE",
          .pattern = "/accounts/{account_id}/r2/buckets/{bucket_name}",
          .operation_id = "r2-delete-bucket",
          .summary = "Delete an empty bucket",
          .family = Family::Product,
          .handler = delete_bucket,
          .needs_r2 = true,
          .actions = {Action::ManageStorage, Action::BucketDelete},
          .parameters = kJurisdictionOnly},
};

}  // namespace

std::span<const Route> bucket_routes() { return kRoutes; }

}  // namespace coffer::api
