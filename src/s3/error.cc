#include "s3/error.h"

#include "s3/xml_writer.h"

#include <array>

namespace coffer::s3 {
namespace {

constexpr std::string_view kInternal = "We encountered an internal error. Please try again.";
constexpr ErrorRow kInternalError{500, "InternalError", kInternal};

/// A switch, so that the compiler names a code that has no row.
constexpr ErrorRow row_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidArgument:
      return {400, "InvalidArgument", "Invalid Argument"};
    case ErrorCode::InvalidRequest:
      return {400, "InvalidRequest", "The request is not valid."};
    case ErrorCode::InvalidRegionName:
      return {
          400, "InvalidRegionName",
          "The region name is not valid. Must be one of: wnam, enam, weur, eeur, apac, oc, auto"};
    case ErrorCode::InvalidDigest:
      return {400, "InvalidDigest", "The checksum or Content-MD5 you specified is not valid."};
    case ErrorCode::BadDigest:
      return {400, "BadDigest", "The checksum you specified did not match what we received."};
    case ErrorCode::InvalidRange:
      return {416, "InvalidRange", "The requested range is not satisfiable"};
    case ErrorCode::InvalidMaxKeys:
      return {400, "InvalidMaxKeys", "MaxKeys params must be positive integer <= 1000."};
    case ErrorCode::InvalidStorageClass:
      return {400, "InvalidStorageClass", "The storage class specified is not valid."};
    case ErrorCode::InvalidEncryptionAlgorithm:
      return {400, "InvalidEncryptionAlgorithmError",
              "The encryption request that you specified is not valid. The valid value is AES256."};
    case ErrorCode::InvalidBucketName:
      return {400, "InvalidBucketName", "The specified bucket name is not valid."};
    case ErrorCode::InvalidObjectName:
      return {400, "InvalidObjectName", "The specified object name is not valid."};
    case ErrorCode::MalformedXML:
      return {400, "MalformedXML",
              "The XML you provided was not well formed or did not validate against our published "
              "schema."};
    case ErrorCode::MetadataTooLarge:
      return {400, "MetadataTooLarge",
              "Your metadata headers exceed the maximum allowed metadata size."};
    case ErrorCode::MissingContentLength:
      return {411, "MissingContentLength", "You must provide the Content-Length HTTP header."};
    case ErrorCode::IncompleteBody:
      return {400, "IncompleteBody",
              "You did not provide the number of bytes specified by the Content-Length HTTP "
              "header."};
    case ErrorCode::EntityTooLarge:
      return {400, "EntityTooLarge",
              "Your proposed upload exceeds the maximum allowed object size."};
    case ErrorCode::EntityTooSmall:
      return {400, "EntityTooSmall",
              "Your proposed upload is smaller than the minimum allowed object size."};
    case ErrorCode::NotImplemented:
      return {501, "NotImplemented", "This functionality is not implemented"};
    case ErrorCode::RouteNotFound:
      return {404, "RouteNotFound", "No route matches this url."};

    case ErrorCode::Unauthorized:
    // The S3 listener never says which part of a credential does not exist.
    case ErrorCode::NoSuchAccount:
    case ErrorCode::NoSuchToken:
    case ErrorCode::NoSuchUser:
    case ErrorCode::NoSuchMember:
      return {401, "Unauthorized", "Unauthorized"};
    case ErrorCode::AccessDenied:
      return {403, "AccessDenied", "Access Denied"};
    case ErrorCode::NotEntitled:
      return {403, "NotEntitled", "Please enable R2 through the Cloudflare Dashboard."};
    case ErrorCode::RequestTimeTooSkewed:
      return {403, "RequestTimeTooSkewed",
              "The difference between the request time and the server's time is too large."};
    case ErrorCode::ExpiredRequest:
      return {403, "ExpiredRequest", "Request has expired"};
    case ErrorCode::SignatureDoesNotMatch:
      return {
          403, "SignatureDoesNotMatch",
          "The request signature we calculated does not match the signature you provided. Check "
          "your secret access key and signing method."};
    case ErrorCode::XAmzContentSHA256Mismatch:
      return {400, "XAmzContentSHA256Mismatch",
              "The provided 'x-amz-content-sha256' header does not match what was computed."};

