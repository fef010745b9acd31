#include "s3/operation.h"

#include "auth/access.h"

#include <algorithm>
#include <array>
#include <span>

namespace coffer::s3 {
namespace {

/// A query parameter that names a part of a bucket or object, and the operation it stands for.
struct Subresource {
  std::string_view parameter;
  std::string_view operation;
};

// r2-observed.md 1.2a. The last four are R2's, and not ours yet.
constexpr std::array kPutBucket{
    Subresource{"accelerate", "PutBucketAccelerateConfiguration"},
    Subresource{"acl", "PutBucketAcl"},
    Subresource{"analytics", "PutBucketAnalyticsConfiguration"},
    Subresource{"intelligent-tiering", "PutBucketIntelligentTieringConfiguration"},
    Subresource{"inventory", "PutBucketInventoryConfiguration"},
    Subresource{"logging", "PutBucketLogging"},
    Subresource{"metrics", "PutBucketMetricsConfiguration"},
    Subresource{"notification", "PutBucketNotificationConfiguration"},
    Subresource{"object-lock", "PutObjectLockConfiguration"},
    Subresource{"ownershipControls", "PutBucketOwnershipControls"},
    Subresource{"policy", "PutBucketPolicy"},
    Subresource{"publicAccessBlock", "PutPublicAccessBlock"},
    Subresource{"replication", "PutBucketReplication"},
    Subresource{"requestPayment", "PutBucketRequestPayment"},
    Subresource{"tagging", "PutBucketTagging"},
    Subresource{"website", "PutBucketWebsite"},
    Subresource{"cors", "PutBucketCors"},
    Subresource{"encryption", "PutBucketEncryption"},
    Subresource{"lifecycle", "PutBucketLifecycleConfiguration"},
    Subresource{"versioning", "PutBucketVersioning"},
};

// 1.2b. The last three are R2's, and not ours yet.
constexpr std::array kDeleteBucket{
    Subresource{"analytics", "DeleteBucketAnalyticsConfiguration"},
    Subresource{"intelligent-tiering", "DeleteBucketIntelligentTieringConfiguration"},
    Subresource{"inventory", "DeleteBucketInventoryConfiguration"},
    Subresource{"metrics", "DeleteBucketMetricsConfiguration"},
    Subresource{"ownershipControls", "DeleteBucketOwnershipControls"},
    Subresource{"policy", "DeleteBucketPolicy"},
    Subresource{"replication", "DeleteBucketReplication"},
    Subresource{"tagging", "DeleteBucketTagging"},
    Subresource{"website", "DeleteBucketWebsite"},
    Subresource{"cors", "DeleteBucketCors"},
    Subresource{"encryption", "DeleteBucketEncryption"},
    Subresource{"lifecycle", "DeleteBucketLifecycle"},
};

// 1.2c. The last three are R2's, and not ours yet.
constexpr std::array kGetBucket{
    Subresource{"versions", "ListObjectVersions"},
    Subresource{"policy", "GetBucketPolicy"},
    Subresource{"website", "GetBucketWebsite"},
    Subresource{"notification", "GetBucketNotificationConfiguration"},
    Subresource{"requestPayment", "GetBucketRequestPayment"},
    Subresource{"logging", "GetBucketLogging"},
    Subresource{"accelerate", "GetBucketAccelerateConfiguration"},
    Subresource{"publicAccessBlock", "GetPublicAccessBlock"},
    Subresource{"ownershipControls", "GetBucketOwnershipControls"},
    Subresource{"intelligent-tiering", "GetBucketIntelligentTieringConfiguration"},
    Subresource{"inventory", "GetBucketInventoryConfiguration"},
    Subresource{"metrics", "GetBucketMetricsConfiguration"},
    Subresource{"analytics", "GetBucketAnalyticsConfiguration"},
    Subresource{"policyStatus", "GetGetBucketPolicyStatus"},  // the doubled Get is R2's own
    Subresource{"acl", "GetBucketAcl"},
    Subresource{"cors", "GetBucketCors"},
    Subresource{"lifecycle", "GetBucketLifecycleConfiguration"},
};

// 1.3a.
constexpr std::array kGetObject{
    Subresource{"tagging", "GetObjectTagging"},
    Subresource{"acl", "GetObjectAcl"},
    Subresource{"attributes", "GetObjectAttributes"},
    Subresource{"torrent", "GetObjectTorrent"},
    Subresource{"retention", "GetObjectRetention"},
    Subresource{"legal-hold", "GetObjectLegalHold"},
};
constexpr std::array kPutObject{
    Subresource{"tagging", "PutObjectTagging"},
    Subresource{"acl", "PutObjectAcl"},
    Subresource{"retention", "PutObjectRetention"},
    Subresource{"legal-hold", "PutObjectLegalHold"},
};

// 1.2e.
constexpr std::array<std::string_view, 5> kListV1{"prefix", "delimiter", "marker", "max-keys",
                                                  "encoding-type"};
constexpr std::array<std::string_view, 8> kListV2{"list-type",          "prefix",      "delimiter",
                                                  "continuation-token", "start-after", "max-keys",
                                                  "encoding-type",      "fetch-owner"};
// r2-s3.md section 4.
constexpr std::array<std::string_view, 4> kListBuckets{"prefix", "start-after",
                                                       "continuation-token", "max-keys"};

const Subresource* find_subresource(std::span<const Subresource> table, std::string_view name) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [name](const Subresource& s) { return s.parameter == name; });
  return found == table.end() ? nullptr : &*found;
}

