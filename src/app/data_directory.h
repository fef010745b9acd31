#pragma once

#include "app/files.h"
#include "base/ids.h"
#include "base/result.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

/// What lies in a data directory besides the engines' own files:
///   lock          held while a process uses the directory; the holder's process id
///   coffer.format the directory's marker: layout version, fingerprint of the master key
///   master.key    unless --master-key-file says otherwise
///   control.sock  of the running server
///   default/, eu/, fedramp/, us/   data roots, unless --data-<jurisdiction> says otherwise; each
///   with
///     coffer.root   the root's marker: layout version, jurisdiction, fingerprint of the master key
///     meta/, blobs/ the engines
namespace coffer::app {

/// The absolute path of a directory as configured, without a slash at the end.
std::filesystem::path absolute_directory(const std::string& configured);

/// The exclusive lock on a data directory: one process at a time, the server or a command on a
/// stopped one. Released when destroyed, or by the kernel when the process dies.
class DirectoryLock {
 public:
  /// `Locked`, naming the process, when another one holds it; `IoError` when the directory cannot
  /// be used.
  static Result<DirectoryLock> take(const std::filesystem::path& directory);

 private:
  explicit DirectoryLock(Descriptor file) : file_(std::move(file)) {}
  Descriptor file_;
};

/// Makes a directory of mode 0700 with its parents, durably, or takes the one that is there: an
/// empty one is closed to other users, one with content is left as it is, with a warning when it is
/// open.
Result<> make_private_directory(const std::filesystem::path& path);

/// A data directory as its marker tells.
struct DirectoryMarker {
  std::string master_key_fingerprint;
};
/// Nothing when there is no marker: the directory is new, or its first start did not get far.
/// NewerFormat, or Corrupt when the file is something else.
Result<std::optional<DirectoryMarker>> read_directory_marker(
    const std::filesystem::path& directory);
/// The last step of making a data directory.
Result<> write_directory_marker(const std::filesystem::path& directory,
                                const DirectoryMarker& marker);
/// Whether a server has ever run there.
bool is_data_directory(const std::filesystem::path& directory);

/// Where the engines of a data root work.
std::filesystem::path index_folder(const std::filesystem::path& root);
std::filesystem::path blobs_folder(const std::filesystem::path& root);

/// Makes `path` the data root of a jurisdiction, durably and with the engines' folders, or checks
/// that it is. A root is made only with a new directory: later, an empty place where a root should
/// be is a disk that is not mounted or a wrong path, and starting on it would show every bucket as
/// gone. Errors: InvalidConfiguration for that and for the root of something else; WrongMasterKey,
/// NewerFormat, Corrupt, IoError.
Result<> claim_root(const std::filesystem::path& path, Jurisdiction jurisdiction,
                    std::string_view master_key_fingerprint, bool directory_is_new);

}  // namespace coffer::app
