#pragma once

#include "blob/background.h"
#include "blob/buffer_pool.h"
#include "blob/frame_cipher.h"
#include "blob/sealed_blobs.h"

#include <memory>
#include <optional>

namespace coffer::blob {

/// Seals plaintext into frames and hands them to an engine, a buffer (at most 1 MiB) at a time: one
/// buffer is filled while the engine writes the other, so that the disk works while the caller
/// receives and hashes. A frame that is full stays open until it is known whether it is the last.
class FrameWriter final : public SealedWriter {
 public:
  /// `ref` lacks only the size. `sealed_hint_bytes` of 0 means unknown.
  FrameWriter(std::unique_ptr<Writer> out, SealedRef ref, const DataKey& key,
              std::uint64_t sealed_hint_bytes, WorkPool& pool, std::shared_ptr<BufferPool> buffers);

  Task<Result<>> write(ByteView plaintext) override;
  Task<Result<Finished>> finish() override;

 private:
  /// Shared with the write that is under way, which may outlive this.
  struct Out {
    std::unique_ptr<Writer> writer;
    BufferPool::Buffer buffer;
  };
  static Task<Result<>> write_out(std::shared_ptr<Out> out, std::size_t length);

  Task<Result<>> write_frames(ByteView plaintext);
  Task<Result<Finished>> finish_frames();
  /// Seals as much of `plaintext` as the buffer takes, here or on the pool; how much it was.
  Task<Result<std::size_t>> append(ByteView plaintext);
  std::size_t append_now(ByteView plaintext);
  void seal_open_frame(bool last);
  MutableBytes slot() const;
  bool buffer_is_full() const { return slot_ * SealedBlobs::kFrameBytes == buffer_.bytes().size(); }
  /// Hands the full buffer over and takes another one.
  Task<Result<>> flush();

  WorkPool& pool_;
  std::shared_ptr<BufferPool> buffers_;
  SealedRef ref_;
  FrameCipher cipher_;
  std::shared_ptr<Out> out_;
  Background writing_;
  BufferPool::Buffer buffer_;
  std::size_t slot_ = 0;              ///< of the open frame within buffer_
  std::size_t open_frame_bytes_ = 0;  ///< plaintext that lies in the open frame
  std::uint64_t frame_ = 0;           ///< number of the open frame
  std::uint64_t size_bytes_ = 0;
  std::optional<Error> failure_;  ///< ends the writer
};

}  // namespace coffer::blob
