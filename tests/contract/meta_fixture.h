#pragma once

#include "base/offload.h"
#include "meta/memory_engine.h"
#include "meta/rocksdb_engine.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace coffer::meta::test {

/// A directory that goes with the test.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "coffer-meta-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category());
    path_ = name;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// What happened to the pending blobs of a test, in order.
using BlobEvents = std::vector<std::string>;

/// A blob that writes down what is done with it, and can fail to become durable.
class RecordedBlob final : public PendingBlob {
 public:
  RecordedBlob(std::string name, BlobEvents& events, std::optional<ErrorCode> failure = {})
      : name_(std::move(name)), events_(events), failure_(failure) {}
  ~RecordedBlob() override { events_.push_back(name_ + (adopted_ ? " kept" : " removed")); }
  Task<Result<>> make_durable() override {
    events_.push_back(name_ + " durable");
    if (failure_) co_return make_error(*failure_, "injected");
    co_return ok();
  }
  void adopt() override { adopted_ = true; }

 private:
  std::string name_;
  BlobEvents& events_;
  std::optional<ErrorCode> failure_;
  bool adopted_ = false;
};

enum class EngineKind { Memory, RocksDb };

/// Runs against every engine. Partition "p" unless said otherwise.
class MetaContract : public ::testing::TestWithParam<EngineKind> {
 protected:
  MetaContract() { engine_ = make_engine(); }

  std::unique_ptr<Engine> make_engine() {
    if (GetParam() == EngineKind::Memory) return make_memory_engine();
    RocksDbOptions options;
    options.path = directory_.path();
    return open_rocksdb(std::move(options), pool_).value();
  }

  template <class T>
  static Task<> store_into(Task<T> task, std::optional<T>& out) {
    out.emplace(co_await std::move(task));
  }
  static void rethrow(std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  }
  template <class T>
  T run(Task<T> task) {
    std::vector<Task<T>> tasks;
    tasks.push_back(std::move(task));
    return std::move(run_all(std::move(tasks)).front());
  }
  /// Starts all before the first can end.
  template <class T>
  std::vector<T> run_all(std::vector<Task<T>> tasks) {
    std::vector<std::optional<T>> results(tasks.size());
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      boost::asio::co_spawn(loop_, store_into(std::move(tasks[i]), results[i]), rethrow);
    }
    loop_.restart();
    loop_.run();
    std::vector<T> values;
    values.reserve(results.size());
    for (auto& result : results) values.push_back(std::move(result.value()));
    return values;
  }

  static Key record(std::string bytes) { return Key{Family::Record, std::move(bytes)}; }
  static Key header() { return Key{Family::Header, {}}; }
  static Commit change(Partition partition = "p") { return Commit(std::move(partition), {}); }
  static Commit putting(Key key, std::string value, Partition partition = "p") {
    Commit commit(std::move(partition), {});
    commit.puts.emplace_back(std::move(key), std::move(value));
    return commit;
  }
  static Commit adding(std::string counter, std::int64_t delta, Partition partition = "p") {
    Commit commit(std::move(partition), {});
    commit.adds.emplace_back(std::move(counter), delta);
    return commit;
  }

  CommitOutcome commit(Commit commit) { return run(engine_->commit(std::move(commit))).value(); }
  /// The version that the commit got; it must succeed.
  Version committed(Commit change) {
    const CommitOutcome outcome = commit(std::move(change));
    EXPECT_TRUE(outcome.committed());
    return outcome.version;
  }
  Version put(Key key, std::string value, Partition partition = "p") {
    return committed(putting(std::move(key), std::move(value), std::move(partition)));
  }
  /// The code of the error that the commit must end in.
  ErrorCode refusal(Commit commit) {
    const auto result = run(engine_->commit(std::move(commit)));
    return result ? ErrorCode::Busy : result.error().code();
  }
  std::optional<Stored> get(Key key, Partition partition = "p") {
    return run(engine_->get(std::move(partition), std::move(key))).value();
  }
  /// The value, or "" when there is none.
  std::string value(Key key, Partition partition = "p") {
    const auto stored = get(std::move(key), std::move(partition));
    return stored ? stored->value : "";
  }
  std::int64_t counter(std::string name, Partition partition = "p") {
    return run(engine_->counter(std::move(partition), std::move(name))).value();
  }
  /// The keys of a range, in the order of the visit.
  std::vector<std::string> keys(Range range, Partition partition = "p") {
    std::vector<std::string> found;
    Visitor visit = [&found](std::string_view key, std::string_view, Version) {
      found.emplace_back(key);
      return Step::next();
    };
    EXPECT_TRUE(run(engine_->scan(std::move(partition), std::move(range), std::move(visit))));
    return found;
  }
  static Range records(std::string begin = {}, std::string end = {}) {
    return Range(Family::Record, std::move(begin), std::move(end));
  }

  /// A loop for another thread to run.
  boost::asio::io_context& another_loop() {
    return *loops_.emplace_back(std::make_unique<boost::asio::io_context>());
  }

  TemporaryDirectory directory_;
  // Loops outlive whoever posts to them.
  boost::asio::io_context loop_;
  std::vector<std::unique_ptr<boost::asio::io_context>> loops_;
  ThreadPool pool_{2, 1000, "meta-test"};
  std::unique_ptr<Engine> engine_;
};

inline std::string engine_name(const ::testing::TestParamInfo<EngineKind>& info) {
  return info.param == EngineKind::Memory ? "Memory" : "RocksDb";
}

}  // namespace coffer::meta::test
