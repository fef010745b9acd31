#pragma once

#include "base/offload.h"
#include "base/random.h"
#include "base/stream.h"
#include "blob/engine.h"
#include "blob/master_key.h"

#include <memory>

namespace coffer::blob {

class BufferPool;

/// What an object record keeps of a blob: all that is needed to read it.
struct SealedRef {
  BlobId id;
  WrappedKey key;
  std::uint64_t size_bytes = 0;  ///< of the plaintext
  bool operator==(const SealedRef&) const = default;
};

/// Writes plaintext into a sealed blob.
class SealedWriter {
 public:
  virtual ~SealedWriter() = default;
  /// Encrypts and appends; blocks no loop for more than a few frames. Borrowed for the call.
  virtual Task<Result<>> write(ByteView plaintext) = 0;
  struct Finished {
    SealedRef ref;
    std::unique_ptr<PendingBlob> pending;
  };
  virtual Task<Result<Finished>> finish() = 0;
};

/// Envelope encryption between `store` and a blob engine. A frame on disk is 65,536 bytes: 65,520
/// of data and a 16-byte tag; the last frame is cut to its length. AES-256-GCM, one data key per
/// blob, nonce = frame number, associated data = format, blob id, frame number, last-frame flag. A
/// frame that does not authenticate is `Corrupt`, logged, and never returned. Thread-safe.
class SealedBlobs {
 public:
  static constexpr std::size_t kFrameBytes = 65536;
  static constexpr std::size_t kTagBytes = 16;
  static constexpr std::size_t kFrameDataBytes = kFrameBytes - kTagBytes;

  SealedBlobs(Engine& engine, const MasterKey& master_key, Random& random, WorkPool& pool);

  Task<Result<std::unique_ptr<SealedWriter>>> create(std::uint64_t size_hint_bytes);

  /// Plaintext [offset, offset + length) as a stream with bounded read-ahead; the range lies inside
  /// the blob. The source keeps a copy of `ref` and may outlive this call, not this object.
  std::unique_ptr<ByteSource> read(const SealedRef& ref, std::uint64_t offset,
                                   std::uint64_t length);

  /// A small body sealed for the commit itself: `sealed` is ciphertext and tag, at most one frame.
  struct Inline {
    SealedRef ref;
    std::string sealed;
  };
  Inline seal_inline(ByteView plaintext);
  Result<std::string> open_inline(const SealedRef& ref, std::string_view sealed);

  Engine& engine() { return engine_; }

 private:
  Engine& engine_;
  const MasterKey& master_key_;
  Random& random_;
  WorkPool& pool_;
  std::shared_ptr<BufferPool> buffers_;  ///< Shared with every reader and writer.
};

}  // namespace coffer::blob
