#include "api/error.h"

#include "api/envelope.h"

#include <algorithm>
#include <charconv>

namespace coffer::api {
namespace {

/// The field of an Error that replaces the table's number. A field whose name is a number is an
/// item of the chain.
constexpr std::string_view kNumberField = "code";

/// Ours, of what Cloudflare has no public number for.
constexpr int kNotImplementedNumber = 19'000;
constexpr int kQuotaExceededNumber = 19'001;

constexpr std::string_view kInternal = "We encountered an internal error. Please try again.";
constexpr ErrorRow kInternalError{500, 10001, kInternal};

/// The token is unknown, revoked, disabled or expired (cloudflare-api.md 1.4).
constexpr ErrorRow unauthorized(Family family) {
  switch (family) {
    case Family::Verify:
      return {401, 1000, "Invalid API Token"};
    case Family::Core:
    case Family::Iam:
      return {403, 9109, "Invalid access token"};
    case Family::Product:
      break;
  }
  return {401, 10000, "Authentication error"};
}

/// The token is good, and may not do this. 10000 and not 10003 of R2, so that wrangler explains
/// (cloudflare-api.md 1.4).
constexpr ErrorRow access_denied(Family family) {
  if (family == Family::Product) return {403, 10000, "Authentication error"};
  return {403, 9109, "Unauthorized to access requested resource"};
}

/// What a client got wrong: R2's number, or that of the token and account routes.
constexpr int bad_request(Family family, int of_r2) {
  constexpr int kIamBadRequest = 1001;  // cloudflare-api.md 2.5
  return family == Family::Product ? of_r2 : kIamBadRequest;
}

/// A switch, so that the compiler names a code that has no row.
constexpr ErrorRow row_of(ErrorCode code, Family family) {
  switch (code) {
    case ErrorCode::InvalidArgument:
      return {400, bad_request(family, 10029), "Invalid argument"};
    case ErrorCode::InvalidRequest:
      return {400, bad_request(family, 10029), "The request is not valid."};
    case ErrorCode::InvalidRegionName:
      return {400, bad_request(family, 10029), "The location hint is not valid."};
    case ErrorCode::InvalidDigest:
      return {400, 10014, "The checksum you specified is not valid."};
    case ErrorCode::BadDigest:
    case ErrorCode::XAmzContentSHA256Mismatch:
      return {400, 10037, "The checksum you specified did not match what we received."};
    case ErrorCode::InvalidRange:
      return {416, 10039, "The requested range is not satisfiable"};
    case ErrorCode::InvalidMaxKeys:
      return {400, 10022, "per_page must be an integer between 1 and 1000."};
    case ErrorCode::InvalidStorageClass:
      return {400, 10029, "The storage class must be Standard or InfrequentAccess."};
    case ErrorCode::InvalidEncryptionAlgorithm:
      return {400, 10029, "The encryption request is not valid."};
    case ErrorCode::InvalidBucketName:
      return {400, 10005, "The specified bucket name is not valid."};
    case ErrorCode::InvalidObjectName:
      return {400, 10020, "The specified object name is not valid."};
    case ErrorCode::MalformedXML:
      return {400, 10040, "The document you provided was not well formed."};
    case ErrorCode::MetadataTooLarge:
      return {400, 10012, "Your metadata headers exceed the maximum allowed metadata size."};
    case ErrorCode::MissingContentLength:
      return {411, 10033, "You must provide the Content-Length HTTP header."};
    case ErrorCode::IncompleteBody:
      return {400, 10013,
              "You did not provide the number of bytes specified by the Content-Length HTTP "
              "header."};
    case ErrorCode::EntityTooLarge:
      return {400, 100100, "Your proposed upload exceeds the maximum allowed size."};
    case ErrorCode::EntityTooSmall:
      return {400, 10011, "Your proposed upload is smaller than the minimum allowed object size."};
    case ErrorCode::NotImplemented:
      return {501, kNotImplementedNumber, "This functionality is not implemented"};
    case ErrorCode::RouteNotFound:
      return {404, 7003,
              "Could not route to this path, perhaps your object identifier is invalid?"};

    case ErrorCode::Unauthorized:
    // Of signed requests, which do not come here.
    case ErrorCode::RequestTimeTooSkewed:
    case ErrorCode::ExpiredRequest:
    case ErrorCode::SignatureDoesNotMatch:
      return unauthorized(family);
    case ErrorCode::AccessDenied:
      return access_denied(family);
    case ErrorCode::NotEntitled:
      return {403, 10042, "Please enable R2 through the Cloudflare Dashboard."};

    case ErrorCode::NoSuchBucket:
      return {404, 10006, "The specified bucket does not exist."};
    case ErrorCode::NoSuchKey:
      return {404, 10007, "The specified key does not exist."};
    case ErrorCode::NoSuchUpload:
      return {404, 10024, "The specified multipart upload does not exist."};
    case ErrorCode::InvalidPart:
      return {400, 10025, "One or more of the specified parts could not be found."};
    case ErrorCode::BucketAlreadyOwnedByYou:
      return {409, 10004, "The bucket you tried to create already exists, and you own it."};
    case ErrorCode::AlreadyExists:
      return {409, bad_request(family, 10004), "There is one already."};
    case ErrorCode::BucketNotEmpty:
      return {409, 10008, "The bucket you tried to delete is not empty"};
    case ErrorCode::TooManyBuckets:
      return {400, 10009, "You have attempted to create more buckets than allowed."};
    case ErrorCode::QuotaExceeded:
      return {403, kQuotaExceededNumber, "The quota of the account or of the bucket is used up."};
    case ErrorCode::PreconditionFailed:
      return {412, 10031, "At least one of the pre-conditions you specified did not hold."};
    case ErrorCode::ObjectLockedByBucketPolicy:
      return {403, 10069, "The object is protected by a lock rule of its bucket."};
    case ErrorCode::NoSuchTagSet:
    case ErrorCode::ObjectLockConfigurationNotFound:
    case ErrorCode::ReplicationConfigurationNotFound:
      return {404, 10015, "There is no such configuration."};
    // cloudflare-api.md 2.5: Terraform and the SDKs go by the status.
    case ErrorCode::NoSuchAccount:
      return {404, 1003, "Account not found"};
    case ErrorCode::NoSuchToken:
      return {404, 1003, "API token not found"};
    case ErrorCode::NoSuchUser:
      return {404, 1003, "User not found"};
    case ErrorCode::NoSuchMember:
      return {404, 1003, "Member not found"};

    case ErrorCode::ClientDisconnect:
      return {400, 10054, "The client disconnected before its request was complete."};
    case ErrorCode::RequestTimeout:
      return {408, 10054, "The request was not sent within the timeout period."};
    case ErrorCode::SlowDown:
    case ErrorCode::Busy:
      return {429, 10058, "Please reduce your request rate."};
    case ErrorCode::ServiceUnavailable:
      return {503, 10043, "The service is temporarily unavailable. Please try again."};
    case ErrorCode::NoSpace:
      return {503, 10043, "The server's disk is full."};

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

std::optional<int> number_of(std::string_view text) {
  int number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, status] = std::from_chars(text.data(), end, number);
  if (text.empty() || rest != end || status != std::errc()) return std::nullopt;
  return number;
}

json::object item(int code, std::string_view message) {
  json::object out;
  out["code"] = code;
  out["message"] = message;
  return out;
}

http::Response failure(int status, json::object error) {
  json::array errors;
  errors.emplace_back(std::move(error));
  json::object body;
  body["success"] = false;
  body["errors"] = std::move(errors);
  body["messages"] = json::array();
  body["result"] = nullptr;
  return json_response(status, body);
}

}  // namespace

ErrorRow error_row(ErrorCode code, Family family) { return row_of(code, family); }

Error error_with_code(ErrorCode code, int number, std::string message) {
  Error error = Error::with_message(code, std::move(message));
  error.add_field(std::string(kNumberField), std::to_string(number));
  return error;
}

Error& add_chained(Error& error, int number, std::string message) {
  return error.add_field(std::to_string(number), std::move(message));
}

http::Response error_response(const Error& error, Family family) {
  const ErrorRow row = error_row(error.code(), family);
  // What went wrong inside is for the log; only its table's text goes out.
  const bool own_words = row.status != 500 && !error.message().empty();
  json::object out = item(row.code, own_words ? std::string_view(error.message()) : row.message);
  json::array chain;
  for (const auto& [name, value] : error.fields()) {
    if (name == kNumberField) out["code"] = number_of(value).value_or(row.code);
    if (const auto number = number_of(name)) chain.emplace_back(item(*number, value));
  }
  if (!chain.empty()) out["error_chain"] = std::move(chain);
  return failure(row.status, std::move(out));
}

http::Response error_response(int status, int number, std::string_view message) {
  return failure(status, item(number, message));
}

}  // namespace coffer::api
