#include "auth/canonical.h"
#include "auth/signing_key_cache.h"
#include "auth/sigv4.h"
#include "base/codec.h"

#include <algorithm>

namespace coffer::auth {
namespace {

/// Every header of the input once, lower case, sorted, joined with `;`: the order SigV4 asks for.
SignedHeaders signed_headers_of(const HeaderList& headers) {
  std::vector<std::string> names;
  names.reserve(headers.size());
  for (const Header& header : headers) names.push_back(to_lower_ascii(header.name));
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string joined;
  for (const std::string& name : names) {
    if (!joined.empty()) joined.push_back(';');
    joined.append(name);
  }
  return SignedHeaders(joined);
}

std::string scope_of(const SigningInput& input, std::string_view amz_date) {
  std::string scope(amz_date.substr(0, 8));
  return scope.append("/").append(input.region).append("/s3/aws4_request");
}

std::string signature_of(const SigningInput& input, const CanonicalParts& parts,
                         std::string_view amz_date) {
  // Nothing only beyond bounds that no request of our own comes near; the server refuses it then.
  const std::string canonical = canonical_request(parts).value_or(std::string());
  const std::string to_sign = string_to_sign(amz_date, scope_of(input, amz_date), canonical);
  const SigningKey key =
      derive_signing_key(input.secret_access_key, amz_date.substr(0, 8), input.region, "s3");
  return hex_encode(key.hmac.mac(to_sign));
}

}  // namespace

std::string sign_request(const SigningInput& input) {
  const std::string amz_date = format_amz_date(input.time);
  const SignedHeaders signed_headers = signed_headers_of(input.headers);
  const CanonicalParts parts{.method = input.method,
                             .path = input.path,
                             .raw_query = input.query,
                             .headers = input.headers,
                             .signed_headers = signed_headers,
                             .payload_hash = input.payload_hash,
                             .presigned = false};
  std::string out(kAlgorithm);
  out.append(" Credential=").append(input.access_key_id).append("/");
  out.append(scope_of(input, amz_date));
  out.append(", SignedHeaders=").append(signed_headers.joined());
  out.append(", Signature=").append(signature_of(input, parts, amz_date));
  return out;
}

std::string presign_query(const SigningInput& input, std::uint32_t expires_s) {
  const std::string amz_date = format_amz_date(input.time);
  const SignedHeaders signed_headers = signed_headers_of(input.headers);
  std::string query = input.query;
  if (!query.empty()) query.push_back('&');
  query.append("X-Amz-Algorithm=").append(kAlgorithm);
  query.append("&X-Amz-Credential=")
      .append(uri_encode(input.access_key_id + "/" + scope_of(input, amz_date)));
  query.append("&X-Amz-Date=").append(amz_date);
  query.append("&X-Amz-Expires=").append(std::to_string(expires_s));
  query.append("&X-Amz-SignedHeaders=").append(uri_encode(signed_headers.joined()));
  const CanonicalParts parts{.method = input.method,
                             .path = input.path,
                             .raw_query = query,
                             .headers = input.headers,
                             .signed_headers = signed_headers,
                             .payload_hash = "UNSIGNED-PAYLOAD",
                             .presigned = true};
  const std::string signature = signature_of(input, parts, amz_date);
  return query.append("&X-Amz-Signature=").append(signature);
}

}  // namespace coffer::auth
