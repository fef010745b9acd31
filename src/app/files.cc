#include "app/files.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace coffer::app {

namespace fs = std::filesystem;

Descriptor::Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Error file_error(std::string_view what, const fs::path& path, int error_number) {
  std::string text = "cannot " + std::string(what) + " " + path.string() + ": " +
                     std::generic_category().message(error_number);
  switch (error_number) {
    case EACCES:
    case EPERM:
      text += "; check the owner and permissions";
      break;
    case ENOSPC:
    case EDQUOT:
      text += "; free some space";
      break;
    case EROFS:
      text += "; choose a place that can be written to";
      break;
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
      text += "; check the path";
      break;
    default:
      break;
  }
  return Error(ErrorCode::IoError, std::move(text));
}

ReadBytes read_to_end(int fd, std::size_t bytes_max) {
  ReadBytes out;
  std::array<char, 4096> piece;
  for (;;) {
    const ssize_t count = ::read(fd, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) out.error_number = errno;
    if (count <= 0) return out;
    out.bytes.append(piece.data(), static_cast<std::size_t>(count));
    if (out.bytes.size() > bytes_max) {
      out.error_number = EFBIG;
      return out;
    }
  }
}

int write_to_end(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) {
      pollfd room{.fd = fd, .events = POLLOUT, .revents = 0};
      ::poll(&room, 1, -1);
      continue;
    }
    if (count < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return 0;
}

Result<std::optional<std::string>> read_small_file(const fs::path& path, std::size_t bytes_max,
                                                   const std::string& kind) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) {
    if (errno == ENOENT) return std::optional<std::string>();
    return file_error("open " + kind, path, errno);
  }
  ReadBytes read = read_to_end(file.get(), bytes_max);
  if (read.error_number != 0) return file_error("read " + kind, path, read.error_number);
  return std::optional<std::string>(std::move(read.bytes));
}

Result<> sync_directory(const fs::path& directory) {
  const fs::path path = directory.empty() ? fs::path(".") : directory;
  const Descriptor opened(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.is_open()) return file_error("open", path, errno);
  if (::fsync(opened.get()) != 0) return file_error("sync", path, errno);
  return ok();
}

Result<> replace_file(const fs::path& path, std::string_view content) {
  const fs::path temporary = path.string() + ".new";
  ::unlink(temporary.c_str());  // of a crash; whoever makes it again in between is refused below
  int failure = 0;
  {
    const Descriptor file(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file.is_open()) return file_error("create", temporary, errno);
    failure = write_to_end(file.get(), content);
    if (failure == 0 && ::fsync(file.get()) != 0) failure = errno;
  }
  if (failure == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) failure = errno;
  if (failure != 0) {
    ::unlink(temporary.c_str());
    return file_error("write", path, failure);
  }
  return sync_directory(path.parent_path());
}

}  // namespace coffer::app
