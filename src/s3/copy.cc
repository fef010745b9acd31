#include "base/codec.h"
#include "s3/checksums.h"
#include "s3/handlers.h"
#include "s3/headers_out.h"
#include "s3/xml_writer.h"

namespace coffer::s3 {
namespace {

/// What no bucket can be called is a bucket that does not exist.
Result<store::ObjectAddress> source_address(const Call& call, const Result<CopySource>& source) {
  if (!source) return source.error();
  auto name = BucketName::parse(source->bucket);
  if (!name) return make_error(ErrorCode::NoSuchBucket, "copy source");
  store::BucketAddress bucket(call.account(), call.jurisdiction(), *std::move(name));
  return store::ObjectAddress(std::move(bucket), source->key);
}

void write_checksum(XmlWriter& xml, const store::Checksum& checksum, std::uint32_t parts) {
  if (checksum.algorithm == store::ChecksumAlgorithm::None) return;
  xml.element(checksum_element(checksum.algorithm), checksum_text(checksum, parts));
}

}  // namespace

Answer handle(Call& call, const CopyObject& operation) {
  const HeaderList& headers = call.headers();
  store::CopyOptions options;
  CO_TRY(options.directive, read_directive(headers));
  CO_TRY(options.storage_class, read_storage_class(headers));
  CO_TRY(auto source, source_address(call, operation.source));
  CO_TRY(auto destination, call.object());
  options.source_conditions = read_conditions(headers, "x-amz-copy-source-");
  options.destination_conditions = read_conditions(headers, "cf-copy-destination-");
  if (options.directive != store::CopyOptions::Directive::Copy) {
    options.metadata = read_metadata(headers);
  }
  store::CommitGate gate = call.gate();
  CO_TRY(const auto copied,
         co_await call.store().copy_object(std::move(source), std::move(destination),
                                           std::move(options), std::move(gate)));
  const store::ObjectInfo& info = copied.object;
  XmlWriter xml("CopyObjectResult");
  xml.element("ETag", quoted(info.etag));
  xml.element("LastModified", info.last_modified);
  write_checksum(xml, info.checksum, info.etag.parts);
  http::Response response = xml_response(xml.finish());
  response.headers.add("x-amz-version-id", info.version.hex());
  response.headers.add("x-amz-copy-source-version-id", copied.source_version.hex());
  co_return response;
}

Answer handle(Call& call, const UploadPartCopy& operation) {
  CO_TRY(const std::uint32_t number, parse_part_number(operation.part_number));
  CO_TRY(auto source, source_address(call, operation.source));
  const auto range = read_copy_range(call.headers());
  if (!range) {
    // A missing source bucket comes before a bad range (r2-observed.md section 7).
    CO_TRY_VOID(co_await call.store().get_bucket(source.bucket));
    co_return range.error();
  }
  CO_TRY(auto destination, call.object());
  store::CommitGate gate = call.gate();
  CO_TRY(const auto part,
         co_await call.store().upload_part_copy(
             std::move(source), std::move(destination), upload_id_of(operation.upload_id), number,
             *range, std::move(gate), read_conditions(call.headers(), "x-amz-copy-source-")));
  XmlWriter xml("CopyPartResult");
  xml.element("ETag", quoted(part.md5));
  xml.element("LastModified", part.last_modified);
  write_checksum(xml, part.checksum, 0);
  co_return xml_response(xml.finish());
}

}  // namespace coffer::s3
