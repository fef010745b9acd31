#pragma once

#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"
#include "blob/file_ops.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace coffer::blob {

/// The names of an engine's directory: where each blob lies, and what it takes until a name is on
/// stable storage. docs/formats/blob.md has the layout. Thread-safe; every call blocks.
class BlobFolder {
 public:
  static constexpr std::size_t kDirectories = 256;

  /// `path` is an existing directory of the engine's own. All three outlive this.
  BlobFolder(std::string path, FileOps& ops, Random& random);

  /// Learns which subdirectories exist, makes sure that they last, and removes what a crash left in
  /// `tmp`. Before anything else. Its cost does not depend on how many blobs there are.
  Result<> open();

  const std::string& path() const { return path_; }
  std::string path_of(BlobId id) const;

  /// A file that is being written and has no blob's name yet.
  struct NewFile {
    Descriptor file;
    /// Where the file system knows no files without a name: its name in `tmp`.
    std::string temporary;
  };
  /// Opens one for writing.
  Result<NewFile> create(BlobId id);
  /// Gives it the blob's name. Not on stable storage before `sync_name`.
  Result<> give_name(NewFile& file, BlobId id);
  /// Returns when the name of the blob is on stable storage. After a failure no blob of the same
  /// subdirectory is taken to be safe until a restart.
  Result<> sync_name(BlobId id);
  /// Idempotent. Not synced: a name that a power failure brings back is an orphan, and orphans are
  /// looked for after every crash.
  Result<> remove(BlobId id);

  /// Whether the subdirectory exists. Never blocks.
  bool has_directory(std::size_t directory) const {
    return directories_[directory] != Directory::Absent;
  }
  struct Entry {
    BlobId id;
    std::uint64_t size_bytes = 0;
  };
  /// Reads the blobs of one subdirectory that exists, some at a time. One user.
  class Listing {
   public:
    /// `directory` counts to kDirectories.
    Listing(const BlobFolder& folder, std::size_t directory)
        : folder_(folder), directory_(directory) {}
    /// Replaces `entries` with the next ones, which may be none before the end. Other files than
    /// blobs are passed over. False at the end.
    Result<bool> next(std::vector<Entry>& entries);

   private:
    const BlobFolder& folder_;
    const std::size_t directory_;
    Descriptor file_;
    std::vector<std::string> names_;
  };

 private:
  enum class Directory : std::uint8_t { Absent, Made, Durable };

  static std::size_t directory_of(BlobId id);
  std::string path_of_directory(std::size_t directory) const;
  std::string path_of_temporaries() const { return path_ + "/tmp"; }
  Result<std::vector<std::string>> names_in(const std::string& path) const;
  Result<> sweep_temporaries();
  Result<> make_directory(std::size_t directory);
  Result<NewFile> create_temporary();
  Result<> sync_names(std::size_t directory);

  const std::string path_;
  FileOps& ops_;
  Random& random_;
  /// Subdirectories are made when their first blob comes: 256 of them at once would be most of the
  /// time that a new server takes to start.
  std::array<std::atomic<Directory>, kDirectories> directories_{};
  std::array<std::atomic<bool>, kDirectories> sync_failed_{};
  std::atomic<bool> nameless_files_{true};  ///< the file system has O_TMPFILE
};

}  // namespace coffer::blob
