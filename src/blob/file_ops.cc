#include "blob/file_ops.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace coffer::blob {
namespace {

constexpr mode_t kFileMode = 0600;
constexpr mode_t kDirectoryMode = 0700;
/// About 500 entries of a blob's length.
constexpr std::size_t kListBytes = 32 * 1024;

/// What the call answers, or the negated errno; again as long as a signal interrupts it.
template <class Call>
auto answer(Call call) -> decltype(call()) {
  for (;;) {
    const auto result = call();
    if (result >= 0) return result;
    if (errno != EINTR) return -errno;
  }
}

off_t as_offset(std::uint64_t offset) { return static_cast<off_t>(offset); }

}  // namespace

int PosixFileOps::open(const std::string& path, int flags) {
  return answer([&] { return ::open(path.c_str(), flags | O_CLOEXEC, kFileMode); });
}

// Not repeated after EINTR: Linux has closed the descriptor by then (close(2), "Dealing with error
// returns").
void PosixFileOps::close(int fd) { ::close(fd); }

int PosixFileOps::set_direct(int fd, bool direct) {
  const int flags = answer([&] { return ::fcntl(fd, F_GETFL); });
  if (flags < 0) return flags;
  const int changed = direct ? flags | O_DIRECT : flags & ~O_DIRECT;
  return answer([&] { return ::fcntl(fd, F_SETFL, changed); });
}

std::int64_t PosixFileOps::write(int fd, ByteView bytes, std::uint64_t offset) {
  return answer([&] { return ::pwrite(fd, bytes.data(), bytes.size(), as_offset(offset)); });
}

std::int64_t PosixFileOps::read(int fd, MutableBytes out, std::uint64_t offset) {
  return answer([&] { return ::pread(fd, out.data(), out.size(), as_offset(offset)); });
}

std::int64_t PosixFileOps::read_cached(int fd, MutableBytes out, std::uint64_t offset) {
  const iovec piece{out.data(), out.size()};
  return answer([&] { return ::preadv2(fd, &piece, 1, as_offset(offset), RWF_NOWAIT); });
}

int PosixFileOps::allocate(int fd, std::uint64_t offset, std::uint64_t length) {
  return answer(
      [&] { return ::fallocate(fd, FALLOC_FL_KEEP_SIZE, as_offset(offset), as_offset(length)); });
}

int PosixFileOps::truncate(int fd, std::uint64_t size_bytes) {
  return answer([&] { return ::ftruncate(fd, as_offset(size_bytes)); });
}

int PosixFileOps::sync_data(int fd) {
  return answer([&] { return ::fdatasync(fd); });
}

int PosixFileOps::link(int fd, const std::string& path) {
  // The way that open(2) shows under O_TMPFILE; AT_EMPTY_PATH would need a capability.
  const std::string open_file = "/proc/self/fd/" + std::to_string(fd);
  return answer([&] {
    return ::linkat(AT_FDCWD, open_file.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW);
  });
}

int PosixFileOps::rename(const std::string& from, const std::string& to) {
  return answer([&] { return ::rename(from.c_str(), to.c_str()); });
}

int PosixFileOps::unlink(const std::string& path) {
  return answer([&] { return ::unlink(path.c_str()); });
}

int PosixFileOps::make_directory(const std::string& path) {
  return answer([&] { return ::mkdir(path.c_str(), kDirectoryMode); });
}

int PosixFileOps::sync_directory(const std::string& path) {
  const int fd = answer([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (fd < 0) return fd;
  const int result = answer([&] { return ::fsync(fd); });
  ::close(fd);
  return result;
}

int PosixFileOps::list(int fd, std::vector<std::string>& names) {
  alignas(dirent64) std::array<char, kListBytes> entries;
  const auto count = answer([&] { return ::getdents64(fd, entries.data(), entries.size()); });
  for (std::int64_t at = 0; at < count;) {
    const auto* entry = reinterpret_cast<const dirent64*>(entries.data() + at);
    const std::string_view name(entry->d_name);
    if (name != "." && name != "..") names.emplace_back(name);
    at += entry->d_reclen;
  }
  return static_cast<int>(count);
}

std::int64_t PosixFileOps::size(const std::string& path) {
  struct stat about {};
  const int result = answer([&] { return ::stat(path.c_str(), &about); });
  return result < 0 ? result : about.st_size;
}

int PosixFileOps::space(const std::string& path, Space& space) {
  struct statvfs about {};
  const int result = answer([&] { return ::statvfs(path.c_str(), &about); });
  if (result < 0) return result;
  space.total_bytes = static_cast<std::uint64_t>(about.f_blocks) * about.f_frsize;
  space.free_bytes = static_cast<std::uint64_t>(about.f_bavail) * about.f_frsize;
  return 0;
}

Error file_error(std::int64_t result, std::string_view what, std::string_view path) {
  const int error = static_cast<int>(-result);
  const bool is_full = error == ENOSPC || error == EDQUOT;
  return Error(is_full ? ErrorCode::NoSpace : ErrorCode::IoError,
               "cannot " + std::string(what) + " " + std::string(path) + ": " +
                   std::generic_category().message(error));
}

Descriptor::Descriptor(Descriptor&& other) noexcept
    : ops_(other.ops_), fd_(std::exchange(other.fd_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this == &other) return *this;
  close();
  ops_ = other.ops_;
  fd_ = std::exchange(other.fd_, -1);
  return *this;
}

void Descriptor::close() {
  if (is_open()) ops_->close(std::exchange(fd_, -1));
}

}  // namespace coffer::blob
