#include "s3/documents.h"
#include "s3/error.h"
#include "s3/handlers.h"
#include "s3/headers_out.h"
#include "s3/request_body.h"
#include "s3/xml_writer.h"

#include <algorithm>
#include <array>

namespace coffer::s3 {
namespace {

/// `response-*` of a request, and the header each replaces.
struct Override {
  std::string_view parameter;
  std::string_view header;
};
constexpr std::array kOverrides{
    Override{"response-content-type", "Content-Type"},
    Override{"response-content-language", "Content-Language"},
    Override{"response-expires", "Expires"},
    Override{"response-cache-control", "Cache-Control"},
    Override{"response-content-disposition", "Content-Disposition"},
    Override{"response-content-encoding", "Content-Encoding"},
};

/// R2 ignores them (r2-observed.md 1.3a); extended mode honours them, as every request here is
/// signed. InvalidArgument when a header could not carry the value.
Result<> apply_overrides(const Call& call, http::Response& response) {
  if (call.strict()) return ok();
  for (const Override& each : kOverrides) {
    const std::string* value = call.query.find(each.parameter);
    if (!value) continue;
    const bool printable = std::all_of(value->begin(), value->end(), [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return (byte >= 0x20 && byte != 0x7f) || byte == '\t';
    });
    if (!printable || trim_ascii(*value).size() != value->size()) {
      return Error::with_message(
          ErrorCode::InvalidArgument,
          "The value of " + std::string(each.parameter) + " is not valid in a header.");
    }
    response.headers.set(each.header, *value);
  }
  return ok();
}

Result<std::optional<std::uint32_t>> read_part_number(
    const Call& call, const std::optional<store::RangeRequest>& range) {
  std::optional<std::uint32_t> number;
  // Beside an upload id it says which part of the upload, which HEAD does not look at.
  if (call.query.has("uploadId")) return number;
  const std::string* text = call.query.find("partNumber");
  if (!text) return number;
  TRY(number, parse_part_number(*text));
  if (range) {
    return Error::with_message(ErrorCode::InvalidRequest,
                               "Cannot specify both Range header and partNumber query parameter.");
  }
  return number;
}

std::string content_range(const store::ReadOutcome& outcome) {
  std::string text = "bytes " + std::to_string(outcome.first) + "-";
  text += std::to_string(outcome.first + outcome.length - 1) + "/";
  text += std::to_string(outcome.info.size_bytes);
  return text;
}

Result<http::Response> render(const Call& call, store::ReadOutcome outcome, bool of_part) {
  http::Response response(200);
  add_object_headers(response, outcome.info);
  if (outcome.kind == store::ReadOutcome::Kind::NotModified) {
    response.status = 304;
    return response;
  }
  if (outcome.partial) {
    response.status = 206;
    response.headers.add("Content-Range", content_range(outcome));
  }
  if (of_part && outcome.info.parts_count > 0) {
    response.headers.add("x-amz-mp-parts-count", std::to_string(outcome.info.parts_count));
  }
  // A checksum is of the whole object; with a piece of it, it would only mislead.
  const auto mode = call.headers().find("x-amz-checksum-mode");
  if (!outcome.partial && mode && equals_ignore_case(*mode, "ENABLED")) {
    add_checksum_headers(response, outcome.info.checksum, outcome.info.etag.parts);
  }
  TRY_VOID(apply_overrides(call, response));
  if (call.is_head()) {
    response.head_content_length = outcome.length;
  } else {
    response.content_length = outcome.length;
    response.stream = std::move(outcome.body);
  }
  return response;
}

/// GetObject and HeadObject: range syntax, then the object (r2-observed.md 4.1).
Answer read_object(Call& call) {
  store::ReadOptions options;
  CO_TRY(options.range, read_range(call.headers()));
  CO_TRY(options.part_number, read_part_number(call, options.range));
  options.conditions = read_conditions(call.headers());
  options.want_body = !call.is_head();
  const bool of_part = options.part_number.has_value();
  CO_TRY(auto address, call.object());
  CO_TRY(auto outcome, co_await call.store().read_object(std::move(address), std::move(options)));
  co_return render(call, std::move(outcome), of_part);
}

/// What became of one key of a DeleteObjects request.
struct KeyOutcome {
  std::string text;  ///< as in the request
  std::optional<ObjectKey> key;
  std::optional<Error> error;
};

/// Each key is its own question to the authorizer.
KeyOutcome judge_key(const Call& call, std::string text) {
  KeyOutcome outcome;
  auto key = ObjectKey::parse(text);
  outcome.text = std::move(text);
  if (!key) {
    outcome.error = key.error();
    return outcome;
  }
  std::vector<auth::Access> wanted;
  wanted.emplace_back(
      auth::OperationName::DeleteObjects, auth::required_action(auth::OperationName::DeleteObjects),
      auth::Resource(call.account(), call.jurisdiction(), call.target.bucket, key->nfc()));
  if (const auto allowed = call.authorize(wanted); !allowed) outcome.error = allowed.error();
  outcome.key = *std::move(key);
  return outcome;
}

void write_outcome(XmlWriter& xml, const KeyOutcome& outcome) {
  const std::string_view element = outcome.error ? "Error" : "Deleted";
  xml.open(element);
  xml.element("Key", outcome.text);
  if (outcome.error) {
    const ErrorRow& row = error_row(outcome.error->code());
    xml.element("Code", row.code);
    xml.element("Message", row.message);
  }
  xml.close(element);
}

/// Gives each failure of the store to every entry of its key.
void assign_failures(std::vector<KeyOutcome>& outcomes,
                     const std::vector<store::DeleteFailure>& failures) {
  for (const store::DeleteFailure& failure : failures) {
    for (KeyOutcome& outcome : outcomes) {
      if (outcome.key && !outcome.error && *outcome.key == failure.key) {
        outcome.error = failure.error;
      }
    }
  }
}

}  // namespace

Answer handle(Call& call, const PutObject&) {
  store::PutOptions options;
  CO_TRY(options.storage_class, read_storage_class(call.headers()));
  CO_TRY(const auto body, RequestBody::open(call, RequestBody::Kind::Object));
  options.conditions = read_conditions(call.headers());
  options.metadata = read_metadata(call.headers());
  CO_TRY(auto address, call.object());
  if (creates_missing_bucket(PutObject(), call.headers()))
    CO_TRY_VOID(co_await ensure_bucket(call));
  CO_TRY(const auto info,
         co_await call.store().put_object(std::move(address), std::move(options), *body));
  http::Response response(200);
  response.headers.add("ETag", quoted(info.etag));
  response.headers.add("x-amz-version-id", info.version.hex());
  add_checksum_headers(response, info.checksum, info.etag.parts);
  co_return response;
}

Answer handle(Call& call, const GetObject&) { return read_object(call); }

Answer handle(Call& call, const HeadObject&) { return read_object(call); }

Answer handle(Call& call, const DeleteObject&) {
  CO_TRY(auto address, call.object());
  CO_TRY_VOID(co_await call.store().delete_object(std::move(address)));
  co_return http::Response(204);
}

Answer handle(Call& call, const DeleteObjects&) {
  CO_TRY(auto bucket, call.bucket());
  CO_TRY(const auto body, RequestBody::open(call, RequestBody::Kind::Document));
  DeleteDocument document;
  CO_TRY_VOID(co_await read_document(*body, document));
  CO_TRY(auto texts, document.take());

  std::vector<KeyOutcome> outcomes;
  std::vector<ObjectKey> allowed;
  outcomes.reserve(texts.size());
  std::size_t size = 512;
  for (std::string& text : texts) {
    size += text.size() + 64;
    outcomes.push_back(judge_key(call, std::move(text)));
    if (!outcomes.back().error) allowed.push_back(*outcomes.back().key);
  }
  if (!allowed.empty()) {
    CO_TRY(const auto failures,
           co_await call.store().delete_objects(std::move(bucket), std::move(allowed)));
    assign_failures(outcomes, failures);
  }
  XmlWriter xml("DeleteResult", XmlWriter::Namespace::S3, size);
  for (const KeyOutcome& outcome : outcomes) write_outcome(xml, outcome);
  co_return xml_response(xml.finish());
}

}  // namespace coffer::s3
