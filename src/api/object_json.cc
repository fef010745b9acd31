#include "api/object_json.h"

#include "api/headers.h"
#include "api/r2.h"
#include "base/codec.h"

#include <algorithm>
#include <array>

namespace coffer::api {
namespace {

using store::SystemMetadata;

struct HttpMember {
  std::string_view name;
  std::string SystemMetadata::*value;
};
constexpr std::array kHttpMembers{
    HttpMember{"contentType", &SystemMetadata::content_type},
    HttpMember{"contentEncoding", &SystemMetadata::content_encoding},
    HttpMember{"contentLanguage", &SystemMetadata::content_language},
    HttpMember{"contentDisposition", &SystemMetadata::content_disposition},
    HttpMember{"cacheControl", &SystemMetadata::cache_control},
    HttpMember{"cacheExpiry", &SystemMetadata::expires},
};

/// A header may hold bytes that are no UTF-8, which JSON must not: then they are read as
/// ISO-8859-1, as HTTP once defined them.
std::string as_utf8(const std::string& value) {
  if (is_valid_utf8(value)) return value;
  std::string out;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xc0 | (byte >> 6));
      out += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return out;
}

/// RFC 9110 5.5, less what surrounds a value.
bool is_header_value(std::string_view text) {
  const bool printable = std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7f) || byte == '\t';
  });
  return printable && trim_ascii(text).size() == text.size();
}

/// RFC 9110 5.6.2, token, in lower case: what `x-amz-meta-` can stand before.
bool is_metadata_name(std::string_view name) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

Result<SystemMetadata> read_http_metadata(const Fields& fields) {
  SystemMetadata system;
  for (const auto& each : fields.raw()) {
    const std::string_view name = each.key();
    const auto member =
        std::find_if(kHttpMembers.begin(), kHttpMembers.end(),
                     [name](const HttpMember& known) { return known.name == name; });
    // What would be ignored would be lost: the whole is replaced.
    if (member == kHttpMembers.end()) {
      return fields.error(name, "is no member that this server knows");
    }
    TRY(const auto text, fields.optional_text(name));
    if (!text) continue;
    if (!is_header_value(*text)) return fields.error(name, "must be the value of a header");
    system.*(member->value) = *text;
  }
  if (system.expires.empty()) return system;
  // A date in the form of RFC 3339 is a date as well.
  Timestamp time;
  if (parse_rfc3339(system.expires, time)) system.expires = format_http_date(time);
  system.expires = normal_date(std::move(system.expires));
  return system;
}

Result<store::UserMetadata> read_custom_metadata(const Fields& fields) {
  store::UserMetadata user;
  for (const auto& [name, value] : fields.raw()) {
    if (!is_metadata_name(name)) {
      return Error::with_message(ErrorCode::InvalidArgument,
                                 "custom_metadata must have names of lower-case letters, digits "
                                 "and !#$%&'*+-.^_`|~ only");
    }
    if (!value.is_string()) return fields.error(name, "must be a string");
    user.emplace_back(name, value.get_string());
  }
  return user;
}

}  // namespace

json::object describe(const store::Metadata& metadata) {
  json::object http;
  for (const HttpMember& member : kHttpMembers) {
    const std::string& value = metadata.system.*(member.value);
    if (!value.empty()) http[member.name] = as_utf8(value);
  }
  json::object custom;
  for (const auto& [name, value] : metadata.user) custom[name] = as_utf8(value);
  json::object out;
  out["http_metadata"] = std::move(http);
  out["custom_metadata"] = std::move(custom);
  return out;
}

std::string uuid(const VersionId& version) {
  std::string text = version.hex();
  for (const std::size_t at : {8U, 13U, 18U, 23U}) text.insert(at, 1, '-');
  return text;
}

json::object object_details(const store::ObjectInfo& info) {
  json::object out = describe(info.metadata);
  out["key"] = info.key.original();
  out["size"] = info.size_bytes;
  out["etag"] = info.etag.text();
  out["version"] = uuid(info.version);
  out["last_modified"] = format_iso8601_ms(info.last_modified);
  out["storage_class"] = storage_class_name(info.storage_class);
  out["parts"] = info.parts_count;
  return out;
}

Result<store::Metadata> read_metadata(const Fields& body) {
  store::Metadata metadata;
  TRY(const auto http, body.optional_object("http_metadata"));
  if (http) {
    TRY(metadata.system, read_http_metadata(*http));
  }
  TRY(const auto custom, body.optional_object("custom_metadata"));
  if (custom) {
    TRY(metadata.user, read_custom_metadata(*custom));
  }
  return metadata;
}

}  // namespace coffer::api
