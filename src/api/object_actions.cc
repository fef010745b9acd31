#include "api/headers.h"
#include "api/object_json.h"
#include "api/r2.h"

#include <array>

/// What the dashboard does with an object that is there, without moving its bytes: Coffer's own.
/// Both changes are S3's CopyObject, and ask for what that asks for: to read the source, to write
/// the destination, and once more before the commit.
namespace coffer::api {
namespace {

using auth::OperationName;

store::CommitGate gate_of(const Call& call, std::vector<auth::Access> accesses) {
  return [&call, wanted = std::move(accesses)] { return call.authorize(wanted); };
}

/// Of what an object is at this moment.
Task<Result<store::ObjectInfo>> look_at(Call& call, store::ObjectAddress address) {
  store::ReadOptions options;
  options.want_body = false;
  CO_TRY(auto outcome, co_await call.store().read_object(std::move(address), std::move(options)));
  co_return std::move(outcome.info);
}

/// Reading `source` and writing `destination`, an object each.
Result<std::vector<auth::Access>> authorized_copy(const Call& call, auth::Resource source,
                                                  auth::Resource destination) {
  std::vector<auth::Access> accesses = with_storage_management(
      auth::accesses_of(OperationName::CopyObject, std::move(destination), std::move(source)));
  TRY_VOID(call.authorize(accesses));
  return accesses;
}

Task<Result<Reply>> get_metadata(Call& call) {
  CO_TRY(const Jurisdiction jurisdiction, read_jurisdiction(call.request.headers));
  CO_TRY(ObjectTarget target, authorized_object(call, jurisdiction, call.parameter("object_key"),
                                                {OperationName::HeadObject}));
  CO_TRY(const auto info, co_await look_at(call, std::move(target.address)));
  co_return Reply(object_details(info));
}

store::ETagCondition exactly(const store::ETag& etag) {
  store::ETagCondition condition;
  store::ETagCondition::Tag tag;
  tag.text = etag.text();
  condition.tags.push_back(std::move(tag));
  return condition;
}

/// Replaces both kinds of metadata in one commit. The class stays unless one is named, which means
/// to look first; so the object must still be the one that was looked at. A client's own conditions
/// (If-Match) hold as well.
Task<Result<Reply>> put_metadata(Call& call) {
  CO_TRY(const Jurisdiction jurisdiction, read_jurisdiction(call.request.headers));
  const std::string& bucket = call.parameter("bucket_name");
  CO_TRY(ObjectKey key, ObjectKey::parse(call.parameter("object_key")));
  const auth::Resource object(call.account(), jurisdiction, bucket, key.nfc());
  CO_TRY(auto accesses, authorized_copy(call, object, object));
  CO_TRY(const json::value body, co_await call.json());
  CO_TRY(const Fields fields, Fields::of(body));
  for (const std::string_view name : {"http_metadata", "custom_metadata"}) {
    // What is absent would be cleared, and so is not to be forgotten.
    if (!fields.has(name)) co_return fields.error(name, "must be present");
  }
  store::CopyOptions options;
  options.directive = store::CopyOptions::Directive::Replace;
  CO_TRY(options.metadata, read_metadata(fields));
  CO_TRY(const auto storage_class, fields.optional_text("storage_class"));
  if (storage_class) {
    CO_TRY(options.storage_class, parse_storage_class(*storage_class));
  }
  CO_TRY(BucketName name, BucketName::parse(bucket));
  store::BucketAddress place(call.account(), jurisdiction, std::move(name));
  store::ObjectAddress address(std::move(place), std::move(key));
  CO_TRY(const auto before, co_await look_at(call, address));
  if (!options.storage_class) options.storage_class = before.storage_class;
  options.source_conditions = read_conditions(call.request.headers);
  options.destination_conditions.if_match = exactly(before.etag);
  store::CommitGate gate = gate_of(call, std::move(accesses));
  store::ObjectAddress source = address;
  CO_TRY(const auto copied, co_await call.store().copy_object(std::move(source), std::move(address),
                                                              std::move(options), std::move(gate)));
  co_return Reply(object_details(copied.object));
}

/// A copy has the class of its source, not the bucket's default as over S3: who moves or renames an
/// object means the object to stay what it is.
Task<Result<Reply>> copy_object(Call& call) {
  CO_TRY(const Jurisdiction jurisdiction, read_jurisdiction(call.request.headers));
  const std::string& bucket = call.parameter("bucket_name");
  CO_TRY_VOID(call.authorize(r2_accesses(call, OperationName::CopyObject, jurisdiction, bucket)));
  CO_TRY(const json::value body, co_await call.json());
  CO_TRY(const Fields fields, Fields::of(body));
  CO_TRY(const std::string source_text, fields.text("source_key"));
  CO_TRY(const std::string text, fields.text("key"));
  CO_TRY(const auto other_bucket, fields.optional_text("source_bucket"));
  CO_TRY(const auto if_absent, fields.optional_boolean("if_absent"));
  CO_TRY(ObjectKey source_key, ObjectKey::parse(source_text));
  CO_TRY(ObjectKey key, ObjectKey::parse(text));
  const std::string source_bucket = other_bucket.value_or(bucket);
  auth::Resource from(call.account(), jurisdiction, source_bucket, source_key.nfc());
  auth::Resource to(call.account(), jurisdiction, bucket, key.nfc());
  CO_TRY(auto accesses, authorized_copy(call, std::move(from), std::move(to)));

  CO_TRY(BucketName source_name, BucketName::parse(source_bucket));
  CO_TRY(BucketName name, BucketName::parse(bucket));
  store::BucketAddress source_place(call.account(), jurisdiction, std::move(source_name));
  store::BucketAddress place(call.account(), jurisdiction, std::move(name));
  store::ObjectAddress source(std::move(source_place), std::move(source_key));
  store::ObjectAddress destination(std::move(place), std::move(key));
  store::CopyOptions options;
  CO_TRY(const auto original, co_await look_at(call, source));
  options.storage_class = original.storage_class;
  if (if_absent.value_or(false)) {
    options.destination_conditions.if_none_match.emplace().any = true;
  }
  store::CommitGate gate = gate_of(call, std::move(accesses));
  CO_TRY(const auto copied,
         co_await call.store().copy_object(std::move(source), std::move(destination),
                                           std::move(options), std::move(gate)));
  co_return Reply(object_details(copied.object));
}

constexpr std::array kJurisdictionOnly{kJurisdictionHeader};
constexpr std::array kPutParameters{
    kJurisdictionHeader, Parameter{.name = "If-Match",
                                   .description = "Only when this is still the object's ETag.",
                                   .header = true}};

using auth::Action;
constexpr std::string_view kMetadata =
    "/accounts/{account_id}/r2/buckets/{bucket_name}/metadata/{object_key...}";
constexpr std::array kRoutes{
    Route{.method = "GET",
          .pattern = kMetadata,
          .operation_id = "r2-get-object-metadata",
          .summary = "Get what is known of an object, without its bytes",
          .family = Family::Product,
          .handler = get_metadata,
          .ours = true,
          .needs_r2 = true,
          .counted_as = records::RequestKind::Read,
          .actions = {Action::ManageStorage, Action::ObjectRead},
          .parameters = kJurisdictionOnly,
          .result_schema = "ObjectDetails"},
    Route{.method = "PUT",
          .pattern = kMetadata,
          .operation_id = "r2-put-object-metadata",
          .summary = "Replace an object's metadata",
          .family = Family::Product,
          .handler = put_metadata,
          .ours = true,
          .needs_r2 = true,
          .counted_as = records::RequestKind::Write,
          .actions = {Action::ManageStorage, Action::ObjectRead, Action::ObjectWrite},
          .parameters = kPutParameters,
          .body = Body::Json,
          .body_schema = "{http_metadata: HttpMetadata, custom_metadata: {*: string}, "
                         "storage_class?: 'Standard'|'InfrequentAccess'}",
          .result_schema = "ObjectDetails"},
    Route{.method = "POST",
          .pattern = "/accounts/{account_id}/r2/buckets/{bucket_name}/copies",
          .operation_id = "r2-copy-object",
          .summary = "Copy an object within its jurisdiction",
          .family = Family::Product,
          .handler = copy_object,
          .ours = true,
          .needs_r2 = true,
          .counted_as = records::RequestKind::Write,
          .actions = {Action::ManageStorage, Action::ObjectRead, Action::ObjectWrite},
          .parameters = kJurisdictionOnly,
          .body = Body::Json,
          .body_schema =
              "{source_key: string, source_bucket?: string, key: string, if_absent?: boolean}",
          .result_schema = "ObjectDetails"},
};

}  // namespace

std::span<const Route> object_action_routes() { return kRoutes; }

}  // namespace coffer::api