/// Parameters that no check sees: what SDKs add, and what signs the URL (names case-sensitive).
bool is_exempt(std::string_view name) {
  return name == "x-id" || name == "x-purpose" || name.starts_with("X-Amz-");
}

Error not_implemented(std::string_view what) {
  return Error::with_message(ErrorCode::NotImplemented, std::string(what) + " not implemented");
}
Error invalid_argument(std::string message) {
  return Error::with_message(ErrorCode::InvalidArgument, std::move(message));
}
Error no_route() { return make_error(ErrorCode::RouteNotFound); }

bool is_anonymous(const RequestShape& shape) {
  const auto authorization = shape.headers.find("authorization");
  return (!authorization || authorization->empty()) && !shape.query.has("X-Amz-Credential");
}

/// The first subresource of the table in query order.
std::optional<Error> refuse_subresource(std::span<const Subresource> table, const Query& query) {
  for (const QueryParameter& parameter : query) {
    if (const Subresource* found = find_subresource(table, parameter.name)) {
      return not_implemented(found->operation);
    }
  }
  return std::nullopt;
}

/// Parameters left on PUT or DELETE of a bucket.
std::optional<Error> refuse_leftovers(std::string_view method, const Query& query) {
  std::string names;
  std::vector<std::string_view> seen;
  for (const QueryParameter& parameter : query) {
    if (is_exempt(parameter.name)) continue;
    if (std::find(seen.begin(), seen.end(), parameter.name) != seen.end()) continue;
    seen.push_back(parameter.name);
    if (!names.empty()) names += ", ";
    names += '"' + parameter.name + '"';
  }
  if (names.empty()) return std::nullopt;
  return invalid_argument("Unsupported search param(s) " + names + " on a " + std::string(method) +
                          " bucket route");
}

Result<Operation> parse_account_operation(const RequestShape& shape) {
  if (shape.method != "GET") return no_route();
  for (const QueryParameter& parameter : shape.query) {
    if (is_exempt(parameter.name)) continue;
    const bool known =
        std::find(kListBuckets.begin(), kListBuckets.end(), parameter.name) != kListBuckets.end();
    // What AWS calls max-keys here; the AWS CLI sends it with every `s3 ls`.
    if (known || (!shape.strict && parameter.name == "max-buckets")) continue;
    return not_implemented("ListBuckets search parameter " + parameter.name);
  }
  return Operation(ListBuckets());
}

