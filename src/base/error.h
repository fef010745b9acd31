#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coffer {

/// Every way an operation of ours can fail. Codes say what happened and are spelled as S3 spells
/// them where S3 has a word; what is sent over the wire is decided in one table per API
/// (`s3/error.cc`), and a test walks every code through each table.
enum class ErrorCode : std::uint8_t {
  // The request's shape.
  InvalidArgument,
  InvalidRequest,
  InvalidRegionName,
  InvalidDigest,
  BadDigest,
  InvalidRange,
  InvalidMaxKeys,
  InvalidStorageClass,
  InvalidEncryptionAlgorithm,
  InvalidBucketName,
  InvalidObjectName,
  MalformedXML,
  MetadataTooLarge,
  MissingContentLength,
  IncompleteBody,
  EntityTooLarge,
  EntityTooSmall,
  NotImplemented,
  RouteNotFound,
  // Who asks, and whether they may.
  Unauthorized,
  AccessDenied,
  NotEntitled,
  RequestTimeTooSkewed,
  ExpiredRequest,
  SignatureDoesNotMatch,
  XAmzContentSHA256Mismatch,
  // The state of what is asked for.
  NoSuchBucket,
  NoSuchKey,
  NoSuchUpload,
  InvalidPart,
  BucketAlreadyOwnedByYou,
  BucketNotEmpty,
  TooManyBuckets,
  QuotaExceeded,
  PreconditionFailed,
  ObjectLockedByBucketPolicy,
  NoSuchTagSet,
  ObjectLockConfigurationNotFound,
  ReplicationConfigurationNotFound,
  NoSuchAccount,
  NoSuchToken,
  NoSuchUser,
  NoSuchMember,
  AlreadyExists,
  // The connection and the server's own state.
  ClientDisconnect,
  RequestTimeout,
  SlowDown,
  ServiceUnavailable,
  // Below the APIs: engines, files, configuration.
  Busy,
  Corrupt,
  NoSpace,
  IoError,
  Locked,
  NewerFormat,
  WrongMasterKey,
  InvalidConfiguration,
  AddressInUse,
  Internal,
};

/// Number of codes; tests walk [0, kErrorCodeCount).
inline constexpr int kErrorCodeCount = static_cast<int>(ErrorCode::Internal) + 1;

/// The code's own name, e.g. "NoSuchKey".
std::string_view to_string(ErrorCode code);

/// A failure: a code from the closed enum, what the client may read, and what only the log may.
/// A value type; cheap to move.
class Error {
 public:
  /// One extra element of an error answer, e.g. {"StringToSign", "..."}.
  using Field = std::pair<std::string, std::string>;

  /// Internal: what boost::system::result makes when it is asked for the error of a value.
  Error() : code_(ErrorCode::Internal) {}

  /// `detail` goes to the log only: it names the bucket, key and numbers that differ, and never a
  /// secret, a signature or a full header set.
  explicit Error(ErrorCode code, std::string detail = {})
      : code_(code), detail_(std::move(detail)) {}

  /// An error whose message the client must see word for word, in place of the API table's text.
  static Error with_message(ErrorCode code, std::string message) {
    Error error(code);
    error.message_ = std::move(message);
    return error;
  }

  ErrorCode code() const { return code_; }
  /// What the client reads; empty means the API table's text for the code.
  const std::string& message() const { return message_; }
  /// For the log only.
  const std::string& detail() const { return detail_; }
  /// Extra elements after the message, in order.
  const std::vector<Field>& fields() const { return fields_; }

  Error& add_field(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
    return *this;
  }
  /// Puts "context: " before the detail; used while an error travels upward.
  Error& add_context(std::string_view context);

  /// One line for the log: code, message and detail.
  std::string describe() const;

 private:
  ErrorCode code_;
  std::string message_;
  std::string detail_;
  std::vector<Field> fields_;
};

}  // namespace coffer
