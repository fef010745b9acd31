#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "blob/blob_folder.h"
#include "blob/buffer_pool.h"
#include "blob/free_space.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

namespace coffer::blob {

/// What the blobs that one engine writes share.
struct WriteContext {
  BlobFolder& folder;
  FreeSpace& space;
  FileOps& ops;
  std::shared_ptr<BufferPool> buffers;
  std::atomic<bool> direct{true};  ///< O_DIRECT has not been refused yet
};

/// One blob on its way from the first byte to a name on stable storage. Every call blocks; one
/// user, one call at a time, from any thread. What was not named and kept is gone when this is
/// destroyed, which blocks too.
///
/// Small blobs go through the page cache, where they are soon read from. Large ones pass it by:
/// whole blocks straight from the caller's memory where that is aligned, all else over a staging
/// buffer of this object, and at the end a padded block that is cut to its length.
class NewBlob {
 public:
  static constexpr std::size_t kBlockBytes = BufferPool::kAlignment;
  /// Up to here (512 KiB and its tags) writing through the page cache made 1.1 to 1.9 times as many
  /// blobs durable per second, 16 at once; at 1 MiB O_DIRECT made 1.4 times as many.
  static constexpr std::uint64_t kBufferedBytesMax = 576 * 1024;
  /// Space is allocated so far ahead of the bytes: enough for long extents, and a client that only
  /// declares a large body fills no disk.
  static constexpr std::uint64_t kAllocateBytes = 64 * 1024 * 1024;

  /// Touches no file yet. `size_hint_bytes` of 0 means unknown.
  NewBlob(WriteContext& context, BlobId id, std::uint64_t size_hint_bytes);
  NewBlob(const NewBlob&) = delete;
  NewBlob& operator=(const NewBlob&) = delete;
  ~NewBlob();

  BlobId id() const { return id_; }

  /// Adds bytes to the end. When they reach the size that was announced, the blob is settled too,
  /// which saves another trip to the pool. After an error there is no other use than destruction.
  Result<> append(ByteView bytes);
  /// Returns when the file holds what was appended, and no more.
  Result<> settle();
  bool is_settled() const { return is_settled_; }

  /// Of a settled blob: names it, and returns when bytes and name are on stable storage. Answers
  /// the same for ever: a sync that failed is not tried again, since the kernel may have dropped
  /// what it could not write, and the next one would succeed.
  Result<> publish();
  /// The destructor leaves the name alone.
  void keep() { is_kept_ = true; }

 private:
  Result<> open();
  Result<> allocate(std::uint64_t end);
  Result<> append_blocks(ByteView bytes);
  /// How many of the bytes can be written from where they are.
  std::size_t writable_in_place(ByteView bytes) const;
  std::size_t stage(ByteView bytes);
  Result<> write(ByteView bytes, std::uint64_t offset);
  Result<> stop_direct();
  Result<> publish_once();
  std::uint64_t size_bytes() const { return written_bytes_ + staged_bytes_; }

  WriteContext& context_;
  const BlobId id_;
  const std::uint64_t size_hint_bytes_;
  BlobFolder::NewFile file_;
  bool is_direct_ = false;
  bool is_settled_ = false;
  bool may_have_name_ = false;
  bool is_kept_ = false;
  std::uint64_t allocated_bytes_ = 0;
  bool allocates_;
  std::uint64_t written_bytes_ = 0;  ///< in the file for good
  BufferPool::Buffer staging_;       ///< what follows them
  std::size_t staged_bytes_ = 0;
  std::optional<Result<>> published_;
};

}  // namespace coffer::blob
