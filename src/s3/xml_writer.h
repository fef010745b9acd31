#pragma once

#include "base/bytes.h"
#include "base/clock.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace coffer::s3 {

/// Writes one document straight into a string, in R2's form (r2-observed.md 1.4): declaration and
/// root without anything between, no indentation, empty elements as an open and a close tag.
class XmlWriter {
 public:
  enum class Namespace : std::uint8_t { S3, None };  ///< errors carry none
  explicit XmlWriter(std::string_view root, Namespace name_space = Namespace::S3,
                     std::size_t reserve_bytes = 512);
  void open(std::string_view name);
  void close(std::string_view name);
  void element(std::string_view name, std::string_view text);
  void element(std::string_view name, std::uint64_t number);
  void element(std::string_view name, bool value) {
    element(name, value ? std::string_view("true") : std::string_view("false"));
  }
  /// A literal is a text; without this it would rather be a bool.
  void element(std::string_view name, const char* text) { element(name, std::string_view(text)); }
  /// "2026-11-24T14:34:37.123Z"
  void element(std::string_view name, Timestamp time);
  /// The text percent-encoded, everything but unreserved characters.
  void encoded_element(std::string_view name, std::string_view text);
  /// The document itself, to append text that needs no escaping.
  std::string& out() { return out_; }
  /// Closes the root. Once.
  std::string finish();

 private:
  std::string_view root_;
  std::string out_;
};

/// Escapes & < > " ' and keeps the document well formed whatever bytes come: CR becomes a character
/// reference, so that it survives parsing; control characters that XML 1.0 cannot carry at all,
/// U+FFFE, U+FFFF and each byte that belongs to no UTF-8 character become U+FFFD. (One such key
/// written raw, as AWS does, makes whole listings unreadable; clients that need such keys exactly
/// ask for encoding-type=url. Keys are UTF-8; headers and query parameters that are echoed need
/// not be.)
void append_escaped(std::string& out, std::string_view text);
/// uri_encode, appended.
void append_uri_encoded(std::string& out, std::string_view text);
/// Lower-case hex, appended.
void append_hex(std::string& out, ByteView bytes);
/// format_iso8601_ms, appended.
void append_iso8601_ms(std::string& out, Timestamp time);

}  // namespace coffer::s3
