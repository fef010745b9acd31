#pragma once

#include "api/call.h"
#include "auth/access.h"
#include "records/bucket_audit.h"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the routes below /accounts/{account_id}/r2 share (cloudflare-api.md section 3).
namespace coffer::api {

/// The header `cf-r2-jurisdiction`, which says whose buckets a call sees; `default` without it.
/// InvalidArgument for what is none of ours.
Result<Jurisdiction> read_jurisdiction(const HeaderList& headers);
/// The same, or the query parameter of that name where there is no such header: for what a browser
/// loads by itself, which sends no headers of ours.
Result<Jurisdiction> read_jurisdiction(const HeaderList& headers, const Query& query);
inline constexpr Parameter kJurisdictionHeader{
    .name = "cf-r2-jurisdiction",
    .schema = "'default'|'eu'|'fedramp'|'us'",
    .description = "The jurisdiction whose buckets the call is about.",
    .header = true};

/// `Standard` or `InfrequentAccess`; InvalidStorageClass.
Result<store::StorageClass> parse_storage_class(std::string_view text);
std::string_view storage_class_name(store::StorageClass storage_class);

/// What the management API needs besides the action itself: object permissions lack it, as they act
/// on the S3 listener only (DESIGN.md section 3).
std::vector<auth::Access> with_storage_management(std::vector<auth::Access> accesses);
/// Of an operation on the account level, a bucket (`bucket`, as text that may be no name) or an
/// object (`key`, nfc).
std::vector<auth::Access> r2_accesses(const Call& call, auth::OperationName operation,
                                      Jurisdiction jurisdiction, std::string bucket = {},
                                      std::string key = {});
/// Of an action that is no S3 operation.
std::vector<auth::Access> r2_accesses(const Call& call, auth::Action action,
                                      Jurisdiction jurisdiction, std::string bucket = {});

/// `{bucket_name}` of the jurisdiction in the header. Permission is asked before the name is looked
/// at, so that the forbidden and the impossible look alike.
Result<store::BucketAddress> authorized_bucket(const Call& call, auth::OperationName operation);
Result<store::BucketAddress> authorized_bucket(const Call& call, auth::Action action);

/// What a route of one object is about, and what it needs, allowed once.
struct ObjectTarget {
  ObjectTarget(store::ObjectAddress a, std::vector<auth::Access> w)
      : address(std::move(a)), accesses(std::move(w)) {}
  store::ObjectAddress address;
  std::vector<auth::Access> accesses;
};
/// `key` in `{bucket_name}`, for all of `operations`.
Result<ObjectTarget> authorized_object(const Call& call, Jurisdiction jurisdiction,
                                       std::string_view key,
                                       std::initializer_list<auth::OperationName> operations);

/// A query parameter that keys are compared with, in their form. InvalidArgument.
Result<std::string> read_key_text(const Query& query, std::string_view name);

/// The entry of a bucket's change.
records::AuditEntry bucket_audit(const Call& call, std::string action,
                                 const store::BucketAddress& bucket,
                                 const std::optional<records::BucketSettings>& before,
                                 const std::optional<records::BucketSettings>& after);

}  // namespace coffer::api
