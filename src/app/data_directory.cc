#include "app/data_directory.h"

// Both markers are lines of text:
//   marker = "coffer data directory, format " version LF
//            "master key " fingerprint LF
//   root   = "coffer data root, format " version LF
//            "jurisdiction " name LF
//            "master key " fingerprint LF

#include "base/log.h"

#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace coffer::app {

namespace fs = std::filesystem;

fs::path index_folder(const fs::path& root) { return root / "meta"; }

fs::path blobs_folder(const fs::path& root) { return root / "blobs"; }

namespace {

constexpr std::string_view kMarkerFile = "coffer.format";
constexpr std::string_view kRootFile = "coffer.root";
constexpr std::string_view kMarkerHeader = "coffer data directory, format ";
constexpr std::string_view kRootHeader = "coffer data root, format ";
constexpr std::string_view kJurisdictionField = "jurisdiction ";
constexpr std::string_view kMasterKeyField = "master key ";
constexpr unsigned kFormat = 1;
constexpr std::size_t kMarkerBytesMax = 4096;
constexpr std::size_t kProcessIdBytesMax = 32;
constexpr mode_t kOthersMask = S_IRWXG | S_IRWXO;
constexpr mode_t kPrivateMode = S_IRWXU;

/// The lines after the header, once the header is ours and its version is one we know.
Result<std::vector<std::string>> parse_marker(const fs::path& file, std::string_view text,
                                              std::string_view header) {
  const Error corrupt(ErrorCode::Corrupt,
                      file.string() +
                          " is damaged or not a file of coffer; check --data, or bring "
                          "the file back from a backup");
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return corrupt;
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  if (lines.empty() || !lines.front().starts_with(header)) return corrupt;
  const std::string_view version = std::string_view(lines.front()).substr(header.size());
  unsigned number = 0;
  const auto [end, failure] =
      std::from_chars(version.data(), version.data() + version.size(), number);
  if (failure != std::errc() || end != version.data() + version.size() || number == 0) {
    return corrupt;
  }
  if (number > kFormat) {
    return Error(ErrorCode::NewerFormat, file.string() + " has format " + std::to_string(number) +
                                             ", this program knows " + std::to_string(kFormat) +
                                             "; run the newer program that wrote it");
  }
  lines.erase(lines.begin());
  return lines;
}

/// The rest of the line that begins with `field`; empty when there is none.
std::string field_of(const std::vector<std::string>& lines, std::string_view field) {
  for (const std::string& line : lines) {
    if (line.starts_with(field)) return line.substr(field.size());
  }
  return {};
}

std::string header_line(std::string_view header) {
  return std::string(header) + std::to_string(kFormat) + "\n";
}

Result<> make_folder(const fs::path& path) {
  if (::mkdir(path.c_str(), kPrivateMode) == 0 || errno == EEXIST) return ok();
  return file_error("make directory", path, errno);
}

/// An engine makes what it does not find, and an index that is made anew knows no bucket.
Result<> check_folders(const fs::path& root) {
  std::error_code missing;
  const bool index_is_empty = fs::is_empty(index_folder(root), missing);
  if (!missing && !index_is_empty && fs::is_directory(blobs_folder(root), missing)) return ok();
  return Error(ErrorCode::Corrupt, "data root " + root.string() +
                                       " has lost its index or its blobs; bring the whole root "
                                       "back from a backup");
}

}  // namespace

fs::path absolute_directory(const std::string& configured) {
  const fs::path path = fs::absolute(configured).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

Result<DirectoryLock> DirectoryLock::take(const fs::path& directory) {
  const fs::path path = directory / "lock";
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.is_open()) return file_error("open", path, errno);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return file_error("lock", path, errno);
    const ReadBytes holder = read_to_end(file.get(), kProcessIdBytesMax);
    const std::string_view id = std::string_view(holder.bytes).substr(0, holder.bytes.find('\n'));
    return Error(ErrorCode::Locked, "data directory " + directory.string() +
                                        " is in use by another coffer process" +
                                        (id.empty() ? "" : ", " + std::string(id)) +
                                        "; stop it, or give another --data");
  }
  // Only a courtesy to whoever is refused above, so a failure is of no account.
  if (::ftruncate(file.get(), 0) == 0) {
    write_to_end(file.get(), std::to_string(::getpid()) + "\n");
  }
  return DirectoryLock(std::move(file));
}

