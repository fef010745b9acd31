#include "s3/screening.h"

#include <algorithm>
#include <array>
#include <span>

namespace coffer::s3 {
namespace {

using namespace std::string_view_literals;
using auth::OperationName;
using Names = std::span<const std::string_view>;

// r2-observed.md section 3. Arrays in the order in which R2 looks.
constexpr std::array kWrite{"x-amz-expected-bucket-owner"sv,
                            "x-amz-tagging"sv,
                            "x-amz-grant-full-control"sv,
                            "x-amz-grant-read"sv,
                            "x-amz-grant-read-acp"sv,
                            "x-amz-grant-write"sv,
                            "x-amz-grant-write-acp"sv,
                            "x-amz-website-redirect-location"sv,
                            "x-amz-object-lock-mode"sv,
                            "x-amz-object-lock-retain-until-date"sv,
                            "x-amz-object-lock-legal-hold"sv,
                            "x-amz-server-side-encryption-aws-kms-key-id"sv,
                            "x-amz-server-side-encryption-context"sv,
                            "x-amz-server-side-encryption-bucket-key-enabled"sv};
constexpr std::array kCopyMore{"x-amz-source-expected-bucket-owner"sv, "x-amz-tagging-directive"sv,
                               "x-amz-checksum-algorithm"sv};
constexpr std::array kUploadPart{"x-amz-expected-bucket-owner"sv, "x-amz-server-side-encryption"sv};
constexpr std::array kUploadPartCopy{"x-amz-expected-bucket-owner"sv,
                                     "x-amz-source-expected-bucket-owner"sv};
constexpr std::array kUploadPartCopyStrict{
    "x-amz-copy-source-if-match"sv, "x-amz-copy-source-if-none-match"sv,
    "x-amz-copy-source-if-modified-since"sv, "x-amz-copy-source-if-unmodified-since"sv};
constexpr std::array kOwner{"x-amz-expected-bucket-owner"sv};
constexpr std::array kDelete{"x-amz-expected-bucket-owner"sv, "x-amz-mfa"sv,
                             "x-amz-bypass-governance-retention"sv};
// Not observed; r2-s3.md section 4: grants are marked unsupported.
constexpr std::array kCreateBucket{"x-amz-grant-full-control"sv, "x-amz-grant-read"sv,
                                   "x-amz-grant-read-acp"sv, "x-amz-grant-write"sv,
                                   "x-amz-grant-write-acp"sv};

constexpr std::array kCannedAcls{
    "private"sv,       "public-read"sv,       "public-read-write"sv,        "authenticated-read"sv,
    "aws-exec-read"sv, "bucket-owner-read"sv, "bucket-owner-full-control"sv};

enum class CustomerKey : std::uint8_t { NotLookedAt, Read, Write, Copy };

/// What is looked at for one operation.
struct Rule {
  Names refused = {};
  Names refused_more = {};
  Names refused_strict = {};  ///< in strict mode only
  bool values = false;        ///< of x-amz-server-side-encryption and x-amz-acl
  CustomerKey customer_key = CustomerKey::NotLookedAt;
};

/// Nothing: no header is looked at.
std::optional<Rule> rule_of(OperationName operation) {
  switch (operation) {
    case OperationName::ListBuckets:
      return std::nullopt;
    case OperationName::CreateBucket:
      return Rule{.refused = kCreateBucket, .values = true};
    case OperationName::PutObject:
    case OperationName::CreateMultipartUpload:
      return Rule{.refused = kWrite, .values = true, .customer_key = CustomerKey::Write};
    case OperationName::CopyObject:
      return Rule{.refused = kWrite,
                  .refused_more = kCopyMore,
                  .values = true,
                  .customer_key = CustomerKey::Copy};
    case OperationName::UploadPart:
      return Rule{.refused = kUploadPart, .customer_key = CustomerKey::Write};
    case OperationName::UploadPartCopy:
      return Rule{.refused = kUploadPartCopy,
                  .refused_strict = kUploadPartCopyStrict,
                  .customer_key = CustomerKey::Copy};
    case OperationName::AbortMultipartUpload:
      return Rule{};
    case OperationName::GetObject:
    case OperationName::HeadObject:
      return Rule{.refused = kOwner, .customer_key = CustomerKey::Read};
    case OperationName::DeleteObject:
    case OperationName::DeleteObjects:
      return Rule{.refused = kDelete};
    case OperationName::HeadBucket:
    case OperationName::DeleteBucket:
    case OperationName::GetBucketLocation:
    case OperationName::GetBucketEncryption:
    case OperationName::GetBucketVersioning:
    case OperationName::GetBucketTagging:
    case OperationName::GetObjectLockConfiguration:
    case OperationName::GetBucketReplication:
    case OperationName::ListObjectsV1:
    case OperationName::ListObjectsV2:
    case OperationName::CompleteMultipartUpload:
    case OperationName::ListParts:
    case OperationName::ListMultipartUploads:
      return Rule{.refused = kOwner};
  }
  return Rule{};
}

Error header_not_implemented(std::string_view name, std::string_view value) {
  std::string text = "Header '";
  text.append(name).append("' with value '").append(value).append("' not implemented");
  return Error::with_message(ErrorCode::NotImplemented, std::move(text));
}
Error invalid_argument(std::string_view message) {
  return Error::with_message(ErrorCode::InvalidArgument, std::string(message));
}

Result<> refuse_present(Names names, const HeaderList& headers) {
  for (const std::string_view name : names) {
    if (const auto value = headers.find(name)) return header_not_implemented(name, *value);
  }
  return ok();
}

/// Values that change nothing are accepted.
Result<> check_values(const HeaderList& headers) {
  constexpr auto kEncryption = "x-amz-server-side-encryption"sv;
  constexpr auto kAcl = "x-amz-acl"sv;
  if (const auto value = headers.find(kEncryption); value && *value != "AES256") {
    return header_not_implemented(kEncryption, *value);
  }
  const auto acl = headers.find(kAcl);
  if (acl && std::find(kCannedAcls.begin(), kCannedAcls.end(), *acl) == kCannedAcls.end()) {
    return header_not_implemented(kAcl, *acl);
  }
  return ok();
}

/// The three headers of a customer's key behind `prefix`: rows 1 to 4 of 10.1, then what a complete
/// triple gets.
Result<> check_customer_key(const HeaderList& headers, std::string_view prefix, bool write) {
  constexpr auto kBase = "server-side-encryption-customer-"sv;
  const auto find = [&](std::string_view name) {
    std::string full(prefix);
    full.append(kBase).append(name);
    return headers.find(full);
  };
  const auto algorithm = find("algorithm");
  const auto key = find("key");
  const auto key_md5 = find("key-md5");
  if (!algorithm && !key && !key_md5) return ok();
  if (!key) {
    return invalid_argument(
        "Requests specifying Server Side Encryption with Customer provided keys must provide an "
        "appropriate secret key.");
  }
  if (!key_md5) {
    return invalid_argument(
        "Requests specifying Server Side Encryption with Customer provided keys must provide the "
        "client calculated MD5 of the secret key.");
  }
  if (!algorithm) {
    return invalid_argument(
        "Requests specifying Server Side Encryption with Customer provided keys must provide a "
        "valid encryption algorithm.");
  }
  if (*algorithm != "AES256") return make_error(ErrorCode::InvalidEncryptionAlgorithm);
  if (!write) {
    return Error::with_message(ErrorCode::InvalidRequest,
                               "The encryption parameters are not applicable to this object.");
  }
  std::string name(prefix);
  name.append(kBase).append("algorithm");
  return header_not_implemented(name, *algorithm);
}

Result<> check_customer_keys(CustomerKey mode, const HeaderList& headers) {
  constexpr auto kTarget = "x-amz-"sv;
  constexpr auto kSource = "x-amz-copy-source-"sv;
  switch (mode) {
    case CustomerKey::NotLookedAt:
      return ok();
    case CustomerKey::Read:
      return check_customer_key(headers, kTarget, false);
    case CustomerKey::Write:
      return check_customer_key(headers, kTarget, true);
    case CustomerKey::Copy:
      TRY_VOID(check_customer_key(headers, kTarget, true));
      return check_customer_key(headers, kSource, true);
  }
  return ok();
}

}  // namespace

Result<> screen_headers(const Operation& operation, const HeaderList& headers, bool strict) {
  const auto name = name_of(operation);
  const auto rule = name ? rule_of(*name) : std::nullopt;
  if (!rule) return ok();
  TRY_VOID(refuse_present(rule->refused, headers));
  TRY_VOID(refuse_present(rule->refused_more, headers));
  if (strict) TRY_VOID(refuse_present(rule->refused_strict, headers));
  if (*name == OperationName::CreateBucket) {
    // `false` asks for nothing (release notes 2022-07-01).
    constexpr auto kLock = "x-amz-bucket-object-lock-enabled"sv;
    const auto lock = headers.find(kLock);
    if (lock && !equals_ignore_case(*lock, "false")) return header_not_implemented(kLock, *lock);
  }
  if (rule->values) TRY_VOID(check_values(headers));
  return check_customer_keys(rule->customer_key, headers);
}

}  // namespace coffer::s3
