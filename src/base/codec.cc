#include "base/codec.h"

#include <openssl/crypto.h>

#include <array>
#include <cstdint>
#include <cstring>

namespace coffer {
namespace {

constexpr std::string_view kHexLower = "0123456789abcdef";
constexpr std::string_view kHexUpper = "0123456789ABCDEF";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::uint8_t kNotADigit = 0xff;
using DigitTable = std::array<std::uint8_t, 256>;

constexpr DigitTable digits_of(std::string_view alphabet) {
  DigitTable table{};
  table.fill(kNotADigit);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}

constexpr DigitTable hex_digits() {
  DigitTable table = digits_of(kHexLower);
  for (std::size_t i = 10; i < kHexUpper.size(); ++i) {
    table[static_cast<std::uint8_t>(kHexUpper[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}

constexpr DigitTable kHexDigits = hex_digits();
constexpr DigitTable kBase64Digits = digits_of(kBase64);
constexpr DigitTable kBase64UrlDigits = digits_of(kBase64Url);

constexpr std::array<bool, 256> unreserved_characters() {
  std::array<bool, 256> table{};
  for (const char c : kBase64Url) table[static_cast<std::uint8_t>(c)] = true;
  table['.'] = true;
  table['~'] = true;
  return table;
}
constexpr std::array<bool, 256> kUnreserved = unreserved_characters();

/// The byte that two hex digits stand for, or -1.
int hex_pair(char high, char low) {
  const unsigned h = kHexDigits[static_cast<std::uint8_t>(high)];
  const unsigned l = kHexDigits[static_cast<std::uint8_t>(low)];
  return (h | l) > 0xf ? -1 : static_cast<int>(h << 4 | l);
}

/// The byte of the %XX at `position`, or -1.
int escaped_byte(std::string_view text, std::size_t position) {
  if (text.size() - position < 3) return -1;
  return hex_pair(text[position + 1], text[position + 2]);
}

std::string encode_base64(ByteView bytes, std::string_view alphabet, bool padded) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const std::byte b : bytes) {
    bits = bits << 8 | std::to_integer<std::uint32_t>(b);
    for (held += 8; held >= 6; held -= 6) out += alphabet[bits >> (held - 6) & 63];
  }
  if (held > 0) out += alphabet[bits << (6 - held) & 63];
  while (padded && out.size() % 4 != 0) out += '=';
  return out;
}

/// `text` without padding.
std::optional<std::string> decode_base64(std::string_view text, const DigitTable& digits) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const std::uint8_t digit = digits[static_cast<std::uint8_t>(c)];
    if (digit == kNotADigit) return std::nullopt;
    bits = bits << 6 | digit;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>(bits >> held & 0xff);
    }
  }
  // The bits that fill the last digit up must be zero: one value has one spelling.
  if ((bits & ((1U << held) - 1)) != 0) return std::nullopt;
  return out;
}

/// One name or value of a form; what is not a proper escape stands for itself.
std::string decode_form(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (const int byte = text[i] == '%' ? escaped_byte(text, i) : -1; byte >= 0) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::string hex_encode(ByteView bytes) {
  std::string out(bytes.size() * 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto value = std::to_integer<unsigned>(bytes[i]);
    out[2 * i] = kHexLower[value >> 4];
    out[2 * i + 1] = kHexLower[value & 15];
  }
  return out;
}

std::optional<std::string> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out(text.size() / 2, '\0');
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int byte = hex_pair(text[2 * i], text[2 * i + 1]);
    if (byte < 0) return std::nullopt;
    out[i] = static_cast<char>(byte);
  }
  return out;
}

std::string base64_encode(ByteView bytes) { return encode_base64(bytes, kBase64, true); }

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  return decode_base64(text, kBase64Digits);
}

std::string base64url_encode(ByteView bytes) { return encode_base64(bytes, kBase64Url, false); }

std::optional<std::string> base64url_decode(std::string_view text) {
  return decode_base64(text, kBase64UrlDigits);
}

std::string uri_encode(std::string_view bytes, bool keep_slash) {
  std::string out;
  out.reserve(bytes.size());
  for (const char c : bytes) {
    const auto value = static_cast<std::uint8_t>(c);
    if (kUnreserved[value] || (keep_slash && c == '/')) {
      out += c;
    } else {
      out += '%';
      out += kHexUpper[value >> 4];
      out += kHexUpper[value & 15];
    }
  }
  return out;
}

std::optional<std::string> uri_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int byte = escaped_byte(text, i);
    if (byte < 0) return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

std::vector<QueryParameter> parse_query(std::string_view raw_query) {
  std::vector<QueryParameter> parameters;
  while (!raw_query.empty()) {
    const std::size_t end = raw_query.find('&');
    const std::string_view piece = raw_query.substr(0, end);
    raw_query.remove_prefix(end == std::string_view::npos ? raw_query.size() : end + 1);
    if (piece.empty()) continue;
    const std::size_t equals = piece.find('=');
    QueryParameter parameter;
    parameter.name = decode_form(piece.substr(0, equals));
    if (equals != std::string_view::npos) parameter.value = decode_form(piece.substr(equals + 1));
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

bool is_valid_utf8(std::string_view text) {
  // Table 3-7 of the Unicode standard: the range of the second byte depends on the first.
  const auto* at = reinterpret_cast<const std::uint8_t*>(text.data());
  std::size_t left = text.size();
  while (left > 0) {
    if (left >= 8) {
      std::uint64_t eight = 0;
      std::memcpy(&eight, at, sizeof eight);
      if ((eight & 0x8080808080808080) == 0) {
        at += 8;
        left -= 8;
        continue;
      }
    }
    const std::uint8_t first = *at;
    std::size_t length = 0;
    std::uint8_t low = 0x80;
    std::uint8_t high = 0xbf;
    if (first < 0x80) {
      length = 1;
    } else if (first >= 0xc2 && first <= 0xdf) {
      length = 2;
    } else if (first >= 0xe0 && first <= 0xef) {
      length = 3;
      if (first == 0xe0) low = 0xa0;
      if (first == 0xed) high = 0x9f;
    } else if (first >= 0xf0 && first <= 0xf4) {
      length = 4;
      if (first == 0xf0) low = 0x90;
      if (first == 0xf4) high = 0x8f;
    } else {
      return false;
    }
    if (left < length) return false;
    for (std::size_t i = 1; i < length; ++i) {
      if (at[i] < low || at[i] > high) return false;
      low = 0x80;
      high = 0xbf;
    }
    at += length;
    left -= length;
  }
  return true;
}

bool constant_time_equals(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace coffer
