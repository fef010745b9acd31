#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coffer::s3 {

/// A continuation token: where a listing goes on, for the listing it came from. Opaque, URL-safe,
/// versioned; base64url(version byte, 4 bytes of SHA-256(scope, position), position). The check
/// tells a mangled token, or one of another bucket or prefix, from a good one; it is no secret,
/// since a position grants nothing.
std::string encode_page_token(std::string_view scope, std::string_view position);
/// The position; nothing when the token is not one of this scope.
std::optional<std::string> decode_page_token(std::string_view scope, std::string_view token);

}  // namespace coffer::s3
