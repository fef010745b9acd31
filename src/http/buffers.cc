#include "http/buffers.h"

#include <algorithm>
#include <cstring>

namespace coffer::http {

MutableBytes ReadBuffer::space() {
  if (data_ == nullptr) {
    block_ = pool_.take();
    data_ = block_.bytes().data();
    capacity_ = std::min(block_.bytes().size(), limit_bytes_);
  }
  if (end_ == capacity_ && begin_ > 0) {
    std::memmove(data_, data_ + begin_, size());
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == capacity_ && capacity_ < limit_bytes_) {
    std::unique_ptr<std::byte[]> larger(new std::byte[limit_bytes_]);
    std::memcpy(larger.get(), data_, end_);
    grown_ = std::move(larger);
    block_ = BlockPool::Block();
    data_ = grown_.get();
    capacity_ = limit_bytes_;
  }
  return {data_ + end_, capacity_ - end_};
}

void ReadBuffer::release() {
  block_ = BlockPool::Block();
  grown_.reset();
  data_ = nullptr;
  capacity_ = begin_ = end_ = 0;
}

}  // namespace coffer::http
