#pragma once

#include "auth/principal.h"
#include "base/headers.h"
#include "s3/headers_in.h"
#include "s3/query.h"
#include "s3/target.h"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace coffer::s3 {

// The closed set of what a request can ask. Each carries what routing had to look at; the rest is
// read by its handler.
struct ListBuckets {};
struct CreateBucket {};
struct HeadBucket {};
struct DeleteBucket {};
struct GetBucketLocation {};
struct GetBucketEncryption {};
struct GetBucketVersioning {};
struct GetBucketTagging {};
struct GetObjectLockConfiguration {};
struct GetBucketReplication {};
/// A signed POST to a bucket that asks for nothing: 200, and nothing is done (r2-observed.md 1.2).
struct PostNothing {};
struct PutObject {};
struct GetObject {};
struct HeadObject {};
struct DeleteObject {};
struct DeleteObjects {};
/// The source as it parsed: an error in it is answered after the checks that come before it.
struct CopyObject {
  Result<CopySource> source;
};
struct ListObjectsV1 {};
struct ListObjectsV2 {};
struct CreateMultipartUpload {};
struct UploadPart {
  std::string part_number;
  std::string upload_id;
};
struct UploadPartCopy {
  std::string part_number;
  std::string upload_id;
  Result<CopySource> source;
};
struct CompleteMultipartUpload {
  std::string upload_id;
};
struct AbortMultipartUpload {
  std::string upload_id;
};
struct ListParts {
  std::string upload_id;
};
struct ListMultipartUploads {};

using Operation =
    std::variant<ListBuckets, CreateBucket, HeadBucket, DeleteBucket, GetBucketLocation,
                 GetBucketEncryption, GetBucketVersioning, GetBucketTagging,
                 GetObjectLockConfiguration, GetBucketReplication, PostNothing, PutObject,
                 GetObject, HeadObject, DeleteObject, DeleteObjects, CopyObject, ListObjectsV1,
                 ListObjectsV2, CreateMultipartUpload, UploadPart, UploadPartCopy,
                 CompleteMultipartUpload, AbortMultipartUpload, ListParts, ListMultipartUploads>;

/// What routing looks at; borrowed.
struct RequestShape {
  std::string_view method;
  const Target& target;
  const Query& query;
  const HeaderList& headers;
  bool strict = false;  ///< compat = "r2"
};

/// The answers that come before authentication: another method than GET at the account level, and a
/// browser's form upload, which no authentication of either kind accompanies.
std::optional<Error> refuse_before_authentication(const RequestShape& shape);

/// r2-observed.md 1.2 and 1.3, row by row. Errors: RouteNotFound, NotImplemented, InvalidArgument.
Result<Operation> parse_operation(const RequestShape& shape);

/// Its public name; nothing for PostNothing, which is no operation.
std::optional<auth::OperationName> name_of(const Operation& operation);

/// Whether the operation reads a body. The bodies of others are ignored.
bool takes_body(const Operation& operation);

/// cf-create-bucket-if-missing: PutObject and CreateMultipartUpload may then make the bucket.
bool creates_missing_bucket(const Operation& operation, const HeaderList& headers);

/// Every (action, resource) that must be allowed before the bucket is looked up: a copy has two.
/// The keys of DeleteObjects are in its body, so it asks for the bucket here and for each key
/// later. A listing of keys carries its prefix as it will be compared, and none when it cannot be:
/// its handler refuses that. `key` is the target's, null above the object level.
std::vector<auth::Access> required_accesses(const Operation& operation, const HeaderList& headers,
                                            const Query& query, const AccountId& account,
                                            Jurisdiction jurisdiction, const std::string& bucket,
                                            const ObjectKey* key);

}  // namespace coffer::s3
