#pragma once

#include "http/message.h"
#include "store/types.h"

namespace coffer::s3 {

/// A document with status 200.
http::Response xml_response(std::string body);

/// What every answer about an object carries (r2-observed.md 4.1, r2-s3.md 5.6): metadata, ETag,
/// Last-Modified, storage class. Custom metadata whose name no header can carry is counted in
/// x-amz-missing-meta.
void add_object_headers(http::Response& response, const store::ObjectInfo& info);

/// x-amz-checksum-* and x-amz-checksum-type; nothing when there is none.
void add_checksum_headers(http::Response& response, const store::Checksum& checksum,
                          std::uint32_t parts);

/// "STANDARD", "STANDARD_IA"
std::string_view storage_class_name(store::StorageClass storage_class);

/// With its quotes.
std::string quoted(const store::ETag& etag);
std::string quoted(const Md5Digest& md5);

}  // namespace coffer::s3
