#pragma once

#include "blob/buffer_pool.h"
#include "blob/engine.h"
#include "blob/file_ops.h"
#include "support/code_of.h"
#include "support/fake_clock.h"
#include "support/inline_pool.h"
#include "support/run.h"
#include "support/seeded_random.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coffer::blob::test {

using coffer::test::code_of;
using coffer::test::FakeClock;
using coffer::test::InlinePool;
using coffer::test::run_task;
using coffer::test::SeededRandom;
using coffer::test::TemporaryDirectory;

/// Bytes that differ from place to place, also a block or a frame further.
inline std::string pattern(std::size_t size, unsigned seed = 1) {
  std::string text(size, '\0');
  std::minstd_rand engine(seed);
  for (char& c : text) c = static_cast<char>(engine() >> 8);
  return text;
}

/// A copy of some text that begins `shift` bytes behind an address that O_DIRECT takes.
class AlignedText {
 public:
  explicit AlignedText(std::string_view text, std::size_t shift = 0)
      : storage_(static_cast<std::byte*>(
            ::operator new (text.size() + shift + 1, std::align_val_t{BufferPool::kAlignment}))),
        size_(text.size()),
        shift_(shift) {
    std::copy_n(as_bytes(text).begin(), text.size(), storage_ + shift);
  }
  AlignedText(const AlignedText&) = delete;
  AlignedText& operator=(const AlignedText&) = delete;
  ~AlignedText() { ::operator delete (storage_, std::align_val_t{BufferPool::kAlignment}); }
  ByteView bytes() const { return {storage_ + shift_, size_}; }

 private:
  std::byte* storage_;
  std::size_t size_;
  std::size_t shift_;
};

/// Writes a blob in pieces of one length.
inline Task<Result<std::unique_ptr<PendingBlob>>> write_pending(Engine& engine, BlobId id,
                                                                std::uint64_t size_hint_bytes,
                                                                ByteView bytes,
                                                                std::size_t piece_bytes) {
  CO_TRY(auto writer, co_await engine.create(id, size_hint_bytes));
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), piece_bytes);
    CO_TRY_VOID(co_await writer->write(bytes.first(count)));
    bytes = bytes.subspan(count);
  }
  co_return co_await writer->finish();
}

/// As a committed upload does.
inline Task<Result<>> write_blob(Engine& engine, BlobId id, std::uint64_t size_hint_bytes,
                                 ByteView bytes, std::size_t piece_bytes) {
  CO_TRY(auto pending, co_await write_pending(engine, id, size_hint_bytes, bytes, piece_bytes));
  CO_TRY_VOID(co_await pending->make_durable());
  pending->adopt();
  co_return ok();
}

inline Result<> put(Engine& engine, BlobId id, std::string_view text) {
  return run_task(write_blob(engine, id, text.size(), as_bytes(text), text.size()));
}

/// The bytes of a range, or the name of the error.
inline std::string get(Engine& engine, BlobId id, std::uint64_t offset, std::size_t length) {
  std::string out(length, '\0');
  const auto read = run_task(engine.read(id, offset, std::as_writable_bytes(std::span(out))));
  return read ? out : "<" + std::string(to_string(read.error().code())) + ">";
}

/// Every blob with its size, sorted.
inline std::vector<std::pair<BlobId, std::uint64_t>> list(Engine& engine) {
  std::vector<std::pair<BlobId, std::uint64_t>> blobs;
  std::function<bool(BlobId, std::uint64_t)> visit = [&blobs](BlobId id, std::uint64_t size) {
    blobs.emplace_back(id, size);
    return true;
  };
  EXPECT_TRUE(run_task(engine.enumerate(std::move(visit))));
  std::sort(blobs.begin(), blobs.end());
  return blobs;
}

/// The real system calls, watched: notes the name of each that changes something, and lets a test
/// answer in its place. Thread-safe if the hook is.
class WatchedOps : public PosixFileOps {
 public:
  /// Asked before each call, by its name; what it returns is the answer.
  std::function<std::optional<int>(std::string_view call)> answer;
  /// More than this is not written at once.
  std::size_t write_bytes_max = SIZE_MAX;

