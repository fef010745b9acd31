// aws-chunked, as docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and its page on
// trailers describe it:
//
//   body    = *chunk last *trailer CRLF
//   chunk   = size *(";" extension) CRLF data CRLF      size: 1 to 16 hex digits, not zero
//   last    = 1*"0" *(";" extension) CRLF
//   trailer = name ":" value (CRLF | LF)
//
// In the signed modes every chunk, the last one included, has the extension
// `chunk-signature=<hex>`, and with trailers one more line `x-amz-trailer-signature:<hex>` follows
// them. Each signature covers the one before it, starting from the request's own.
//
// Tolerated, because clients send it and nothing hangs on it: LF line ends and one empty line among
// signed trailers (the AWS example has it), a missing or doubled line end at the very end.

#include "auth/sigv4.h"
#include "auth/sigv4_hmac.h"
#include "base/codec.h"

#include <algorithm>
#include <array>

namespace coffer::auth {
namespace {

/// Size, signature and room for extensions that nobody defined yet.
constexpr std::size_t kChunkHeaderMaxBytes = 1024;
constexpr std::size_t kTrailersMaxBytes = 16 * 1024;
constexpr std::size_t kTrailersMax = 32;
/// Stray line ends after the last one.
constexpr std::size_t kSlackMaxBytes = 8;
/// Large enough to take the longest line; data beyond it goes to the reader without a copy.
constexpr std::size_t kBufferBytes = 16 * 1024;
static_assert(kBufferBytes >= kTrailersMaxBytes && kBufferBytes >= kChunkHeaderMaxBytes);

constexpr std::string_view kTrailerSignature = "x-amz-trailer-signature";

Error malformed(std::string_view what) {
  return Error::with_message(ErrorCode::InvalidRequest,
                             "The aws-chunked body is malformed: " + std::string(what) + ".");
}
Error bad_signature() {
  return Error::with_message(ErrorCode::SignatureDoesNotMatch,
                             "The request signature we calculated does not match the signature you "
                             "provided. Check your secret access key and signing method.");
}
Error incomplete(std::string_view where) {
  return make_error(ErrorCode::IncompleteBody, "aws-chunked body ends " + std::string(where));
}

struct ChunkHeader {
  std::uint64_t size = 0;
  std::string signature;  ///< empty when there is none
};

std::optional<ChunkHeader> parse_chunk_header(std::string_view line) {
  ChunkHeader header;
  const std::string_view digits = line.substr(0, line.find(';'));
  if (digits.empty() || digits.size() > 16) return std::nullopt;  // 16 digits: 64 bits
  for (char c : digits) {
    unsigned value = 0;
    if (c >= '0' && c <= '9') {
      value = static_cast<unsigned>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      value = static_cast<unsigned>(c - 'a') + 10;
    } else if (c >= 'A' && c <= 'F') {
      value = static_cast<unsigned>(c - 'A') + 10;
    } else {
      return std::nullopt;
    }
    header.size = header.size << 4 | value;
  }
  line.remove_prefix(digits.size());
  constexpr std::string_view kSignature = "chunk-signature=";
  while (!line.empty()) {
    line.remove_prefix(1);  // ;
    const std::string_view extension = trim_ascii(line.substr(0, line.find(';')));
    if (extension.starts_with(kSignature)) header.signature = extension.substr(kSignature.size());
    line.remove_prefix(std::min(line.find(';'), line.size()));
  }
  return header;
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
  });
}

class Decoder final : public ChunkedDecoder {
 public:
  Decoder(ByteSource& body, PayloadMode mode, std::optional<ChunkSigning> signing,
          std::uint64_t decoded_length, const std::vector<std::string>& announced)
      : body_(body),
        trailers_allowed_(mode != PayloadMode::SignedChunks),
        signing_(std::move(signing)),
        decoded_left_(decoded_length),
        buffer_(kBufferBytes) {
    if (trailers_allowed_) {
      for (const std::string& name : announced) {
        announced_.push_back(to_lower_ascii(trim_ascii(name)));
      }
      std::sort(announced_.begin(), announced_.end());
      announced_.erase(std::unique(announced_.begin(), announced_.end()), announced_.end());
    }
    if (signing_) {
      key_ = HmacKey(signing_->signing_key);
      previous_signature_ = signing_->seed_signature;
    }
    const bool signs =
        mode == PayloadMode::SignedChunks || mode == PayloadMode::SignedChunksTrailer;
    if (!is_aws_chunked(mode) || signs != signing_.has_value()) {
      failure_ = make_error(ErrorCode::Internal, "payload mode and chunk signing do not agree");
    } else if (announced_.size() > kTrailersMax) {
      failure_ = malformed("too many trailers are announced");
    }
  }

