#include "blob/new_blob.h"

#include "base/log.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cerrno>
#include <cstring>

namespace coffer::blob {
namespace {

constexpr std::size_t kBlock = NewBlob::kBlockBytes;

constexpr std::size_t round_up(std::size_t size_bytes) {
  return (size_bytes + kBlock - 1) / kBlock * kBlock;
}

bool is_aligned(const std::byte* data) { return std::bit_cast<std::uintptr_t>(data) % kBlock == 0; }

}  // namespace

NewBlob::NewBlob(WriteContext& context, BlobId id, std::uint64_t size_hint_bytes)
    : context_(context),
      id_(id),
      size_hint_bytes_(size_hint_bytes),
      allocates_(size_hint_bytes > kBufferedBytesMax) {}

NewBlob::~NewBlob() {
  const auto remove = [this](const std::string& path) {
    const int result = context_.ops.unlink(path);
    if (result < 0 && result != -ENOENT) {
      log_warn("an unfinished blob is left behind: " +
               file_error(result, "remove", path).describe());
    }
  };
  if (!file_.temporary.empty()) remove(file_.temporary);
  if (may_have_name_ && !is_kept_) remove(context_.folder.path_of(id_));
}

Result<> NewBlob::append(ByteView bytes) {
  TRY_VOID(open());
  TRY_VOID(context_.space.check(0));
  TRY_VOID(allocate(size_bytes() + bytes.size()));
  is_settled_ = false;
  TRY_VOID(append_blocks(bytes));
  return size_bytes() == size_hint_bytes_ ? settle() : ok();
}

Result<> NewBlob::open() {
  if (file_.file.is_open()) return ok();
  TRY(file_, context_.folder.create(id_));
  const bool is_small = size_hint_bytes_ > 0 && size_hint_bytes_ <= kBufferedBytesMax;
  if (is_small || !context_.direct) return ok();
  if (context_.ops.set_direct(file_.file.get(), true) < 0) return stop_direct();
  is_direct_ = true;
  return ok();
}

Result<> NewBlob::stop_direct() {
  is_direct_ = false;
  if (context_.direct.exchange(false)) {
    log_info("blobs are written through the page cache: no O_DIRECT below " +
             context_.folder.path());
  }
  const int result = context_.ops.set_direct(file_.file.get(), false);
  if (result < 0) return file_error(result, "write", context_.folder.path_of(id_));
  return ok();
}

Result<> NewBlob::allocate(std::uint64_t end) {
  if (!allocates_ || end <= allocated_bytes_ || allocated_bytes_ >= size_hint_bytes_) return ok();
  const std::uint64_t target =
      std::min(size_hint_bytes_, std::max(end, allocated_bytes_ + kAllocateBytes));
  const int result =
      context_.ops.allocate(file_.file.get(), allocated_bytes_, target - allocated_bytes_);
  if (result < 0) {
    Error error = file_error(result, "allocate", context_.folder.path_of(id_));
    if (error.code() == ErrorCode::NoSpace) return error;
    allocates_ = false;  // not every file system can, and the bytes go in all the same
    return ok();
  }
  allocated_bytes_ = target;
  return ok();
}

Result<> NewBlob::append_blocks(ByteView bytes) {
  while (!bytes.empty()) {
    std::size_t count = writable_in_place(bytes);
    if (count > 0) {
      TRY_VOID(write(bytes.first(count), written_bytes_));
      written_bytes_ += count;
    } else {
      count = stage(bytes);
      if (staged_bytes_ == staging_.bytes().size()) {
        TRY_VOID(write(staging_.bytes(), written_bytes_));
        written_bytes_ += staged_bytes_;
        staged_bytes_ = 0;
      }
    }
    bytes = bytes.subspan(count);
  }
  return ok();
}

std::size_t NewBlob::writable_in_place(ByteView bytes) const {
  if (staged_bytes_ > 0) return 0;
  if (!is_direct_) return bytes.size();
  return is_aligned(bytes.data()) ? bytes.size() / kBlock * kBlock : 0;
}

std::size_t NewBlob::stage(ByteView bytes) {
  if (!staging_) staging_ = context_.buffers->take(BufferPool::kSmallestBytes);
  const MutableBytes room = staging_.bytes().subspan(staged_bytes_);
  const std::size_t count = std::min(bytes.size(), room.size());
  std::memcpy(room.data(), bytes.data(), count);
  staged_bytes_ += count;
  return count;
}

Result<> NewBlob::write(ByteView bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const std::int64_t count = context_.ops.write(file_.file.get(), bytes, offset);
    if (count == -EINVAL && is_direct_) {
      // Larger blocks than ours, or a rest of an odd length after a short write.
      TRY_VOID(stop_direct());
      continue;
    }
    if (count <= 0) {
      return file_error(count < 0 ? count : -EIO, "write", context_.folder.path_of(id_));
    }
    offset += static_cast<std::uint64_t>(count);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return ok();
}

Result<> NewBlob::settle() {
  if (is_settled_) return ok();
  TRY_VOID(open());  // an empty blob
  std::uint64_t end = written_bytes_;
  if (staged_bytes_ > 0) {
    const std::size_t length = is_direct_ ? round_up(staged_bytes_) : staged_bytes_;
    const MutableBytes padded = staging_.bytes().first(length);
    std::fill(padded.begin() + static_cast<std::ptrdiff_t>(staged_bytes_), padded.end(),
              std::byte{0});
    TRY_VOID(write(padded, written_bytes_));
    end += length;
  }
  if (end > size_bytes() || allocated_bytes_ > size_bytes()) {
    const int result = context_.ops.truncate(file_.file.get(), size_bytes());
    if (result < 0) return file_error(result, "truncate", context_.folder.path_of(id_));
    allocated_bytes_ = 0;
    allocates_ = false;
  }
  is_settled_ = true;
  return ok();
}

Result<> NewBlob::publish() {
  if (!published_) {
    staging_ = BufferPool::Buffer();
    published_ = publish_once();
    file_.file.close();
  }
  return *published_;
}

Result<> NewBlob::publish_once() {
  assert(is_settled_);
  // The name first: on ext4 the sync of the file commits the journal, and the name with it, so that
  // the sync of the directory finds nothing left to write. A crash between them leaves a name that
  // no record knows, possibly without its bytes: an orphan like others.
  may_have_name_ = true;
  TRY_VOID(context_.folder.give_name(file_, id_));
  if (const int result = context_.ops.sync_data(file_.file.get()); result < 0) {
    return file_error(result, "sync", context_.folder.path_of(id_));
  }
  return context_.folder.sync_name(id_);
}

}  // namespace coffer::blob