Result<Operation> parse_list(const Query& query) {
  const std::string* type = query.find("list-type");
  if (type && *type != "2") return not_implemented("ListObjectsV" + *type);
  if (!type && query.has("continuation-token")) {
    return invalid_argument("continuation-token not supported in ListObjects");
  }
  const std::span<const std::string_view> allowed =
      type ? std::span<const std::string_view>(kListV2)
           : std::span<const std::string_view>(kListV1);
  for (const QueryParameter& parameter : query) {
    if (is_exempt(parameter.name)) continue;
    if (std::find(allowed.begin(), allowed.end(), parameter.name) == allowed.end()) {
      return not_implemented(std::string(type ? "ListObjectsV2" : "ListObjectsV1") +
                             " search parameter " + parameter.name);
    }
  }
  return type ? Operation(ListObjectsV2()) : Operation(ListObjectsV1());
}

/// 1.2d: the same for every bucket.
std::optional<Operation> fixed_read(std::string_view parameter) {
  if (parameter == "encryption") return GetBucketEncryption();
  if (parameter == "versioning") return GetBucketVersioning();
  if (parameter == "tagging") return GetBucketTagging();
  if (parameter == "object-lock") return GetObjectLockConfiguration();
  if (parameter == "replication") return GetBucketReplication();
  return std::nullopt;
}

Result<Operation> parse_bucket_get(const Query& query) {
  if (query.has("uploads")) return Operation(ListMultipartUploads());
  if (query.has("location")) {
    for (const QueryParameter& parameter : query) {
      if (parameter.name == "location" || is_exempt(parameter.name)) continue;
      return invalid_argument("Search param " + parameter.name +
                              " is unsupported for bucket location");
    }
    return Operation(GetBucketLocation());
  }
  for (const QueryParameter& parameter : query) {
    if (auto fixed = fixed_read(parameter.name)) return *std::move(fixed);
    if (const Subresource* found = find_subresource(kGetBucket, parameter.name)) {
      return not_implemented(found->operation);
    }
  }
  return parse_list(query);
}

Result<Operation> parse_bucket_operation(const RequestShape& shape) {
  const Query& query = shape.query;
  if (shape.method == "HEAD") return Operation(HeadBucket());
  if (shape.method == "GET") return parse_bucket_get(query);
  if (shape.method == "POST") {
    return query.has("delete") ? Operation(DeleteObjects()) : Operation(PostNothing());
  }
  if (shape.method == "PUT") {
    if (auto refused = refuse_subresource(kPutBucket, query)) return *std::move(refused);
    if (auto refused = refuse_leftovers("PUT", query)) return *std::move(refused);
    return Operation(CreateBucket());
  }
  if (shape.method == "DELETE") {
    if (auto refused = refuse_subresource(kDeleteBucket, query)) return *std::move(refused);
    if (auto refused = refuse_leftovers("DELETE", query)) return *std::move(refused);
    return Operation(DeleteBucket());
  }
  return no_route();
}

