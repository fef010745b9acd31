#include "http/access_log.h"

#include "base/codec.h"
#include "base/headers.h"

#include <algorithm>
#include <array>

namespace coffer::http {
namespace {

constexpr std::size_t kUserAgentBytesMax = 256;

/// Of presigned requests: SigV4, then SigV2's names; and of the management API's own.
constexpr std::array<std::string_view, 7> kSecretParameters{
    "X-Amz-Signature", "X-Amz-Security-Token", "X-Amz-Credential",
    "Signature",       "AWSAccessKeyId",       "SecurityToken",
    "ticket"};

bool is_secret(std::string_view raw_name) {
  const std::optional<std::string> decoded = uri_decode(raw_name);
  const std::string_view name = decoded ? std::string_view(*decoded) : raw_name;
  return std::any_of(kSecretParameters.begin(), kSecretParameters.end(),
                     [name](std::string_view secret) { return equals_ignore_case(name, secret); });
}

/// Bytes of the well-formed UTF-8 character at the front; 0 when there is none.
std::size_t character_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (length > text.size() || !is_valid_utf8(text.substr(0, length))) return 0;
  return length;
}

void append_escaped(std::string& out, std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  while (!text.empty()) {
    const char c = text.front();
    const auto byte = static_cast<unsigned char>(c);
    std::size_t taken = 1;
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 0xf];
    } else if (byte < 0x80) {
      out += c;
    } else if (const std::size_t length = character_length(text); length > 0) {
      out += text.substr(0, length);
      taken = length;
    } else {
      out += "\\ufffd";
    }
    text.remove_prefix(taken);
  }
}

void append_text(std::string& out, std::string_view name, std::string_view value) {
  out += ",\"";
  out += name;
  out += "\":\"";
  append_escaped(out, value);
  out += '"';
}

void append_number(std::string& out, std::string_view name, std::uint64_t value) {
  out += ",\"";
  out += name;
  out += "\":";
  out += std::to_string(value);
}

}  // namespace

std::string redact_query(std::string_view raw_query) {
  std::string out;
  out.reserve(raw_query.size());
  while (true) {
    const std::size_t end = raw_query.find('&');
    const std::string_view parameter = raw_query.substr(0, end);
    const std::size_t equals = parameter.find('=');
    if (equals != std::string_view::npos && is_secret(parameter.substr(0, equals))) {
      out += parameter.substr(0, equals + 1);
      out += '-';
    } else {
      out += parameter;
    }
    if (end == std::string_view::npos) return out;
    out += '&';
    raw_query.remove_prefix(end + 1);
  }
}

std::string format_access_line(const AccessRecord& record) {
  std::string out;
  out.reserve(512);
  out += "{\"time\":\"";
  out += format_iso8601_ms(record.time);
  out += '"';
  append_text(out, "id", record.id);
  append_text(out, "listener", record.listener);
  append_text(out, "client", record.client.to_string());
  append_text(out, "method", record.method);
  if (record.query.empty()) {
    append_text(out, "path", record.path);
  } else {
    append_text(out, "path", std::string(record.path) + '?' + redact_query(record.query));
  }
  append_number(out, "status", static_cast<std::uint64_t>(record.status));
  append_number(out, "bytes_in", record.bytes_in);
  append_number(out, "bytes_out", record.bytes_out);
  append_number(out, "duration_us", static_cast<std::uint64_t>(record.duration.count()));
  append_text(out, "operation", record.operation);
  append_text(out, "principal", record.principal);
  append_text(out, "error", record.error);
  append_text(out, "user_agent", record.user_agent.substr(0, kUserAgentBytesMax));
  out += '}';
  return out;
}

}  // namespace coffer::http
