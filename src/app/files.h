#pragma once

#include "base/result.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::app {

/// A file descriptor that is closed when it goes.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

/// IoError that names the path, the reason and, where there is a usual one, the remedy: "cannot
/// open /srv/lock: Permission denied; check the owner and permissions".
Error file_error(std::string_view what, const std::filesystem::path& path, int error_number);

/// Everything a descriptor yields from here, if that is at most `bytes_max`; else an errno (EFBIG
/// when it is more). Blocks.
struct ReadBytes {
  std::string bytes;
  int error_number = 0;
};
ReadBytes read_to_end(int fd, std::size_t bytes_max);

/// All of `bytes`, through interrupted and partial writes and a descriptor that does not block.
/// Returns an errno, 0 for success. Blocks.
int write_to_end(int fd, std::string_view bytes);

/// A small file; nothing when there is none. IoError otherwise, calling it a `kind`. Blocks.
Result<std::optional<std::string>> read_small_file(const std::filesystem::path& path,
                                                   std::size_t bytes_max,
                                                   const std::string& kind = "file");

/// Makes the entries of a directory (new files, renames) durable. Blocks.
Result<> sync_directory(const std::filesystem::path& directory);

/// Puts a file of mode 0600 in place of whatever is at `path`. A reader, and a crash, see the old
/// file or the whole new one; after success the new one survives power loss. The content goes to
/// `<path>.new` first, which is made exclusively. Blocks.
Result<> replace_file(const std::filesystem::path& path, std::string_view content);

}  // namespace coffer::app
