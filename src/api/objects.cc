#include "api/headers.h"
#include "api/object_body.h"
#include "api/object_json.h"
#include "api/paging.h"
#include "api/r2.h"

#include <algorithm>
#include <array>

/// Objects over REST: cloudflare-api.md 3.2.
namespace coffer::api {
namespace {

/// wrangler's own limit; larger objects go through S3.
constexpr ObjectBody::Limit kUploadLimit{
    300ULL * 1024 * 1024, "An object of more than 300 MiB is to be uploaded through S3."};
constexpr PageLimits kPageLimits{.fallback = 20, .min = 1, .max = 1000};
/// Keys of one bulk delete: as DeleteObjects of S3 has it.
constexpr std::size_t kDeleteKeysMax = 1000;

void add_listed(const store::ListedObject& object, json::object& out) {
  out["key"] = object.key;
  out["size"] = object.size_bytes;
  out["etag"] = object.etag.text();
  out["last_modified"] = format_iso8601_ms(object.last_modified);
  out["storage_class"] = storage_class_name(object.storage_class);
  out["ssec"] = false;
}

/// The object's metadata, which no listing has: one point read. Of an object that is gone
/// meanwhile, none.
Task<Result<store::Metadata>> metadata_of(Call& call, const store::BucketAddress& bucket,
                                          const std::string& key) {
  CO_TRY(ObjectKey parsed, ObjectKey::parse(key));
  store::ObjectAddress address(bucket, std::move(parsed));
  store::ReadOptions options;
  options.want_body = false;
  auto outcome = co_await call.store().read_object(std::move(address), std::move(options));
  if (outcome) co_return std::move(outcome->info.metadata);
  if (outcome.error().code() == ErrorCode::NoSuchKey) co_return store::Metadata();
  co_return outcome.error();
}

Task<Result<Reply>> list_objects(Call& call) {
  CO_TRY(const auto bucket, authorized_bucket(call, auth::OperationName::ListObjectsV2));
  CO_TRY(const bool with_metadata, call.query.boolean("metadata", true));
  if (with_metadata) {
    CO_TRY_VOID(call.authorize(r2_accesses(call, auth::OperationName::HeadObject,
                                           bucket.jurisdiction, bucket.name.text())));
  }
  store::ListObjectsQuery query;
  CO_TRY(query.prefix, read_key_text(call.query, "prefix"));
  CO_TRY(query.delimiter, read_key_text(call.query, "delimiter"));
  CO_TRY(query.start_after, read_key_text(call.query, "start_after"));
  CO_TRY(query.limit,
         call.query.integer("per_page", kPageLimits.fallback, kPageLimits.min, kPageLimits.max));
  const std::string scope = "objects/" + bucket.account.hex() + "/" +
                            std::string(to_string(bucket.jurisdiction)) + "/" + bucket.name.text() +
                            "/" + query.prefix;
  const std::string_view cursor = call.query.value("cursor");
  if (!cursor.empty()) {
    CO_TRY(query.continuation, decode_cursor(scope, cursor));
  }
  const std::size_t per_page = query.limit;
  CO_TRY(const auto page, co_await call.store().list_objects(bucket, std::move(query)));
  json::array objects;
  for (const store::ListedObject& object : page.objects) {
    json::object item;
    if (with_metadata) {
      CO_TRY(const store::Metadata metadata, co_await metadata_of(call, bucket, object.key));
      item = describe(metadata);
    }
    add_listed(object, item);
    objects.emplace_back(std::move(item));
  }
  json::array delimited;
  for (const std::string& prefix : page.common_prefixes) delimited.emplace_back(prefix);
  std::optional<std::string> next;
  if (page.truncated && !page.next.empty()) next = encode_cursor(scope, page.next);
  json::object info = cursor_info(next, per_page);
  info["is_truncated"] = page.truncated;
  info["delimited"] = std::move(delimited);
  Reply reply{json::value(std::move(objects))};
  reply.set_info(std::move(info));
  co_return reply;
}

/// `{object_key...}` of the jurisdiction in the header.
Result<ObjectTarget> target_of(const Call& call, auth::OperationName operation) {
  TRY(const Jurisdiction jurisdiction, read_jurisdiction(call.request.headers));
  return authorized_object(call, jurisdiction, call.parameter("object_key"), {operation});
}

Task<Result<Reply>> put_object(Call& call) {
  CO_TRY(ObjectTarget target, target_of(call, auth::OperationName::PutObject));
  ObjectBody body(call, target.accesses, kUploadLimit);
  CO_TRY_VOID(body.check_declared());
  store::PutOptions options;
  options.metadata.system = read_system_metadata(call.request.headers);
  options.conditions = read_conditions(call.request.headers);
  if (const auto text = call.request.headers.find("cf-r2-storage-class")) {
    CO_TRY(options.storage_class, parse_storage_class(*text));
  }
  CO_TRY(const auto info,
         co_await call.store().put_object(std::move(target.address), std::move(options), body));
  json::object result;
  result["key"] = info.key.original();
  result["etag"] = info.etag.text();
  result["size"] = std::to_string(info.size_bytes);
  result["version"] = uuid(info.version);
  result["uploaded"] = format_iso8601_ms(info.last_modified);
  result["storage_class"] = storage_class_name(info.storage_class);
  co_return Reply(std::move(result));
}

void add_if_set(http::Response& response, const char* name, const std::string& value) {
  if (!value.empty()) response.headers.add(name, value);
}

/// The bytes are anybody's, and come from where the dashboard lives: nothing that a browser could
/// run, show or take for its own (DESIGN.md section 9). So Content-Disposition is ours, and the
/// stored Cache-Control, which speaks of the public address, stays out.
http::Response object_response(const store::ObjectInfo& info) {
  const store::SystemMetadata& system = info.metadata.system;
  http::Response response(200);
  HeaderList& headers = response.headers;
  headers.add("Content-Type",
              system.content_type.empty() ? "application/octet-stream" : system.content_type);
  add_if_set(response, "Content-Language", system.content_language);
  add_if_set(response, "Content-Encoding", system.content_encoding);
  headers.add("Content-Disposition", attachment(info.key.original()));
  headers.add("Content-Security-Policy", "sandbox; default-src 'none'");
  headers.add("Cache-Control", "private, no-cache");
  headers.add("Accept-Ranges", "bytes");
  headers.add("ETag", "\"" + info.etag.text() + "\"");
  headers.add("Last-Modified", format_http_date(info.last_modified));
  headers.add("cf-r2-storage-class", std::string(storage_class_name(info.storage_class)));
  return response;
}

std::string content_range(const store::ReadOutcome& outcome) {
  return "bytes " + std::to_string(outcome.first) + "-" +
         std::to_string(outcome.first + outcome.length - 1) + "/" +
         std::to_string(outcome.info.size_bytes);
}

/// If-Range (RFC 9110 13.1.5): without it, or when the object is still the one it names. A date is
/// no strong validator here, where two objects of one second are possible.
Task<Result<bool>> range_holds(Call& call, store::ObjectAddress address) {
  const auto wanted = call.request.headers.find("if-range");
  if (!wanted) co_return true;
  store::ReadOptions options;
  options.want_body = false;
  CO_TRY(const auto outcome,
         co_await call.store().read_object(std::move(address), std::move(options)));
  co_return *wanted == "\"" + outcome.info.etag.text() + "\"";
}

Task<Result<Reply>> get_object(Call& call) {
  CO_TRY(const Jurisdiction jurisdiction, read_jurisdiction(call.request.headers, call.query));
  CO_TRY(ObjectTarget target, authorized_object(call, jurisdiction, call.parameter("object_key"),
                                                {auth::OperationName::GetObject}));
  store::ReadOptions options;
  CO_TRY(options.range, read_range(call.request.headers));
  if (options.range) {
    CO_TRY(const bool holds, co_await range_holds(call, target.address));
    if (!holds) options.range.reset();
  }
  options.conditions = read_conditions(call.request.headers);
  CO_TRY(auto outcome,
         co_await call.store().read_object(std::move(target.address), std::move(options)));
  http::Response response = object_response(outcome.info);
  if (outcome.kind == store::ReadOutcome::Kind::NotModified) {
    response.status = 304;
    co_return Reply(std::move(response));
  }
  if (outcome.partial) {
    response.status = 206;
    response.headers.add("Content-Range", content_range(outcome));
  }
  response.content_length = outcome.length;
  response.stream = std::move(outcome.body);
  co_return Reply(std::move(response));
}

/// 200 also when there was no such key, as S3; never 204, which wrangler takes for a failure.
Task<Result<Reply>> delete_object(Call& call) {
  CO_TRY(ObjectTarget target, target_of(call, auth::OperationName::DeleteObject));
  json::object result;
  result["key"] = target.address.key.original();
  CO_TRY_VOID(co_await call.store().delete_object(std::move(target.address)));
  co_return Reply(std::move(result));
}

Result<std::vector<ObjectKey>> read_keys(const json::value& body) {
  const json::array* items = body.if_array();
  if (!items || items->empty() || items->size() > kDeleteKeysMax) {
    return Error::with_message(
        ErrorCode::InvalidArgument,
        "the body must be an array of 1 to " + std::to_string(kDeleteKeysMax) + " keys");
  }
  std::vector<ObjectKey> keys;
  keys.reserve(items->size());
  for (const json::value& item : *items) {
    const json::string* text = item.if_string();
    if (!text) {
      return Error::with_message(ErrorCode::InvalidArgument, "every key must be a string");
    }
    TRY(ObjectKey key, ObjectKey::parse(std::string_view(*text)));
    keys.push_back(std::move(key));
  }
  return keys;
}

/// All keys must be allowed; of those that could be deleted each is named.
Task<Result<Reply>> delete_objects(Call& call) {
  CO_TRY(const Jurisdiction jurisdiction, read_jurisdiction(call.request.headers));
  const std::string& bucket = call.parameter("bucket_name");
  CO_TRY_VOID(
      call.authorize(r2_accesses(call, auth::OperationName::DeleteObjects, jurisdiction, bucket)));
  if (call.query.find("prefix")) {
    co_return Error::with_message(
        ErrorCode::NotImplemented,
        "Deleting by prefix is not implemented; list the keys and send them as a JSON array.");
  }
  CO_TRY(const json::value body, co_await call.json());
  CO_TRY(std::vector<ObjectKey> keys, read_keys(body));
  std::vector<auth::Access> accesses;
  for (const ObjectKey& key : keys) {
    for (auth::Access& access :
         r2_accesses(call, auth::OperationName::DeleteObjects, jurisdiction, bucket, key.nfc())) {
      accesses.push_back(std::move(access));
    }
  }
  CO_TRY_VOID(call.authorize(accesses));
  CO_TRY(BucketName name, BucketName::parse(bucket));
  store::BucketAddress address(call.account(), jurisdiction, std::move(name));
  CO_TRY(const auto failures, co_await call.store().delete_objects(std::move(address), keys));
  const auto failed = [&failures](const ObjectKey& key) {
    return std::any_of(failures.begin(), failures.end(),
                       [&key](const store::DeleteFailure& each) { return each.key == key; });
  };
  json::array deleted;
  for (const ObjectKey& key : keys) {
    if (failed(key)) continue;
    json::object item;
    item["key"] = key.original();
    deleted.emplace_back(std::move(item));
  }
  if (deleted.empty() && !failures.empty()) co_return failures.front().error;
  co_return Reply{json::value(std::move(deleted))};
}

constexpr std::array kJurisdictionOnly{kJurisdictionHeader};
constexpr std::array kListParameters{
    kJurisdictionHeader, Parameter{.name = "prefix"},
    Parameter{.name = "delimiter", .description = "Keys are grouped up to its first occurrence."},
    Parameter{.name = "start_after"},
    Parameter{.name = "metadata",
              .schema = "boolean",
              .description = "Coffer's own: false leaves http_metadata and custom_metadata out, "
                             "which saves a read for every object."}};
constexpr std::array kPutParameters{kJurisdictionHeader,
                                    Parameter{.name = "cf-r2-storage-class",
                                              .schema = "'Standard'|'InfrequentAccess'",
                                              .description = "Instead of the bucket's default.",
                                              .header = true}};
constexpr std::array kGetParameters{
    kJurisdictionHeader,
    Parameter{.name = "cf-r2-jurisdiction",
              .schema = "'default'|'eu'|'fedramp'|'us'",
              .description = "Where there is no such header."},
    Parameter{.name = "Range", .description = "One range of bytes.", .header = true},
    Parameter{.name = "If-Range", .header = true},
    Parameter{.name = "If-None-Match", .header = true},
    Parameter{.name = "If-Modified-Since", .header = true}};

using auth::Action;
constexpr std::string_view kObjects = "/accounts/{account_id}/r2/buckets/{bucket_name}/objects";
constexpr std::string_view kObject =
    "/accounts/{account_id}/r2/buckets/{bucket_name}/objects/{object_key...}";
constexpr std::array kRoutes{
    Route{.method = "GET",
          .pattern = kObjects,
          .operation_id = "r2-list-objects",
          .summary = "List objects",
          .family = Family::Product,
          .handler = list_objects,
          .needs_r2 = true,
          .counted_as = records::RequestKind::List,
          .actions = {Action::ManageStorage, Action::ObjectsList, Action::ObjectRead},
          .parameters = kListParameters,
          .paging = Paging::Cursor,
          .result_schema = "ListedObject[]"},
    Route{.method = "DELETE",
          .pattern = kObjects,
          .operation_id = "r2-delete-objects",
          .summary = "Delete objects by their keys",
          .family = Family::Product,
          .handler = delete_objects,
          .needs_r2 = true,
          .counted_as = records::RequestKind::Delete,
          .actions = {Action::ManageStorage, Action::ObjectWrite},
          .parameters = kJurisdictionOnly,
          .body = Body::Json,
          .body_schema = "string[]",
          .result_schema = "{key: string}[]"},
    Route{.method = "PUT",
          .pattern = kObject,
          .operation_id = "r2-put-object",
          .summary = "Upload an object of up to 300 MiB",
          .family = Family::Product,
          .handler = put_object,
          .needs_r2 = true,
          .counted_as = records::RequestKind::Write,
          .actions = {Action::ManageStorage, Action::ObjectWrite},
          .parameters = kPutParameters,
          .body = Body::Bytes,
          .result_schema = "{key: string, etag: string, size: string, version: string, "
                           "uploaded: time, storage_class: string}"},
    Route{.method = "GET",
          .pattern = kObject,
          .operation_id = "r2-get-object",
          .summary = "Download an object",
          .family = Family::Product,
          .handler = get_object,
          .needs_r2 = true,
          .tickets = true,
          .counted_as = records::RequestKind::Read,
          .actions = {Action::ManageStorage, Action::ObjectRead},
          .parameters = kGetParameters,
          .result_schema = "bytes"},
    Route{.method = "DELETE",
          .pattern = kObject,
          .operation_id = "r2-delete-object",
          .summary = "Delete an object",
          .family = Family::Product,
          .handler = delete_object,
          .needs_r2 = true,
          .counted_as = records::RequestKind::Delete,
          .actions = {Action::ManageStorage, Action::ObjectWrite},
          .parameters = kJurisdictionOnly,
          .result_schema = "{key: string}"},
};

}  // namespace

std::span<const Route> object_routes() { return kRoutes; }

}  // namespace coffer::api
