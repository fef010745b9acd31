#include "http/head_check.h"

#include "base/headers.h"

#include <array>
#include <cstring>
#include <limits>

namespace coffer::http {
namespace {

/// Registered methods are shorter; a longer word is no method anyone handles.
constexpr std::size_t kMethodBytesMax = 32;
/// Of the request line besides its target: method, two spaces, "HTTP/1.1", CRLF.
constexpr std::size_t kRequestLineOverhead = kMethodBytesMax + 12;

using CharTable = std::array<bool, 256>;

constexpr CharTable make_table(std::string_view extra) {
  CharTable table{};
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = true;
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (unsigned c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (const char c : extra) table[static_cast<unsigned char>(c)] = true;
  return table;
}

constexpr CharTable kTokenChars = make_table("!#$%&'*+-.^_`|~");       // RFC 9110 5.6.2
constexpr CharTable kRegNameChars = make_table("-._~!$&'()*+,;=%");    // RFC 3986 3.2.2
constexpr CharTable kIpLiteralChars = make_table("-._~!$&'()*+,;=:");  // RFC 3986 3.2.2

bool all_in(std::string_view text, const CharTable& table) {
  for (const char c : text) {
    if (!table[static_cast<unsigned char>(c)]) return false;
  }
  return true;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

/// The first control byte other than tab at or after `from`; the size when there is none. Eight
/// bytes at a step: (x - n) & ~x & 0x80 marks a byte below n, and never misses the first such byte.
std::size_t find_control(std::string_view text, std::size_t from) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHigh = 0x8080808080808080U;
  std::size_t i = from;
  while (i + 8 <= text.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, 8);
    const std::uint64_t below_space = (word - kOnes * 0x20) & ~word;
    const std::uint64_t delete_bits = word ^ (kOnes * 0x7f);
    const std::uint64_t is_delete = (delete_bits - kOnes) & ~delete_bits;
    if (((below_space | is_delete) & kHigh) == 0) {
      i += 8;
      continue;
    }
    for (std::size_t end = i + 8; i < end; ++i) {
      if (is_control(text[i])) return i;
    }
  }
  for (; i < text.size(); ++i) {
    if (is_control(text[i])) return i;
  }
  return text.size();
}

/// host [ ":" port ], RFC 9110 7.2. An empty host names nobody and is refused.
bool is_valid_host(std::string_view text) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos || close == 1) return false;
    if (!all_in(text.substr(1, close - 1), kIpLiteralChars)) return false;
    port = text.substr(close + 1);
    if (port.empty()) return true;
    if (port.front() != ':') return false;
    port.remove_prefix(1);
  } else {
    const std::size_t colon = text.find(':');
    const std::string_view name = text.substr(0, colon);
    if (name.empty() || !all_in(name, kRegNameChars)) return false;
    if (colon == std::string_view::npos) return true;
    port = text.substr(colon + 1);
  }
  if (port.empty() || port.size() > 5) return false;
  unsigned number = 0;
  for (const char c : port) {
    if (!is_digit(c)) return false;
    number = number * 10 + static_cast<unsigned>(c - '0');
  }
  return number <= 65535;
}

std::optional<std::uint64_t> parse_length(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (std::numeric_limits<std::uint64_t>::max() - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  return value;
}

/// Calls `visit` with each element of a comma-separated list, trimmed; empty ones are skipped.
template <class Visit>
void for_each_element(std::string_view list, Visit visit) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view element = trim_ascii(list.substr(0, comma));
    if (!element.empty()) visit(element);
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
}

using Refused = std::optional<HeadRefusal>;

Refused bad(std::string_view reason) { return HeadRefusal{400, reason}; }

