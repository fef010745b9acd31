#include "recorded_engines.h"

#include "blob/file_engine.h"
#include "blob/file_ops.h"
#include "meta/rocksdb_engine.h"

#include <rocksdb/file_system.h>

#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>

namespace coffer::durability {
namespace {

namespace fs = std::filesystem;

std::string parent(const std::string& path) { return fs::path(path).parent_path().string(); }
std::string leaf(const std::string& path) { return fs::path(path).filename().string(); }

/// What lies beside the data of an index: its lock, and the note of `meta` that is only ever a help
/// (src/meta/synced_mark.h).
bool is_no_data(const std::string& path) {
  const std::string name = leaf(path);
  return name == "LOCK" || name == "SYNCED";
}

}  // namespace

/// Blob files. One that has no name yet is known by its inode.
class RecordedEngines::Files final : public blob::PosixFileOps {
 public:
  explicit Files(Ledger& ledger) : ledger_(ledger) {}

  int open(const std::string& path, int flags) override {
    const int fd = PosixFileOps::open(path, flags);
    if (fd >= 0 && (flags & O_TMPFILE) == O_TMPFILE) ledger_.nameless(name_of(fd));
    return fd;
  }
  void close(int fd) override {
    struct stat status {};
    if (::fstat(fd, &status) == 0 && status.st_nlink == 0) ledger_.dropped(name_of(status));
    PosixFileOps::close(fd);
  }
  std::int64_t write(int fd, ByteView bytes, std::uint64_t offset) override {
    ledger_.wrote(name_of(fd));
    return PosixFileOps::write(fd, bytes, offset);
  }
  int truncate(int fd, std::uint64_t size_bytes) override {
    ledger_.wrote(name_of(fd));
    return PosixFileOps::truncate(fd, size_bytes);
  }
  int sync_data(int fd) override {
    const int result = PosixFileOps::sync_data(fd);
    if (result == 0) ledger_.synced(Sync::BlobData, name_of(fd));
    return result;
  }
  int link(int fd, const std::string& path) override {
    ledger_.named(parent(path), leaf(path));
    ledger_.got_name(name_of(fd));
    return PosixFileOps::link(fd, path);
  }
  int rename(const std::string& from, const std::string& to) override {
    ledger_.named(parent(to), leaf(to));
    ledger_.unnamed(parent(from), leaf(from));
    return PosixFileOps::rename(from, to);
  }
  int unlink(const std::string& path) override {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) ledger_.dropped(name_of(status));
    ledger_.unnamed(parent(path), leaf(path));
    return PosixFileOps::unlink(path);
  }
  int make_directory(const std::string& path) override {
    ledger_.named_directory(parent(path), leaf(path));
    return PosixFileOps::make_directory(path);
  }
  int sync_directory(const std::string& path) override {
    const int result = PosixFileOps::sync_directory(path);
    if (result == 0) ledger_.synced_directory(Sync::BlobDirectory, path);
    return result;
  }

 private:
  static std::string name_of(const struct stat& status) {
    return "blob file, inode " + std::to_string(status.st_ino);
  }
  static std::string name_of(int fd) {
    struct stat status {};
    return ::fstat(fd, &status) == 0 ? name_of(status) : "blob file that is not open";
  }

  Ledger& ledger_;
};

/// RocksDB's files.
class RecordedEngines::IndexFiles final : public rocksdb::FileSystemWrapper {
 public:
  explicit IndexFiles(Ledger& ledger)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), ledger_(ledger) {}
  const char* Name() const override { return "RecordedFileSystem"; }

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override {
    auto status = FileSystemWrapper::NewWritableFile(path, options, result, debug);
    if (!status.ok() || is_no_data(path)) return status;
    ledger_.named(parent(path), leaf(path));
    *result = std::make_unique<File>(std::move(*result), ledger_, path);
    return status;
  }
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* result,
                                 rocksdb::IODebugContext* debug) override {
    auto status = FileSystemWrapper::NewDirectory(path, options, result, debug);
    if (status.ok()) *result = std::make_unique<Directory>(std::move(*result), ledger_, path);
    return status;
  }
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    ledger_.unnamed(parent(from), leaf(from));
    if (!is_no_data(to)) ledger_.named(parent(to), leaf(to));
    return FileSystemWrapper::RenameFile(from, to, options, debug);
  }
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    ledger_.unnamed(parent(path), leaf(path));
    ledger_.dropped(path);
    return FileSystemWrapper::DeleteFile(path, options, debug);
  }

 private:
  class File final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(std::unique_ptr<rocksdb::FSWritableFile> file, Ledger& ledger, std::string path)
        : FSWritableFileOwnerWrapper(std::move(file)), ledger_(ledger), path_(std::move(path)) {}
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
      ledger_.wrote(path_);
      return FSWritableFileOwnerWrapper::Append(data, options, debug);
    }
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             const rocksdb::DataVerificationInfo& verification,
                             rocksdb::IODebugContext* debug) override {
      ledger_.wrote(path_);
      return FSWritableFileOwnerWrapper::Append(data, options, verification, debug);
    }
    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
      const auto status = FSWritableFileOwnerWrapper::Sync(options, debug);
      if (status.ok()) ledger_.synced(durability::Sync::Index, path_);
      return status;
    }
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                            rocksdb::IODebugContext* debug) override {
      const auto status = FSWritableFileOwnerWrapper::Fsync(options, debug);
      if (status.ok()) ledger_.synced(durability::Sync::Index, path_);
      return status;
    }

   private:
    Ledger& ledger_;
    const std::string path_;
  };

  class Directory final : public rocksdb::FSDirectoryWrapper {
   public:
    Directory(std::unique_ptr<rocksdb::FSDirectory> directory, Ledger& ledger, std::string path)
        : FSDirectoryWrapper(std::move(directory)), ledger_(ledger), path_(std::move(path)) {}
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                            rocksdb::IODebugContext* debug) override {
      return record(FSDirectoryWrapper::Fsync(options, debug));
    }
    rocksdb::IOStatus FsyncWithDirOptions(const rocksdb::IOOptions& options,
                                          rocksdb::IODebugContext* debug,
                                          const rocksdb::DirFsyncOptions& how) override {
      return record(FSDirectoryWrapper::FsyncWithDirOptions(options, debug, how));
    }

   private:
    rocksdb::IOStatus record(rocksdb::IOStatus status) {
      if (status.ok()) ledger_.synced_directory(durability::Sync::IndexDirectory, path_);
      return status;
    }
    Ledger& ledger_;
    const std::string path_;
  };

  Ledger& ledger_;
};

RecordedEngines::RecordedEngines(std::optional<Sync> disbelieved) {
  if (disbelieved) ledger_.disbelieve(*disbelieved);
  files_ = std::make_unique<Files>(ledger_);
}

RecordedEngines::~RecordedEngines() = default;

std::unique_ptr<meta::Engine> RecordedEngines::open_index(const std::string& name) {
  meta::RocksDbOptions options;
  options.path = directory_ / name;
  options.file_system = std::make_shared<IndexFiles>(ledger_);
  fs::create_directory(options.path);
  return meta::open_rocksdb(std::move(options), pool_).value();
}

s3::test::Engines RecordedEngines::open() {
  s3::test::Engines engines;
  engines.meta = open_index("default");
  engines.meta_eu = open_index("eu");
  engines.meta_identity = open_index("identity");
  blob::FileEngineOptions options;
  options.path = directory_ / "blobs";
  options.ops = files_.get();
  fs::create_directory(options.path);
  engines.blobs = blob::open_file_engine(std::move(options), pool_, random_).value();
  return engines;
}

}  // namespace coffer::durability
