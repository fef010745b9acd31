#pragma once

#include "base/offload.h"
#include "meta/rocksdb_engine.h"
#include "support/run.h"
#include "support/temporary_directory.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace coffer::meta::test {

using coffer::test::rethrow;
using coffer::test::store_into;
using coffer::test::TemporaryDirectory;

/// Where thousands of openings take little time, because nothing is synced to a disk.
inline std::filesystem::path memory_directory() {
  const std::filesystem::path shared_memory = "/dev/shm";
  return std::filesystem::is_directory(shared_memory) ? shared_memory
                                                      : std::filesystem::temp_directory_path();
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// What a test does to the files of an engine. Thread-safe.
class Faults {
 public:
  // Of the write-ahead log.
  void fail_appends(rocksdb::IOStatus status) { set(append_, std::move(status)); }
  void fail_syncs(rocksdb::IOStatus status) { set(sync_, std::move(status)); }
  // Of tables: they cannot be made.
  void fail_tables(rocksdb::IOStatus status) { set(table_, std::move(status)); }
  rocksdb::IOStatus on_append() { return get(append_); }
  rocksdb::IOStatus on_table() { return get(table_); }

  /// The next sync waits before it does anything.
  void close_gate() {
    const std::lock_guard lock(mutex_);
    gate_closed_ = true;
  }
  void open_gate() {
    const std::lock_guard lock(mutex_);
    gate_closed_ = false;
    changed_.notify_all();
  }
  /// Lets through the sync that waits, and stops the one after it.
  void pass_one() {
    const std::lock_guard lock(mutex_);
    ++passes_;
    changed_.notify_all();
  }
  /// Until the nth sync since the start of the test stands at the gate.
  void wait_for_sync(int n) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ >= n; });
  }
  rocksdb::IOStatus on_sync() {
    std::unique_lock lock(mutex_);
    if (gate_closed_) {
      ++stopped_;
      changed_.notify_all();
      changed_.wait(lock, [this] { return !gate_closed_ || passes_ > 0; });
      if (passes_ > 0) --passes_;
    }
    return sync_;
  }

  std::atomic<std::int64_t> free_bytes = -1;  ///< what the disk says; the truth when negative

 private:
  void set(rocksdb::IOStatus& which, rocksdb::IOStatus status) {
    const std::lock_guard lock(mutex_);
    which = std::move(status);
  }
  rocksdb::IOStatus get(const rocksdb::IOStatus& which) {
    const std::lock_guard lock(mutex_);
    return which;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  rocksdb::IOStatus append_;
  rocksdb::IOStatus sync_;
  rocksdb::IOStatus table_;
  bool gate_closed_ = false;
  int stopped_ = 0;
  int passes_ = 0;
};

/// The system's files, with faults.
class FaultyFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit FaultyFileSystem(Faults& faults)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), faults_(faults) {}
  const char* Name() const override { return "FaultyFileSystem"; }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* out,
                                    rocksdb::IODebugContext* debug) override {
    if (name.ends_with(".sst")) {
      if (auto status = faults_.on_table(); !status.ok()) return status;
    }
    std::unique_ptr<rocksdb::FSWritableFile> file;
    auto status = target()->NewWritableFile(name, options, &file, debug);
    if (!status.ok()) return status;
    if (name.ends_with(".log")) {
      *out = std::make_unique<LogFile>(std::move(file), faults_);
    } else {
      *out = std::move(file);
    }
    return status;
  }
  rocksdb::IOStatus GetFreeSpace(const std::string& path, const rocksdb::IOOptions& options,
                                 std::uint64_t* out, rocksdb::IODebugContext* debug) override {
    if (faults_.free_bytes < 0) return target()->GetFreeSpace(path, options, out, debug);
    *out = static_cast<std::uint64_t>(faults_.free_bytes);
    return rocksdb::IOStatus::OK();
  }

 private:
  class LogFile final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    LogFile(std::unique_ptr<rocksdb::FSWritableFile> file, Faults& faults)
        : FSWritableFileOwnerWrapper(std::move(file)), faults_(faults) {}
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
      if (auto status = faults_.on_append(); !status.ok()) return status;
      return target()->Append(data, options, debug);
    }
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             const rocksdb::DataVerificationInfo& info,
                             rocksdb::IODebugContext* debug) override {
      if (auto status = faults_.on_append(); !status.ok()) return status;
      return target()->Append(data, options, info, debug);
    }
    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
      if (auto status = faults_.on_sync(); !status.ok()) return status;
      return target()->Sync(options, debug);
    }

   private:
    Faults& faults_;
  };

  Faults& faults_;
};

