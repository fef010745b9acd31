#include "blob/sealed_writer.h"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace coffer::blob {
namespace {

constexpr std::size_t kData = SealedBlobs::kFrameDataBytes;
/// Up to here sealing costs an event loop less (16 us a frame, limits.md 2) than a trip to the
/// pool.
constexpr std::size_t kInlineBytes = 2 * kData;

}  // namespace

FrameWriter::FrameWriter(std::unique_ptr<Writer> out, SealedRef ref, const DataKey& key,
                         std::uint64_t sealed_hint_bytes, WorkPool& pool,
                         std::shared_ptr<BufferPool> buffers)
    : pool_(pool),
      buffers_(std::move(buffers)),
      ref_(ref),
      cipher_(ref.id, key, AesGcm::Direction::Seal),
      out_(std::make_shared<Out>()) {
  out_->writer = std::move(out);
  const bool small = sealed_hint_bytes > 0 && sealed_hint_bytes < BufferPool::kLargestBytes;
  buffer_ = buffers_->take(small ? static_cast<std::size_t>(sealed_hint_bytes)
                                 : BufferPool::kLargestBytes);
}

Task<Result<>> FrameWriter::write(ByteView plaintext) {
  if (failure_) co_return *failure_;
  auto result = co_await write_frames(plaintext);
  if (!result) failure_ = result.error();
  co_return result;
}

Task<Result<SealedWriter::Finished>> FrameWriter::finish() {
  if (failure_) co_return *failure_;
  auto result = co_await finish_frames();
  failure_ =
      result ? make_error(ErrorCode::Internal, "blob writer used after its end") : result.error();
  co_return result;
}

Task<Result<>> FrameWriter::write_frames(ByteView plaintext) {
  size_bytes_ += plaintext.size();
  while (!plaintext.empty()) {
    CO_TRY(const std::size_t taken, co_await append(plaintext));
    plaintext = plaintext.subspan(taken);
    if (!plaintext.empty() && buffer_is_full()) CO_TRY_VOID(co_await flush());
  }
  co_return ok();
}

Task<Result<SealedWriter::Finished>> FrameWriter::finish_frames() {
  // Every frame of the buffer is whole but this last one.
  const std::size_t length =
      slot_ * SealedBlobs::kFrameBytes + open_frame_bytes_ + SealedBlobs::kTagBytes;
  seal_open_frame(true);
  CO_TRY_VOID(co_await writing_.wait());
  CO_TRY_VOID(co_await out_->writer->write(ByteView(buffer_.bytes()).first(length)));
  Finished finished;
  CO_TRY(finished.pending, co_await out_->writer->finish());
  finished.ref = ref_;
  finished.ref.size_bytes = size_bytes_;
  co_return finished;
}

Task<Result<std::size_t>> FrameWriter::append(ByteView plaintext) {
  if (plaintext.size() <= kInlineBytes) co_return append_now(plaintext);
  std::size_t taken = 0;
  std::function<Result<>()> work = [this, plaintext, &taken] {
    taken = append_now(plaintext);
    return ok();
  };
  const auto offloaded = co_await offload(pool_, std::move(work));
  if (offloaded) co_return taken;
  if (offloaded.error().code() != ErrorCode::SlowDown) co_return offloaded.error();
  // A full pool must not fail an upload that is half way through: seal a little, let others run.
  co_await boost::asio::post(boost::asio::use_awaitable);
  co_return append_now(plaintext.first(kInlineBytes));
}

std::size_t FrameWriter::append_now(ByteView plaintext) {
  std::size_t taken = 0;
  while (taken < plaintext.size()) {
    if (open_frame_bytes_ == kData) seal_open_frame(false);
    if (buffer_is_full()) break;
    const ByteView rest = plaintext.subspan(taken);
    if (open_frame_bytes_ == 0 && rest.size() > kData) {
      // Whole, and not the last one: sealed without a copy.
      cipher_.seal(frame_, false, rest.first(kData), slot());
      ++frame_;
      ++slot_;
      taken += kData;
      continue;
    }
    const std::size_t count = std::min(rest.size(), kData - open_frame_bytes_);
    std::memcpy(slot().data() + open_frame_bytes_, rest.data(), count);
    open_frame_bytes_ += count;
    taken += count;
  }
  return taken;
}

void FrameWriter::seal_open_frame(bool last) {
  cipher_.seal(frame_, last, ByteView(slot()).first(open_frame_bytes_),
               slot().first(open_frame_bytes_ + SealedBlobs::kTagBytes));
  ++frame_;
  ++slot_;
  open_frame_bytes_ = 0;
}

MutableBytes FrameWriter::slot() const {
  return buffer_.bytes().subspan(slot_ * SealedBlobs::kFrameBytes, SealedBlobs::kFrameBytes);
}

Task<Result<>> FrameWriter::flush() {
  CO_TRY_VOID(co_await writing_.wait());
  const std::size_t length = slot_ * SealedBlobs::kFrameBytes;
  std::swap(buffer_, out_->buffer);
  if (!buffer_) buffer_ = buffers_->take(BufferPool::kLargestBytes);
  slot_ = 0;
  co_await writing_.start(write_out(out_, length));
  co_return ok();
}

Task<Result<>> FrameWriter::write_out(std::shared_ptr<Out> out, std::size_t length) {
  co_return co_await out->writer->write(ByteView(out->buffer.bytes()).first(length));
}

}  // namespace coffer::blob
