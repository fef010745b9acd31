#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "base/pending_blob.h"
#include "base/result.h"
#include "base/task.h"

#include <functional>
#include <memory>

namespace coffer::blob {

/// Writes one blob, front to back. One user, one call at a time. Destroyed before `finish`, it
/// leaves nothing behind.
class Writer {
 public:
  virtual ~Writer() = default;
  /// Appends; any length. The bytes are borrowed for the call.
  virtual Task<Result<>> write(ByteView bytes) = 0;
  /// No more bytes. What comes back becomes durable through a `meta` commit.
  virtual Task<Result<std::unique_ptr<PendingBlob>>> finish() = 0;
};

/// Immutable named byte strings; knows nothing of encryption. Thread-safe; awaitable from any
/// executor. Errors: IoError, NoSpace, Corrupt (shorter than asked), SlowDown (pool full).
class Engine {
 public:
  virtual ~Engine() = default;

  /// `size_hint_bytes` of 0 means unknown. A blob id is never used twice.
  virtual Task<Result<std::unique_ptr<Writer>>> create(BlobId id,
                                                       std::uint64_t size_hint_bytes) = 0;

  /// Fills `out` from `offset`. `Corrupt` when the blob is missing or ends before.
  virtual Task<Result<>> read(BlobId id, std::uint64_t offset, MutableBytes out) = 0;

  /// Idempotent.
  virtual Task<Result<>> remove(BlobId id) = 0;

  /// Visits every stored blob in no order; stops early when `visit` returns false. Blobs being
  /// written may or may not appear.
  virtual Task<Result<>> enumerate(
      std::function<bool(BlobId id, std::uint64_t size_bytes)> visit) = 0;
};

}  // namespace coffer::blob
