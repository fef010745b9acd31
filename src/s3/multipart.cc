#include "s3/checksums.h"
#include "s3/documents.h"
#include "s3/handlers.h"
#include "s3/headers_out.h"
#include "s3/request_body.h"
#include "s3/xml_writer.h"

namespace coffer::s3 {
namespace {

/// Where the object is to be found: the client's own words for this server, bucket and key, the key
/// encoded in full (r2-observed.md section 8).
std::string location_of(const Call& call) {
  std::string location = call.request.tls ? "https://" : "http://";
  location += call.request.host;
  location += '/';
  if (!call.target.bucket_in_host) location += call.target.bucket + '/';
  append_uri_encoded(location, call.key->original());
  return location;
}

/// x-amz-mp-object-size
Result<std::optional<std::uint64_t>> read_object_size(const HeaderList& headers) {
  const auto text = headers.find("x-amz-mp-object-size");
  if (!text) return std::optional<std::uint64_t>();
  const auto value = parse_decimal(*text);
  if (!value) {
    return Error::with_message(ErrorCode::InvalidArgument, "x-amz-mp-object-size must be a number");
  }
  return value;
}

}  // namespace

Answer handle(Call& call, const CreateMultipartUpload&) {
  const HeaderList& headers = call.headers();
  store::CreateUploadOptions options;
  CO_TRY(options.storage_class, read_storage_class(headers));
  CO_TRY(const auto checksum, upload_checksum(headers));
  options.checksum_algorithm = checksum.algorithm;
  options.checksum_type = checksum.type;
  options.metadata = read_metadata(headers);
  options.conditions = read_conditions(headers);
  CO_TRY(auto address, call.object());
  if (creates_missing_bucket(CreateMultipartUpload(), headers)) {
    CO_TRY_VOID(co_await ensure_bucket(call));
  }
  CO_TRY(const auto upload,
         co_await call.store().create_upload(std::move(address), std::move(options)));
  XmlWriter xml("InitiateMultipartUploadResult");
  xml.element("UploadId", upload.id.hex());
  xml.element("Bucket", call.target.bucket);
  xml.element("Key", call.key->original());
  http::Response response = xml_response(xml.finish());
  if (upload.checksum_algorithm != store::ChecksumAlgorithm::None) {
    response.headers.add("x-amz-checksum-algorithm",
                         std::string(checksum_name(upload.checksum_algorithm)));
    response.headers.add("x-amz-checksum-type",
                         std::string(checksum_type_name(upload.checksum_type)));
  }
  co_return response;
}

Answer handle(Call& call, const UploadPart& operation) {
  CO_TRY(const std::uint32_t number, parse_part_number(operation.part_number));
  CO_TRY(const auto body, RequestBody::open(call, RequestBody::Kind::Object));
  CO_TRY(auto address, call.object());
  CO_TRY(const auto part,
         co_await call.store().upload_part(std::move(address), upload_id_of(operation.upload_id),
                                           number, *body));
  http::Response response(200);
  response.headers.add("ETag", quoted(part.md5));
  if (part.checksum.algorithm != store::ChecksumAlgorithm::None) {
    response.headers.add(std::string(checksum_header(part.checksum.algorithm)),
                         checksum_text(part.checksum, 0));
  }
  co_return response;
}

Answer handle(Call& call, const CompleteMultipartUpload& operation) {
  const HeaderList& headers = call.headers();
  CO_TRY(const auto body, RequestBody::open(call, RequestBody::Kind::BareDocument));
  CompleteDocument document;
  CO_TRY_VOID(co_await read_document(*body, document));
  store::CompleteOptions options;
  CO_TRY(options.parts, document.take());
  CO_TRY(options.expected, expected_checksum(headers));
  CO_TRY(options.expected_size_bytes, read_object_size(headers));
  options.conditions = read_conditions(headers);
  CO_TRY(auto address, call.object());
  store::CommitGate gate = call.gate();
  CO_TRY(const auto info, co_await call.store().complete_upload(
                              std::move(address), upload_id_of(operation.upload_id),
                              std::move(options), std::move(gate)));
  XmlWriter xml("CompleteMultipartUploadResult");
  xml.element("Bucket", call.target.bucket);
  xml.element("Key", call.key->original());
  xml.element("ETag", quoted(info.etag));
  xml.element("Location", location_of(call));
  if (info.checksum.algorithm != store::ChecksumAlgorithm::None) {
    xml.element(checksum_element(info.checksum.algorithm),
                checksum_text(info.checksum, info.etag.parts));
    xml.element("ChecksumType", checksum_type_name(info.checksum.type));
  }
  http::Response response = xml_response(xml.finish());
  response.headers.add("x-amz-version-id", info.version.hex());
  co_return response;
}

Answer handle(Call& call, const AbortMultipartUpload& operation) {
  CO_TRY(auto address, call.object());
  CO_TRY_VOID(
      co_await call.store().abort_upload(std::move(address), upload_id_of(operation.upload_id)));
  co_return http::Response(204);
}

}  // namespace coffer::s3
