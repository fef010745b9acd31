#pragma once

#include "base/offload.h"
#include "meta/memory_engine.h"
#include "meta/rocksdb_engine.h"
#include "support/run.h"
#include "support/temporary_directory.h"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace coffer::meta::test {

using coffer::test::rethrow;
using coffer::test::store_into;

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
class MetaContract : public ::testing::TestWithParam<EngineKind>,
                     protected coffer::test::RunsTasks {
 protected:
  MetaContract() { engine_ = make_engine(); }

  std::unique_ptr<Engine> make_engine() {
    if (GetParam() == EngineKind::Memory) return make_memory_engine();
    RocksDbOptions options;
    options.path = directory_.path();
    return open_rocksdb(std::move(options), pool_).value();
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

  coffer::test::TemporaryDirectory directory_;
  // Loops outlive whoever posts to them.
  std::vector<std::unique_ptr<boost::asio::io_context>> loops_;
  ThreadPool pool_{2, 1000, "meta-test"};
  std::unique_ptr<Engine> engine_;
};

inline std::string engine_name(const ::testing::TestParamInfo<EngineKind>& info) {
  return info.param == EngineKind::Memory ? "Memory" : "RocksDb";
}

}  // namespace coffer::meta::test
