#pragma once

#include <array>
#include <cstdint>
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

/// What a permission group grants; the rows of r2-s3.md section 3.
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
};
inline constexpr int kActionCount = static_cast<int>(Action::ObjectWrite) + 1;
std::string_view to_string(Action action);

/// The action an operation needs on its own target. Copies need ObjectRead on the source as well.
Action required_action(OperationName operation);

}  // namespace coffer::auth
