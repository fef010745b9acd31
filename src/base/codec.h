#pragma once

#include "base/bytes.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer {

/// Lower-case hex.
std::string hex_encode(ByteView bytes);
/// Both cases accepted; nothing when the length is odd or a character is not hex.
std::optional<std::string> hex_decode(std::string_view text);
/// Standard alphabet with padding.
std::string base64_encode(ByteView bytes);
/// Strict: standard alphabet, right padding, no white space, no stray bits.
std::optional<std::string> base64_decode(std::string_view text);
/// URL alphabet, no padding.
std::string base64url_encode(ByteView bytes);
std::optional<std::string> base64url_decode(std::string_view text);

/// RFC 3986 unreserved characters stay, everything else becomes %XX with upper-case hex.
/// `keep_slash` leaves `/` as it is.
std::string uri_encode(std::string_view bytes, bool keep_slash = false);
/// Decodes every %XX once; `+` stays `+`. Nothing when a `%` is not followed by two hex digits.
std::optional<std::string> uri_decode(std::string_view text);

/// One parameter of a query string, decoded by form rules (`+` is a space).
struct QueryParameter {
  std::string name;
  std::string value;
};
/// Splits on `&` and the first `=`; empty pieces are skipped; a malformed %-sequence stays as it
/// is.
std::vector<QueryParameter> parse_query(std::string_view raw_query);

/// Valid UTF-8 without surrogates or overlong forms.
bool is_valid_utf8(std::string_view text);

/// Equal length and content, in time that depends on the length only.
bool constant_time_equals(std::string_view a, std::string_view b);

}  // namespace coffer