  Task<Result<std::size_t>> read(MutableBytes out) override {
    if (failure_) co_return *failure_;
    if (ended_) co_return std::size_t{0};
    Result<std::size_t> count = co_await read_data(out);
    if (!count) failure_ = count.error();
    co_return count;
  }

  const HeaderList& trailers() const override { return trailers_; }

 private:
  Task<Result<std::size_t>> read_data(MutableBytes out) {
    if (chunk_left_ == 0) {
      CO_TRY_VOID(co_await begin_chunk());
      if (ended_) co_return std::size_t{0};
    }
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), chunk_left_));
    CO_TRY(const std::size_t count, co_await take(out.first(wanted)));
    if (count == 0) co_return incomplete("inside a chunk");
    chunk_left_ -= count;
    decoded_left_ -= count;
    if (signing_) chunk_hash_.update(out.first(count));
    if (chunk_left_ == 0) {
      // The last bytes of a chunk are handed out only once its signature holds, and the last bytes
      // of the body only once all that follows them is in order.
      CO_TRY_VOID(co_await end_chunk());
      if (decoded_left_ == 0) CO_TRY_VOID(co_await begin_chunk());
    }
    co_return count;
  }

  /// Reads a chunk's first line; after the last chunk's, all that follows it, and sets ended_.
  Task<Result<>> begin_chunk() {
    CO_TRY(const std::optional<std::string_view> line, co_await read_line(kChunkHeaderMaxBytes));
    if (!line) co_return incomplete("before its last chunk");
    if (!line->ends_with('\r')) co_return malformed("a chunk header does not end in CRLF");
    std::optional<ChunkHeader> header = parse_chunk_header(line->substr(0, line->size() - 1));
    if (!header) co_return malformed("a chunk header is not valid");
    if (signing_ && header->signature.empty()) co_return malformed("a chunk has no signature");
    if (header->size > decoded_left_) {
      co_return malformed("it holds more than x-amz-decoded-content-length");
    }
    chunk_left_ = header->size;
    chunk_signature_ = std::move(header->signature);
    if (chunk_left_ > 0) co_return ok();

    if (signing_) CO_TRY_VOID(verify_chunk());
    if (decoded_left_ > 0) {
      co_return incomplete(std::to_string(decoded_left_) + " bytes before its decoded length");
    }
    CO_TRY_VOID(co_await read_trailers());
    CO_TRY_VOID(co_await expect_end());
    ended_ = true;
    co_return ok();
  }

  Task<Result<>> end_chunk() {
    std::array<std::byte, 2> line_end;
    std::size_t have = 0;
    while (have < line_end.size()) {
      CO_TRY(const std::size_t count, co_await take(std::span(line_end).subspan(have)));
      if (count == 0) co_return incomplete("after a chunk");
      have += count;
    }
    if (as_text(line_end) != "\r\n") co_return malformed("a chunk does not end in CRLF");
    if (signing_) CO_TRY_VOID(verify_chunk());
    co_return ok();
  }

  /// AWS4-HMAC-SHA256-PAYLOAD: previous signature, hash of nothing, hash of the chunk.
  Result<> verify_chunk() {
    static const std::string empty_hash = sha256_hex("");
    const std::string data_hash = hex_encode(chunk_hash_.finish());
    chunk_hash_ = Sha256();
    std::string to_sign = signing_head("AWS4-HMAC-SHA256-PAYLOAD");
    to_sign.append(empty_hash).append("\n").append(data_hash);
    return advance_signature(to_sign, chunk_signature_);
  }

  /// AWS4-HMAC-SHA256-TRAILER: previous signature, hash of the `name:value\n` lines by name.
  Result<> verify_trailers(const std::string& signature) {
    std::vector<const Header*> sorted;
    for (const Header& trailer : trailers_) sorted.push_back(&trailer);
    std::sort(sorted.begin(), sorted.end(),
              [](const Header* a, const Header* b) { return a->name < b->name; });
    std::string lines;
    for (const Header* trailer : sorted) {
      lines.append(trailer->name).append(":").append(trailer->value).append("\n");
    }
    std::string to_sign = signing_head("AWS4-HMAC-SHA256-TRAILER");
    to_sign.append(hex_encode(short_sha256({lines})));
    return advance_signature(to_sign, signature);
  }

  std::string signing_head(std::string_view algorithm) const {
    std::string text(algorithm);
    text.append("\n").append(signing_->amz_date).append("\n").append(signing_->scope).append("\n");
    text.append(previous_signature_).append("\n");
    return text;
  }

  Result<> advance_signature(std::string_view to_sign, std::string_view provided) {
    previous_signature_ = hex_encode(key_.mac(to_sign));
    if (!constant_time_equals(previous_signature_, provided)) return bad_signature();
    return ok();
  }

  /// All lines after the last chunk, up to the empty one.
  Task<Result<>> read_trailers() {
    const bool signed_trailers = signing_ && trailers_allowed_;
    std::optional<std::string> signature;
    bool skipped_empty_line = false;
    std::size_t bytes_left = kTrailersMaxBytes;
    for (;;) {
      CO_TRY(const std::optional<std::string_view> line, co_await read_line(bytes_left));
      if (!line) break;  // What is missing is found below; the final line end alone is not missed.
      bytes_left -= line->size() + 1;
      std::string_view text = *line;
      if (text.ends_with('\r')) text.remove_suffix(1);
      if (text.empty()) {
        if (!signed_trailers || signature || skipped_empty_line) break;
        skipped_empty_line = true;
        continue;
      }
      const std::size_t colon = text.find(':');
      if (colon == std::string_view::npos) co_return malformed("a trailer has no colon");
      std::string name = to_lower_ascii(text.substr(0, colon));
      std::string value(trim_ascii(text.substr(colon + 1)));
      if (has_control_character(value)) co_return malformed("a trailer's value is not valid");
      if (signature) co_return malformed("a trailer follows the trailers' signature");
      if (signed_trailers && name == kTrailerSignature) {
        signature = std::move(value);
        continue;
      }
      if (!std::binary_search(announced_.begin(), announced_.end(), name)) {
        co_return malformed("a trailer was not announced in x-amz-trailer");
      }
      if (trailers_.contains(name)) co_return malformed("a trailer is repeated");
      trailers_.add(std::move(name), std::move(value));
    }
    if (trailers_.size() != announced_.size()) {
      co_return malformed("an announced trailer is missing");
    }
    if (signed_trailers) {
      if (!signature) co_return malformed("the trailers have no signature");
      CO_TRY_VOID(verify_trailers(*signature));
    }
    co_return ok();
  }

  Task<Result<>> expect_end() {
    std::array<std::byte, kSlackMaxBytes + 1> slack;
    std::size_t total = 0;
    while (total < slack.size()) {
      CO_TRY(const std::size_t count, co_await take(std::span(slack).subspan(total)));
      if (count == 0) break;
      total += count;
    }
    const std::string_view text = as_text(std::span(slack).first(total));
    if (total > kSlackMaxBytes || text.find_first_not_of("\r\n") != std::string_view::npos) {
      co_return malformed("bytes follow its end");
    }
    co_return ok();
  }

  /// Up to the next LF, which is not part of it; nothing when the body ends before its first byte.
  /// Valid until the next read.
  Task<Result<std::optional<std::string_view>>> read_line(std::size_t limit) {
    std::size_t searched = 0;
    for (;;) {
      const std::string_view text = as_text(ByteView(buffer_).subspan(begin_, end_ - begin_));
      const std::size_t newline = text.find('\n', searched);
      if (newline != std::string_view::npos ? newline >= limit : text.size() >= limit) {
        co_return malformed("a line is too long");
      }
      if (newline != std::string_view::npos) {
        begin_ += newline + 1;
        co_return std::optional<std::string_view>(text.substr(0, newline));
      }
      searched = text.size();
      CO_TRY(const std::size_t count, co_await fill());
      if (count > 0) continue;
      if (searched > 0) co_return incomplete("inside a line");
      co_return std::optional<std::string_view>();
    }
  }

  /// Bytes out of the buffer, or past it when it is empty and the piece is large; 0 at the end.
  Task<Result<std::size_t>> take(MutableBytes out) {
    if (begin_ == end_) {
      if (out.size() >= kBufferBytes) co_return co_await body_.read(out);
      CO_TRY(const std::size_t filled, co_await fill());
      if (filled == 0) co_return std::size_t{0};
    }
    const std::size_t count = std::min(out.size(), end_ - begin_);
    std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), count, out.begin());
    begin_ += count;
    co_return count;
  }

  /// Appends to the buffer, which has room: lines are bounded below its size.
  Task<Result<std::size_t>> fill() {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
    CO_TRY(const std::size_t count, co_await body_.read(MutableBytes(buffer_).subspan(end_)));
    end_ += count;
    co_return count;
  }

  ByteSource& body_;
  const bool trailers_allowed_;
  std::optional<ChunkSigning> signing_;
  std::uint64_t decoded_left_;
  std::vector<std::string> announced_;  ///< lower case, sorted, each once

  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;

  HmacKey key_;
  std::string previous_signature_;
  Sha256 chunk_hash_;
  std::string chunk_signature_;
  std::uint64_t chunk_left_ = 0;

  HeaderList trailers_;
  std::optional<Error> failure_;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<ChunkedDecoder> make_chunked_decoder(ByteSource& body, PayloadMode mode,
                                                     std::optional<ChunkSigning> signing,
                                                     std::uint64_t decoded_length,
                                                     std::vector<std::string> announced_trailers) {
  return std::make_unique<Decoder>(body, mode, std::move(signing), decoded_length,
                                   announced_trailers);
}

}  // namespace coffer::auth