/// Splits the target into path and query; `authority` is that of an absolute-form target.
Refused parse_target(std::string_view target, Head& head, std::string_view& authority) {
  if (target.find('#') != std::string_view::npos) return bad("fragment in the request target");
  if (target == "*" && head.method == "OPTIONS") {
    head.path = target;
    return std::nullopt;
  }
  if (!target.starts_with('/')) {
    std::size_t scheme = 0;
    if (equals_ignore_case(target.substr(0, 7), "http://")) scheme = 7;
    if (equals_ignore_case(target.substr(0, 8), "https://")) scheme = 8;
    if (scheme == 0) return bad("invalid request target");
    target.remove_prefix(scheme);
    const std::size_t end = std::min(target.find_first_of("/?"), target.size());
    authority = target.substr(0, end);
    target.remove_prefix(end);
    if (!is_valid_host(authority)) return bad("invalid request target");
    if (!target.starts_with('/')) {  // `http://host` and `http://host?query` mean the path `/`
      static constexpr std::string_view kRoot = "/";
      head.path = kRoot;
      if (!target.empty()) head.query = target.substr(1);
      return std::nullopt;
    }
  }
  const std::size_t question = target.find('?');
  head.path = target.substr(0, question);
  if (question != std::string_view::npos) head.query = target.substr(question + 1);
  return std::nullopt;
}

Refused parse_request_line(std::string_view line, const HeadLimits& limits, Head& head,
                           std::string_view& authority) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return bad("malformed request line");
  head.method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (head.method.size() > kMethodBytesMax || !is_token(head.method)) return bad("invalid method");
  if (target.find_first_of(" \t") != std::string_view::npos) return bad("malformed request line");
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) ||
      version[6] != '.' || !is_digit(version[7])) {
    return bad("malformed request line");
  }
  if (version[5] != '1' || version[7] > '1') {
    return HeadRefusal{505, "this server speaks HTTP/1.1"};
  }
  head.http_1_0 = version[7] == '0';
  if (target.size() > limits.target_bytes_max) return HeadRefusal{414, "request target too long"};
  return parse_target(target, head, authority);
}

/// What the fields say about framing, collected over all of them before anything is concluded.
struct Framing {
  unsigned content_lengths = 0;
  unsigned transfer_encodings = 0;
  unsigned hosts = 0;
  bool close = false;
  bool keep_alive = false;
};

Refused screen_field(const HeadField& field, Head& head, Framing& framing) {
  const std::string_view name = field.name;
  switch (name.size()) {  // only these lengths matter: most fields cost one comparison
    case 4:
      if (equals_ignore_case(name, "host")) {
        if (++framing.hosts > 1) return bad("several Host headers");
        head.host = field.value;
      }
      break;
    case 6:
      if (equals_ignore_case(name, "expect")) {
        if (!equals_ignore_case(field.value, "100-continue")) {
          return HeadRefusal{417, "only 100-continue can be expected"};
        }
        head.expect_continue = true;
      }
      break;
    case 10:
      if (equals_ignore_case(name, "connection")) {
        for_each_element(field.value, [&framing](std::string_view option) {
          if (equals_ignore_case(option, "close")) framing.close = true;
          if (equals_ignore_case(option, "keep-alive")) framing.keep_alive = true;
        });
      }
      break;
    case 14:
      if (equals_ignore_case(name, "content-length")) {
        if (++framing.content_lengths > 1) return bad("several Content-Length headers");
        head.content_length = parse_length(field.value);
        if (!head.content_length) return bad("invalid Content-Length");
      }
      break;
    case 17:
      if (equals_ignore_case(name, "transfer-encoding")) {
        if (++framing.transfer_encodings > 1) return bad("several Transfer-Encoding headers");
        if (!equals_ignore_case(field.value, "chunked")) return bad("invalid Transfer-Encoding");
        head.chunked = true;
      }
      break;
    default:
      break;
  }
  return std::nullopt;
}

Refused parse_field(std::string_view line, Head& head, Framing& framing) {
  if (line.front() == ' ' || line.front() == '\t') return bad("folded header line");
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return bad("header line without a colon");
  const HeadField field{line.substr(0, colon), trim_ascii(line.substr(colon + 1))};
  // Also refuses white space before the colon: neither space nor tab is a token character.
  if (!is_token(field.name)) return bad("invalid header name");
  if (Refused refused = screen_field(field, head, framing)) return refused;
  head.fields.push_back(field);
  return std::nullopt;
}

}  // namespace

