#include "blob/blob_folder.h"

#include "base/codec.h"
#include "base/log.h"

#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <utility>

namespace coffer::blob {
namespace {

constexpr std::size_t kPrefixDigits = 2;
constexpr std::string_view kTemporaries = "tmp";

std::string prefix_of(std::size_t directory) {
  const auto byte = static_cast<std::byte>(directory);
  return hex_encode(ByteView(&byte, 1));
}

/// The subdirectory with this name.
std::optional<std::size_t> parse_prefix(std::string_view name) {
  if (name.size() != kPrefixDigits) return std::nullopt;
  const auto bytes = hex_decode(name);
  if (!bytes) return std::nullopt;
  const std::size_t directory = static_cast<unsigned char>(bytes->front());
  if (prefix_of(directory) != name) return std::nullopt;  // upper case is not ours
  return directory;
}

}  // namespace

BlobFolder::BlobFolder(std::string path, FileOps& ops, Random& random)
    : path_(std::move(path)), ops_(ops), random_(random) {}

Result<> BlobFolder::open() {
  TRY(const auto names, names_in(path_));
  bool any = false;
  for (const std::string& name : names) {
    if (name == kTemporaries) TRY_VOID(sweep_temporaries());
    if (const auto directory = parse_prefix(name)) {
      directories_[*directory] = Directory::Made;
      any = true;
    }
  }
  if (!any) return ok();
  // A process that was killed may have made some and not synced them: once for all of them.
  if (const int result = ops_.sync_directory(path_); result < 0) {
    return file_error(result, "sync", path_);
  }
  for (auto& directory : directories_) {
    if (directory == Directory::Made) directory = Directory::Durable;
  }
  return ok();
}

Result<std::vector<std::string>> BlobFolder::names_in(const std::string& path) const {
  const Descriptor file(ops_, ops_.open(path, O_RDONLY | O_DIRECTORY));
  if (!file.is_open()) return file_error(file.get(), "open", path);
  std::vector<std::string> names;
  for (;;) {
    const int more = ops_.list(file.get(), names);
    if (more < 0) return file_error(more, "list", path);
    if (more == 0) return names;
  }
}

Result<> BlobFolder::sweep_temporaries() {
  TRY(const auto names, names_in(path_of_temporaries()));
  for (const std::string& name : names) {
    const std::string path = path_of_temporaries() + "/" + name;
    if (const int result = ops_.unlink(path); result < 0) return file_error(result, "remove", path);
  }
  if (!names.empty()) log_info("removed " + std::to_string(names.size()) + " unfinished blobs");
  return ok();
}

std::size_t BlobFolder::directory_of(BlobId id) {
  return static_cast<unsigned char>(id.bytes().front());
}

std::string BlobFolder::path_of_directory(std::size_t directory) const {
  return path_ + "/" + prefix_of(directory);
}

std::string BlobFolder::path_of(BlobId id) const {
  const std::string hex = id.hex();
  return path_ + "/" + hex.substr(0, kPrefixDigits) + "/" + hex;
}

Result<BlobFolder::NewFile> BlobFolder::create(BlobId id) {
  const std::size_t directory = directory_of(id);
  TRY_VOID(make_directory(directory));
  if (!nameless_files_) return create_temporary();
  const std::string path = path_of_directory(directory);
  const int fd = ops_.open(path, O_TMPFILE | O_WRONLY);
  // open(2): what a file system, and what a kernel, without O_TMPFILE answers.
  if (fd == -EOPNOTSUPP || fd == -EISDIR) {
    if (nameless_files_.exchange(false)) {
      log_info("blobs are written under temporary names: no O_TMPFILE below " + path_);
    }
    return create_temporary();
  }
  if (fd < 0) return file_error(fd, "make a file in", path);
  NewFile made;
  made.file = Descriptor(ops_, fd);
  return made;
}

Result<> BlobFolder::make_directory(std::size_t directory) {
  if (has_directory(directory)) return ok();
  const std::string path = path_of_directory(directory);
  const int result = ops_.make_directory(path);
  if (result < 0 && result != -EEXIST) return file_error(result, "make directory", path);
  // Somebody else may have made it, and synced it too.
  auto absent = Directory::Absent;
  directories_[directory].compare_exchange_strong(absent, Directory::Made);
  return ok();
}

Result<BlobFolder::NewFile> BlobFolder::create_temporary() {
  const std::string parent = path_of_temporaries();
  if (const int result = ops_.make_directory(parent); result < 0 && result != -EEXIST) {
    return file_error(result, "make directory", parent);
  }
  NewFile made;
  made.temporary = parent + "/" + BlobId::make(random_).hex();
  const int fd = ops_.open(made.temporary, O_CREAT | O_EXCL | O_WRONLY);
  if (fd < 0) return file_error(fd, "make", made.temporary);
  made.file = Descriptor(ops_, fd);
  return made;
}

Result<> BlobFolder::give_name(NewFile& file, BlobId id) {
  const std::string path = path_of(id);
  const int result =
      file.temporary.empty() ? ops_.link(file.file.get(), path) : ops_.rename(file.temporary, path);
  if (result < 0) return file_error(result, "name", path);
  file.temporary.clear();
  return ok();
}

Result<> BlobFolder::sync_name(BlobId id) {
  const std::size_t directory = directory_of(id);
  if (sync_failed_[directory]) {
    return make_error(ErrorCode::IoError, "a sync of " + path_of_directory(directory) +
                                              " failed; check the disk, then restart");
  }
  auto synced = sync_names(directory);
  // What a failed sync did not write, the kernel may call clean afterwards: a later success would
  // say nothing of it. That a disk was full is no such failure, and passes.
  if (!synced && synced.error().code() == ErrorCode::IoError) sync_failed_[directory] = true;
  return synced;
}

Result<> BlobFolder::sync_names(std::size_t directory) {
  const std::string path = path_of_directory(directory);
  if (const int result = ops_.sync_directory(path); result < 0) {
    return file_error(result, "sync", path);
  }
  auto& state = directories_[directory];
  if (state == Directory::Durable) return ok();
  if (const int result = ops_.sync_directory(path_); result < 0) {
    return file_error(result, "sync", path_);
  }
  state = Directory::Durable;
  return ok();
}

Result<> BlobFolder::remove(BlobId id) {
  const std::string path = path_of(id);
  const int result = ops_.unlink(path);
  if (result < 0 && result != -ENOENT) return file_error(result, "remove", path);
  return ok();
}

Result<bool> BlobFolder::Listing::next(std::vector<Entry>& entries) {
  entries.clear();
  const std::string path = folder_.path_of_directory(directory_);
  if (!file_.is_open()) {
    file_ = Descriptor(folder_.ops_, folder_.ops_.open(path, O_RDONLY | O_DIRECTORY));
    if (!file_.is_open()) return file_error(file_.get(), "open", path);
  }
  names_.clear();
  const int more = folder_.ops_.list(file_.get(), names_);
  if (more < 0) return file_error(more, "list", path);
  for (const std::string& name : names_) {
    const auto id = BlobId::parse(name);
    if (!id || directory_of(*id) != directory_) continue;
    const std::int64_t size = folder_.ops_.size(folder_.path_of(*id));
    if (size == -ENOENT) continue;  // removed meanwhile
    if (size < 0) return file_error(size, "look at", folder_.path_of(*id));
    entries.push_back({*id, static_cast<std::uint64_t>(size)});
  }
  return more > 0;
}

}  // namespace coffer::blob
