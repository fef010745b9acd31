#include "s3/checksums.h"
#include "s3/handlers.h"
#include "s3/headers_out.h"
#include "s3/page_token.h"
#include "s3/xml_writer.h"

#include <algorithm>

namespace coffer::s3 {
namespace {

// r2-observed.md section 13; uploads and parts as AWS has them (r2-s3.md section 6).
constexpr std::uint64_t kPageMax = 1000;
/// Bytes of a listed object beside its key; for reserving only.
constexpr std::size_t kEntryBytes = 224;

Error invalid_argument(std::string message) {
  return Error::with_message(ErrorCode::InvalidArgument, std::move(message));
}

/// encoding-type: whether names are percent-encoded (r2-observed.md section 6).
Result<bool> read_encoding(const Query& query) {
  const std::string* type = query.find("encoding-type");
  if (!type) return false;
  if (*type == "url") return true;
  return Error::with_message(ErrorCode::NotImplemented,
                             "Unrecognized encoding-type \"" + *type + "\" not implemented");
}

/// What was asked for, and what a page may hold.
struct PageLimit {
  std::uint64_t requested = kPageMax;
  std::size_t rows() const { return static_cast<std::size_t>(std::min(requested, kPageMax)); }
};

Result<PageLimit> read_max_keys(const Query& query) {
  PageLimit limit;
  const std::string* text = query.find("max-keys");
  if (!text) return limit;
  const auto value = parse_page_limit(*text);
  if (!value) return make_error(ErrorCode::InvalidMaxKeys);
  limit.requested = *value;
  return limit;
}

Result<PageLimit> read_limit(const Query& query, std::string_view name) {
  PageLimit limit;
  const std::string* text = query.find(name);
  if (!text) return limit;
  const auto value = parse_page_limit(*text);
  if (!value) return invalid_argument("Provided " + std::string(name) + " not an integer");
  limit.requested = *value;
  return limit;
}

/// A parameter that keys are compared with; InvalidArgument when it is not UTF-8.
Result<std::string> read_text(const Query& query, std::string_view name) {
  auto nfc = normalize_nfc(query.value(name));
  if (!nfc) return invalid_argument(std::string(name) + " is not valid UTF-8");
  return *std::move(nfc);
}

/// Writes names, percent-encoded when the client wants them so.
class NameWriter {
 public:
  NameWriter(XmlWriter& xml, bool encode) : xml_(xml), encode_(encode) {}
  void operator()(std::string_view element, std::string_view name) const {
    if (encode_) {
      xml_.encoded_element(element, name);
    } else {
      xml_.element(element, name);
    }
  }

