#pragma once

#include "base/error.h"

#include <string_view>

namespace rocksdb {
class Status;
}  // namespace rocksdb

namespace coffer::meta {

/// A failure of RocksDB as one of ours; the one place where that is decided. `where` is the
/// directory of the index and `doing` what was tried; the detail says both, what RocksDB said, and
/// what an operator can do.
Error error_from(const rocksdb::Status& status, std::string_view where, std::string_view doing);

/// Damage found in the index in `where`: Corrupt, `what`, and what an operator can do.
Error damaged(std::string_view where, std::string_view what);

}  // namespace coffer::meta
