#include "meta/rocksdb_files.h"

#include "base/log.h"
#include "meta/log_scan.h"
#include "meta/rocksdb_status.h"
#include "meta/synced_mark.h"

#include <rocksdb/file_system.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace coffer::meta {
namespace {

struct NumberedLog {
  std::uint64_t number;
  std::string name;
};

/// The number of a log's name, such as 12 of "000012.log".
std::optional<std::uint64_t> log_number(std::string_view name) {
  constexpr std::string_view kSuffix = ".log";
  if (!name.ends_with(kSuffix)) return std::nullopt;
  name.remove_suffix(kSuffix.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return number;
}

/// RocksDB's own lock, held while nothing else may write to the files.
class DirectoryLock {
 public:
  explicit DirectoryLock(rocksdb::FileSystem& files) : files_(files) {}
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;
  ~DirectoryLock() {
    if (lock_ == nullptr) return;
    files_.UnlockFile(lock_, rocksdb::IOOptions(), nullptr).PermitUncheckedError();
  }
  Result<> take(const std::string& directory) {
    const auto status = files_.LockFile(directory + "/LOCK", rocksdb::IOOptions(), &lock_, nullptr);
    if (status.ok()) return ok();
    if (status.IsPathNotFound()) {
      return make_error(ErrorCode::IoError, "index in " + directory + ": no such directory");
    }
    return make_error(ErrorCode::Locked,
                      "index in " + directory + ": used by another process: " + status.ToString());
  }

 private:
  rocksdb::FileSystem& files_;
  rocksdb::FileLock* lock_ = nullptr;
};

class Inspection {
 public:
  Inspection(rocksdb::FileSystem& files, const std::string& directory)
      : files_(files), directory_(directory) {}

  Result<IndexFiles> run() {
    TRY_VOID(list());
    found_.synced_sequence = SyncedMark::read(files_, directory_);
    if (!found_.exists && (has_data_ || found_.synced_sequence > 0)) {
      // RocksDB would make a new index here, and take the old one's files for rubbish.
      return damaged(directory_, "its file CURRENT is missing");
    }
    if (found_.exists) {
      TRY_VOID(inspect_manifest());
      TRY_VOID(inspect_logs());
    }
    return found_;
  }

 private:
  Result<> list() {
    std::vector<std::string> names;
    const auto status = files_.GetChildren(directory_, rocksdb::IOOptions(), &names, nullptr);
    if (!status.ok()) return error_from(status, directory_, "listing it");
    for (std::string& name : names) {
      if (name == "CURRENT") found_.exists = true;
      if (name.ends_with(".sst")) has_data_ = true;
      if (const auto number = log_number(name)) {
        has_data_ = true;
        logs_.push_back(NumberedLog{*number, std::move(name)});
      }
    }
    std::sort(logs_.begin(), logs_.end(),
              [](const auto& a, const auto& b) { return a.number < b.number; });
    return ok();
  }

  Result<std::string> read(const std::string& name) const {
    std::string bytes;
    const auto status = rocksdb::ReadFileToString(&files_, directory_ + "/" + name, &bytes);
    if (!status.ok()) return error_from(status, directory_, "reading " + name);
    return bytes;
  }

  Result<> inspect_manifest() {
    TRY(std::string name, read("CURRENT"));
    // Anything but a name and a newline is RocksDB's to refuse.
    if (!name.starts_with("MANIFEST-") || !name.ends_with('\n')) return ok();
    name.pop_back();
    TRY(const std::string manifest, read(name));
    const LogScan scan = scan_log(manifest, LogKind::Manifest);
    if (scan.resumes_at) return damage_in(name, scan);
    found_.manifest_is_cut = scan.whole_bytes < manifest.size();
    return ok();
  }

  Result<> inspect_logs() {
    bool is_newest = true;
    for (auto log = logs_.rbegin(); log != logs_.rend(); ++log) {
      TRY(const std::string bytes, read(log->name));
      if (bytes.empty()) continue;
      TRY_VOID(inspect_log(log->name, bytes, is_newest));
      is_newest = false;
    }
    return ok();
  }

  Result<> inspect_log(const std::string& name, std::string_view bytes, bool is_newest) {
    const LogScan scan = scan_log(bytes, LogKind::WriteAhead);
    if (!scan.resumes_at && scan.whole_bytes == bytes.size()) return ok();
    // A log is begun when all before it are synced, and after a crash their ends are cut clean; so
    // only the newest may end in the middle of a write.
    const bool lost_acknowledged =
        scan.next_sequence != 0 && scan.next_sequence <= found_.synced_sequence;
    if (scan.resumes_at || !is_newest || lost_acknowledged) return damage_in(name, scan);
    log_warn(
        "index in " + directory_ + ": removing " + std::to_string(bytes.size() - scan.whole_bytes) +
        " bytes of a write cut off at byte " + std::to_string(scan.whole_bytes) + " of " + name);
    return cut(name, scan.whole_bytes);
  }

  Result<> damage_in(const std::string& name, const LogScan& scan) const {
    return damaged(directory_, "acknowledged changes in " + name + " are damaged after byte " +
                                   std::to_string(scan.whole_bytes));
  }

  /// Synced, or a loss of power could bring the end back when newer logs exist.
  Result<> cut(const std::string& name, std::uint64_t size) const {
    const rocksdb::IOOptions io;
    std::unique_ptr<rocksdb::FSWritableFile> file;
    rocksdb::IOStatus status =
        files_.ReopenWritableFile(directory_ + "/" + name, rocksdb::FileOptions(), &file, nullptr);
    if (status.ok()) status = file->Truncate(size, io, nullptr);
    if (status.ok()) status = file->Fsync(io, nullptr);
    if (status.ok()) status = file->Close(io, nullptr);
    if (!status.ok()) return error_from(status, directory_, "shortening " + name);
    return ok();
  }

  rocksdb::FileSystem& files_;
  const std::string& directory_;
  IndexFiles found_;
  bool has_data_ = false;  // there are logs or tables
  std::vector<NumberedLog> logs_;
};

}  // namespace

Result<IndexFiles> inspect_files(rocksdb::FileSystem& files, const std::string& directory) {
  DirectoryLock lock(files);
  TRY_VOID(lock.take(directory));
  return Inspection(files, directory).run();
}

}  // namespace coffer::meta
