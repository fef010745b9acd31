#include "blob/open_files.h"

#include <cerrno>
#include <fcntl.h>
#include <utility>

namespace coffer::blob {

OpenFiles::Handle OpenFiles::find(BlobId id) {
  const std::lock_guard lock(mutex_);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return nullptr;
  order_.splice(order_.begin(), order_, found->second);
  return found->second->file;
}

Result<OpenFiles::Handle> OpenFiles::open(BlobId id, const std::string& path) {
  if (auto file = find(id)) return file;
  std::uint64_t removals_before = 0;
  {
    const std::lock_guard lock(mutex_);
    removals_before = removals_;
  }
  Descriptor file(ops_, ops_.open(path, O_RDONLY));
  const std::int64_t size = file.is_open() ? ops_.size(path) : file.get();
  if (size == -ENOENT) return make_error(ErrorCode::Corrupt, "a blob is missing: no " + path);
  if (size < 0) return file_error(size, "open", path);
  auto handle = std::make_shared<const OpenFile>(std::move(file), static_cast<std::uint64_t>(size));
  return insert(id, std::move(handle), removals_before);
}

OpenFiles::Handle OpenFiles::insert(BlobId id, Handle file, std::uint64_t removals_before) {
  Handle evicted;  // closed outside the lock
  const std::lock_guard lock(mutex_);
  // Some name was removed since before this file was opened, perhaps its own: then nobody would
  // ever take it out again. It serves its reader and is closed.
  if (removals_ != removals_before || limit_ == 0) return file;
  const auto [position, is_new] = by_id_.try_emplace(id);
  if (!is_new) return position->second->file;
  if (order_.size() == limit_) {
    by_id_.erase(order_.back().id);
    evicted = std::move(order_.back().file);
    order_.pop_back();
  }
  order_.push_front({id, file});
  position->second = order_.begin();
  return file;
}

void OpenFiles::forget(BlobId id) {
  Handle forgotten;  // closed outside the lock: with its name gone, that frees the blocks
  const std::lock_guard lock(mutex_);
  ++removals_;
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  forgotten = std::move(found->second->file);
  order_.erase(found->second);
  by_id_.erase(found);
}

}  // namespace coffer::blob