 private:
  XmlWriter& xml_;
  bool encode_;
};

/// An account is the owner of all that is in it.
void write_owner(XmlWriter& xml, std::string_view element, std::string_view account) {
  xml.open(element);
  xml.element("ID", account);
  xml.element("DisplayName", account);
  xml.close(element);
}

void write_common_prefixes(XmlWriter& xml, const NameWriter& name,
                           const std::vector<std::string>& prefixes) {
  for (const std::string& prefix : prefixes) {
    xml.open("CommonPrefixes");
    name("Prefix", prefix);
    xml.close("CommonPrefixes");
  }
}

void write_etag(XmlWriter& xml, const store::ETag& etag) {
  xml.open("ETag");
  std::string& out = xml.out();
  out += "&quot;";
  append_hex(out, etag.md5);
  if (etag.parts > 0) out += "-" + std::to_string(etag.parts);
  out += "&quot;";
  xml.close("ETag");
}

/// `owner` empty: without one.
void write_contents(XmlWriter& xml, const NameWriter& name, const store::ObjectPage& page,
                    std::string_view owner) {
  for (const store::ListedObject& object : page.objects) {
    xml.open("Contents");
    name("Key", object.key);
    xml.element("Size", object.size_bytes);
    xml.element("LastModified", object.last_modified);
    write_etag(xml, object.etag);
    xml.element("StorageClass", storage_class_name(object.storage_class));
    if (!owner.empty()) write_owner(xml, "Owner", owner);
    xml.close("Contents");
  }
}

/// What both versions of ListObjects ask for, checked in R2's order.
struct ListRequest {
  bool encode = false;
  PageLimit limit;
  store::ListObjectsQuery query;
};
Result<ListRequest> read_list_request(const Call& call) {
  ListRequest request;
  TRY(request.encode, read_encoding(call.query));
  TRY(request.limit, read_max_keys(call.query));
  TRY(request.query.prefix, read_text(call.query, "prefix"));
  TRY(request.query.delimiter, read_text(call.query, "delimiter"));
  request.query.limit = request.limit.rows();
  return request;
}

/// The elements up to `Delimiter`.
void write_page(XmlWriter& xml, const NameWriter& name, const Call& call,
                const store::ObjectPage& page, std::string_view owner) {
  xml.element("Name", call.target.bucket);
  write_contents(xml, name, page, owner);
  xml.element("IsTruncated", page.truncated);
  write_common_prefixes(xml, name, page.common_prefixes);
  name("Prefix", call.query.value("prefix"));
  if (const std::string* delimiter = call.query.find("delimiter")) name("Delimiter", *delimiter);
}

std::size_t document_size(const store::ObjectPage& page) {
  std::size_t size = 1024;
  for (const store::ListedObject& object : page.objects) size += object.key.size() + kEntryBytes;
  for (const std::string& prefix : page.common_prefixes) size += prefix.size() + 64;
  return size;
}

}  // namespace

UploadId upload_id_of(std::string_view text) { return UploadId::parse(text).value_or(UploadId()); }

Answer handle(Call& call, const ListObjectsV1&) {
  CO_TRY(auto request, read_list_request(call));
  CO_TRY(request.query.start_after, read_text(call.query, "marker"));
  CO_TRY(auto bucket, call.bucket());
  CO_TRY(const auto page,
         co_await call.store().list_objects(std::move(bucket), std::move(request.query)));

  XmlWriter xml("ListBucketResult", XmlWriter::Namespace::S3, document_size(page));
  const NameWriter name(xml, request.encode);
  write_page(xml, name, call, page, call.account().hex());
  name("Marker", call.query.value("marker"));
  if (page.truncated && !page.next.empty()) name("NextMarker", page.next);
  xml.element("MaxKeys", request.limit.requested);
  if (request.encode) xml.element("EncodingType", "url");
  co_return xml_response(xml.finish());
}

Answer handle(Call& call, const ListObjectsV2&) {
  CO_TRY(auto request, read_list_request(call));
  CO_TRY(request.query.start_after, read_text(call.query, "start-after"));
  const std::string token_scope = call.target.bucket + '/' + request.query.prefix;
  const std::string* token = call.query.find("continuation-token");
  if (token && !token->empty()) {
    auto position = decode_page_token(token_scope, *token);
    if (!position) co_return invalid_argument("The continuation token provided is incorrect");
    request.query.continuation = *std::move(position);
  }
  CO_TRY(auto bucket, call.bucket());
  CO_TRY(const auto page,
         co_await call.store().list_objects(std::move(bucket), std::move(request.query)));

  const bool with_owner = call.query.value("fetch-owner") == "true";
  XmlWriter xml("ListBucketResult", XmlWriter::Namespace::S3, document_size(page));
  const NameWriter name(xml, request.encode);
  write_page(xml, name, call, page, with_owner ? call.account().hex() : std::string());
  if (const std::string* after = call.query.find("start-after")) name("StartAfter", *after);
  if (token) xml.element("ContinuationToken", *token);
  if (page.truncated && !page.next.empty()) {
    xml.element("NextContinuationToken", encode_page_token(token_scope, page.next));
  }
  xml.element("MaxKeys", request.limit.requested);
  xml.element("KeyCount", page.objects.size() + page.common_prefixes.size());
  if (request.encode) xml.element("EncodingType", "url");
  co_return xml_response(xml.finish());
}

Answer handle(Call& call, const ListMultipartUploads&) {
  const Query& query = call.query;
  CO_TRY(const bool encode, read_encoding(query));
  CO_TRY(const auto limit, read_limit(query, "max-uploads"));
  store::ListUploadsQuery wanted;
  CO_TRY(wanted.prefix, read_text(query, "prefix"));
  CO_TRY(wanted.delimiter, read_text(query, "delimiter"));
  CO_TRY(wanted.key_marker, read_text(query, "key-marker"));
  const std::string_view id_marker = query.value("upload-id-marker");
  if (!wanted.key_marker.empty() && !id_marker.empty()) {
    wanted.upload_id_marker = UploadId::parse(id_marker);
    if (!wanted.upload_id_marker) co_return invalid_argument("Invalid uploadId marker");
  }
  wanted.limit = limit.rows();
  CO_TRY(auto bucket, call.bucket());
  CO_TRY(const auto page, co_await call.store().list_uploads(std::move(bucket), std::move(wanted)));

  const std::string owner = call.account().hex();
  XmlWriter xml("ListMultipartUploadsResult", XmlWriter::Namespace::S3,
                1024 + page.uploads.size() * 512);
  const NameWriter name(xml, encode);
  xml.element("Bucket", call.target.bucket);
  name("KeyMarker", query.value("key-marker"));
  xml.element("UploadIdMarker", id_marker);
  if (page.truncated) {
    name("NextKeyMarker", page.next_key_marker);
    xml.element("NextUploadIdMarker",
                page.next_upload_id_marker ? page.next_upload_id_marker->hex() : std::string());
  }
  name("Prefix", query.value("prefix"));
  if (const std::string* delimiter = query.find("delimiter")) name("Delimiter", *delimiter);
  xml.element("MaxUploads", limit.requested);
  xml.element("IsTruncated", page.truncated);
  for (const store::UploadInfo& upload : page.uploads) {
    xml.open("Upload");
    name("Key", upload.key.original());
    xml.element("UploadId", upload.id.hex());
    write_owner(xml, "Initiator", owner);
    write_owner(xml, "Owner", owner);
    xml.element("StorageClass", storage_class_name(upload.storage_class));
    xml.element("Initiated", upload.initiated);
    if (upload.checksum_algorithm != store::ChecksumAlgorithm::None) {
      xml.element("ChecksumAlgorithm", checksum_name(upload.checksum_algorithm));
      xml.element("ChecksumType", checksum_type_name(upload.checksum_type));
    }
    xml.close("Upload");
  }
  write_common_prefixes(xml, name, page.common_prefixes);
  if (encode) xml.element("EncodingType", "url");
  co_return xml_response(xml.finish());
}

// With and without `partNumber`: R2 was once seen to want it, its documents do not.
Answer handle(Call& call, const ListParts& operation) {
  const Query& query = call.query;
  CO_TRY(const auto limit, read_limit(query, "max-parts"));
  std::uint64_t after = 0;
  if (const std::string* marker = query.find("part-number-marker"); marker && !marker->empty()) {
    const auto value = parse_decimal(*marker);
    if (!value) co_return invalid_argument("Provided part-number-marker not an integer");
    after = std::min<std::uint64_t>(*value, std::numeric_limits<std::uint32_t>::max());
  }
  CO_TRY(auto address, call.object());
  CO_TRY(const auto page,
         co_await call.store().list_parts(std::move(address), upload_id_of(operation.upload_id),
                                          static_cast<std::uint32_t>(after), limit.rows()));

  const std::string owner = call.account().hex();
  XmlWriter xml("ListPartsResult", XmlWriter::Namespace::S3, 1024 + page.parts.size() * 224);
  xml.element("Bucket", call.target.bucket);
  xml.element("Key", call.key->original());
  xml.element("UploadId", page.upload.id.hex());
  write_owner(xml, "Initiator", owner);
  write_owner(xml, "Owner", owner);
  xml.element("StorageClass", storage_class_name(page.upload.storage_class));
  xml.element("PartNumberMarker", after);
  if (page.truncated && !page.parts.empty()) {
    xml.element("NextPartNumberMarker", std::uint64_t{page.parts.back().number});
  }
  xml.element("MaxParts", limit.requested);
  xml.element("IsTruncated", page.truncated);
  for (const store::PartInfo& part : page.parts) {
    xml.open("Part");
    xml.element("PartNumber", std::uint64_t{part.number});
    xml.element("LastModified", part.last_modified);
    xml.element("ETag", quoted(part.md5));
    xml.element("Size", part.size_bytes);
    if (part.checksum.algorithm != store::ChecksumAlgorithm::None) {
      xml.element(checksum_element(part.checksum.algorithm), checksum_text(part.checksum, 0));
    }
    xml.close("Part");
  }
  if (page.upload.checksum_algorithm != store::ChecksumAlgorithm::None) {
    xml.element("ChecksumAlgorithm", checksum_name(page.upload.checksum_algorithm));
    xml.element("ChecksumType", checksum_type_name(page.upload.checksum_type));
  }
  co_return xml_response(xml.finish());
}

}  // namespace coffer::s3
