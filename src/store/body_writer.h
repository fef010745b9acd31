#pragma once

#include "base/hash.h"
#include "base/offload.h"
#include "base/stream.h"
#include "blob/sealed_blobs.h"
#include "store/retryable_blob.h"
#include "store/types.h"

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace coffer::store {

/// Bodies pass through buffers of this size: large enough that hashing one is worth a trip to the
/// pool, small enough that ten thousand uploads fit into memory.
inline constexpr std::size_t kPieceBytes = 256 * 1024;

/// Recycles body buffers, since fresh pages are dear (DESIGN.md section 6). Thread-safe.
class BufferPool {
 public:
  class Buffer {
   public:
    Buffer(BufferPool& pool, std::unique_ptr<std::byte[]> bytes)
        : pool_(&pool), bytes_(std::move(bytes)) {}
    Buffer(Buffer&&) noexcept = default;
    Buffer& operator=(Buffer&&) = delete;
    ~Buffer() {
      if (bytes_) pool_->give_back(std::move(bytes_));
    }
    MutableBytes bytes() const { return {bytes_.get(), kPieceBytes}; }
    void swap(Buffer& other) { bytes_.swap(other.bytes_); }

   private:
    BufferPool* pool_;
    std::unique_ptr<std::byte[]> bytes_;
  };

  Buffer take();

 private:
  static constexpr std::size_t kKept = 64;  // 16 MiB at most lie idle
  void give_back(std::unique_ptr<std::byte[]> bytes);

  std::mutex mutex_;
  std::vector<std::unique_ptr<std::byte[]>> free_;  ///< guarded by mutex_
};

/// A body that was read to its end and lies sealed, not yet visible.
struct WrittenBody {
  enum class Kind : std::uint8_t { Empty, Inline, Blob };
  Kind kind = Kind::Empty;
  std::uint64_t size_bytes = 0;
  Md5Digest md5{};
  Checksum checksum;      ///< of the algorithm asked for
  blob::SealedRef ref;    ///< Inline and Blob
  std::string sealed;     ///< Inline
  RetryableBlob pending;  ///< Blob
};

struct BodyLimits {
  std::uint64_t bytes_max = 0;                           ///< longer: EntityTooLarge
  std::size_t inline_bytes_max = 0;                      ///< longer: a blob
  ChecksumAlgorithm checksum = ChecksumAlgorithm::None;  ///< to compute beside MD5
};

/// Reads `body` to its end in bounded pieces: while one piece is hashed, sealed and written, the
/// next is received. An error leaves no bytes behind.
Task<Result<WrittenBody>> write_body(ByteSource& body, std::optional<std::uint64_t> size_hint,
                                     BodyLimits limits, blob::SealedBlobs& blobs, WorkPool& pool,
                                     BufferPool& buffers);

/// MD5, and `checksum`, of what is left of `body`, without keeping it.
struct BodyDigest {
  std::uint64_t size_bytes = 0;
  Md5Digest md5{};
  Checksum checksum;
};
Task<Result<BodyDigest>> digest_body(ByteSource& body, ChecksumAlgorithm checksum, WorkPool& pool,
                                     BufferPool& buffers);

}  // namespace coffer::store
