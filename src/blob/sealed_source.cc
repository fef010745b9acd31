#include "blob/sealed_source.h"

#include "base/log.h"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace coffer::blob {
namespace {

constexpr std::size_t kData = SealedBlobs::kFrameDataBytes;
constexpr std::size_t kFrame = SealedBlobs::kFrameBytes;
/// Opened on the event loop: 16 us each (limits.md 2), about what a trip to the pool costs.
constexpr std::size_t kInlineFrames = 2;
constexpr std::size_t kFirstWindowFrames = kInlineFrames;
/// limits.md 4.2 and 7 (10): bodies are sent fastest in pieces of 256 KiB.
constexpr std::size_t kWindowFramesMax = 4;

}  // namespace

/// Consecutive frames of a blob. When it has been opened, the plaintext of each frame lies at the
/// beginning of its slot.
struct FrameSource::Window {
  std::uint64_t first_frame = 0;
  std::size_t frames = 0;
  BufferPool::Buffer buffer;
};

/// Fills one window. Owns all that a load touches, since a load may outlive the source.
class FrameSource::Loader {
 public:
  Loader(Engine& engine, WorkPool& pool, const SealedRef& ref, const DataKey& key)
      : engine_(engine),
        pool_(pool),
        blob_(ref.id),
        size_bytes_(ref.size_bytes),
        cipher_(ref.id, key, AesGcm::Direction::Open) {}

  static Task<Result<>> load(std::shared_ptr<Loader> self) {
    Window& window = self->window;
    const std::uint64_t offset = window.first_frame * kFrame;
    const std::uint64_t length =
        std::min<std::uint64_t>(window.frames * kFrame, sealed_size(self->size_bytes_) - offset);
    auto read = co_await self->engine_.read(
        self->blob_, offset, window.buffer.bytes().first(static_cast<std::size_t>(length)));
    if (!read) {
      log_error("blob cannot be read: blob=" + self->blob_.hex() + " first_frame=" +
                std::to_string(window.first_frame) + " " + read.error().describe());
      co_return read;
    }
    if (window.frames > kInlineFrames) {
      std::function<Result<>()> work = [self] { return self->open(0, self->window.frames); };
      auto opened = co_await offload(self->pool_, std::move(work));
      if (opened || opened.error().code() != ErrorCode::SlowDown) co_return opened;
      // A full pool must not fail an answer that is half sent: open here, and let others run.
    }
    for (std::size_t i = 0; i < window.frames; i += kInlineFrames) {
      if (i > 0) co_await boost::asio::post(boost::asio::use_awaitable);
      CO_TRY_VOID(self->open(i, std::min(kInlineFrames, window.frames - i)));
    }
    co_return ok();
  }

  Window window;

 private:
  Result<> open(std::size_t first, std::size_t count) {
    for (std::size_t i = first; i < first + count; ++i) {
      const std::uint64_t frame = window.first_frame + i;
      const bool last = frame + 1 == frame_count(size_bytes_);
      const std::size_t length =
          last ? static_cast<std::size_t>(size_bytes_ - frame * kData) : kData;
      const MutableBytes slot = window.buffer.bytes().subspan(i * kFrame, kFrame);
      if (cipher_.open(frame, last, slot.first(length + SealedBlobs::kTagBytes),
                       slot.first(length))) {
        continue;
      }
      const std::string which = "blob=" + blob_.hex() + " frame=" + std::to_string(frame);
      log_error("a frame does not authenticate and is not served: " + which);
      return make_error(ErrorCode::Corrupt, which + " does not authenticate");
    }
    return ok();
  }

  Engine& engine_;
  WorkPool& pool_;
  const BlobId blob_;
  const std::uint64_t size_bytes_;
  FrameCipher cipher_;
};

FrameSource::FrameSource(Engine& engine, const MasterKey& master_key, WorkPool& pool,
                         std::shared_ptr<BufferPool> buffers, const SealedRef& ref,
                         std::uint64_t offset, std::uint64_t length)
    : engine_(engine),
      master_key_(master_key),
      pool_(pool),
      buffers_(std::move(buffers)),
      ref_(ref),
      position_(offset),
      end_(offset + length),
      inside_(offset <= ref.size_bytes && length <= ref.size_bytes - offset),
      window_frames_(kFirstWindowFrames) {}

FrameSource::~FrameSource() = default;

Task<Result<std::size_t>> FrameSource::read(MutableBytes out) {
  if (failure_) co_return *failure_;
  auto result = co_await read_frames(out);
  if (!result) failure_ = result.error();
  co_return result;
}

Task<Result<std::size_t>> FrameSource::read_frames(MutableBytes out) {
  if (!loader_) CO_TRY_VOID(start());
  if (position_ == end_) co_return std::size_t{0};
  if (position_ / kData >= current_->first_frame + current_->frames) {
    CO_TRY_VOID(co_await next_window());
  }
  co_return copy_out(out);
}

Result<> FrameSource::start() {
  if (!inside_) {
    return make_error(ErrorCode::Corrupt, "a range ends behind the " +
                                              std::to_string(ref_.size_bytes) + " bytes of blob " +
                                              ref_.id.hex());
  }
  auto key = master_key_.unwrap(ref_.id, ref_.key);
  if (!key) {
    log_error("blob cannot be opened: " + key.error().describe());
    return key.error();
  }
  loader_ = std::make_shared<Loader>(engine_, pool_, ref_, *key);
  current_ = std::make_unique<Window>();
  next_frame_ = position_ / kData;
  current_->first_frame = next_frame_;
  return ok();
}

Task<Result<>> FrameSource::next_window() {
  if (loading_.running()) {
    CO_TRY_VOID(co_await loading_.wait());
  } else {
    plan_window();
    CO_TRY_VOID(co_await Loader::load(loader_));
  }
  std::swap(*current_, loader_->window);
  next_frame_ = current_->first_frame + current_->frames;
  if (next_frame_ * kData < end_) {
    plan_window();
    co_await loading_.start(Loader::load(loader_));
  } else {
    loader_->window.buffer = BufferPool::Buffer();
  }
  co_return ok();
}

void FrameSource::plan_window() {
  Window& window = loader_->window;
  const std::uint64_t needed = (end_ - 1) / kData + 1 - next_frame_;
  const auto frames = static_cast<std::size_t>(std::min<std::uint64_t>(needed, window_frames_));
  if (window.buffer.bytes().size() < frames * kFrame) {
    window.buffer = BufferPool::Buffer();  // back first, so that two are never taken for one
    window.buffer = buffers_->take(frames * kFrame);
  }
  window.first_frame = next_frame_;
  window.frames = std::min(frames, window.buffer.bytes().size() / kFrame);
  window_frames_ = std::min(window_frames_ * 2, kWindowFramesMax);
}

std::size_t FrameSource::copy_out(MutableBytes out) {
  const Window& window = *current_;
  std::size_t copied = 0;
  while (copied < out.size() && position_ < end_) {
    const std::uint64_t frame = position_ / kData;
    if (frame >= window.first_frame + window.frames) break;
    const auto in_frame = static_cast<std::size_t>(position_ % kData);
    const auto count = static_cast<std::size_t>(
        std::min<std::uint64_t>({out.size() - copied, kData - in_frame, end_ - position_}));
    const auto slot = static_cast<std::size_t>(frame - window.first_frame) * kFrame;
    std::memcpy(out.data() + copied, window.buffer.bytes().data() + slot + in_frame, count);
    copied += count;
    position_ += count;
  }
  return copied;
}

}  // namespace coffer::blob