    case ErrorCode::NoSuchBucket:
      return {404, "NoSuchBucket", "The specified bucket does not exist."};
    case ErrorCode::NoSuchKey:
      return {404, "NoSuchKey", "The specified key does not exist."};
    case ErrorCode::NoSuchUpload:
      return {404, "NoSuchUpload", "The specified multipart upload does not exist."};
    case ErrorCode::InvalidPart:
      return {400, "InvalidPart", "One or more of the specified parts could not be found."};
    // r2-s3.md section 20 item 1: SDKs know this code, and not BucketConflict.
    case ErrorCode::BucketAlreadyOwnedByYou:
    case ErrorCode::AlreadyExists:
      return {409, "BucketAlreadyOwnedByYou",
              "The bucket you tried to create already exists, and you own it."};
    case ErrorCode::BucketNotEmpty:
      // The store says it with bucket and account, as R2 does.
      return {409, "BucketNotEmpty", "The bucket you tried to delete is not empty"};
    case ErrorCode::TooManyBuckets:
      return {400, "TooManyBuckets", "You have attempted to create more buckets than allowed."};
    case ErrorCode::QuotaExceeded:
      return {403, "QuotaExceeded", "The quota of the account or of the bucket is used up."};
    case ErrorCode::PreconditionFailed:
      return {412, "PreconditionFailed",
              "At least one of the pre-conditions you specified did not hold."};
    case ErrorCode::ObjectLockedByBucketPolicy:
      return {403, "ObjectLockedByBucketPolicy",
              "The object is protected by a lock rule of its bucket."};
    case ErrorCode::NoSuchTagSet:
      return {404, "NoSuchTagSet", "The TagSet does not exist."};
    case ErrorCode::ObjectLockConfigurationNotFound:
      return {404, "ObjectLockConfigurationNotFoundError",
              "Object Lock configuration does not exist for this bucket."};
    case ErrorCode::ReplicationConfigurationNotFound:
      return {404, "ReplicationConfigurationNotFoundError",
              "The replication configuration was not found."};

    case ErrorCode::ClientDisconnect:
      return {400, "ClientDisconnect", "The client disconnected before its request was complete."};
    case ErrorCode::RequestTimeout:
      return {400, "RequestTimeout",
              "Your socket connection to the server was not read from or written to within the "
              "timeout period."};
    // Busy is SlowDown's cause below the APIs; clients back off and try again on both.
    case ErrorCode::SlowDown:
    case ErrorCode::Busy:
      return {503, "SlowDown", "Please reduce your request rate."};
    case ErrorCode::ServiceUnavailable:
      return {503, "ServiceUnavailable",
              "The service is temporarily unavailable. Please try again."};
    // S3 has no 507; a full disk is the operator's to mend, and the request may be tried again.
    case ErrorCode::NoSpace:
      return {503, "ServiceUnavailable", "The server's disk is full."};

    case ErrorCode::Corrupt:
    case ErrorCode::IoError:
    case ErrorCode::Locked:
    case ErrorCode::NewerFormat:
    case ErrorCode::WrongMasterKey:
    case ErrorCode::InvalidConfiguration:
    case ErrorCode::AddressInUse:
    case ErrorCode::Internal:
      return kInternalError;
  }
  return kInternalError;
}

constexpr auto kTable = [] {
  std::array<ErrorRow, static_cast<std::size_t>(kErrorCodeCount)> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = row_of(static_cast<ErrorCode>(i));
  return table;
}();

}  // namespace

const ErrorRow& error_row(ErrorCode code) { return kTable[static_cast<std::size_t>(code)]; }

http::Response error_response(const Error& error, bool head) {
  const ErrorRow& row = error_row(error.code());
  http::Response response(row.status);
  response.headers.add("Content-Type", "application/xml");
  if (head) return response;
  // What went wrong inside is for the log; only its table's text goes out.
  const bool own_words = row.status != 500 && !error.message().empty();
  XmlWriter xml("Error", XmlWriter::Namespace::None);
  xml.element("Code", row.code);
  xml.element("Message", own_words ? std::string_view(error.message()) : row.message);
  for (const auto& [name, value] : error.fields()) xml.element(name, value);
  response.body = xml.finish();
  return response;
}

}  // namespace coffer::s3
