#pragma once

#include <string>
#include <string_view>

namespace coffer::s3 {

/// A header value as UTF-8: RFC 2047 encoded-words (UTF-8, US-ASCII and ISO-8859-1, B and Q)
/// decoded, white space between two of them dropped; bytes that are not UTF-8 are read as
/// ISO-8859-1, as HTTP once defined them. Words that are malformed or of another charset stay as
/// they are.
std::string decode_rfc2047(std::string_view value);

/// The value as a header may carry it: as it is when it is printable ASCII, with tabs inside, that
/// no reader would take for something else; else as UTF-8 B encoded-words of at most 75 characters
/// each.
std::string encode_rfc2047(std::string_view value);

}  // namespace coffer::s3
