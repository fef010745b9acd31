#include "blob/file_engine.h"

#include "blob/blob_folder.h"
#include "blob/buffer_pool.h"
#include "blob/file_ops.h"
#include "blob/free_space.h"
#include "blob/new_blob.h"
#include "blob/open_files.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cassert>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace coffer::blob {
namespace {

/// Copied on the event loop when memory has it: 16 us (limits.md 4.2), about what a trip to the
/// pool costs. The first window of an answer is so long.
constexpr std::size_t kCachedReadBytesMax = 128 * 1024;

/// A pool of 16 threads gets through a few jobs in this time.
constexpr std::chrono::milliseconds kFullPoolPause{2};
/// Ten seconds; a disk that is further behind than that is no use to a client either.
constexpr int kFullPoolPauses = 5'000;

/// Staging buffers that an idle engine keeps.
constexpr std::size_t kStagingKeptBytes = 16 * BufferPool::kSmallestBytes;

/// Counts work that nobody awaits. Thread-safe.
class WorkCount {
 public:
  void begin() {
    const std::lock_guard lock(mutex_);
    ++count_;
  }
  void end() {
    const std::lock_guard lock(mutex_);
    // Under the lock: who waits may destroy this as soon as it sees a zero.
    if (--count_ == 0) none_.notify_all();
  }
  void wait_for_none() {
    std::unique_lock lock(mutex_);
    none_.wait(lock, [this] { return count_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable none_;
  std::size_t count_ = 0;  // guarded by mutex_
};

/// A blob that nobody wants any more. Its destructor removes what is there, and blocks.
class DroppedBlob {
 public:
  DroppedBlob(std::shared_ptr<NewBlob> blob, OpenFiles& open_files, WorkCount& count)
      : blob_(std::move(blob)), open_files_(open_files), count_(count) {
    count_.begin();
  }
  DroppedBlob(const DroppedBlob&) = delete;
  DroppedBlob& operator=(const DroppedBlob&) = delete;
  ~DroppedBlob() {
    const BlobId id = blob_->id();
    blob_.reset();
    open_files_.forget(id);
    count_.end();
  }

 private:
  std::shared_ptr<NewBlob> blob_;
  OpenFiles& open_files_;
  WorkCount& count_;
};

class FileEngine final : public Engine {
 public:
  FileEngine(const FileEngineOptions& options, WorkPool& pool, Random& random)
      : ops_(options.ops != nullptr ? *options.ops : posix_),
        pool_(pool),
        folder_(options.path.string(), ops_, random),
        space_(ops_, options.path.string(), options.reserve_bytes,
               options.clock != nullptr ? *options.clock : system_clock_),
        open_files_(ops_, options.open_files_max),
        writing_{folder_, space_, ops_, BufferPool::make(0, kStagingKeptBytes)} {}
  ~FileEngine() override { dropped_.wait_for_none(); }

  Result<> open() { return folder_.open(); }

  Task<Result<std::unique_ptr<Writer>>> create(BlobId id, std::uint64_t size_hint_bytes) override;
  Task<Result<>> read(BlobId id, std::uint64_t offset, MutableBytes out) override;
  Task<Result<>> remove(BlobId id) override;
  Task<Result<>> enumerate(std::function<bool(BlobId id, std::uint64_t size_bytes)> visit) override;

  /// Runs work for somebody who can come again: SlowDown when the pool is full.
  Task<Result<>> run_or_refuse(std::function<Result<>()> work) {
    return offload(pool_, std::move(work));
  }
  /// Runs work that must not fail because the pool is full for a moment. The work never answers
  /// SlowDown itself.
  Task<Result<>> run(std::function<Result<>()> work);
  /// Removes what the blob left, on the pool.
  void drop(std::shared_ptr<NewBlob> blob);

 private:
  bool read_cached(BlobId id, std::uint64_t offset, MutableBytes out);
  Result<> read_now(BlobId id, std::uint64_t offset, MutableBytes out);

  PosixFileOps posix_;
  SystemClock system_clock_;
  FileOps& ops_;
  WorkPool& pool_;
  BlobFolder folder_;
  FreeSpace space_;
  OpenFiles open_files_;
  WriteContext writing_;
  WorkCount dropped_;
};

class FilePending final : public PendingBlob {
 public:
  FilePending(FileEngine& engine, std::shared_ptr<NewBlob> blob)
      : engine_(engine), blob_(std::move(blob)) {}
  ~FilePending() override {
    // Once published there is nothing left to close or remove, and no reason to leave this thread.
    if (is_adopted_) return;
    engine_.drop(std::move(blob_));
  }

  Task<Result<>> make_durable() override {
    std::function<Result<>()> work = [blob = blob_] { return blob->publish(); };
    co_return co_await engine_.run(std::move(work));
  }
  void adopt() override {
    is_adopted_ = true;
    blob_->keep();
  }

 private:
  FileEngine& engine_;
  std::shared_ptr<NewBlob> blob_;  ///< Shared with a job of the pool.
  bool is_adopted_ = false;
};

class FileWriter final : public Writer {
 public:
  FileWriter(FileEngine& engine, std::shared_ptr<NewBlob> blob)
      : engine_(engine), blob_(std::move(blob)) {}
  ~FileWriter() override {
    if (blob_) engine_.drop(std::move(blob_));
  }

  Task<Result<>> write(ByteView bytes) override {
    assert(blob_);
    std::function<Result<>()> work = [blob = blob_, bytes] { return blob->append(bytes); };
    co_return co_await run(std::move(work));
  }

  Task<Result<std::unique_ptr<PendingBlob>>> finish() override {
    assert(blob_);
    if (failure_ || !blob_->is_settled()) {
      std::function<Result<>()> work = [blob = blob_] { return blob->settle(); };
      CO_TRY_VOID(co_await run(std::move(work)));
    }
    std::unique_ptr<PendingBlob> pending =
        std::make_unique<FilePending>(engine_, std::exchange(blob_, nullptr));
    co_return pending;
  }

 private:
  Task<Result<>> run(std::function<Result<>()> work) {
    if (failure_) co_return *failure_;
    Result<> result = ok();
    if (std::exchange(has_begun_, true)) {
      result = co_await engine_.run(std::move(work));
    } else {
      result = co_await engine_.run_or_refuse(std::move(work));
    }
    if (!result) failure_ = result.error();
    co_return result;
  }

  FileEngine& engine_;
  std::shared_ptr<NewBlob> blob_;  ///< Shared with a job of the pool; null after `finish`.
  bool has_begun_ = false;
  std::optional<Error> failure_;  ///< ends the writer
};

Task<Result<std::unique_ptr<Writer>>> FileEngine::create(BlobId id, std::uint64_t size_hint_bytes) {
  std::function<Result<>()> check = [this, size_hint_bytes] {
    return space_.check(size_hint_bytes);
  };
  if (space_.is_stale()) {
    CO_TRY_VOID(co_await run_or_refuse(std::move(check)));
  } else {
    CO_TRY_VOID(check());
  }
  std::unique_ptr<Writer> writer =
      std::make_unique<FileWriter>(*this, std::make_shared<NewBlob>(writing_, id, size_hint_bytes));
  co_return writer;
}

Task<Result<>> FileEngine::read(BlobId id, std::uint64_t offset, MutableBytes out) {
  if (read_cached(id, offset, out)) co_return ok();
  std::function<Result<>()> work = [this, id, offset, out] { return read_now(id, offset, out); };
  co_return co_await run(std::move(work));
}

bool FileEngine::read_cached(BlobId id, std::uint64_t offset, MutableBytes out) {
  if (out.empty() || out.size() > kCachedReadBytesMax) return false;
  const OpenFiles::Handle open = open_files_.find(id);
  if (!open) return false;
  const std::int64_t count = ops_.read_cached(open->file.get(), out, offset);
  // Part of it may be cached, or the blob end before: reading all of it again tells which.
  return count > 0 && static_cast<std::size_t>(count) == out.size();
}

Result<> FileEngine::read_now(BlobId id, std::uint64_t offset, MutableBytes out) {
  const std::string path = folder_.path_of(id);
  TRY(const OpenFiles::Handle open, open_files_.open(id, path));
  const std::uint64_t size = open->size_bytes;
  const auto is_short = [&] {
    return make_error(ErrorCode::Corrupt, path + " has " + std::to_string(size) + " bytes, asked " +
                                              std::to_string(out.size()) + " from " +
                                              std::to_string(offset));
  };
  if (offset > size || out.size() > size - offset) return is_short();
  for (std::size_t done = 0; done < out.size();) {
    const std::int64_t count = ops_.read(open->file.get(), out.subspan(done), offset + done);
    if (count < 0) return file_error(count, "read", path);
    if (count == 0) return is_short();
    done += static_cast<std::size_t>(count);
  }
  return ok();
}

Task<Result<>> FileEngine::remove(BlobId id) {
  std::function<Result<>()> work = [this, id] {
    auto removed = folder_.remove(id);
    open_files_.forget(id);
    return removed;
  };
  co_return co_await run_or_refuse(std::move(work));
}

Task<Result<>> FileEngine::enumerate(
    std::function<bool(BlobId id, std::uint64_t size_bytes)> visit) {
  for (std::size_t directory = 0; directory < BlobFolder::kDirectories; ++directory) {
    if (!folder_.has_directory(directory)) continue;
    BlobFolder::Listing listing(folder_, directory);
    std::vector<BlobFolder::Entry> entries;
    for (bool more = true; more;) {
      std::function<Result<>()> work = [&]() -> Result<> {
        TRY(more, listing.next(entries));
        return ok();
      };
      CO_TRY_VOID(co_await run(std::move(work)));
      for (const auto& [id, size_bytes] : entries) {
        if (!visit(id, size_bytes)) co_return ok();
      }
    }
  }
  co_return ok();
}

Task<Result<>> FileEngine::run(std::function<Result<>()> work) {
  for (int pauses = 0;; ++pauses) {
    auto result = co_await offload(pool_, work);
    const bool refused = !result && result.error().code() == ErrorCode::SlowDown;
    if (!refused || pauses == kFullPoolPauses) co_return result;
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, kFullPoolPause);
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
}

void FileEngine::drop(std::shared_ptr<NewBlob> blob) {
  auto dropped = std::make_shared<DroppedBlob>(std::move(blob), open_files_, dropped_);
  // A full pool destroys the job, and so the blob, right here: slow for this thread, but nobody
  // would come back for it.
  static_cast<void>(pool_.try_post([dropped = std::move(dropped)]() mutable { dropped.reset(); }));
}

}  // namespace

Result<std::unique_ptr<Engine>> open_file_engine(FileEngineOptions options, WorkPool& pool,
                                                 Random& random) {
  auto engine = std::make_unique<FileEngine>(options, pool, random);
  if (auto opened = engine->open(); !opened) {
    Error error = opened.error();
    error.add_context(
        "the blobs of this server cannot be used; check the owner, the permissions "
        "and the disk");
    return error;
  }
  return std::unique_ptr<Engine>(std::move(engine));
}

}  // namespace coffer::blob