bool is_token(std::string_view text) { return !text.empty() && all_in(text, kTokenChars); }

bool is_field_value(std::string_view text) { return find_control(text, 0) == text.size(); }

HeadScanner::State HeadScanner::refuse(int status, std::string_view reason) {
  refusal_ = HeadRefusal{status, reason};
  return State::Refused;
}

HeadScanner::State HeadScanner::feed(std::string_view bytes) {
  for (;;) {
    const std::size_t at = find_control(bytes, position_);
    if (at >= bytes.size()) {
      position_ = bytes.size();
      break;
    }
    if (bytes[at] != '\r') {
      return refuse(400, bytes[at] == '\n' ? "bare LF in the head" : "control byte in the head");
    }
    if (at + 1 == bytes.size()) {  // the next byte decides
      position_ = at;
      break;
    }
    if (bytes[at + 1] != '\n') return refuse(400, "bare CR in the head");
    const bool empty_line = at == line_start_;
    position_ = line_start_ = at + 2;
    if (!empty_line) {
      request_line_seen_ = true;
    } else if (request_line_seen_) {
      end_ = position_;
      if (end_ - begin_ > limits_.head_bytes_max) return refuse(431, "request head too large");
      return State::Complete;
    } else if (begin_ == 0) {
      begin_ = position_;
    } else {
      return refuse(400, "malformed request line");
    }
  }
  const std::size_t pending = bytes.size() - begin_;
  if (!request_line_seen_ && pending > limits_.target_bytes_max + kRequestLineOverhead) {
    return refuse(414, "request target too long");
  }
  if (pending >= limits_.head_bytes_max) return refuse(431, "request head too large");
  return State::Incomplete;
}

std::optional<HeadRefusal> parse_head(std::string_view bytes, const HeadLimits& limits, Head& out) {
  std::vector<HeadField> fields = std::move(out.fields);
  fields.clear();
  out = Head{};
  out.fields = std::move(fields);
  if (bytes.size() > limits.head_bytes_max) return HeadRefusal{431, "request head too large"};

  // HeadScanner has refused these already; kept so that this function is safe on its own.
  const auto next_line = [&bytes](std::string_view& line) {
    const std::size_t end = bytes.find("\r\n");
    if (end == std::string_view::npos) return false;
    line = bytes.substr(0, end);
    bytes.remove_prefix(end + 2);
    return true;
  };

  std::string_view line;
  if (!next_line(line)) return bad("malformed request line");
  if (!is_field_value(line)) return bad("control byte in the head");
  std::string_view authority;
  if (Refused refused = parse_request_line(line, limits, out, authority)) return refused;

  Framing framing;
  for (;;) {
    if (!next_line(line)) return bad("head without an end");
    if (line.empty()) break;
    if (!is_field_value(line)) return bad("control byte in the head");
    if (out.fields.size() == limits.field_count_max) {
      return HeadRefusal{431, "too many header fields"};
    }
    if (Refused refused = parse_field(line, out, framing)) return refused;
  }
  if (!bytes.empty()) return bad("head without an end");

  if (framing.hosts == 0) return bad("no Host header");
  if (!is_valid_host(out.host)) return bad("invalid Host header");
  if (!authority.empty() && !equals_ignore_case(authority, out.host)) {
    return bad("the request target and the Host header differ");
  }
  if (out.chunked && out.http_1_0) return bad("Transfer-Encoding on HTTP/1.0");
  if (out.chunked && out.content_length) return bad("Content-Length beside Transfer-Encoding");
  out.keep_alive = !framing.close && (!out.http_1_0 || framing.keep_alive);
  // RFC 9110 10.1.1: a 100-continue expectation on HTTP/1.0 is ignored.
  if (out.http_1_0) out.expect_continue = false;
  return std::nullopt;
}

}  // namespace coffer::http
