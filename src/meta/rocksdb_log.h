#pragma once

#include <memory>
#include <string>

namespace rocksdb {
class Logger;
}  // namespace rocksdb

namespace coffer::meta {

/// Brings RocksDB's warnings and errors into our own log, each with the index it is about. In place
/// of its LOG files: Debian's RocksDB is built with assertions, and the one in its log file ends
/// the process when the disk is full.
std::shared_ptr<rocksdb::Logger> make_rocksdb_log(std::string directory);

}  // namespace coffer::meta
