#include "meta/memory_engine.h"

#include "meta/rules.h"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <exception>
#include <map>
#include <mutex>
#include <utility>

namespace coffer::meta {
namespace {

/// A place where others may run.
Task<> yield() { co_await boost::asio::post(boost::asio::use_awaitable); }

/// One family: std::string compares as unsigned bytes.
using Keys = std::map<std::string, Stored, std::less<>>;

class MemoryPartition final : public PartitionView {
 public:
  const Stored* find(const Key& key) const {
    const Keys& keys = family(key.family);
    const auto found = keys.find(key.bytes);
    return found == keys.end() ? nullptr : &found->second;
  }
  Result<Version> version_of(const Key& key) override {
    const Stored* stored = find(key);
    return stored == nullptr ? 0 : stored->version;
  }
  Result<bool> is_empty(const Range& range) override {
    const Keys& keys = family(range.family);
    return !is_inside(keys.lower_bound(range.begin), range);
  }
  Result<> scan(const Range& range, const Visitor& visit) const {
    const Keys& keys = family(range.family);
    auto at = keys.lower_bound(range.begin);
    while (is_inside(at, range)) {
      const Step step = visit(at->first, at->second.value, at->second.version);
      if (step.kind == Step::Kind::Stop) break;
      if (step.kind == Step::Kind::Next) {
        ++at;
      } else {
        TRY_VOID(validate_seek(at->first, step.target));
        at = keys.lower_bound(step.target);
      }
    }
    return ok();
  }
  std::int64_t counter(const std::string& name) const {
    const auto found = counters_.find(name);
    return found == counters_.end() ? 0 : static_cast<std::int64_t>(found->second);
  }
  void apply(Commit& change, Version version) {
    for (Put& put : change.puts) {
      family(put.key.family)[std::move(put.key.bytes)] = Stored{std::move(put.value), version};
    }
    for (const Key& key : change.deletes) family(key.family).erase(key.bytes);
    for (const Add& add : change.adds) {
      counters_[add.counter] += static_cast<std::uint64_t>(add.delta);
    }
  }

 private:
  static constexpr std::size_t kFamilies = static_cast<std::size_t>(Family::Queue);

  const Keys& family(Family family) const {
    return families_[static_cast<std::size_t>(family) - 1];
  }
  Keys& family(Family family) { return families_[static_cast<std::size_t>(family) - 1]; }
  bool is_inside(Keys::const_iterator at, const Range& range) const {
    return at != family(range.family).end() && (range.end.empty() || at->first < range.end);
  }

  std::array<Keys, kFamilies> families_;
  std::map<std::string, std::uint64_t> counters_;  // unsigned, so that they wrap
};

class MemoryEngine final : public Engine {
 public:
  Task<Result<std::optional<Stored>>> get(Partition partition, Key key) override {
    co_await yield();
    CO_TRY_VOID(validate_partition(partition));
    CO_TRY_VOID(validate_key(key));
    std::optional<Stored> result;
    const std::lock_guard lock(mutex_);
    const auto found = partitions_.find(partition);
    if (found == partitions_.end()) co_return result;
    if (const Stored* stored = found->second.find(key)) result = *stored;
    co_return result;
  }

  Task<Result<>> scan(Partition partition, Range range, Visitor visit) override {
    co_await yield();
    CO_TRY_VOID(validate_partition(partition));
    CO_TRY_VOID(validate_range(range));
    co_return scan_now(partition, range, visit);
  }

  Task<Result<CommitOutcome>> commit(Commit change) override {
    co_await yield();
    CO_TRY_VOID(validate_commit(change));
    for (const auto& blob : change.pending_blobs) CO_TRY_VOID(co_await blob->make_durable());
    auto outcome = commit_now(change);
    if (outcome && outcome->committed()) {
      for (const auto& blob : change.pending_blobs) blob->adopt();
    }
    change.pending_blobs.clear();
    co_return outcome;
  }

  Task<Result<std::int64_t>> counter(Partition partition, std::string counter) override {
    co_await yield();
    CO_TRY_VOID(validate_partition(partition));
    CO_TRY_VOID(validate_counter(counter));
    const std::lock_guard lock(mutex_);
    const auto found = partitions_.find(partition);
    co_return found == partitions_.end() ? 0 : found->second.counter(counter);
  }

  Task<Result<>> drop(Partition partition) override {
    co_await yield();
    CO_TRY_VOID(validate_partition(partition));
    const std::lock_guard lock(mutex_);
    partitions_.erase(partition);
    co_return ok();
  }

 private:
  /// Holds the mutex for the whole visit, which makes it a snapshot: a visitor cannot await.
  Result<> scan_now(const Partition& partition, const Range& range, const Visitor& visit) {
    const std::lock_guard lock(mutex_);
    const auto found = partitions_.find(partition);
    if (found == partitions_.end()) return ok();
    try {
      return found->second.scan(range, visit);
    } catch (const std::exception& error) {
      return make_error(ErrorCode::Internal,
                        std::string("exception in a visitor: ") + error.what());
    }
  }

  Result<CommitOutcome> commit_now(Commit& change) {
    const std::lock_guard lock(mutex_);
    MemoryPartition& partition = partitions_[change.partition];
    TRY(CommitOutcome outcome, decide(change, partition));
    if (!outcome.committed()) return outcome;
    outcome.version = ++last_version_;
    partition.apply(change, outcome.version);
    return outcome;
  }

  std::mutex mutex_;
  std::map<Partition, MemoryPartition> partitions_;  // guarded by mutex_
  Version last_version_ = 0;                         // guarded by mutex_
};

}  // namespace

std::unique_ptr<Engine> make_memory_engine() { return std::make_unique<MemoryEngine>(); }

}  // namespace coffer::meta
