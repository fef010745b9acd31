#include "api/headers.h"
#include "api/paging.h"
#include "api/r2.h"

#include <algorithm>
#include <array>

/// Objects over REST: cloudflare-api.md 3.2.
namespace coffer::api {
namespace {

/// wrangler's own limit; larger objects go through S3.
constexpr std::uint64_t kUploadBytesMax = 300ULL * 1024 * 1024;
constexpr PageLimits kPageLimits{.fallback = 20, .min = 1, .max = 1000};
/// Keys of one bulk delete: as DeleteObjects of S3 has it.
constexpr std::size_t kDeleteKeysMax = 1000;

/// The body of an upload: counted, so that one without a declared length ends at the limit too, and
/// asked about once more before it becomes an object.
class ObjectBody final : public store::UploadBody {
 public:
  ObjectBody(const Call& call, const std::vector<auth::Access>& accesses)
      : call_(call), accesses_(accesses) {}

  static Error too_large() {
    return Error::with_message(ErrorCode::EntityTooLarge,
                               "An object of more than 300 MiB is to be uploaded through S3.");
  }

  Task<Result<std::size_t>> read(MutableBytes out) override {
    Result<std::size_t> count = co_await call_.request.body->read(out);
    if (!count) co_return count;
    received_ += *count;
    if (received_ > kUploadBytesMax) co_return too_large();
    co_return count;
  }

  Result<store::Checksum> settle(const Md5Digest&) override {
    TRY_VOID(call_.authorize(accesses_));
    return store::Checksum();
  }

  std::optional<std::uint64_t> size_bytes() const override {
    if (call_.request.has_body) return call_.request.content_length;
    return 0;
  }

