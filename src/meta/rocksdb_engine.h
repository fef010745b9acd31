#pragma once

#include "base/offload.h"
#include "base/result.h"
#include "meta/engine.h"

#include <filesystem>
#include <memory>

namespace rocksdb {
class Cache;
class FileSystem;
}  // namespace rocksdb

namespace coffer::meta {

struct RocksDbOptions {
  std::filesystem::path path;  ///< an existing directory of the engine's own
  /// What the engine reads and writes through; the system's when null. The durability test records
  /// here.
  std::shared_ptr<rocksdb::FileSystem> file_system;
  /// Of blocks that were read; one may serve several engines. One of its own when null.
  std::shared_ptr<rocksdb::Cache> block_cache;
};

/// Takes memory as it fills, up to `size_bytes`.
std::shared_ptr<rocksdb::Cache> make_block_cache(std::size_t size_bytes);

/// Opens, or makes, the index in `options.path`. Blocks. Errors, each with what to do: IoError,
/// NoSpace, Locked, NewerFormat, Corrupt (a log or table is damaged: nothing is dropped silently).
/// `pool` outlives the engine, and serves its reads; commits have a thread of their own, which
/// writes and syncs all that waits as one batch.
///
/// The engine's destructor applies and answers what waits in the queue, flushes, and blocks for
/// both; no other call may be under way. The event loops of its callers outlive the engine: they
/// may be stopped, but are destroyed after it.
Result<std::unique_ptr<Engine>> open_rocksdb(RocksDbOptions options, WorkPool& pool);

}  // namespace coffer::meta
