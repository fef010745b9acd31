#include "s3/headers_in.h"

#include "base/codec.h"
#include "s3/rfc2047.h"

#include <algorithm>
#include <limits>

namespace coffer::s3 {
namespace {

constexpr std::string_view kMetaPrefix = "x-amz-meta-";
constexpr std::uint64_t kPartNumberMax = 10'000;  // r2-observed.md section 13

Error invalid_argument(std::string message) {
  return Error::with_message(ErrorCode::InvalidArgument, std::move(message));
}

std::string system_value(const HeaderList& headers, std::string_view name) {
  return std::string(headers.find(name).value_or(std::string_view()));
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Positions beyond 64 bits are beyond every object, and stay so.
std::uint64_t saturated(std::string_view digits) {
  return parse_decimal(digits).value_or(std::numeric_limits<std::uint64_t>::max());
}

std::string without_aws_chunked(std::string_view encodings) {
  std::string out;
  while (!encodings.empty()) {
    const std::size_t comma = std::min(encodings.find(','), encodings.size());
    const std::string_view coding = trim_ascii(encodings.substr(0, comma));
    if (!coding.empty() && !equals_ignore_case(coding, "aws-chunked")) {
      if (!out.empty()) out += ", ";
      out += coding;
    }
    encodings.remove_prefix(std::min(comma + 1, encodings.size()));
  }
  return out;
}

/// Expires is shown as the date it means, whatever form it came in; what is no date stays.
std::string normal_date(std::string text) {
  Timestamp time;
  return parse_http_date(text, time) ? format_http_date(time) : text;
}

void read_date(const HeaderList& headers, const std::string& name,
               std::optional<std::chrono::sys_seconds>& out) {
  const auto text = headers.find(name);
  Timestamp time;
  if (text && parse_http_date(*text, time)) out = std::chrono::floor<std::chrono::seconds>(time);
}

/// All fields of that name, as the one list they are.
std::optional<std::string> joined(const HeaderList& headers, std::string_view name) {
  std::optional<std::string> out;
  for (const std::string_view value : headers.find_all(name)) {
    if (out) {
      out->append(", ").append(value);
    } else {
      out = value;
    }
  }
  return out;
}

}  // namespace

store::Metadata read_metadata(const HeaderList& headers) {
  store::Metadata metadata;
  store::SystemMetadata& system = metadata.system;
  system.content_type = system_value(headers, "content-type");
  system.cache_control = system_value(headers, "cache-control");
  system.content_disposition = system_value(headers, "content-disposition");
  system.content_encoding =
      without_aws_chunked(joined(headers, "content-encoding").value_or(std::string()));
  system.content_language = system_value(headers, "content-language");
  system.expires = normal_date(system_value(headers, "expires"));
  for (const Header& header : headers) {
    if (header.name.size() <= kMetaPrefix.size() ||
        !equals_ignore_case(std::string_view(header.name).substr(0, kMetaPrefix.size()),
                            kMetaPrefix)) {
      continue;
    }
    std::string name = to_lower_ascii(std::string_view(header.name).substr(kMetaPrefix.size()));
    std::string value = decode_rfc2047(header.value);
    const auto same = std::find_if(metadata.user.begin(), metadata.user.end(),
                                   [&name](const auto& pair) { return pair.first == name; });
    if (same == metadata.user.end()) {
      metadata.user.emplace_back(std::move(name), std::move(value));
    } else {
      same->second += ", " + value;
    }
  }
  return metadata;
}

store::ETagCondition parse_etags(std::string_view text) {
  store::ETagCondition condition;
  for (;;) {
    const std::size_t start = text.find_first_not_of(", \t");
    if (start == std::string_view::npos) return condition;
    text.remove_prefix(start);
    store::ETagCondition::Tag tag;
    if (text.starts_with("W/\"")) {
      tag.weak = true;
      text.remove_prefix(2);
    }
    if (text.starts_with('"')) {
      const std::size_t end = std::min(text.find('"', 1), text.size());
      tag.text = text.substr(1, end - 1);
      text.remove_prefix(std::min(end + 1, text.size()));
    } else {
      const std::size_t end = std::min(text.find(','), text.size());
      tag.text = trim_ascii(text.substr(0, end));
      text.remove_prefix(end);
      if (tag.text == "*") {
        condition.any = true;
        continue;
      }
    }
    condition.tags.push_back(std::move(tag));
  }
}

store::Conditions read_conditions(const HeaderList& headers, std::string_view prefix) {
  store::Conditions conditions;
  const std::string base(prefix);
  if (const auto tags = joined(headers, base + "if-match")) {
    conditions.if_match = parse_etags(*tags);
  }
  if (const auto tags = joined(headers, base + "if-none-match")) {
    conditions.if_none_match = parse_etags(*tags);
  }
  read_date(headers, base + "if-modified-since", conditions.if_modified_since);
  read_date(headers, base + "if-unmodified-since", conditions.if_unmodified_since);
  return conditions;
}

Result<std::optional<store::StorageClass>> read_storage_class(const HeaderList& headers) {
  const auto text = headers.find("x-amz-storage-class");
  std::optional<store::StorageClass> storage_class;
  if (!text) return storage_class;
  if (*text == "STANDARD") {
    storage_class = store::StorageClass::Standard;
  } else if (*text == "STANDARD_IA") {
    storage_class = store::StorageClass::InfrequentAccess;
  } else {
    return make_error(ErrorCode::InvalidStorageClass);
  }
  return storage_class;
}

Result<std::optional<std::string>> read_content_md5(const HeaderList& headers) {
  const auto text = headers.find("content-md5");
  if (!text) return std::optional<std::string>();
  std::optional<std::string> digest = base64_decode(*text);
  if (!digest || digest->size() != sizeof(Md5Digest)) {
    return make_error(ErrorCode::InvalidDigest, "Content-MD5");
  }
  return digest;
}

Result<std::optional<store::RangeRequest>> read_range(const HeaderList& headers) {
  std::optional<store::RangeRequest> range;
  const std::string_view text = headers.find("range").value_or(std::string_view());
  if (text.empty()) return range;
  TRY(range, parse_byte_range(text));
  return range;
}

Result<std::optional<store::PartRange>> read_copy_range(const HeaderList& headers) {
  constexpr std::string_view kUnit = "bytes=";
  const auto field = headers.find("x-amz-copy-source-range");
  std::optional<store::PartRange> range;
  if (!field) return range;
  std::string_view text = *field;
  const bool unit = text.starts_with(kUnit);
  if (unit) text.remove_prefix(kUnit.size());
  const std::size_t dash = std::min(text.find('-'), text.size());
  const std::string_view first = text.substr(0, dash);
  const std::string_view last = text.substr(std::min(dash + 1, text.size()));
  if (!unit || !is_digits(first) || !is_digits(last)) {
    return invalid_argument("Invalid x-amz-copy-source-range: " + std::string(*field));
  }
  range = store::PartRange{saturated(first), saturated(last)};
  if (range->last < range->first) {
    return invalid_argument("x-amz-copy-source-range must be positive.");
  }
  return range;
}

Result<std::uint32_t> parse_part_number(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const auto number = parse_decimal(text);
  if (!number || *number < 1 || *number > kPartNumberMax) {
    return invalid_argument("Part number must be an integer between 1 and 10000, inclusive.");
  }
  return static_cast<std::uint32_t>(*number);
}

Result<CopySource> parse_copy_source(std::string_view text) {
  const std::optional<std::string> decoded = uri_decode(text);
  if (!decoded) return invalid_argument("copy source has a malformed percent sequence");
  std::string_view rest = *decoded;
  if (rest.starts_with('/')) rest.remove_prefix(1);
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos || slash + 1 == rest.size()) {
    return invalid_argument("copy source bucket name");
  }
  TRY(auto key, ObjectKey::parse(rest.substr(slash + 1)));
  return CopySource(std::string(rest.substr(0, slash)), std::move(key));
}

Result<store::CopyOptions::Directive> read_directive(const HeaderList& headers) {
  using Directive = store::CopyOptions::Directive;
  const auto text = headers.find("x-amz-metadata-directive");
  if (!text || *text == "COPY") return Directive::Copy;
  if (*text == "REPLACE") return Directive::Replace;
  if (*text == "MERGE") return Directive::Merge;
  return invalid_argument("metadata directive " + std::string(*text) + ".");
}

std::optional<std::uint64_t> parse_page_limit(std::string_view text) {
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  if (point != std::string_view::npos && !is_digits(text.substr(point + 1))) return std::nullopt;
  return parse_decimal(whole);
}

}  // namespace coffer::s3
