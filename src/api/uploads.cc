#include "api/headers.h"
#include "api/object_body.h"
#include "api/object_json.h"
#include "api/paging.h"
#include "api/r2.h"
#include "base/codec.h"

#include <array>

/// Multipart uploads over REST, for the dashboard: Coffer's own. Cloudflare's API has none, and its
/// dashboard uploads no larger file than one request can carry. What they mean is S3's: the same
/// operations are asked for, and the store does the same.
namespace coffer::api {
namespace {

constexpr PageLimits kPageLimits{.fallback = 20, .min = 1, .max = 1000};
// r2-s3.md section 16.
constexpr std::uint64_t kPartsMax = 10'000;
constexpr ObjectBody::Limit kPartLimit{5'363'466'240,
                                       "A part may have at most 5,363,466,240 bytes."};

json::object describe(const store::UploadInfo& upload) {
  json::object out;
  out["upload_id"] = upload.id.hex();
  out["key"] = upload.key.original();
  out["initiated"] = format_iso8601_ms(upload.initiated);
  out["storage_class"] = storage_class_name(upload.storage_class);
  return out;
}

json::object describe(const store::PartInfo& part) {
  json::object out;
  out["part_number"] = part.number;
  out["etag"] = hex_encode(part.md5);
  out["size"] = part.size_bytes;
  out["last_modified"] = format_iso8601_ms(part.last_modified);
  return out;
}

/// `{upload}`. A text that is no id is that of no upload, and answered where a missing one is.
UploadId upload_of(const Call& call) {
  return UploadId::parse(call.parameter("upload")).value_or(UploadId());
}

/// What a route of one upload is about: `key` of its query.
Result<ObjectTarget> target_of_query(const Call& call, auth::OperationName operation) {
  TRY(const Jurisdiction jurisdiction, read_jurisdiction(call.request.headers));
  // Permission first, as everywhere; without a key it is that of the bucket.
  TRY_VOID(
      call.authorize(r2_accesses(call, operation, jurisdiction, call.parameter("bucket_name"))));
  const std::string* key = call.query.find("key");
  if (!key) {
    return Error::with_message(ErrorCode::InvalidArgument, "query parameter key must be present");
  }
  return authorized_object(call, jurisdiction, *key, {operation});
}

/// A body with a member `key`. Permission on the bucket is asked before it is read.
Task<Result<json::value>> authorized_body(Call& call, Jurisdiction jurisdiction,
                                          auth::OperationName operation) {
  CO_TRY_VOID(
      call.authorize(r2_accesses(call, operation, jurisdiction, call.parameter("bucket_name"))));
  co_return co_await call.json();
}

Task<Result<Reply>> create_upload(Call& call) {
  constexpr auto kOperation = auth::OperationName::CreateMultipartUpload;
  CO_TRY(const Jurisdiction jurisdiction, read_jurisdiction(call.request.headers));
  CO_TRY(const json::value body, co_await authorized_body(call, jurisdiction, kOperation));
  CO_TRY(const Fields fields, Fields::of(body));
  CO_TRY(const std::string key, fields.text("key"));
  // Its end shows what the object is then, so who may not read it learns that now.
  CO_TRY(ObjectTarget target,
         authorized_object(call, jurisdiction, key, {kOperation, auth::OperationName::HeadObject}));
  store::CreateUploadOptions options;
  CO_TRY(options.metadata, read_metadata(fields));
  CO_TRY(const auto storage_class, fields.optional_text("storage_class"));
  if (storage_class) {
    CO_TRY(options.storage_class, parse_storage_class(*storage_class));
  }
  options.conditions = read_conditions(call.request.headers);
  CO_TRY(const auto upload,
         co_await call.store().create_upload(std::move(target.address), std::move(options)));
  co_return Reply(describe(upload));
}

/// The position of a page: the id of its last upload, then the key, which may be anything.
std::string position_of(const store::UploadPage& page) {
  return page.next_upload_id_marker.value_or(UploadId()).hex() + page.next_key_marker;
}
Result<> read_position(std::string_view position, store::ListUploadsQuery& query) {
  constexpr std::size_t kIdDigits = 2 * UploadId::kSizeBytes;
  const auto id = UploadId::parse(position.substr(0, kIdDigits));
  if (!id) {
    return Error::with_message(ErrorCode::InvalidArgument,
                               "query parameter cursor is not one of this list");
  }
  query.upload_id_marker = *id;
  query.key_marker = position.substr(kIdDigits);
  return ok();
}

Task<Result<Reply>> list_uploads(Call& call) {
  CO_TRY(auto bucket, authorized_bucket(call, auth::OperationName::ListMultipartUploads));
  store::ListUploadsQuery query;
  CO_TRY(query.prefix, read_key_text(call.query, "prefix"));
  CO_TRY(query.limit,
         call.query.integer("per_page", kPageLimits.fallback, kPageLimits.min, kPageLimits.max));
  const std::string scope = "uploads/" + bucket.account.hex() + "/" +
                            std::string(to_string(bucket.jurisdiction)) + "/" + bucket.name.text() +
                            "/" + query.prefix;
  const std::string_view cursor = call.query.value("cursor");
  if (!cursor.empty()) {
    CO_TRY(const std::string position, decode_cursor(scope, cursor));
    CO_TRY_VOID(read_position(position, query));
  }
  const std::size_t per_page = query.limit;
  CO_TRY(const auto page, co_await call.store().list_uploads(std::move(bucket), std::move(query)));
  json::array uploads;
  for (const store::UploadInfo& upload : page.uploads) uploads.emplace_back(describe(upload));
  std::optional<std::string> next;
  if (page.truncated) next = encode_cursor(scope, position_of(page));
  json::object info = cursor_info(next, per_page);
  info["is_truncated"] = page.truncated;
  Reply reply{json::value(std::move(uploads))};
  reply.set_info(std::move(info));
  co_return reply;
}

Task<Result<Reply>> list_parts(Call& call) {
  CO_TRY(ObjectTarget target, target_of_query(call, auth::OperationName::ListParts));
  CO_TRY(const std::uint64_t after, call.query.integer("after", 0, 0, kPartsMax));
  CO_TRY(const std::size_t per_page,
         call.query.integer("per_page", kPageLimits.max, kPageLimits.min, kPageLimits.max));
  CO_TRY(const auto page,
         co_await call.store().list_parts(std::move(target.address), upload_of(call),
                                          static_cast<std::uint32_t>(after), per_page));
  json::array parts;
  for (const store::PartInfo& part : page.parts) parts.emplace_back(describe(part));
  json::object info;
  info["is_truncated"] = page.truncated;
  info["after"] = page.parts.empty() ? after : page.parts.back().number;
  info["per_page"] = per_page;
  Reply reply{json::value(std::move(parts))};
  reply.set_info(std::move(info));
  co_return reply;
}

Result<std::uint32_t> read_part_number(const Call& call) {
  const auto number = parse_decimal(call.parameter("part_number"));
  if (number && *number >= 1 && *number <= kPartsMax) return static_cast<std::uint32_t>(*number);
  return Error::with_message(ErrorCode::InvalidArgument,
                             "part_number must be from 1 to " + std::to_string(kPartsMax));
}

Task<Result<Reply>> put_part(Call& call) {
  CO_TRY(ObjectTarget target, target_of_query(call, auth::OperationName::UploadPart));
  CO_TRY(const std::uint32_t number, read_part_number(call));
  ObjectBody body(call, target.accesses, kPartLimit);
  CO_TRY_VOID(body.check_declared());
  CO_TRY(const auto part, co_await call.store().upload_part(std::move(target.address),
                                                            upload_of(call), number, body));
  co_return Reply(describe(part));
}

Result<std::vector<store::CompletedPart>> read_parts(const Fields& body) {
  TRY(const std::vector<Fields> items, body.objects("parts"));
  if (items.size() > kPartsMax) {
    return body.error("parts", "must have at most " + std::to_string(kPartsMax) + " items");
  }
  std::vector<store::CompletedPart> parts;
  parts.reserve(items.size());
  for (const Fields& item : items) {
    store::CompletedPart& part = parts.emplace_back();
    TRY(const std::uint64_t number, item.integer("part_number", 1, kPartsMax));
    part.number = static_cast<std::uint32_t>(number);
    TRY(part.etag, item.text("etag"));
    // As S3 writes it.
    if (part.etag.size() > 1 && part.etag.front() == '"' && part.etag.back() == '"') {
      part.etag = part.etag.substr(1, part.etag.size() - 2);
    }
  }
  return parts;
}

Task<Result<Reply>> complete_upload(Call& call) {
  constexpr auto kOperation = auth::OperationName::CompleteMultipartUpload;
  CO_TRY(const Jurisdiction jurisdiction, read_jurisdiction(call.request.headers));
  CO_TRY(const json::value body, co_await authorized_body(call, jurisdiction, kOperation));
  CO_TRY(const Fields fields, Fields::of(body));
  CO_TRY(const std::string key, fields.text("key"));
  // The answer shows metadata as well.
  CO_TRY(ObjectTarget target,
         authorized_object(call, jurisdiction, key, {kOperation, auth::OperationName::HeadObject}));
  store::CompleteOptions options;
  CO_TRY(options.parts, read_parts(fields));
  options.conditions = read_conditions(call.request.headers);
  store::CommitGate gate = [&call, &target] { return call.authorize(target.accesses); };
  CO_TRY(const auto info,
         co_await call.store().complete_upload(std::move(target.address), upload_of(call),
                                               std::move(options), std::move(gate)));
  co_return Reply(object_details(info));
}

Task<Result<Reply>> abort_upload(Call& call) {
  CO_TRY(ObjectTarget target, target_of_query(call, auth::OperationName::AbortMultipartUpload));
  CO_TRY_VOID(co_await call.store().abort_upload(std::move(target.address), upload_of(call)));
  co_return Reply(json::object());
}

constexpr Parameter kKey{
    .name = "key", .description = "The key that the upload is for.", .required = true};
constexpr std::array kJurisdictionOnly{kJurisdictionHeader};
constexpr std::array kListParameters{kJurisdictionHeader, Parameter{.name = "prefix"}};
constexpr std::array kKeyParameters{kJurisdictionHeader, kKey};
constexpr std::array kPartsParameters{
    kJurisdictionHeader, kKey,
    Parameter{.name = "after",
              .schema = "integer",
              .description = "Only parts whose number comes after this."},
    Parameter{.name = "per_page", .schema = "integer"}};

using auth::Action;
constexpr std::string_view kUploads = "/accounts/{account_id}/r2/buckets/{bucket_name}/uploads";
constexpr std::array kRoutes{
    Route{.method = "POST",
          .pattern = kUploads,
          .operation_id = "r2-create-upload",
          .summary = "Begin a multipart upload",
          .family = Family::Product,
          .handler = create_upload,
          .ours = true,
          .needs_r2 = true,
          .counted_as = records::RequestKind::Write,
          .actions = {Action::ManageStorage, Action::ObjectRead, Action::ObjectWrite},
          .parameters = kJurisdictionOnly,
          .body = Body::Json,
          .body_schema = "{key: string, http_metadata?: HttpMetadata, custom_metadata?: {*: "
                         "string}, storage_class?: 'Standard'|'InfrequentAccess'}",
          .result_schema = "Upload"},
    Route{.method = "GET",
          .pattern = kUploads,
          .operation_id = "r2-list-uploads",
          .summary = "List multipart uploads in progress",
          .family = Family::Product,
          .handler = list_uploads,
          .ours = true,
          .needs_r2 = true,
          .counted_as = records::RequestKind::List,
          .actions = {Action::ManageStorage, Action::ObjectsList},
          .parameters = kListParameters,
          .paging = Paging::Cursor,
          .result_schema = "Upload[]"},
    Route{.method = "GET",
          .pattern = "/accounts/{account_id}/r2/buckets/{bucket_name}/uploads/{upload}/parts",
          .operation_id = "r2-list-parts",
          .summary = "List the parts of an upload",
          .family = Family::Product,
          .handler = list_parts,
          .ours = true,
          .needs_r2 = true,
          .counted_as = records::RequestKind::List,
          .actions = {Action::ManageStorage, Action::ObjectsList},
          .parameters = kPartsParameters,
          .result_schema = "Part[]"},
    Route{.method = "PUT",
          .pattern = "/accounts/{account_id}/r2/buckets/{bucket_name}/uploads/{upload}/parts/"
                     "{part_number}",
          .operation_id = "r2-put-part",
          .summary = "Upload a part",
          .family = Family::Product,
          .handler = put_part,
          .ours = true,
          .needs_r2 = true,
          .counted_as = records::RequestKind::Write,
          .actions = {Action::ManageStorage, Action::ObjectWrite},
          .parameters = kKeyParameters,
          .body = Body::Bytes,
          .result_schema = "Part"},
    Route{.method = "POST",
          .pattern = "/accounts/{account_id}/r2/buckets/{bucket_name}/uploads/{upload}/complete",
          .operation_id = "r2-complete-upload",
          .summary = "Make an object of the parts of an upload",
          .family = Family::Product,
          .handler = complete_upload,
          .ours = true,
          .needs_r2 = true,
          .counted_as = records::RequestKind::Write,
          .actions = {Action::ManageStorage, Action::ObjectRead, Action::ObjectWrite},
          .parameters = kJurisdictionOnly,
          .body = Body::Json,
          .body_schema = "{key: string, parts: {part_number: integer, etag: string}[]}",
          .result_schema = "ObjectDetails"},
    Route{.method = "DELETE",
          .pattern = "/accounts/{account_id}/r2/buckets/{bucket_name}/uploads/{upload}",
          .operation_id = "r2-abort-upload",
          .summary = "End an upload and drop its parts",
          .family = Family::Product,
          .handler = abort_upload,
          .ours = true,
          .needs_r2 = true,
          .counted_as = records::RequestKind::Delete,
          .actions = {Action::ManageStorage, Action::ObjectWrite},
          .parameters = kKeyParameters},
};

}  // namespace

std::span<const Route> upload_routes() { return kRoutes; }

}  // namespace coffer::api