 private:
  const Call& call_;
  const std::vector<auth::Access>& accesses_;
  std::uint64_t received_ = 0;
};

/// "7e5f...": the 128 bits in the form of a UUID.
std::string uuid(const VersionId& version) {
  std::string text = version.hex();
  for (const std::size_t at : {8U, 13U, 18U, 23U}) text.insert(at, 1, '-');
  return text;
}

void set_if_given(json::object& out, std::string_view name, const std::string& value) {
  if (!value.empty()) out[name] = value;
}

json::object describe(const store::Metadata& metadata) {
  const store::SystemMetadata& system = metadata.system;
  json::object http;
  set_if_given(http, "contentType", system.content_type);
  set_if_given(http, "contentEncoding", system.content_encoding);
  set_if_given(http, "contentLanguage", system.content_language);
  set_if_given(http, "contentDisposition", system.content_disposition);
  set_if_given(http, "cacheControl", system.cache_control);
  set_if_given(http, "cacheExpiry", system.expires);
  json::object custom;
  for (const auto& [name, value] : metadata.user) custom[name] = value;
  json::object out;
  out["http_metadata"] = std::move(http);
  out["custom_metadata"] = std::move(custom);
  return out;
}

json::object describe(const store::ListedObject& object, const store::Metadata& metadata) {
  json::object out = describe(metadata);
  out["key"] = object.key;
  out["size"] = object.size_bytes;
  out["etag"] = object.etag.text();
  out["last_modified"] = format_iso8601_ms(object.last_modified);
  out["storage_class"] = storage_class_name(object.storage_class);
  out["ssec"] = false;
  return out;
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

/// A parameter that keys are compared with.
Result<std::string> read_text(const Query& query, std::string_view name) {
  auto nfc = normalize_nfc(query.value(name));
  if (nfc) return *std::move(nfc);
  return Error::with_message(ErrorCode::InvalidArgument,
                             "query parameter " + std::string(name) + " is not valid UTF-8");
}

Task<Result<Reply>> list_objects(Call& call) {
  CO_TRY(const auto bucket, authorized_bucket(call, auth::OperationName::ListObjectsV2));
  // The answer shows metadata as well.
  CO_TRY_VOID(call.authorize(
      r2_accesses(call, auth::OperationName::HeadObject, bucket.jurisdiction, bucket.name.text())));
  store::ListObjectsQuery query;
  CO_TRY(query.prefix, read_text(call.query, "prefix"));
  CO_TRY(query.delimiter, read_text(call.query, "delimiter"));
  CO_TRY(query.start_after, read_text(call.query, "start_after"));
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
    CO_TRY(const store::Metadata metadata, co_await metadata_of(call, bucket, object.key));
    objects.emplace_back(describe(object, metadata));
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

/// What an object route is about, allowed once.
struct Target {
  Target(store::ObjectAddress a, std::vector<auth::Access> w)
      : address(std::move(a)), accesses(std::move(w)) {}
  store::ObjectAddress address;
  std::vector<auth::Access> accesses;
};
Result<Target> authorized_object(const Call& call, auth::OperationName operation) {
  TRY(const Jurisdiction jurisdiction, read_jurisdiction(call.request.headers));
  TRY(ObjectKey key, ObjectKey::parse(call.parameter("object_key")));
  const std::string& bucket = call.parameter("bucket_name");
  std::vector<auth::Access> accesses =
      r2_accesses(call, operation, jurisdiction, bucket, key.nfc());
  TRY_VOID(call.authorize(accesses));
  TRY(BucketName name, BucketName::parse(bucket));
  store::BucketAddress address(call.account(), jurisdiction, std::move(name));
  return Target(store::ObjectAddress(std::move(address), std::move(key)), std::move(accesses));
}

Task<Result<Reply>> put_object(Call& call) {
  CO_TRY(Target target, authorized_object(call, auth::OperationName::PutObject));
  if (call.request.content_length.value_or(0) > kUploadBytesMax) co_return ObjectBody::too_large();
  store::PutOptions options;
  options.metadata.system = read_system_metadata(call.request.headers);
  options.conditions = read_conditions(call.request.headers);
  if (const auto text = call.request.headers.find("cf-r2-storage-class")) {
    CO_TRY(options.storage_class, parse_storage_class(*text));
  }
  ObjectBody body(call, target.accesses);
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
  headers.add("ETag", "\"" + info.etag.text() + "\"");
  headers.add("Last-Modified", format_http_date(info.last_modified));
  headers.add("cf-r2-storage-class", std::string(storage_class_name(info.storage_class)));
  return response;
}

Task<Result<Reply>> get_object(Call& call) {
  CO_TRY(Target target, authorized_object(call, auth::OperationName::GetObject));
  store::ReadOptions options;
  options.conditions = read_conditions(call.request.headers);
  CO_TRY(auto outcome,
         co_await call.store().read_object(std::move(target.address), std::move(options)));
  http::Response response = object_response(outcome.info);
  if (outcome.kind == store::ReadOutcome::Kind::NotModified) {
    response.status = 304;
  } else {
    response.content_length = outcome.length;
    response.stream = std::move(outcome.body);
  }
  co_return Reply(std::move(response));
}

/// 200 also when there was no such key, as S3; never 204, which wrangler takes for a failure.
Task<Result<Reply>> delete_object(Call& call) {
  CO_TRY(Target target, authorized_object(call, auth::OperationName::DeleteObject));
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
    Parameter{.name = "start_after"}};
constexpr std::array kPutParameters{kJurisdictionHeader,
                                    Parameter{.name = "cf-r2-storage-class",
                                              .schema = "'Standard'|'InfrequentAccess'",
                                              .description = "Instead of the bucket's default.",
                                              .header = true}};
constexpr std::array kGetParameters{kJurisdictionHeader,
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
          .actions = {Action::ManageStorage, Action::ObjectWrite},
          .parameters = kJurisdictionOnly,
          .result_schema = "{key: string}"},
};

}  // namespace

std::span<const Route> object_routes() { return kRoutes; }

}  // namespace coffer::api
