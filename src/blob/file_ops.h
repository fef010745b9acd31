#pragma once

#include "base/bytes.h"
#include "base/error.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::blob {

/// The system calls that the file engine makes, and nothing else: the seam at which the durability
/// test records them and fault tests let them fail. Thread-safe. Every call may block.
///
/// Each answers what its system call does, or the negated errno, never EINTR: the engine has to
/// tell some failures apart, and makes an Error of the others with `file_error`.
class FileOps {
 public:
  struct Space {
    std::uint64_t total_bytes = 0;
    std::uint64_t free_bytes = 0;  ///< for a process without privileges
  };

  virtual ~FileOps() = default;

  // Open files.

  /// open(2), closed on exec; what it makes has mode 0600. A descriptor.
  virtual int open(const std::string& path, int flags) = 0;
  virtual void close(int fd) = 0;
  /// Turns O_DIRECT on or off.
  virtual int set_direct(int fd, bool direct) = 0;
  /// pwrite(2): how much was written, which may be less than asked.
  virtual std::int64_t write(int fd, ByteView bytes, std::uint64_t offset) = 0;
  /// pread(2): how much was read; 0 at the end of the file.
  virtual std::int64_t read(int fd, MutableBytes out, std::uint64_t offset) = 0;
  /// preadv2(2) with RWF_NOWAIT: what memory holds, without a wait for the disk.
  virtual std::int64_t read_cached(int fd, MutableBytes out, std::uint64_t offset) = 0;
  /// fallocate(2) that keeps the size.
  virtual int allocate(int fd, std::uint64_t offset, std::uint64_t length) = 0;
  /// ftruncate(2); also gives back what was allocated behind the end.
  virtual int truncate(int fd, std::uint64_t size_bytes) = 0;
  /// fdatasync(2).
  virtual int sync_data(int fd) = 0;

  // Names.

  /// linkat(2) of an open file, which may have had no name.
  virtual int link(int fd, const std::string& path) = 0;
  virtual int rename(const std::string& from, const std::string& to) = 0;
  virtual int unlink(const std::string& path) = 0;
  /// mkdir(2), mode 0700.
  virtual int make_directory(const std::string& path) = 0;
  /// fsync(2) of a directory: its entries are on stable storage.
  virtual int sync_directory(const std::string& path) = 0;
  /// Appends some more names of an open directory, without the dots; 0 when there are no more,
  /// otherwise positive.
  virtual int list(int fd, std::vector<std::string>& names) = 0;
  /// stat(2): the length of a file.
  virtual std::int64_t size(const std::string& path) = 0;
  /// statvfs(2).
  virtual int space(const std::string& path, Space& space) = 0;
};

/// The real ones. Tests derive from it what they watch or let fail.
class PosixFileOps : public FileOps {
 public:
  int open(const std::string& path, int flags) override;
  void close(int fd) override;
  int set_direct(int fd, bool direct) override;
  std::int64_t write(int fd, ByteView bytes, std::uint64_t offset) override;
  std::int64_t read(int fd, MutableBytes out, std::uint64_t offset) override;
  std::int64_t read_cached(int fd, MutableBytes out, std::uint64_t offset) override;
  int allocate(int fd, std::uint64_t offset, std::uint64_t length) override;
  int truncate(int fd, std::uint64_t size_bytes) override;
  int sync_data(int fd) override;
  int link(int fd, const std::string& path) override;
  int rename(const std::string& from, const std::string& to) override;
  int unlink(const std::string& path) override;
  int make_directory(const std::string& path) override;
  int sync_directory(const std::string& path) override;
  int list(int fd, std::vector<std::string>& names) override;
  std::int64_t size(const std::string& path) override;
  int space(const std::string& path, Space& space) override;
};

/// What a failed call of FileOps means to us: NoSpace when the disk or a quota is full, otherwise
/// IoError. `result` is what the call answered, `what` a verb: "cannot write /data/…: …".
Error file_error(std::int64_t result, std::string_view what, std::string_view path);

/// A descriptor of somebody's FileOps, closed when it goes; or what a failed `open` answered.
class Descriptor {
 public:
  Descriptor() = default;
  Descriptor(FileOps& ops, int fd) : ops_(&ops), fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { close(); }
  bool is_open() const { return fd_ >= 0; }
  int get() const { return fd_; }
  void close();

 private:
  FileOps* ops_ = nullptr;
  int fd_ = -1;
};

}  // namespace coffer::blob
