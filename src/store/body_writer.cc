#include "store/body_writer.h"

#include "store/checksum.h"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>

namespace coffer::store {
namespace {

using namespace boost::asio::experimental::awaitable_operators;  // NOLINT: `&&` of two tasks

/// Less than this is hashed where it is: a trip to the pool costs as much.
constexpr std::size_t kOffloadBytesMin = 64 * 1024;

/// MD5 and the checksum asked for, over the same bytes.
class BodyHasher {
 public:
  explicit BodyHasher(ChecksumAlgorithm checksum) : checksum_(checksum) {}
  void update(ByteView bytes) {
    md5_.update(bytes);
    checksum_.update(bytes);
  }
  Md5Digest md5() { return md5_.finish(); }
  Checksum checksum() { return checksum_.finish(); }

 private:
  Md5 md5_;
  ChecksumHasher checksum_;
};

Task<Result<>> hash_piece(BodyHasher& hasher, ByteView piece, WorkPool& pool) {
  if (piece.size() >= kOffloadBytesMin) {
    std::function<Result<>()> work = [&hasher, piece] {
      hasher.update(piece);
      return ok();
    };
    // A full pool must not fail an upload that is half way through: then hash here.
    const auto offloaded = co_await offload(pool, std::move(work));
    if (offloaded) co_return ok();
    if (offloaded.error().code() != ErrorCode::SlowDown) co_return offloaded;
  }
  hasher.update(piece);
  co_return ok();
}

Error too_large(std::uint64_t limit) {
  return make_error(ErrorCode::EntityTooLarge, "body is longer than " + std::to_string(limit));
}

/// What fits into the first buffer and ended there.
Task<Result<WrittenBody>> write_short_body(ByteView bytes, BodyLimits limits,
                                           blob::SealedBlobs& blobs, WorkPool& pool) {
  WrittenBody written;
  written.size_bytes = bytes.size();
  BodyHasher hasher(limits.checksum);
  CO_TRY_VOID(co_await hash_piece(hasher, bytes, pool));
  written.md5 = hasher.md5();
  written.checksum = hasher.checksum();
  if (bytes.empty()) co_return written;
  if (bytes.size() <= limits.inline_bytes_max) {
    auto sealed = blobs.seal_inline(bytes);
    written.kind = WrittenBody::Kind::Inline;
    written.ref = sealed.ref;
    written.sealed = std::move(sealed.sealed);
    co_return written;
  }
  CO_TRY(auto writer, co_await blobs.create(bytes.size()));
  CO_TRY_VOID(co_await writer->write(bytes));
  CO_TRY(auto finished, co_await writer->finish());
  written.kind = WrittenBody::Kind::Blob;
  written.ref = finished.ref;
  written.pending = RetryableBlob(std::move(finished.pending));
  co_return written;
}

}  // namespace

BufferPool::Buffer BufferPool::take() {
  {
    const std::lock_guard guard(mutex_);
    if (!free_.empty()) {
      auto bytes = std::move(free_.back());
      free_.pop_back();
      return Buffer(*this, std::move(bytes));
    }
  }
  return Buffer(*this, std::make_unique_for_overwrite<std::byte[]>(kPieceBytes));
}

void BufferPool::give_back(std::unique_ptr<std::byte[]> bytes) {
  const std::lock_guard guard(mutex_);
  if (free_.size() < kKept) free_.push_back(std::move(bytes));
}

Task<Result<WrittenBody>> write_body(ByteSource& body, std::optional<std::uint64_t> size_hint,
                                     BodyLimits limits, blob::SealedBlobs& blobs, WorkPool& pool,
                                     BufferPool& buffers) {
  if (size_hint && *size_hint > limits.bytes_max) co_return too_large(limits.bytes_max);

  // A body known to be small needs no pooled buffer; one byte more shows that it ended.
  if (size_hint && *size_hint <= limits.inline_bytes_max) {
    std::string small(static_cast<std::size_t>(*size_hint) + 1, '\0');
    const auto room = std::as_writable_bytes(std::span(small));
    CO_TRY(const std::size_t count, co_await read_full(body, room));
    if (count == room.size()) {
      co_return make_error(ErrorCode::InvalidRequest, "body is longer than it declared");
    }
    co_return co_await write_short_body(ByteView(room).first(count), limits, blobs, pool);
  }

  BufferPool::Buffer current = buffers.take();
  CO_TRY(std::size_t length, co_await read_full(body, current.bytes()));
  if (length > limits.bytes_max) co_return too_large(limits.bytes_max);
  if (length < kPieceBytes) {
    co_return co_await write_short_body(ByteView(current.bytes()).first(length), limits, blobs,
                                        pool);
  }

  WrittenBody written;
  BodyHasher hasher(limits.checksum);
  CO_TRY(auto writer, co_await blobs.create(size_hint.value_or(0)));
  BufferPool::Buffer next = buffers.take();
  while (length > 0) {
    const ByteView piece = ByteView(current.bytes()).first(length);
    auto [hashed, wrote, received] = co_await (
        hash_piece(hasher, piece, pool) && writer->write(piece) && read_full(body, next.bytes()));
    if (!received) co_return received.error();
    if (!hashed) co_return hashed.error();
    if (!wrote) co_return wrote.error();
    written.size_bytes += length;
    length = *received;
    current.swap(next);
    if (written.size_bytes + length > limits.bytes_max) co_return too_large(limits.bytes_max);
  }
  CO_TRY(auto finished, co_await writer->finish());
  written.kind = WrittenBody::Kind::Blob;
  written.md5 = hasher.md5();
  written.checksum = hasher.checksum();
  written.ref = finished.ref;
  written.pending = RetryableBlob(std::move(finished.pending));
  co_return written;
}

Task<Result<BodyDigest>> digest_body(ByteSource& body, ChecksumAlgorithm checksum, WorkPool& pool,
                                     BufferPool& buffers) {
  BodyDigest digest;
  BodyHasher hasher(checksum);
  const BufferPool::Buffer buffer = buffers.take();
  for (;;) {
    CO_TRY(const std::size_t length, co_await read_full(body, buffer.bytes()));
    CO_TRY_VOID(co_await hash_piece(hasher, ByteView(buffer.bytes()).first(length), pool));
    digest.size_bytes += length;
    if (length < kPieceBytes) break;
  }
  digest.md5 = hasher.md5();
  digest.checksum = hasher.checksum();
  co_return digest;
}

}  // namespace coffer::store
