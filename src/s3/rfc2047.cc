#include "s3/rfc2047.h"

#include "base/codec.h"
#include "base/headers.h"

#include <algorithm>
#include <optional>

namespace coffer::s3 {
namespace {

/// An encoded-word is at most 75 characters (RFC 2047 section 2): 12 of them are `=?UTF-8?B?` and
/// `?=`, which leaves 60 of base64, or 45 bytes.
constexpr std::size_t kWordBytesMax = 45;

std::string from_latin1(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0 | byte >> 6);
      out += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return out;
}

/// Section 4.2: like quoted-printable, with `_` for a space.
std::optional<std::string> decode_q(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '_') {
      out += ' ';
    } else if (text[i] != '=') {
      out += text[i];
    } else {
      const auto byte = hex_decode(text.substr(i + 1, 2));
      if (!byte || byte->size() != 1) return std::nullopt;
      out += *byte;
      i += 2;
    }
  }
  return out;
}

struct Word {
  std::string text;
  std::size_t length = 0;  ///< of its encoded form
};

/// The encoded-word at the start of `value`.
std::optional<Word> decode_word(std::string_view value) {
  if (!value.starts_with("=?")) return std::nullopt;
  const std::size_t charset_end = value.find('?', 2);
  if (charset_end == std::string_view::npos) return std::nullopt;
  const std::size_t encoding_end = value.find('?', charset_end + 1);
  if (encoding_end != charset_end + 2) return std::nullopt;
  const std::size_t end = value.find("?=", encoding_end + 1);
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view charset = value.substr(2, charset_end - 2);
  charset = charset.substr(0, charset.find('*'));  // a language may follow (RFC 2231 section 5)
  const std::string_view text = value.substr(encoding_end + 1, end - encoding_end - 1);
  if (text.find_first_of("? ") != std::string_view::npos) return std::nullopt;

  std::optional<std::string> bytes;
  const char encoding = value[charset_end + 1];
  if (encoding == 'B' || encoding == 'b') bytes = base64_decode(text);
  if (encoding == 'Q' || encoding == 'q') bytes = decode_q(text);
  if (!bytes) return std::nullopt;
  if (equals_ignore_case(charset, "iso-8859-1")) {
    bytes = from_latin1(*bytes);
  } else if (!equals_ignore_case(charset, "utf-8") && !equals_ignore_case(charset, "us-ascii")) {
    return std::nullopt;
  }
  return Word{*std::move(bytes), end + 2};
}

bool is_plain(std::string_view value) {
  const bool printable = std::all_of(value.begin(), value.end(),
                                     [](char c) { return (c >= ' ' && c < '\x7f') || c == '\t'; });
  return printable && value.find("=?") == std::string_view::npos &&
         trim_ascii(value).size() == value.size();
}

}  // namespace

std::string decode_rfc2047(std::string_view value) {
  std::string out;
  bool after_word = false;
  std::size_t blanks = 0;  // at the end of `out`, since the last word
  for (std::size_t i = 0; i < value.size();) {
    if (auto word = decode_word(value.substr(i))) {
      if (after_word) out.resize(out.size() - blanks);
      out += word->text;
      i += word->length;
      after_word = true;
      blanks = 0;
      continue;
    }
    const bool blank = value[i] == ' ' || value[i] == '\t';
    if (blank) {
      ++blanks;
    } else {
      after_word = false;
      blanks = 0;
    }
    out += value[i++];
  }
  // Words may split a character between them, so the whole is looked at, not each.
  return is_valid_utf8(out) ? out : from_latin1(out);
}

std::string encode_rfc2047(std::string_view value) {
  if (is_plain(value)) return std::string(value);
  std::string out;
  while (!value.empty()) {
    std::size_t length = std::min(kWordBytesMax, value.size());
    // Not inside a character (section 5).
    while (length < value.size() && length > 1 &&
           (static_cast<unsigned char>(value[length]) & 0xC0) == 0x80) {
      --length;
    }
    if (!out.empty()) out += ' ';
    out += "=?UTF-8?B?" + base64_encode(as_bytes(value.substr(0, length))) + "?=";
    value.remove_prefix(length);
  }
  return out;
}

}  // namespace coffer::s3
