#include "s3/headers_out.h"

#include "base/clock.h"
#include "base/codec.h"
#include "s3/checksums.h"
#include "s3/rfc2047.h"

#include <algorithm>

namespace coffer::s3 {
namespace {

bool is_header_name(std::string_view name) {
  // RFC 9110 5.6.2, token.
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

void add_if_set(http::Response& response, const char* name, const std::string& value) {
  if (!value.empty()) response.headers.add(name, value);
}

}  // namespace

http::Response xml_response(std::string body) {
  http::Response response(200);
  response.headers.add("Content-Type", "application/xml");
  response.body = std::move(body);
  return response;
}

void add_object_headers(http::Response& response, const store::ObjectInfo& info) {
  const store::SystemMetadata& system = info.metadata.system;
  HeaderList& headers = response.headers;
  headers.add("Content-Type",
              system.content_type.empty() ? "application/octet-stream" : system.content_type);
  add_if_set(response, "Content-Language", system.content_language);
  add_if_set(response, "Content-Disposition", system.content_disposition);
  add_if_set(response, "Content-Encoding", system.content_encoding);
  add_if_set(response, "Cache-Control", system.cache_control);
  add_if_set(response, "Expires", system.expires);
  headers.add("ETag", quoted(info.etag));
  headers.add("Last-Modified", format_http_date(info.last_modified));
  headers.add("Accept-Ranges", "bytes");
  if (info.storage_class != store::StorageClass::Standard) {
    headers.add("x-amz-storage-class", std::string(storage_class_name(info.storage_class)));
  }
  std::size_t missing = 0;
  for (const auto& [name, value] : info.metadata.user) {
    if (is_header_name(name)) {
      headers.add("x-amz-meta-" + name, encode_rfc2047(value));
    } else {
      ++missing;
    }
  }
  if (missing > 0) headers.add("x-amz-missing-meta", std::to_string(missing));
}

void add_checksum_headers(http::Response& response, const store::Checksum& checksum,
                          std::uint32_t parts) {
  if (checksum.algorithm == store::ChecksumAlgorithm::None) return;
  response.headers.add(std::string(checksum_header(checksum.algorithm)),
                       checksum_text(checksum, parts));
  response.headers.add("x-amz-checksum-type", std::string(checksum_type_name(checksum.type)));
}

std::string_view storage_class_name(store::StorageClass storage_class) {
  return storage_class == store::StorageClass::InfrequentAccess ? "STANDARD_IA" : "STANDARD";
}

std::string quoted(const store::ETag& etag) { return '"' + etag.text() + '"'; }
std::string quoted(const Md5Digest& md5) { return '"' + hex_encode(md5) + '"'; }

}  // namespace coffer::s3