/// 1.3 row 1: leading spaces, a minus, digits, each of them optional.
bool looks_like_part_number(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  if (text.starts_with('-')) text.remove_prefix(1);
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

Result<Operation> parse_upload_operation(const RequestShape& shape, const std::string& upload_id) {
  if (shape.method == "GET") return Operation(ListParts{upload_id});
  if (shape.method == "POST") return Operation(CompleteMultipartUpload{upload_id});
  if (shape.method == "DELETE") return Operation(AbortMultipartUpload{upload_id});
  if (shape.method == "HEAD") return Operation(HeadObject());
  return no_route();
}

Result<Operation> parse_object_operation(const RequestShape& shape) {
  const Query& query = shape.query;
  const std::string* upload_id = query.find("uploadId");
  const std::string* part_number = query.find("partNumber");
  const auto copy_source = shape.headers.find("x-amz-copy-source");
  const std::string_view method = shape.method;
  if (upload_id) {
    if (part_number && !looks_like_part_number(*part_number)) return no_route();
    if (method == "PUT" && part_number) {
      if (!copy_source) return Operation(UploadPart{*part_number, *upload_id});
      return Operation(UploadPartCopy{*part_number, *upload_id, parse_copy_source(*copy_source)});
    }
    if (method != "PUT") return parse_upload_operation(shape, *upload_id);
  } else if (query.has("uploads")) {
    if (method == "POST") return Operation(CreateMultipartUpload());
    if (method == "GET") return Operation(ListMultipartUploads());
  }
  if (method == "GET") {
    // Row 8 comes before row 9: with a part's number it is a read, whatever else is asked.
    if (!part_number) {
      if (auto refused = refuse_subresource(kGetObject, query)) return *std::move(refused);
    }
    return Operation(GetObject());
  }
  if (method == "HEAD") return Operation(HeadObject());
  if (method == "PUT") {
    if (auto refused = refuse_subresource(kPutObject, query)) return *std::move(refused);
    if (copy_source) return Operation(CopyObject{parse_copy_source(*copy_source)});
    return Operation(PutObject());
  }
  if (method == "POST") return Operation(PutObject());
  if (method == "DELETE") return Operation(DeleteObject());
  return no_route();
}

/// The public name of each alternative.
struct NameOf {
  using Name = auth::OperationName;
  std::optional<Name> operator()(const ListBuckets&) const { return Name::ListBuckets; }
  std::optional<Name> operator()(const CreateBucket&) const { return Name::CreateBucket; }
  std::optional<Name> operator()(const HeadBucket&) const { return Name::HeadBucket; }
  std::optional<Name> operator()(const DeleteBucket&) const { return Name::DeleteBucket; }
  std::optional<Name> operator()(const GetBucketLocation&) const { return Name::GetBucketLocation; }
  std::optional<Name> operator()(const GetBucketEncryption&) const {
    return Name::GetBucketEncryption;
  }
  std::optional<Name> operator()(const GetBucketVersioning&) const {
    return Name::GetBucketVersioning;
  }
  std::optional<Name> operator()(const GetBucketTagging&) const { return Name::GetBucketTagging; }
  std::optional<Name> operator()(const GetObjectLockConfiguration&) const {
    return Name::GetObjectLockConfiguration;
  }
  std::optional<Name> operator()(const GetBucketReplication&) const {
    return Name::GetBucketReplication;
  }
  std::optional<Name> operator()(const PostNothing&) const { return std::nullopt; }
  std::optional<Name> operator()(const PutObject&) const { return Name::PutObject; }
  std::optional<Name> operator()(const GetObject&) const { return Name::GetObject; }
  std::optional<Name> operator()(const HeadObject&) const { return Name::HeadObject; }
  std::optional<Name> operator()(const DeleteObject&) const { return Name::DeleteObject; }
  std::optional<Name> operator()(const DeleteObjects&) const { return Name::DeleteObjects; }
  std::optional<Name> operator()(const CopyObject&) const { return Name::CopyObject; }
  std::optional<Name> operator()(const ListObjectsV1&) const { return Name::ListObjectsV1; }
  std::optional<Name> operator()(const ListObjectsV2&) const { return Name::ListObjectsV2; }
  std::optional<Name> operator()(const CreateMultipartUpload&) const {
    return Name::CreateMultipartUpload;
  }
  std::optional<Name> operator()(const UploadPart&) const { return Name::UploadPart; }
  std::optional<Name> operator()(const UploadPartCopy&) const { return Name::UploadPartCopy; }
  std::optional<Name> operator()(const CompleteMultipartUpload&) const {
    return Name::CompleteMultipartUpload;
  }
  std::optional<Name> operator()(const AbortMultipartUpload&) const {
    return Name::AbortMultipartUpload;
  }
  std::optional<Name> operator()(const ListParts&) const { return Name::ListParts; }
  std::optional<Name> operator()(const ListMultipartUploads&) const {
    return Name::ListMultipartUploads;
  }
};

const Result<CopySource>* copy_source_of(const Operation& operation) {
  if (const auto* copy = std::get_if<CopyObject>(&operation)) return &copy->source;
  if (const auto* copy = std::get_if<UploadPartCopy>(&operation)) return &copy->source;
  return nullptr;
}

/// Whether the operation is about the bucket even when its path has a key.
bool is_of_object(const Operation& operation, const ObjectKey* key) {
  return key && !std::holds_alternative<ListMultipartUploads>(operation);
}

bool lists_keys(const Operation& operation) {
  return std::holds_alternative<ListObjectsV1>(operation) ||
         std::holds_alternative<ListObjectsV2>(operation) ||
         std::holds_alternative<ListMultipartUploads>(operation);
}

}  // namespace

