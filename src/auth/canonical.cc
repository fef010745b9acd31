#include "auth/canonical.h"

#include "auth/sigv4_hmac.h"
#include "base/codec.h"

#include <algorithm>
#include <tuple>

namespace coffer::auth {
namespace {

constexpr char kUpperHex[] = "0123456789ABCDEF";

bool is_unreserved(unsigned char c) {  // RFC 3986 section 2.3
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Decodes by form rules and encodes by RFC 3986 in one pass. A `%` without two digits is itself.
void append_recoded(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '+') {
      byte = ' ';
    } else if (byte == '%' && i + 2 < text.size()) {
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high >= 0 && low >= 0) {
        byte = static_cast<unsigned char>(high * 16 + low);
        i += 2;
      }
    }
    if (is_unreserved(byte)) {
      out.push_back(static_cast<char>(byte));
    } else {
      out.push_back('%');
      out.push_back(kUpperHex[byte >> 4]);
      out.push_back(kUpperHex[byte & 15]);
    }
  }
}

/// The value trimmed, with each run of spaces made one.
void append_canonical_value(std::string& out, std::string_view value) {
  bool after_space = false;
  for (char c : trim_ascii(value)) {
    if (c == ' ' && after_space) continue;
    after_space = c == ' ';
    out.push_back(c);
  }
}

}  // namespace

bool SignedHeaders::contains(std::string_view name) const {
  return !each([name](std::string_view listed) { return listed != name; });
}

void append_canonical_query(std::string& out, std::string_view raw_query, bool without_signature) {
  // Offsets, because the text they point into grows; the views are made once it is complete.
  struct Span {
    std::size_t name_begin, name_end, value_end;
  };
  std::string recoded;
  recoded.reserve(raw_query.size() + raw_query.size() / 2);
  std::vector<Span> spans;
  while (!raw_query.empty()) {
    const std::size_t end = raw_query.find('&');
    const std::string_view piece = raw_query.substr(0, end);
    raw_query.remove_prefix(end == std::string_view::npos ? raw_query.size() : end + 1);
    if (piece.empty()) continue;
    const std::size_t equals = piece.find('=');
    Span span{recoded.size(), 0, 0};
    append_recoded(recoded, piece.substr(0, equals));
    span.name_end = recoded.size();
    if (without_signature &&
        std::string_view(recoded).substr(span.name_begin) == "X-Amz-Signature") {
      recoded.resize(span.name_begin);
      continue;
    }
    if (equals != std::string_view::npos) append_recoded(recoded, piece.substr(equals + 1));
    span.value_end = recoded.size();
    spans.push_back(span);
  }
  const std::string_view text = recoded;
  const auto name = [text](const Span& s) {
    return text.substr(s.name_begin, s.name_end - s.name_begin);
  };
  const auto value = [text](const Span& s) {
    return text.substr(s.name_end, s.value_end - s.name_end);
  };
  std::sort(spans.begin(), spans.end(), [&](const Span& a, const Span& b) {
    return std::tuple(name(a), value(a)) < std::tuple(name(b), value(b));
  });
  bool first = true;
  for (const Span& span : spans) {
    if (!first) out.push_back('&');
    first = false;
    out.append(name(span)).append("=").append(value(span));
  }
}

bool append_canonical_headers(std::string& out, const HeaderList& headers,
                              const SignedHeaders& signed_headers) {
  const std::size_t limit = out.size() + kCanonicalHeadersMaxBytes;
  std::size_t names = 0;
  return signed_headers.each([&](std::string_view name) {
    if (++names > kSignedHeadersMax) return false;
    out.append(name).push_back(':');
    bool first = true;
    for (const Header& header : headers) {
      if (!equals_ignore_case(header.name, name)) continue;
      if (!first) out.push_back(',');
      first = false;
      append_canonical_value(out, header.value);
    }
    out.push_back('\n');
    return out.size() <= limit;
  });
}

std::optional<std::string> canonical_request(const CanonicalParts& parts) {
  std::string out;
  out.reserve(512 + parts.path.size() + parts.raw_query.size());
  out.append(parts.method).append("\n").append(parts.path).append("\n");
  append_canonical_query(out, parts.raw_query, parts.presigned);
  out.push_back('\n');
  if (!append_canonical_headers(out, parts.headers, parts.signed_headers)) return std::nullopt;
  out.append("\n").append(parts.signed_headers.joined()).append("\n").append(parts.payload_hash);
  return out;
}

std::string string_to_sign(std::string_view amz_date, std::string_view scope,
                           std::string_view canonical_request) {
  const Sha256Digest digest = short_sha256({canonical_request});
  std::string out;
  out.reserve(kAlgorithm.size() + amz_date.size() + scope.size() + 2 * digest.size() + 3);
  out.append(kAlgorithm).append("\n").append(amz_date).append("\n").append(scope).append("\n");
  out.append(hex_encode(digest));
  return out;
}

}  // namespace coffer::auth