Result<> make_private_directory(const fs::path& path) {
  if (::mkdir(path.c_str(), kPrivateMode) == 0) return sync_directory(path.parent_path());
  if (errno == ENOENT && path.has_parent_path() && path.parent_path() != path) {
    TRY_VOID(make_private_directory(path.parent_path()));
    if (::mkdir(path.c_str(), kPrivateMode) == 0) return sync_directory(path.parent_path());
  }
  if (errno != EEXIST) return file_error("make directory", path, errno);
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return file_error("look at", path, errno);
  if (!S_ISDIR(about.st_mode)) return file_error("use directory", path, ENOTDIR);
  if ((about.st_mode & kOthersMask) == 0) return ok();
  std::error_code code;
  const bool empty = fs::is_empty(path, code);
  if (code) return file_error("read directory", path, code.value());
  if (empty && about.st_uid == ::geteuid() && ::chmod(path.c_str(), kPrivateMode) == 0) return ok();
  log_warn(path.string() + " is open to other users of this machine; run: chmod 700 " +
           path.string());
  return ok();
}

Result<std::optional<DirectoryMarker>> read_directory_marker(const fs::path& directory) {
  const fs::path file = directory / kMarkerFile;
  TRY(const std::optional<std::string> text, read_small_file(file, kMarkerBytesMax));
  if (!text) return std::optional<DirectoryMarker>();
  TRY(const std::vector<std::string> lines, parse_marker(file, *text, kMarkerHeader));
  DirectoryMarker marker;
  marker.master_key_fingerprint = field_of(lines, kMasterKeyField);
  return std::optional<DirectoryMarker>(std::move(marker));
}

Result<> write_directory_marker(const fs::path& directory, const DirectoryMarker& marker) {
  return replace_file(directory / kMarkerFile, header_line(kMarkerHeader) +
                                                   std::string(kMasterKeyField) +
                                                   marker.master_key_fingerprint + "\n");
}

bool is_data_directory(const fs::path& directory) {
  std::error_code ignored;
  return fs::exists(directory / kMarkerFile, ignored);
}

Result<> claim_root(const fs::path& path, Jurisdiction jurisdiction,
                    std::string_view master_key_fingerprint, bool directory_is_new) {
  const std::string name(to_string(jurisdiction));
  const fs::path file = path / kRootFile;
  TRY(const std::optional<std::string> text, read_small_file(file, kMarkerBytesMax));
  if (!text && !directory_is_new) {
    return Error(ErrorCode::InvalidConfiguration,
                 "the data root of jurisdiction " + name + " is not at " + path.string() +
                     "; mount its disk, or correct " +
                     (jurisdiction == Jurisdiction::Default ? "--data" : "--data-" + name));
  }
  if (!text) {
    TRY_VOID(make_private_directory(path));
    // Before the marker, whose own sync makes them durable too.
    TRY_VOID(make_folder(index_folder(path)));
    TRY_VOID(make_folder(blobs_folder(path)));
    return replace_file(file, header_line(kRootHeader) + std::string(kJurisdictionField) + name +
                                  "\n" + std::string(kMasterKeyField) +
                                  std::string(master_key_fingerprint) + "\n");
  }
  TRY(const std::vector<std::string> lines, parse_marker(file, *text, kRootHeader));
  const std::string found = field_of(lines, kJurisdictionField);
  if (found != name) {
    return Error(ErrorCode::InvalidConfiguration,
                 path.string() + " is the data root of jurisdiction " + found + ", not of " + name +
                     "; correct the --data-<jurisdiction> settings");
  }
  if (field_of(lines, kMasterKeyField) != master_key_fingerprint) {
    return Error(ErrorCode::WrongMasterKey,
                 path.string() +
                     " was made with another master key; it belongs to another data "
                     "directory, or --master-key-file is wrong");
  }
  return directory_is_new ? ok() : check_folders(path);
}

}  // namespace coffer::app