  /// The calls so far, in order.
  std::vector<std::string> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  std::size_t count(std::string_view call) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::count(calls_.begin(), calls_.end(), call));
  }
  void forget_calls() {
    const std::lock_guard lock(mutex_);
    calls_.clear();
  }

  int open(const std::string& path, int flags) override {
    const bool nameless = (flags & O_TMPFILE) == O_TMPFILE;
    const bool writes = (flags & O_ACCMODE) != O_RDONLY;
    if (const auto said = ask(nameless ? "open_nameless" : writes ? "open_new" : "open")) {
      return *said;
    }
    return PosixFileOps::open(path, flags);
  }
  int set_direct(int fd, bool direct) override {
    if (const auto said = ask(direct ? "set_direct" : "unset_direct")) return *said;
    // Where the test runs on a file system without O_DIRECT, the engine may believe in it all the
    // same.
    static_cast<void>(PosixFileOps::set_direct(fd, direct));
    return 0;
  }
  std::int64_t write(int fd, ByteView bytes, std::uint64_t offset) override {
    if (const auto said = ask("write")) return *said;
    return PosixFileOps::write(fd, bytes.first(std::min(bytes.size(), write_bytes_max)), offset);
  }
  std::int64_t read(int fd, MutableBytes out, std::uint64_t offset) override {
    if (const auto said = ask("read")) return *said;
    return PosixFileOps::read(fd, out, offset);
  }
  std::int64_t read_cached(int fd, MutableBytes out, std::uint64_t offset) override {
    if (const auto said = ask("read_cached")) return *said;
    return PosixFileOps::read(fd, out, offset);  // not every file system knows RWF_NOWAIT
  }
  int allocate(int fd, std::uint64_t offset, std::uint64_t length) override {
    if (const auto said = ask("allocate")) return *said;
    return PosixFileOps::allocate(fd, offset, length);
  }
  int truncate(int fd, std::uint64_t size_bytes) override {
    if (const auto said = ask("truncate")) return *said;
    return PosixFileOps::truncate(fd, size_bytes);
  }
  int sync_data(int fd) override {
    if (const auto said = ask("sync_data")) return *said;
    return PosixFileOps::sync_data(fd);
  }
  int link(int fd, const std::string& path) override {
    if (const auto said = ask("link")) return *said;
    return PosixFileOps::link(fd, path);
  }
  int rename(const std::string& from, const std::string& to) override {
    if (const auto said = ask("rename")) return *said;
    return PosixFileOps::rename(from, to);
  }
  int unlink(const std::string& path) override {
    if (const auto said = ask("unlink")) return *said;
    return PosixFileOps::unlink(path);
  }
  int make_directory(const std::string& path) override {
    if (const auto said = ask("make_directory")) return *said;
    return PosixFileOps::make_directory(path);
  }
  int sync_directory(const std::string& path) override {
    if (const auto said = ask("sync_directory")) return *said;
    return PosixFileOps::sync_directory(path);
  }
  int list(int fd, std::vector<std::string>& names) override {
    if (const auto said = ask("list")) return *said;
    return PosixFileOps::list(fd, names);
  }
  std::int64_t size(const std::string& path) override {
    if (const auto said = ask("size")) return *said;
    return PosixFileOps::size(path);
  }
  int space(const std::string& path, Space& space) override {
    if (const auto said = ask("space")) return *said;
    const int result = PosixFileOps::space(path, space);
    if (pretended_space) space = *pretended_space;
    return result;
  }
  std::optional<Space> pretended_space;

 private:
  std::optional<int> ask(std::string_view call) {
    {
      const std::lock_guard lock(mutex_);
      calls_.emplace_back(call);
    }
    if (answer) return answer(call);
    return std::nullopt;
  }

  mutable std::mutex mutex_;
  std::vector<std::string> calls_;  // guarded by mutex_
};

}  // namespace coffer::blob::test
