#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace coffer::http {

/// Bounds of one request head. All counts are of raw bytes on the wire.
struct HeadLimits {
  std::size_t head_bytes_max;    ///< request line, fields and the empty line together
  std::size_t target_bytes_max;  ///< the request target alone
  std::size_t field_count_max;
};

/// Why a head is not answered by a handler: the status to send and one line for the client, which
/// has static storage and repeats nothing the client sent.
struct HeadRefusal {
  int status;
  std::string_view reason;
};

struct HeadField {
  std::string_view name;   ///< as sent
  std::string_view value;  ///< without surrounding spaces and tabs
};

/// What a screened head says. Every view points into the bytes given to `parse_head`.
struct Head {
  std::string_view method;
  std::string_view path;   ///< starts with `/`, or is `*` for `OPTIONS *`
  std::string_view query;  ///< after `?`
  std::vector<HeadField> fields;
  std::string_view host;  ///< the one Host field, valid per RFC 3986 3.2.2, as sent
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool http_1_0 = false;
  bool keep_alive = true;
  bool expect_continue = false;
};

/// Finds the end of a head while its bytes arrive, and refuses at once what no head may hold: a CR
/// or LF that is not part of a CRLF, NUL and other control bytes except tab, and too many bytes.
/// One CRLF before the request line is skipped (RFC 9112 2.2). Linear however the bytes are split.
class HeadScanner {
 public:
  enum class State : std::uint8_t { Incomplete, Complete, Refused };

  explicit HeadScanner(const HeadLimits& limits) : limits_(limits) {}

  /// `bytes` are all bytes since the head's first one: the same bytes as in the last call, and
  /// more.
  State feed(std::string_view bytes);
  /// After Complete: the head is bytes [begin, end), the empty line included.
  std::size_t begin() const { return begin_; }
  std::size_t end() const { return end_; }
  /// After Refused.
  const HeadRefusal& refusal() const { return refusal_; }

 private:
  State refuse(int status, std::string_view reason);

  const HeadLimits limits_;
  std::size_t position_ = 0;  ///< everything before is known to be clean
  std::size_t line_start_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool request_line_seen_ = false;
  HeadRefusal refusal_{};
};

/// Reads a whole head (from its request line to its empty line, as HeadScanner delimits it) into
/// `out`, whose vector is reused. Returns a refusal for every shape on which two HTTP
/// implementations may disagree about where the request ends or whom it is for:
///  - 400: a request line that is not exactly `method SP target SP version`; a target that is
///  neither
///    `/…`, `http(s)://host…` nor `*` with OPTIONS, or holds `#`; white space before a colon;
///    folded lines; empty or invalid names; Content-Length that is repeated, listed, signed or too
///    large; Content-Length beside Transfer-Encoding; Transfer-Encoding that is not exactly
///    `chunked`, once, on HTTP/1.1; no Host, several, an invalid one, or one that differs from an
///    absolute target's;
///  - 414, 417 (an Expect other than 100-continue), 431 and 505.
/// Never reads outside `bytes`, whatever they are.
std::optional<HeadRefusal> parse_head(std::string_view bytes, const HeadLimits& limits, Head& out);

/// A token of RFC 9110 5.6.2: a method or a field name.
bool is_token(std::string_view text);
/// No control byte other than tab: what a field value may hold (RFC 9110 5.5; obs-text is let
/// through).
bool is_field_value(std::string_view text);

}  // namespace coffer::http
