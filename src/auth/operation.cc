#include "auth/operation.h"

#include <algorithm>
#include <cassert>

namespace coffer::auth {
namespace {

using records::RequestKind;

struct OperationRow {
  OperationName operation;
  std::string_view name;
  Action action;
  RequestKind kind;
};

/// Every operation with the action it needs on its target: r2-s3.md section 3. Where that table
/// marks a row as inferred, the action carries the inference (`BucketConfigRead` is for admin
/// groups only, `BucketLocationRead` for all).
constexpr std::array<OperationRow, kOperationCount> kOperations{{
    {OperationName::ListBuckets, "ListBuckets", Action::BucketsList, RequestKind::List},
    {OperationName::CreateBucket, "CreateBucket", Action::BucketCreate, RequestKind::Write},
    {OperationName::HeadBucket, "HeadBucket", Action::BucketHead, RequestKind::Read},
    {OperationName::DeleteBucket, "DeleteBucket", Action::BucketDelete, RequestKind::Delete},
    {OperationName::GetBucketLocation, "GetBucketLocation", Action::BucketLocationRead,
     RequestKind::Read},
    {OperationName::GetBucketEncryption, "GetBucketEncryption", Action::BucketConfigRead,
     RequestKind::Read},
    {OperationName::GetBucketVersioning, "GetBucketVersioning", Action::BucketConfigRead,
     RequestKind::Read},
    {OperationName::GetBucketTagging, "GetBucketTagging", Action::BucketConfigRead,
     RequestKind::Read},
    {OperationName::GetObjectLockConfiguration, "GetObjectLockConfiguration",
     Action::BucketConfigRead, RequestKind::Read},
    {OperationName::GetBucketReplication, "GetBucketReplication", Action::BucketConfigRead,
     RequestKind::Read},
    {OperationName::PutObject, "PutObject", Action::ObjectWrite, RequestKind::Write},
    {OperationName::GetObject, "GetObject", Action::ObjectRead, RequestKind::Read},
    {OperationName::HeadObject, "HeadObject", Action::ObjectRead, RequestKind::Read},
    {OperationName::DeleteObject, "DeleteObject", Action::ObjectWrite, RequestKind::Delete},
    {OperationName::DeleteObjects, "DeleteObjects", Action::ObjectWrite, RequestKind::Delete},
    {OperationName::CopyObject, "CopyObject", Action::ObjectWrite, RequestKind::Write},
    {OperationName::ListObjectsV1, "ListObjectsV1", Action::ObjectsList, RequestKind::List},
    {OperationName::ListObjectsV2, "ListObjectsV2", Action::ObjectsList, RequestKind::List},
    {OperationName::CreateMultipartUpload, "CreateMultipartUpload", Action::ObjectWrite,
     RequestKind::Write},
    {OperationName::UploadPart, "UploadPart", Action::ObjectWrite, RequestKind::Write},
    {OperationName::UploadPartCopy, "UploadPartCopy", Action::ObjectWrite, RequestKind::Write},
    {OperationName::CompleteMultipartUpload, "CompleteMultipartUpload", Action::ObjectWrite,
     RequestKind::Write},
    {OperationName::AbortMultipartUpload, "AbortMultipartUpload", Action::ObjectWrite,
     RequestKind::Delete},
    {OperationName::ListParts, "ListParts", Action::ObjectsList, RequestKind::List},
    {OperationName::ListMultipartUploads, "ListMultipartUploads", Action::ObjectsList,
     RequestKind::List},
}};

constexpr bool rows_follow_enumerators() {
  for (std::size_t i = 0; i < kOperations.size(); ++i) {
    if (static_cast<std::size_t>(kOperations[i].operation) != i) return false;
  }
  return true;
}
static_assert(rows_follow_enumerators());

const OperationRow& row_of(OperationName operation) {
  const auto index = static_cast<std::size_t>(operation);
  assert(index < kOperations.size());
  return kOperations[index];
}

/// S3's own name of the first version, which the temporary credentials' list calls ListObjectsV1.
constexpr std::string_view kListObjects = "ListObjects";

}  // namespace

std::string_view to_string(OperationName operation) { return row_of(operation).name; }

std::optional<OperationName> parse_operation_name(std::string_view text) {
  if (text == kListObjects) return OperationName::ListObjectsV1;
  const auto found = std::find_if(kOperations.begin(), kOperations.end(),
                                  [text](const OperationRow& row) { return row.name == text; });
  if (found == kOperations.end()) return std::nullopt;
  return found->operation;
}

std::string_view to_string(Action action) {
  switch (action) {
    case Action::BucketsList:
      return "BucketsList";
    case Action::BucketCreate:
      return "BucketCreate";
    case Action::BucketDelete:
      return "BucketDelete";
    case Action::BucketHead:
      return "BucketHead";
    case Action::BucketLocationRead:
      return "BucketLocationRead";
    case Action::BucketConfigRead:
      return "BucketConfigRead";
    case Action::BucketConfigWrite:
      return "BucketConfigWrite";
    case Action::ObjectsList:
      return "ObjectsList";
    case Action::ObjectRead:
      return "ObjectRead";
    case Action::ObjectWrite:
      return "ObjectWrite";
    case Action::ManageStorage:
      return "ManageStorage";
    case Action::UsageRead:
      return "UsageRead";
    case Action::AccountRead:
      return "AccountRead";
    case Action::AccountWrite:
      return "AccountWrite";
    case Action::MembersRead:
      return "MembersRead";
    case Action::MembersWrite:
      return "MembersWrite";
    case Action::AccountTokensRead:
      return "AccountTokensRead";
    case Action::AccountTokensWrite:
      return "AccountTokensWrite";
    case Action::AuditLogRead:
      return "AuditLogRead";
    case Action::UserRead:
      return "UserRead";
    case Action::UserWrite:
      return "UserWrite";
    case Action::UserTokensRead:
      return "UserTokensRead";
    case Action::UserTokensWrite:
      return "UserTokensWrite";
    case Action::MembershipsRead:
      return "MembershipsRead";
    case Action::MembershipsWrite:
      return "MembershipsWrite";
  }
  return "unknown";
}

RequestKind kind_of(OperationName operation) { return row_of(operation).kind; }

Action required_action(OperationName operation) { return row_of(operation).action; }

}  // namespace coffer::auth
