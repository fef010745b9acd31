#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "base/task.h"

namespace coffer {

/// A body, read forward once, in bounded pieces. Not thread-safe: one reader, one read at a time.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Reads at least one byte into `out` (which is not empty and outlives the call), or returns 0 at
  /// the end; after 0 it returns 0 again. An error ends the stream.
  virtual Task<Result<std::size_t>> read(MutableBytes out) = 0;
};

/// Reads until `out` is full or the source ends; returns how many bytes came.
Task<Result<std::size_t>> read_full(ByteSource& source, MutableBytes out);

/// Reads a whole small body; `EntityTooLarge` when it has more than `limit_bytes`.
Task<Result<std::string>> read_all(ByteSource& source, std::size_t limit_bytes);

/// A body that already lies in memory (owned).
class StringSource final : public ByteSource {
 public:
  explicit StringSource(std::string text) : text_(std::move(text)) {}
  Task<Result<std::size_t>> read(MutableBytes out) override;

 private:
  std::string text_;
  std::size_t position_ = 0;
};

}  // namespace coffer
