#include "s3/audit.h"
#include "s3/documents.h"
#include "s3/handlers.h"
#include "s3/headers_out.h"
#include "s3/page_token.h"
#include "s3/request_body.h"
#include "s3/xml_writer.h"

#include <algorithm>
#include <array>

namespace coffer::s3 {
namespace {

using namespace std::string_view_literals;

// r2-s3.md section 4.
constexpr std::size_t kListBucketsMax = 1000;
constexpr std::array kLocationHints{"WNAM"sv, "ENAM"sv, "WEUR"sv, "EEUR"sv, "APAC"sv, "OC"sv};

/// A parameter of ListBuckets, as header or in the query; the header wins.
std::optional<std::string> search_parameter(const Call& call, std::string_view name) {
  std::string header("cf-");
  header += name;
  if (const auto value = call.headers().find(header)) return std::string(*value);
  if (const std::string* value = call.query.find(name)) return *value;
  return std::nullopt;
}

Result<std::size_t> page_limit(const std::optional<std::string>& text, std::size_t& requested) {
  requested = kListBucketsMax;
  if (!text) return kListBucketsMax;
  const auto value = parse_page_limit(*text);
  if (!value) return make_error(ErrorCode::InvalidMaxKeys);
  requested = *value;
  return std::min<std::size_t>(*value, kListBucketsMax);
}

/// In upper case; empty for the region that means no place. InvalidRegionName.
Result<std::string> location_of(const std::string& constraint) {
  if (constraint.empty() || equals_ignore_case(constraint, "auto") || constraint == "us-east-1") {
    return std::string();
  }
  for (const std::string_view hint : kLocationHints) {
    if (equals_ignore_case(hint, constraint)) return std::string(hint);
  }
  return Error::with_message(
      ErrorCode::InvalidRegionName,
      "The region name '" + constraint +
          "' is not valid. Must be one of: wnam, enam, weur, eeur, apac, oc, auto");
}

/// NoSuchBucket, InvalidBucketName.
Task<Result<store::Bucket>> find_bucket(const Call& call) {
  CO_TRY(auto address, call.bucket());
  co_return co_await call.store().get_bucket(std::move(address));
}

}  // namespace

Answer handle(Call& call, const ListBuckets&) {
  const auto prefix = search_parameter(call, "prefix");
  const auto start_after = search_parameter(call, "start-after");
  const auto token = search_parameter(call, "continuation-token");
  // A client that says max-buckets speaks AWS's dialect of this operation.
  const bool aws_dialect = call.query.has("max-buckets");
  const auto limit_text = search_parameter(call, aws_dialect ? "max-buckets" : "max-keys");
  store::ListBucketsQuery query;
  std::size_t requested = 0;
  CO_TRY(query.limit, page_limit(limit_text, requested));
  query.prefix = prefix.value_or("");
  query.start_after = start_after.value_or("");
  if (token && !token->empty()) {
    const auto position = decode_page_token(query.prefix, *token);
    if (!position) {
      co_return Error::with_message(ErrorCode::InvalidArgument,
                                    "The continuation token provided is incorrect");
    }
    query.start_after = std::max(query.start_after, *position);
  }
  const std::string token_scope = query.prefix;
  CO_TRY(const auto page,
         co_await call.store().list_buckets(call.account(), call.jurisdiction(), std::move(query)));

  std::string next;
  if (page.truncated && !page.buckets.empty()) {
    next = encode_page_token(token_scope, page.buckets.back().name.text());
  }
  XmlWriter xml("ListAllMyBucketsResult", XmlWriter::Namespace::S3,
                512 + page.buckets.size() * 160);
  xml.open("Buckets");
  for (const store::Bucket& bucket : page.buckets) {
    xml.open("Bucket");
    xml.element("CreationDate", bucket.created);
    xml.element("Name", bucket.name.text());
    xml.close("Bucket");
  }
  xml.close("Buckets");
  const std::string owner = call.account().hex();
  xml.open("Owner");
  xml.element("DisplayName", owner);
  xml.element("ID", owner);
  xml.close("Owner");
  // Only those who page, or must, are told of it.
  if (prefix || start_after || token || limit_text || page.truncated) {
    xml.element("IsTruncated", page.truncated);
    if (!next.empty()) xml.element("NextContinuationToken", next);
    if (start_after) xml.element("StartAfter", *start_after);
    xml.element("KeyCount", page.buckets.size());
    // R2 echoes the token here; for AWS this is the next one, and its SDKs page by it.
    const std::string shown_token = aws_dialect ? next : token.value_or("");
    if (!shown_token.empty()) xml.element("ContinuationToken", shown_token);
    xml.element("MaxKeys", requested);
    if (prefix) xml.element("Prefix", *prefix);
  }
  http::Response response = xml_response(xml.finish());
  if (page.truncated) response.headers.add("cf-is-truncated", "true");
  if (!next.empty()) response.headers.add("cf-next-continuation-token", next);
  co_return response;
}

Answer handle(Call& call, const CreateBucket&) {
  CO_TRY(auto address, call.bucket());
  CO_TRY(const auto body, RequestBody::open(call, RequestBody::Kind::Document));
  CreateBucketDocument document;
  CO_TRY_VOID(co_await read_document(*body, document, true));
  store::CreateBucketOptions options;
  CO_TRY(options.location, location_of(document.take()));
  auto audit = audit_of_creation(call, options);
  CO_TRY_VOID(co_await call.store().create_bucket(std::move(address), std::move(options),
                                                  std::move(audit)));
  http::Response response(200);
  response.headers.add("Location", "/" + call.target.bucket);
  co_return response;
}

Answer handle(Call& call, const HeadBucket&) {
  CO_TRY_VOID(co_await find_bucket(call));
  http::Response response(200);
  response.headers.add("x-amz-bucket-region", "auto");  // release notes 2022-10-19
  response.head_content_length = 0;
  co_return response;
}

Answer handle(Call& call, const DeleteBucket&) {
  CO_TRY(auto address, call.bucket());
  auto audit = audit_of_deletion(call);
  CO_TRY_VOID(co_await call.store().delete_bucket(std::move(address), std::move(audit)));
  co_return http::Response(204);
}

Answer handle(Call& call, const GetBucketLocation&) {
  CO_TRY(const auto bucket, co_await find_bucket(call));
  XmlWriter xml("LocationConstraint");
  append_escaped(xml.out(), bucket.location.empty() ? "auto" : bucket.location);
  co_return xml_response(xml.finish());
}

Answer handle(Call& call, const GetBucketEncryption&) {
  CO_TRY_VOID(co_await find_bucket(call));
  XmlWriter xml("ServerSideEncryptionConfiguration");
  xml.open("Rule");
  xml.open("ApplyServerSideEncryptionByDefault");
  xml.element("SSEAlgorithm", "AES256");
  xml.close("ApplyServerSideEncryptionByDefault");
  xml.element("BucketKeyEnabled", true);
  xml.close("Rule");
  co_return xml_response(xml.finish());
}

Answer handle(Call& call, const GetBucketVersioning&) {
  CO_TRY_VOID(co_await find_bucket(call));
  XmlWriter xml("VersioningConfiguration");
  co_return xml_response(xml.finish());
}

Answer handle(Call& call, const GetBucketTagging&) {
  CO_TRY_VOID(co_await find_bucket(call));
  co_return make_error(ErrorCode::NoSuchTagSet);
}

Answer handle(Call& call, const GetObjectLockConfiguration&) {
  CO_TRY_VOID(co_await find_bucket(call));
  co_return make_error(ErrorCode::ObjectLockConfigurationNotFound);
}

Answer handle(Call& call, const GetBucketReplication&) {
  CO_TRY_VOID(co_await find_bucket(call));
  co_return make_error(ErrorCode::ReplicationConfigurationNotFound);
}

Answer handle(Call&, const PostNothing&) { co_return http::Response(200); }

}  // namespace coffer::s3
