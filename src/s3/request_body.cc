#include "s3/request_body.h"

namespace coffer::s3 {
namespace {

/// Documents are read in pieces of this size.
constexpr std::size_t kPieceBytes = 16 * 1024;

Error sha256_mismatch() { return make_error(ErrorCode::XAmzContentSHA256Mismatch); }

}  // namespace

Result<std::unique_ptr<RequestBody>> RequestBody::open(const Call& call, Kind kind) {
  std::unique_ptr<RequestBody> body(new RequestBody(call));
  if (call.who.payload == auth::PayloadMode::Literal) body->sha256_.emplace();
  if (kind == Kind::BareDocument) {
    TRY(body->declared_, trailing_checksum(call.headers(), call.who));
  } else {
    TRY(body->content_md5_, read_content_md5(call.headers()));
    TRY(body->declared_, declared_checksum(call.headers(), call.query, call.who, call.strict()));
  }
  if (body->declared_.algorithm != store::ChecksumAlgorithm::None) {
    body->hasher_.emplace(body->declared_.algorithm);
  }
  TRY_VOID(body->open_framing());
  if (kind == Kind::Object && !body->declared_size_) {
    return make_error(ErrorCode::MissingContentLength);
  }
  return body;
}

Result<> RequestBody::open_framing() {
  const auth::Authenticated& who = call_.who;
  const auto decoded = call_.headers().find("x-amz-decoded-content-length");
  const bool chunked = auth::is_aws_chunked(who.payload);
  if (chunked && !decoded) return make_error(ErrorCode::MissingContentLength);
  if (chunked || (decoded && !call_.request.content_length)) {
    declared_size_ = parse_decimal(*decoded);
    if (!declared_size_) {
      return Error::with_message(ErrorCode::InvalidArgument,
                                 "x-amz-decoded-content-length must be a number");
    }
  } else if (call_.request.content_length || !call_.request.has_body) {
    declared_size_ = call_.request.content_length.value_or(0);
  }
  if (chunked) {
    decoder_ = auth::make_chunked_decoder(*source_, who.payload, who.chunks, *declared_size_,
                                          announced_trailers(call_.headers()));
    source_ = decoder_.get();
  }
  return ok();
}

Task<Result<std::size_t>> RequestBody::read(MutableBytes out) {
  Result<std::size_t> count = co_await source_->read(out);
  if (!count) co_return count;
  received_ += *count;
  if (declared_size_) {
    const bool ended = *count == 0 && received_ < *declared_size_;
    if (ended || received_ > *declared_size_) {
      co_return make_error(ErrorCode::IncompleteBody,
                           "declared " + std::to_string(*declared_size_) + " bytes");
    }
  }
  const ByteView piece = out.first(*count);
  if (sha256_) sha256_->update(piece);
  if (hasher_) hasher_->update(piece);
  co_return count;
}

Result<> RequestBody::check_sha256() {
  if (!sha256_) return ok();
  const std::string actual = hex_encode(sha256_->finish());
  sha256_.reset();
  if (actual != call_.who.payload_sha256_hex) return sha256_mismatch();
  return ok();
}

Result<> RequestBody::check_checksum(const store::Checksum& actual) const {
  std::string expected;
  if (declared_.value) {
    expected = *declared_.value;
  } else {
    const std::string_view name = checksum_header(declared_.algorithm);
    const auto trailer = decoder_ ? decoder_->trailers().find(name) : std::nullopt;
    auto value = trailer ? decode_checksum(declared_.algorithm, *trailer) : std::nullopt;
    if (!value) return make_error(ErrorCode::InvalidDigest, std::string(name));
    expected = *std::move(value);
  }
  if (expected != actual.value) {
    return store::bad_digest(store::digest_name(declared_.algorithm), expected, actual.value);
  }
  return ok();
}

Result<store::Checksum> RequestBody::settle(const Md5Digest& md5) {
  TRY_VOID(check_sha256());
  if (content_md5_ && *content_md5_ != as_text(md5)) {
    return store::bad_digest("MD5", *content_md5_, as_text(md5));
  }
  store::Checksum checksum;
  if (hasher_) {
    checksum = hasher_->finish();
    TRY_VOID(check_checksum(checksum));
  }
  TRY_VOID(call_.authorize(call_.accesses));
  return checksum;
}

Task<Result<>> read_document(RequestBody& body, XmlVisitor& visitor, bool may_be_empty) {
  XmlReader reader(visitor);
  Md5 md5;
  Result<> parsed = ok();
  std::vector<std::byte> piece(kPieceBytes);
  for (;;) {
    CO_TRY(const std::size_t count, co_await body.read(piece));
    if (count == 0) break;
    if (body.received() > XmlReader::kBytesMax) {
      co_return make_error(ErrorCode::MalformedXML, "the document is too long");
    }
    const ByteView bytes = ByteView(piece).first(count);
    md5.update(bytes);
    if (parsed) parsed = reader.feed(as_text(bytes));
  }
  CO_TRY_VOID(body.settle(md5.finish()));
  if (body.received() == 0 && may_be_empty) co_return ok();
  if (parsed) parsed = reader.finish();
  co_return parsed;
}

Task<Result<>> check_ignored_body(const Call& call) {
  if (call.who.payload != auth::PayloadMode::Literal) co_return ok();
  const http::Request& request = call.request;
  if (request.content_length.value_or(0) > kIgnoredBodyMaxBytes) co_return ok();
  Sha256 sha256;
  std::uint64_t total = 0;
  if (request.has_body) {
    std::vector<std::byte> piece(kPieceBytes);
    for (;;) {
      CO_TRY(const std::size_t count, co_await request.body->read(piece));
      if (count == 0) break;
      total += count;
      if (total > kIgnoredBodyMaxBytes) co_return ok();
      sha256.update(ByteView(piece).first(count));
    }
  }
  if (hex_encode(sha256.finish()) != call.who.payload_sha256_hex) co_return sha256_mismatch();
  co_return ok();
}

}  // namespace coffer::s3
