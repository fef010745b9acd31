#pragma once

#include "blob/background.h"
#include "blob/buffer_pool.h"
#include "blob/frame_cipher.h"
#include "blob/sealed_blobs.h"

#include <memory>
#include <optional>

namespace coffer::blob {

/// Reads a range of a sealed blob. Frames come in windows: the first is small, so that the first
/// byte is soon there, later ones grow to 256 KiB; the next window is loaded and opened while the
/// caller sends the current one. At most two windows are held.
class FrameSource final : public ByteSource {
 public:
  FrameSource(Engine& engine, const MasterKey& master_key, WorkPool& pool,
              std::shared_ptr<BufferPool> buffers, const SealedRef& ref, std::uint64_t offset,
              std::uint64_t length);
  ~FrameSource() override;

  Task<Result<std::size_t>> read(MutableBytes out) override;

 private:
  struct Window;
  class Loader;

  Result<> start();
  Task<Result<std::size_t>> read_frames(MutableBytes out);
  Task<Result<>> next_window();
  /// Describes the window after the current one to the loader.
  void plan_window();
  std::size_t copy_out(MutableBytes out);

  Engine& engine_;
  const MasterKey& master_key_;
  WorkPool& pool_;
  std::shared_ptr<BufferPool> buffers_;
  const SealedRef ref_;
  std::uint64_t position_;  ///< in the plaintext
  const std::uint64_t end_;
  const bool inside_;  ///< the range lies inside the blob
  std::uint64_t next_frame_ = 0;
  std::size_t window_frames_;
  std::shared_ptr<Loader> loader_;  ///< Shared with the load that is under way.
  std::unique_ptr<Window> current_;
  Background loading_;
  std::optional<Error> failure_;  ///< ends the stream
};

}  // namespace coffer::blob
