#include "api/headers.h"

#include "base/clock.h"
#include "base/codec.h"

#include <algorithm>

namespace coffer::api {
namespace {

std::string value_of(const HeaderList& headers, std::string_view name) {
  return std::string(headers.find(name).value_or(std::string_view()));
}

/// A list of entity tags, or `*`. One without quotes is taken as it is.
void add_tags(store::ETagCondition& condition, std::string_view text) {
  for (;;) {
    text.remove_prefix(std::min(text.find_first_not_of(", \t"), text.size()));
    if (text.empty()) return;
    store::ETagCondition::Tag tag;
    if (text.starts_with("W/\"")) {
      tag.weak = true;
      text.remove_prefix(std::string_view("W/").size());
    }
    const bool quoted = text.starts_with('"');
    if (quoted) text.remove_prefix(1);
    const std::size_t end = std::min(text.find(quoted ? '"' : ','), text.size());
    tag.text = trim_ascii(text.substr(0, end));
    text.remove_prefix(std::min(end + (quoted ? 1 : 0), text.size()));
    if (!quoted && tag.text == "*") {
      condition.any = true;
    } else {
      condition.tags.push_back(std::move(tag));
    }
  }
}

std::optional<store::ETagCondition> read_tags(const HeaderList& headers, std::string_view name) {
  std::optional<store::ETagCondition> condition;
  for (const std::string_view value : headers.find_all(name)) {
    if (!condition) condition.emplace();
    add_tags(*condition, value);
  }
  return condition;
}

std::optional<std::chrono::sys_seconds> read_date(const HeaderList& headers,
                                                  std::string_view name) {
  const auto text = headers.find(name);
  Timestamp time;
  if (!text || !parse_http_date(*text, time)) return std::nullopt;
  return std::chrono::floor<std::chrono::seconds>(time);
}

}  // namespace

std::string normal_date(std::string text) {
  Timestamp time;
  return parse_http_date(text, time) ? format_http_date(time) : text;
}

store::SystemMetadata read_system_metadata(const HeaderList& headers) {
  store::SystemMetadata system;
  system.content_type = value_of(headers, "content-type");
  system.cache_control = value_of(headers, "cache-control");
  system.content_disposition = value_of(headers, "content-disposition");
  system.content_encoding = value_of(headers, "content-encoding");
  system.content_language = value_of(headers, "content-language");
  system.expires = normal_date(value_of(headers, "expires"));
  return system;
}

store::Conditions read_conditions(const HeaderList& headers) {
  store::Conditions conditions;
  conditions.if_match = read_tags(headers, "if-match");
  conditions.if_none_match = read_tags(headers, "if-none-match");
  conditions.if_modified_since = read_date(headers, "if-modified-since");
  conditions.if_unmodified_since = read_date(headers, "if-unmodified-since");
  return conditions;
}

Result<std::optional<store::RangeRequest>> read_range(const HeaderList& headers) {
  std::optional<store::RangeRequest> range;
  const std::string_view text = headers.find("range").value_or(std::string_view());
  const bool of_bytes = text.starts_with("bytes=");
  const bool several = text.find(',') != std::string_view::npos;
  if (!of_bytes || several) return range;
  TRY(range, parse_byte_range(text));
  return range;
}

std::string attachment(std::string_view key) {
  const std::string_view name = key.substr(key.rfind('/') + 1);
  // RFC 6266; the form of RFC 8187 carries every byte.
  return name.empty() ? std::string("attachment")
                      : "attachment; filename*=UTF-8''" + uri_encode(name);
}

}  // namespace coffer::api
