#include "meta/rocksdb_status.h"

#include <rocksdb/status.h>

#include <string>

namespace coffer::meta {
namespace {

ErrorCode code_of(const rocksdb::Status& status) {
  if (status.IsNoSpace()) return ErrorCode::NoSpace;
  switch (status.code()) {
    case rocksdb::Status::kCorruption:
      return ErrorCode::Corrupt;
    case rocksdb::Status::kIOError:
      // A file that the index names is gone: not the disk's failure but damage.
      return status.IsPathNotFound() ? ErrorCode::Corrupt : ErrorCode::IoError;
    case rocksdb::Status::kNotFound:
      return ErrorCode::IoError;
    case rocksdb::Status::kNotSupported:
      return ErrorCode::NewerFormat;
    case rocksdb::Status::kShutdownInProgress:
      return ErrorCode::ServiceUnavailable;
    default:
      return ErrorCode::Internal;
  }
}

std::string_view advice(ErrorCode code) {
  switch (code) {
    case ErrorCode::NoSpace:
      return "; free space on this file system";
    case ErrorCode::Corrupt:
      return "; restore this directory from a backup (docs/formats/meta.md, Damage)";
    case ErrorCode::IoError:
      return "; see the kernel's log for the state of this disk";
    case ErrorCode::NewerFormat:
      return "; use the release that wrote it, or a newer one";
    default:
      return "";
  }
}

std::string place(std::string_view where) { return "index in " + std::string(where) + ": "; }

}  // namespace

Error error_from(const rocksdb::Status& status, std::string_view where, std::string_view doing) {
  const ErrorCode code = code_of(status);
  return Error(code, place(where) + std::string(doing) + ": " + status.ToString() +
                         std::string(advice(code)));
}

Error damaged(std::string_view where, std::string_view what) {
  return Error(ErrorCode::Corrupt,
               place(where) + std::string(what) + std::string(advice(ErrorCode::Corrupt)));
}

}  // namespace coffer::meta
