#include "auth/unsigned_headers.h"

#include <algorithm>
#include <array>
#include <span>

namespace coffer::auth {
namespace {

using namespace std::string_view_literals;
using Names = std::span<const std::string_view>;

/// With these the request does what its URL was not made for, by rights of the token that signed
/// it: a PutObject or UploadPart becomes a copy of anything that the token may read, or a bucket is
/// made.
constexpr std::array kAnotherOperation{"x-amz-copy-source"sv, "cf-create-bucket-if-missing"sv};

/// What of `cf-*` means something to us (r2-s3.md section 7). All others are a proxy's: cf-ray,
/// cf-connecting-ip, cf-visitor ...
constexpr std::array kExtensions{"cf-create-bucket-if-missing"sv,
                                 "cf-copy-destination-if-match"sv,
                                 "cf-copy-destination-if-none-match"sv,
                                 "cf-copy-destination-if-modified-since"sv,
                                 "cf-copy-destination-if-unmodified-since"sv,
                                 "cf-prefix"sv,
                                 "cf-start-after"sv,
                                 "cf-continuation-token"sv,
                                 "cf-max-keys"sv};

/// What clients and proxies add that changes nothing: of a presigned request neither date nor
/// payload hash is read from headers; the mode only shows a checksum with the object; the rest is
/// not looked at.
constexpr std::array kHarmless{"x-amz-content-sha256"sv, "x-amz-date"sv, "x-amz-checksum-mode"sv,
                               "x-amz-user-agent"sv, "x-amz-cf-id"sv};

bool contains(Names names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// `name` is in lower case.
bool must_be_signed(std::string_view name, bool strict) {
  if (strict) return contains(kAnotherOperation, name);
  if (name.starts_with("x-amz-")) return !contains(kHarmless, name);
  return contains(kExtensions, name);
}

}  // namespace

Result<> refuse_unsigned_headers(const HeaderList& headers, const SignedHeaders& signed_headers,
                                 bool strict) {
  std::vector<std::string> unsigned_names;
  for (const Header& header : headers) {
    std::string name = to_lower_ascii(header.name);
    if (!must_be_signed(name, strict) || signed_headers.contains(name)) continue;
    const auto seen = std::find(unsigned_names.begin(), unsigned_names.end(), name);
    if (seen == unsigned_names.end()) unsigned_names.push_back(std::move(name));
  }
  if (unsigned_names.empty()) return ok();
  std::string list;
  for (const std::string& name : unsigned_names) {
    if (!list.empty()) list += ", ";
    list += name;
  }
  Error error = Error::with_message(
      ErrorCode::AccessDenied, "There were headers present in the request which were not signed");
  error.add_field("HeadersNotSigned", std::move(list));
  return error;
}

}  // namespace coffer::auth
