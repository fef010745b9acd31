#pragma once

#include "base/clock.h"
#include "base/offload.h"
#include "base/random.h"
#include "base/result.h"
#include "blob/engine.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

namespace coffer::blob {

class FileOps;

struct FileEngineOptions {
  std::filesystem::path path;  ///< an existing directory of the engine's own
  /// The system calls; POSIX's own when null. The durability test records, and fault tests fail,
  /// here. Outlives the engine.
  FileOps* ops = nullptr;
  /// For how long the free space is believed; the system's when null. Outlives the engine.
  const Clock* clock = nullptr;
  /// New bodies are refused when less would be left, so that deletions and metadata go on working
  /// on a full disk: RocksDB's log and the tables of a flush, twice. Of a small disk, a sixteenth.
  std::uint64_t reserve_bytes = std::uint64_t{256} * 1024 * 1024;
  /// Descriptors that stay open for reads.
  std::size_t open_files_max = 256;
};

/// One file per blob below `options.path`, written by O_DIRECT where the file system has it. Blocks
/// while it opens. Errors, each with what to do: IoError, NoSpace. What a crash left unnamed is
/// gone; files that were named but whose commit never came are found by `enumerate`. `pool`
/// outlives the engine.
///
/// A blob can be read once `make_durable` of its PendingBlob succeeded. `make_durable` is called by
/// one at a time; an error of it other than SlowDown is final. Writers and pending blobs go before
/// the engine, whose destructor blocks until the files they dropped are removed.
///
/// A full pool refuses (SlowDown) the first bytes of a blob and a removal, of which nothing is
/// lost. Whatever else finds it full waits, for ten seconds at most: an upload half way through, a
/// commit, an answer half sent.
Result<std::unique_ptr<Engine>> open_file_engine(FileEngineOptions options, WorkPool& pool,
                                                 Random& random);

}  // namespace coffer::blob
