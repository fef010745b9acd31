#pragma once

#include "records/request_counts.h"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace coffer::auth {

/// Every S3 operation by its public name. The closed set that APIs translate into.
enum class OperationName : std::uint8_t {
  ListBuckets,
  CreateBucket,
  HeadBucket,
  DeleteBucket,
  GetBucketLocation,
  GetBucketEncryption,
  GetBucketVersioning,
  GetBucketTagging,
  GetObjectLockConfiguration,
  GetBucketReplication,
  PutObject,
  GetObject,
  HeadObject,
  DeleteObject,
  DeleteObjects,
  CopyObject,
  ListObjectsV1,
  ListObjectsV2,
  CreateMultipartUpload,
  UploadPart,
  UploadPartCopy,
  CompleteMultipartUpload,
  AbortMultipartUpload,
  ListParts,
  ListMultipartUploads,
};
inline constexpr int kOperationCount = static_cast<int>(OperationName::ListMultipartUploads) + 1;

std::string_view to_string(OperationName operation);
std::optional<OperationName> parse_operation_name(std::string_view text);

/// What permission groups and roles grant: the rows of r2-s3.md section 3, and the operations of
/// the management API.
enum class Action : std::uint8_t {
  BucketsList,  ///< ListBuckets
  BucketCreate,
  BucketDelete,
  BucketHead,
  BucketLocationRead,
  BucketConfigRead,
  BucketConfigWrite,
  ObjectsList,  ///< objects, uploads and parts
  ObjectRead,
  ObjectWrite,  ///< put, delete, copy target, multipart
  // Of an account, at the management API.
  /// To reach a bucket or object there at all. Object permissions lack it: they act on the S3
  /// listener only (DESIGN.md section 3).
  ManageStorage,
  UsageRead,  ///< metrics of an account's storage
  AccountRead,
  AccountWrite,
  MembersRead,
  MembersWrite,
  AccountTokensRead,
  AccountTokensWrite,
  AuditLogRead,
  // Of a user: each about that user alone.
  UserRead,
  UserWrite,
  UserTokensRead,
  UserTokensWrite,
  MembershipsRead,
  MembershipsWrite,
};
inline constexpr int kActionCount = static_cast<int>(Action::MembershipsWrite) + 1;
inline constexpr Action kFirstUserAction = Action::UserRead;
std::string_view to_string(Action action);

/// A set of actions; one bit each.
class ActionSet {
 public:
  constexpr ActionSet() = default;
  constexpr ActionSet(std::initializer_list<Action> actions) {
    for (const Action action : actions) bits_ |= bit(action);
  }
  constexpr bool contains(Action action) const { return (bits_ & bit(action)) != 0; }
  constexpr ActionSet operator|(ActionSet other) const { return ActionSet(bits_ | other.bits_); }
  constexpr bool operator==(const ActionSet&) const = default;

 private:
  constexpr explicit ActionSet(std::uint32_t bits) : bits_(bits) {}
  static constexpr std::uint32_t bit(Action action) {
    return std::uint32_t{1} << static_cast<unsigned>(action);
  }
  std::uint32_t bits_ = 0;
};
static_assert(kActionCount <= 32);

/// What an operation is counted as.
records::RequestKind kind_of(OperationName operation);

/// The action an operation needs on its own target. Copies need ObjectRead on the source as well.
Action required_action(OperationName operation);

}  // namespace coffer::auth