std::optional<Error> refuse_before_authentication(const RequestShape& shape) {
  const Target::Level level = shape.target.level;
  if (level == Target::Level::Account && shape.method != "GET") return no_route();
  if (level == Target::Level::Bucket && shape.method == "POST" && !shape.query.has("delete") &&
      is_anonymous(shape)) {
    // The doubled wording is R2's.
    return not_implemented("Presigned post requests are not yet implemented");
  }
  return std::nullopt;
}

Result<Operation> parse_operation(const RequestShape& shape) {
  switch (shape.target.level) {
    case Target::Level::Account:
      return parse_account_operation(shape);
    case Target::Level::Bucket:
      return parse_bucket_operation(shape);
    case Target::Level::Object:
      return parse_object_operation(shape);
  }
  return no_route();
}

std::optional<auth::OperationName> name_of(const Operation& operation) {
  return std::visit(NameOf(), operation);
}

bool takes_body(const Operation& operation) {
  return std::holds_alternative<PutObject>(operation) ||
         std::holds_alternative<UploadPart>(operation) ||
         std::holds_alternative<DeleteObjects>(operation) ||
         std::holds_alternative<CompleteMultipartUpload>(operation) ||
         std::holds_alternative<CreateBucket>(operation);
}

bool creates_missing_bucket(const Operation& operation, const HeaderList& headers) {
  const bool may = std::holds_alternative<PutObject>(operation) ||
                   std::holds_alternative<CreateMultipartUpload>(operation);
  return may && headers.find("cf-create-bucket-if-missing") == std::string_view("true");
}

std::vector<auth::Access> required_accesses(const Operation& operation, const HeaderList& headers,
                                            const Query& query, const AccountId& account,
                                            Jurisdiction jurisdiction, const std::string& bucket,
                                            const ObjectKey* key) {
  std::vector<auth::Access> accesses;
  const auto name = name_of(operation);
  if (!name) return accesses;
  auth::Resource resource(account, jurisdiction, bucket);
  if (is_of_object(operation, key)) resource.key = key->nfc();
  std::optional<auth::Resource> source;
  if (const Result<CopySource>* parsed = copy_source_of(operation); parsed && *parsed) {
    const CopySource& from = **parsed;
    source.emplace(account, jurisdiction, from.bucket, from.key.nfc());
  }
  accesses = auth::accesses_of(*name, std::move(resource), std::move(source));
  if (lists_keys(operation)) accesses.front().list_prefix = normalize_nfc(query.value("prefix"));
  if (creates_missing_bucket(operation, headers)) {
    constexpr auto kCreate = auth::OperationName::CreateBucket;
    accesses.emplace_back(kCreate, auth::required_action(kCreate),
                          auth::Resource(account, jurisdiction, bucket));
  }
  return accesses;
}

}  // namespace coffer::s3
