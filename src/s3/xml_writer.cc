#include "s3/xml_writer.h"

#include <charconv>

namespace coffer::s3 {
namespace {

using namespace std::string_view_literals;

constexpr auto kDeclaration = R"(<?xml version="1.0" encoding="UTF-8"?>)"sv;
constexpr auto kNamespace = R"( xmlns="http://s3.amazonaws.com/doc/2006-03-01/")"sv;
constexpr auto kReplacement = "\xEF\xBF\xBD"sv;  // U+FFFD

/// Bytes that append_escaped looks at; those from 0x80 on are of no character, or of a longer one.
constexpr std::array<bool, 256> kSpecial = [] {
  std::array<bool, 256> special{};
  for (unsigned c = 0; c < 0x20; ++c) special[c] = c != '\t' && c != '\n';
  for (unsigned c = 0x80; c < 0x100; ++c) special[c] = true;
  for (const char c : "&<>\"'"sv) special[static_cast<unsigned char>(c)] = true;
  return special;
}();

constexpr std::array<bool, 256> kUnreserved = [] {
  std::array<bool, 256> unreserved{};
  for (unsigned c = 'A'; c <= 'Z'; ++c) unreserved[c] = unreserved[c - 'A' + 'a'] = true;
  for (const char c : "0123456789-._~"sv) unreserved[static_cast<unsigned char>(c)] = true;
  return unreserved;
}();

/// Bytes of the character of several bytes at the start of `text`; 0 when there is none. Table 3-7
/// of the Unicode standard: the range of the second byte depends on the first.
std::size_t character_length(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  std::size_t length = 0;
  unsigned low = 0x80;
  unsigned high = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    if (first == 0xE0) low = 0xA0;
    if (first == 0xED) high = 0x9F;
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;
  }
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i, low = 0x80, high = 0xBF) {
    if (byte(i) < low || byte(i) > high) return 0;
  }
  return length;
}

/// What stands for the special character at the start of `text`, and how many bytes it replaces.
struct Replacement {
  std::string_view text;
  std::size_t length = 1;
};
Replacement replacement_at(std::string_view text) {
  switch (text.front()) {
    case '&':
      return {"&amp;"};
    case '<':
      return {"&lt;"};
    case '>':
      return {"&gt;"};
    case '"':
      return {"&quot;"};
    case '\'':
      return {"&apos;"};
    case '\r':
      return {"&#xD;"};
    default:
      break;
  }
  const std::string_view character = text.substr(0, character_length(text));
  if (character.empty()) return {kReplacement};
  const bool forbidden = character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF";
  return {forbidden ? kReplacement : character, character.size()};
}

void append_padded(std::string& out, unsigned value, unsigned digits) {
  char text[4];
  for (unsigned i = digits; i-- > 0; value /= 10) text[i] = static_cast<char>('0' + value % 10);
  out.append(text, digits);
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (!kSpecial[static_cast<unsigned char>(text[i])]) {
      ++i;
      continue;
    }
    out.append(text, plain, i - plain);
    const Replacement replacement = replacement_at(text.substr(i));
    out.append(replacement.text);
    i += replacement.length;
    plain = i;
  }
  out.append(text, plain);
}

void append_uri_encoded(std::string& out, std::string_view text) {
  constexpr auto kHex = "0123456789ABCDEF"sv;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (kUnreserved[byte]) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
}

void append_hex(std::string& out, ByteView bytes) {
  constexpr auto kHex = "0123456789abcdef"sv;
  for (const std::byte byte : bytes) {
    out += kHex[std::to_integer<unsigned>(byte) >> 4];
    out += kHex[std::to_integer<unsigned>(byte) & 15];
  }
}

void append_iso8601_ms(std::string& out, Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  auto ms = static_cast<unsigned>((time - day).count());
  append_padded(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  append_padded(out, ms / 3'600'000, 2);
  out += ':';
  append_padded(out, ms / 60'000 % 60, 2);
  out += ':';
  append_padded(out, ms / 1'000 % 60, 2);
  out += '.';
  append_padded(out, ms % 1'000, 3);
  out += 'Z';
}

XmlWriter::XmlWriter(std::string_view root, Namespace name_space, std::size_t reserve_bytes)
    : root_(root) {
  out_.reserve(reserve_bytes);
  out_.append(kDeclaration).append("<").append(root);
  if (name_space == Namespace::S3) out_.append(kNamespace);
  out_ += '>';
}

void XmlWriter::open(std::string_view name) { out_.append("<").append(name).append(">"); }

void XmlWriter::close(std::string_view name) { out_.append("</").append(name).append(">"); }

void XmlWriter::element(std::string_view name, std::string_view text) {
  open(name);
  append_escaped(out_, text);
  close(name);
}

void XmlWriter::element(std::string_view name, std::uint64_t number) {
  char digits[20];
  const auto [end, status] = std::to_chars(std::begin(digits), std::end(digits), number);
  open(name);
  out_.append(std::begin(digits), end);
  close(name);
}

void XmlWriter::element(std::string_view name, Timestamp time) {
  open(name);
  append_iso8601_ms(out_, time);
  close(name);
}

void XmlWriter::encoded_element(std::string_view name, std::string_view text) {
  open(name);
  append_uri_encoded(out_, text);
  close(name);
}

std::string XmlWriter::finish() {
  close(root_);
  return std::move(out_);
}

}  // namespace coffer::s3
