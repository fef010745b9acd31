#pragma once

#include "base/task.h"

#include <array>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace coffer {

/// A mutex per name, awaited instead of blocked on, first come first served. It is fairness, not
/// correctness: commits check what they depend on, and writers of one key that take turns never
/// make each other retry. Thread-safe; outlives its guards.
class KeyLocks {
 public:
  class Guard {
   public:
    Guard() = default;
    Guard(KeyLocks& locks, std::string name) : locks_(&locks), name_(std::move(name)) {}
    Guard(Guard&& other) noexcept
        : locks_(std::exchange(other.locks_, nullptr)), name_(std::move(other.name_)) {}
    Guard& operator=(Guard&& other) noexcept {
      if (this != &other) {
        release();
        locks_ = std::exchange(other.locks_, nullptr);
        name_ = std::move(other.name_);
      }
      return *this;
    }
    ~Guard() { release(); }
    void release() {
      if (KeyLocks* locks = std::exchange(locks_, nullptr)) locks->unlock(name_);
    }

   private:
    KeyLocks* locks_ = nullptr;
    std::string name_;
  };

  Task<Guard> lock(std::string name);

 private:
  /// Posts the waiting coroutine to its executor, its turn with it: a coroutine that is destroyed
  /// before it resumes, as at the end of an event loop, gives the turn to the next.
  using Waiter = std::function<void(Guard turn)>;

  /// Names are spread over these, so that event loops seldom meet.
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::string, std::deque<Waiter>> held;  ///< guarded by mutex
  };
  static constexpr std::size_t kShards = 64;

  Shard& shard_of(const std::string& name) {
    return shards_[std::hash<std::string>()(name) % kShards];
  }
  void unlock(const std::string& name);

  std::array<Shard, kShards> shards_;
};

}  // namespace coffer
