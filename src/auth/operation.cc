#include "auth/operation.h"

#include <algorithm>
#include <cassert>

namespace coffer::auth {
namespace {

struct OperationRow {
  OperationName operation;
  std::string_view name;
  Action action;
};

/// Every operation with the action it needs on its target: r2-s3.md section 3. Where that table
/// marks a row as inferred, the action carries the inference (`BucketConfigRead` is for admin
/// groups only, `BucketLocationRead` for all).
constexpr std::array<OperationRow, kOperationCount> kOperations{{
    {OperationName::ListBuckets, "ListBuckets", Action::BucketsList},
    {OperationName::CreateBucket, "CreateBucket", Action::BucketCreate},
    {OperationName::HeadBucket, "HeadBucket", Action::BucketHead},
    {OperationName::DeleteBucket, "DeleteBucket", Action::BucketDelete},
    {OperationName::GetBucketLocation, "GetBucketLocation", Action::BucketLocationRead},
    {OperationName::GetBucketEncryption, "GetBucketEncryption", Action::BucketConfigRead},
    {OperationName::GetBucketVersioning, "GetBucketVersioning", Action::BucketConfigRead},
    {OperationName::GetBucketTagging, "GetBucketTagging", Action::BucketConfigRead},
    {OperationName::GetObjectLockConfiguration, "GetObjectLockConfiguration",
     Action::BucketConfigRead},
    {OperationName::GetBucketReplication, "GetBucketReplication", Action::BucketConfigRead},
    {OperationName::PutObject, "PutObject", Action::ObjectWrite},
    {OperationName::GetObject, "GetObject", Action::ObjectRead},
    {OperationName::HeadObject, "HeadObject", Action::ObjectRead},
    {OperationName::DeleteObject, "DeleteObject", Action::ObjectWrite},
    {OperationName::DeleteObjects, "DeleteObjects", Action::ObjectWrite},
    {OperationName::CopyObject, "CopyObject", Action::ObjectWrite},
    {OperationName::ListObjectsV1, "ListObjectsV1", Action::ObjectsList},
    {OperationName::ListObjectsV2, "ListObjectsV2", Action::ObjectsList},
    {OperationName::CreateMultipartUpload, "CreateMultipartUpload", Action::ObjectWrite},
    {OperationName::UploadPart, "UploadPart", Action::ObjectWrite},
    {OperationName::UploadPartCopy, "UploadPartCopy", Action::ObjectWrite},
    {OperationName::CompleteMultipartUpload, "CompleteMultipartUpload", Action::ObjectWrite},
    {OperationName::AbortMultipartUpload, "AbortMultipartUpload", Action::ObjectWrite},
    {OperationName::ListParts, "ListParts", Action::ObjectsList},
    {OperationName::ListMultipartUploads, "ListMultipartUploads", Action::ObjectsList},
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

Action required_action(OperationName operation) { return row_of(operation).action; }

}  // namespace coffer::auth
