#pragma once

#include "base/headers.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The texts a SigV4 signature is made over. Rules: r2-observed.md 2.3, and
/// docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
namespace coffer::auth {

inline constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

/// More names than this in one SignedHeaders list are refused: no client signs a tenth of it, and a
/// name repeated thousands of times would multiply a header's value into gigabytes.
inline constexpr std::size_t kSignedHeadersMax = 256;
/// The canonical headers of one request. A request head is at most 64 KiB on the wire, so only
/// repeated names come here.
inline constexpr std::size_t kCanonicalHeadersMaxBytes = 256 * 1024;

/// The SignedHeaders list, in lower case and in the client's order.
class SignedHeaders {
 public:
  explicit SignedHeaders(std::string_view field) : joined_(to_lower_ascii(field)) {}
  /// Joined with `;`.
  const std::string& joined() const { return joined_; }
  bool contains(std::string_view name) const;
  /// Calls `visit(name)` for each name in order until one returns false; false when one did.
  template <class Visit>
  bool each(Visit visit) const {
    std::string_view rest = joined_;
    for (;;) {
      const std::size_t end = rest.find(';');
      if (!visit(rest.substr(0, end))) return false;
      if (end == std::string_view::npos) return true;
      rest.remove_prefix(end + 1);
    }
  }

 private:
  std::string joined_;
};

/// Appends the canonical form of a raw query: names and values decoded by form rules, encoded again
/// by RFC 3986, sorted by encoded name, then value, always `name=value`. `without_signature` leaves
/// out every X-Amz-Signature, as presigned URLs need.
void append_canonical_query(std::string& out, std::string_view raw_query, bool without_signature);

/// Appends `name:value\n` for each name in its order: values trimmed, runs of spaces made one,
/// repeated fields joined with a bare comma, an absent field empty. False when a bound above is
/// exceeded.
bool append_canonical_headers(std::string& out, const HeaderList& headers,
                              const SignedHeaders& signed_headers);

/// What a canonical request is made of; all borrowed.
struct CanonicalParts {
  std::string_view method;
  std::string_view path;       ///< raw, verbatim
  std::string_view raw_query;  ///< after `?`
  const HeaderList& headers;
  const SignedHeaders& signed_headers;
  std::string_view payload_hash;
  bool presigned = false;
};
/// Nothing when the headers exceed a bound above.
std::optional<std::string> canonical_request(const CanonicalParts& parts);

/// `scope` is date/region/service/aws4_request.
std::string string_to_sign(std::string_view amz_date, std::string_view scope,
                           std::string_view canonical_request);

}  // namespace coffer::auth
