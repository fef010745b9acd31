#include "blob/buffer_pool.h"

#include <bit>
#include <new>
#include <utility>

namespace coffer::blob {
namespace {

constexpr auto kAlign = std::align_val_t{BufferPool::kAlignment};

std::size_t class_of(std::size_t size_bytes) {
  return static_cast<std::size_t>(std::countr_zero(size_bytes / BufferPool::kSmallestBytes));
}

}  // namespace

BufferPool::Buffer::Buffer(Buffer&& other) noexcept
    : pool_(std::move(other.pool_)),
      data_(std::exchange(other.data_, nullptr)),
      size_bytes_(std::exchange(other.size_bytes_, 0)) {}

BufferPool::Buffer& BufferPool::Buffer::operator=(Buffer&& other) noexcept {
  if (this == &other) return *this;
  give_back();
  pool_ = std::move(other.pool_);
  data_ = std::exchange(other.data_, nullptr);
  size_bytes_ = std::exchange(other.size_bytes_, 0);
  return *this;
}

void BufferPool::Buffer::give_back() {
  if (data_ == nullptr) return;
  pool_->put(std::exchange(data_, nullptr), std::exchange(size_bytes_, 0));
  pool_.reset();
}

std::shared_ptr<BufferPool> BufferPool::make(std::size_t budget_bytes, std::size_t kept_bytes) {
  return std::shared_ptr<BufferPool>(new BufferPool(budget_bytes, kept_bytes));
}

BufferPool::~BufferPool() {
  for (auto& buffers : free_) {
    for (std::byte* data : buffers) ::operator delete(data, kAlign);
  }
}

BufferPool::Buffer BufferPool::take(std::size_t wanted_bytes) {
  std::size_t size_bytes = kSmallestBytes;
  while (size_bytes < wanted_bytes && size_bytes < kLargestBytes) size_bytes *= 2;
  std::byte* data = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (taken_bytes_ + size_bytes > budget_bytes_) size_bytes = kSmallestBytes;
    taken_bytes_ += size_bytes;
    auto& buffers = free_[class_of(size_bytes)];
    if (!buffers.empty()) {
      data = buffers.back();
      buffers.pop_back();
      kept_bytes_ -= size_bytes;
    }
  }
  if (data == nullptr) data = static_cast<std::byte*>(::operator new(size_bytes, kAlign));
  return Buffer(shared_from_this(), data, size_bytes);
}

void BufferPool::put(std::byte* data, std::size_t size_bytes) {
  {
    const std::lock_guard lock(mutex_);
    taken_bytes_ -= size_bytes;
    if (kept_bytes_ + size_bytes <= kept_bytes_max_) {
      free_[class_of(size_bytes)].push_back(data);
      kept_bytes_ += size_bytes;
      return;
    }
  }
  ::operator delete(data, kAlign);
}

}  // namespace coffer::blob
