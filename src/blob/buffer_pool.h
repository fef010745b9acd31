#pragma once

#include "base/bytes.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace coffer::blob {

/// Page-aligned buffers of 64 KiB to 1 MiB, kept for reuse because fresh pages are dear.
/// Thread-safe. Shared by the pool's owner and every buffer taken from it.
///
/// `take` never fails and never waits: when what is taken reaches the budget, everyone gets the
/// smallest size until something comes back. So memory stays bounded by the budget and 64 KiB for
/// each reader and writer above it, and a busy server slows down instead of refusing.
class BufferPool : public std::enable_shared_from_this<BufferPool> {
 public:
  static constexpr std::size_t kAlignment = 4096;  ///< what O_DIRECT may ask for
  static constexpr std::size_t kSmallestBytes = 64 * 1024;
  static constexpr std::size_t kLargestBytes = 1024 * 1024;

  class Buffer {
   public:
    Buffer() = default;
    Buffer(Buffer&& other) noexcept;
    Buffer& operator=(Buffer&& other) noexcept;
    ~Buffer() { give_back(); }
    explicit operator bool() const { return data_ != nullptr; }
    /// A power of two between the smallest and the largest size.
    MutableBytes bytes() const { return {data_, size_bytes_}; }

   private:
    friend class BufferPool;
    Buffer(std::shared_ptr<BufferPool> pool, std::byte* data, std::size_t size_bytes)
        : pool_(std::move(pool)), data_(data), size_bytes_(size_bytes) {}
    void give_back();

    std::shared_ptr<BufferPool> pool_;
    std::byte* data_ = nullptr;
    std::size_t size_bytes_ = 0;
  };

  static std::shared_ptr<BufferPool> make(std::size_t budget_bytes, std::size_t kept_bytes);
  ~BufferPool();

  /// At least `wanted_bytes`, as far as kLargestBytes and the budget allow. Not zeroed.
  Buffer take(std::size_t wanted_bytes);

 private:
  static constexpr std::size_t kClasses = 5;  // 64, 128, 256, 512, 1024 KiB
  BufferPool(std::size_t budget_bytes, std::size_t kept_bytes)
      : budget_bytes_(budget_bytes), kept_bytes_max_(kept_bytes) {}
  void put(std::byte* data, std::size_t size_bytes);

  const std::size_t budget_bytes_;
  const std::size_t kept_bytes_max_;
  std::mutex mutex_;
  std::array<std::vector<std::byte*>, kClasses> free_;  // guarded by mutex_
  std::size_t taken_bytes_ = 0;                         // guarded by mutex_
  std::size_t kept_bytes_ = 0;                          // guarded by mutex_
};

}  // namespace coffer::blob