/// One index in a directory of its own, opened and closed as the test says.
class RocksDbTest : public ::testing::Test, protected coffer::test::RunsTasks {
 protected:
  using Outcome = std::optional<Result<CommitOutcome>>;

  Result<std::unique_ptr<Engine>> try_open(const std::filesystem::path& path) {
    RocksDbOptions options;
    options.path = path;
    options.file_system = file_system_;
    return open_rocksdb(std::move(options), pool_);
  }
  void open() {
    auto opened = try_open(directory_.path());
    ASSERT_TRUE(opened) << opened.error().describe();
    engine_ = std::move(*opened);
  }
  void close() { engine_.reset(); }

  /// Starts a commit on `waiters_`, which `finish_waiting` runs to the end.
  Outcome& start(Commit commit) {
    Outcome& out = *outcomes_.emplace_back(std::make_unique<Outcome>());
    boost::asio::co_spawn(waiters_, store_into(engine_->commit(std::move(commit)), out), rethrow);
    waiters_.poll();
    waiters_.restart();
    return out;
  }
  void poll() {
    waiters_.poll();
    waiters_.restart();
  }
  void finish_waiting() { waiters_.run(); }

  static Key record(std::string bytes) { return Key{Family::Record, std::move(bytes)}; }
  static Commit putting(std::string key, std::string value) {
    Commit commit("p", "");
    commit.puts.emplace_back(record(std::move(key)), std::move(value));
    return commit;
  }
  static Commit removing(std::string key) {
    Commit commit("p", "");
    commit.deletes.push_back(record(std::move(key)));
    return commit;
  }
  Version put(std::string key, std::string value) {
    const auto outcome = run(engine_->commit(putting(std::move(key), std::move(value))));
    EXPECT_TRUE(outcome) << outcome.error().describe();
    return outcome ? outcome->version : 0;
  }
  ErrorCode refusal(Commit commit) {
    const auto result = run(engine_->commit(std::move(commit)));
    return result ? ErrorCode::Busy : result.error().code();
  }
  /// The value, "" when there is none, or the name of the error.
  static std::string text(const Result<std::optional<Stored>>& read) {
    if (!read) return "<" + std::string(to_string(read.error().code())) + ">";
    return *read ? (*read)->value : "";
  }
  std::string get(std::string key) { return text(run(engine_->get("p", record(std::move(key))))); }
  std::int64_t counter(std::string name) {
    return run(engine_->counter("p", std::move(name))).value();
  }
  /// Files of the index whose names end so.
  static std::vector<std::filesystem::path> files(const std::filesystem::path& directory,
                                                  std::string_view suffix) {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
      if (entry.path().string().ends_with(suffix)) found.push_back(entry.path());
    }
    return found;
  }
  /// What a process that is killed now leaves.
  static void copy_to(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::filesystem::remove_all(to);
    std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
  }

  Faults faults_;
  std::shared_ptr<FaultyFileSystem> file_system_ = std::make_shared<FaultyFileSystem>(faults_);
  TemporaryDirectory directory_;
  // A loop outlives whoever posts to it.
  boost::asio::io_context waiters_;
  ThreadPool pool_{2, 1000, "meta-test"};
  std::vector<std::unique_ptr<Outcome>> outcomes_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace coffer::meta::test
