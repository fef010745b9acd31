#pragma once

#include "base/bytes.h"

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace coffer::http {

/// Blocks of one size for the connections of one loop, reused because fresh pages are dear. A few
/// are kept; the rest go back to the system. Not thread-safe; outlives its blocks.
class BlockPool {
 public:
  BlockPool(std::size_t block_bytes, std::size_t kept_max)
      : block_bytes_(block_bytes), kept_max_(kept_max) {}

  /// A block on loan.
  class Block {
   public:
    Block() = default;
    Block(BlockPool& pool, std::unique_ptr<std::byte[]> bytes)
        : pool_(&pool), bytes_(std::move(bytes)) {}
    Block(Block&& other) noexcept = default;
    Block& operator=(Block&& other) noexcept {
      give_back();
      pool_ = other.pool_;
      bytes_ = std::move(other.bytes_);
      return *this;
    }
    ~Block() { give_back(); }
    explicit operator bool() const { return bytes_ != nullptr; }
    MutableBytes bytes() const { return {bytes_.get(), pool_->block_bytes_}; }

   private:
    void give_back() {
      if (bytes_) pool_->put(std::move(bytes_));
    }
    BlockPool* pool_ = nullptr;
    std::unique_ptr<std::byte[]> bytes_;
  };

  Block take() {
    if (kept_.empty()) {
      // Not make_unique: nothing reads a byte before it is written, so zeroing would only cost.
      return Block(*this, std::unique_ptr<std::byte[]>(new std::byte[block_bytes_]));
    }
    std::unique_ptr<std::byte[]> bytes = std::move(kept_.back());
    kept_.pop_back();
    return Block(*this, std::move(bytes));
  }
  std::size_t block_bytes() const { return block_bytes_; }

 private:
  void put(std::unique_ptr<std::byte[]> bytes) {
    if (kept_.size() < kept_max_) kept_.push_back(std::move(bytes));
  }

  const std::size_t block_bytes_;
  const std::size_t kept_max_;
  std::vector<std::unique_ptr<std::byte[]>> kept_;
};

/// Bytes read from a connection and not yet used: the head being read, what was read past it, and
/// the next pipelined request. Holds no memory while empty and released. Not thread-safe.
class ReadBuffer {
 public:
  /// `limit_bytes` is the most it ever holds.
  ReadBuffer(BlockPool& pool, std::size_t limit_bytes) : pool_(pool), limit_bytes_(limit_bytes) {}

  bool empty() const { return begin_ == end_; }
  std::size_t size() const { return end_ - begin_; }
  std::string_view text() const { return as_text({data_ + begin_, size()}); }
  void consume(std::size_t count) {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  /// Room for more bytes at the end, at least one; moves or grows what is there if it must. Views
  /// into the buffer end here. Empty when the limit is reached.
  MutableBytes space();
  void commit(std::size_t count) { end_ += count; }
  /// Gives the memory back; only while empty.
  void release();

 private:
  BlockPool& pool_;
  const std::size_t limit_bytes_;
  BlockPool::Block block_;
  std::unique_ptr<std::byte[]> grown_;  ///< in place of block_ when a head outgrows it
  std::byte* data_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace coffer::http
