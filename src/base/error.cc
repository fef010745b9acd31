#include "base/error.h"

#include "base/result.h"

#include <stdexcept>

namespace coffer {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidArgument:
      return "InvalidArgument";
    case ErrorCode::InvalidRequest:
      return "InvalidRequest";
    case ErrorCode::InvalidRegionName:
      return "InvalidRegionName";
    case ErrorCode::InvalidDigest:
      return "InvalidDigest";
    case ErrorCode::BadDigest:
      return "BadDigest";
    case ErrorCode::InvalidRange:
      return "InvalidRange";
    case ErrorCode::InvalidMaxKeys:
      return "InvalidMaxKeys";
    case ErrorCode::InvalidStorageClass:
      return "InvalidStorageClass";
    case ErrorCode::InvalidEncryptionAlgorithm:
      return "InvalidEncryptionAlgorithm";
    case ErrorCode::InvalidBucketName:
      return "InvalidBucketName";
    case ErrorCode::InvalidObjectName:
      return "InvalidObjectName";
    case ErrorCode::MalformedXML:
      return "MalformedXML";
    case ErrorCode::MetadataTooLarge:
      return "MetadataTooLarge";
    case ErrorCode::MissingContentLength:
      return "MissingContentLength";
    case ErrorCode::IncompleteBody:
      return "IncompleteBody";
    case ErrorCode::EntityTooLarge:
      return "EntityTooLarge";
    case ErrorCode::EntityTooSmall:
      return "EntityTooSmall";
    case ErrorCode::NotImplemented:
      return "NotImplemented";
    case ErrorCode::RouteNotFound:
      return "RouteNotFound";
    case ErrorCode::Unauthorized:
      return "Unauthorized";
    case ErrorCode::AccessDenied:
      return "AccessDenied";
    case ErrorCode::NotEntitled:
      return "NotEntitled";
    case ErrorCode::RequestTimeTooSkewed:
      return "RequestTimeTooSkewed";
    case ErrorCode::ExpiredRequest:
      return "ExpiredRequest";
    case ErrorCode::SignatureDoesNotMatch:
      return "SignatureDoesNotMatch";
    case ErrorCode::XAmzContentSHA256Mismatch:
      return "XAmzContentSHA256Mismatch";
    case ErrorCode::NoSuchBucket:
      return "NoSuchBucket";
    case ErrorCode::NoSuchKey:
      return "NoSuchKey";
    case ErrorCode::NoSuchUpload:
      return "NoSuchUpload";
    case ErrorCode::InvalidPart:
      return "InvalidPart";
    case ErrorCode::BucketAlreadyOwnedByYou:
      return "BucketAlreadyOwnedByYou";
    case ErrorCode::BucketNotEmpty:
      return "BucketNotEmpty";
    case ErrorCode::TooManyBuckets:
      return "TooManyBuckets";
    case ErrorCode::QuotaExceeded:
      return "QuotaExceeded";
    case ErrorCode::PreconditionFailed:
      return "PreconditionFailed";
    case ErrorCode::ObjectLockedByBucketPolicy:
      return "ObjectLockedByBucketPolicy";
    case ErrorCode::NoSuchTagSet:
      return "NoSuchTagSet";
    case ErrorCode::ObjectLockConfigurationNotFound:
      return "ObjectLockConfigurationNotFound";
    case ErrorCode::ReplicationConfigurationNotFound:
      return "ReplicationConfigurationNotFound";
    case ErrorCode::NoSuchAccount:
      return "NoSuchAccount";
    case ErrorCode::NoSuchToken:
      return "NoSuchToken";
    case ErrorCode::NoSuchUser:
      return "NoSuchUser";
    case ErrorCode::NoSuchMember:
      return "NoSuchMember";
    case ErrorCode::AlreadyExists:
      return "AlreadyExists";
    case ErrorCode::ClientDisconnect:
      return "ClientDisconnect";
    case ErrorCode::RequestTimeout:
      return "RequestTimeout";
    case ErrorCode::SlowDown:
      return "SlowDown";
    case ErrorCode::ServiceUnavailable:
      return "ServiceUnavailable";
    case ErrorCode::Busy:
      return "Busy";
    case ErrorCode::Corrupt:
      return "Corrupt";
    case ErrorCode::NoSpace:
      return "NoSpace";
    case ErrorCode::IoError:
      return "IoError";
    case ErrorCode::Locked:
      return "Locked";
    case ErrorCode::NewerFormat:
      return "NewerFormat";
    case ErrorCode::WrongMasterKey:
      return "WrongMasterKey";
    case ErrorCode::InvalidConfiguration:
      return "InvalidConfiguration";
    case ErrorCode::AddressInUse:
      return "AddressInUse";
    case ErrorCode::Internal:
      return "Internal";
  }
  return "Internal";
}

Error& Error::add_context(std::string_view context) {
  std::string prefix(context);
  prefix += detail_.empty() ? "" : ": ";
  detail_.insert(0, prefix);
  return *this;
}

std::string Error::describe() const {
  std::string line(to_string(code_));
  for (const std::string* part : {&message_, &detail_}) {
    if (part->empty()) continue;
    line += ": ";
    line += *part;
  }
  return line;
}

void throw_exception_from_error(const Error& error, const boost::source_location& where) {
  throw std::logic_error(where.to_string() + ": value of a failed result: " + error.describe());
}

}  // namespace coffer
