#pragma once

#include "base/ids.h"
#include "store/layout.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

namespace coffer::store {

/// Keeps the bytes of replaced and deleted objects while somebody in this process reads them: the
/// garbage collector asks here before it removes anything. A reader goes through two stages: a
/// *lookup* of a key, from before its record is read until its data is pinned, and a *pin* on that
/// data until the body is done. Thread-safe; shared by the store and every body it handed out.
class ReadPins : public std::enable_shared_from_this<ReadPins> {
 public:
  /// While it lives, a record of `key` may be in a reader's hands without a pin.
  class Lookup {
   public:
    Lookup(std::shared_ptr<ReadPins> pins, std::string key);
    Lookup(Lookup&&) noexcept = default;
    Lookup& operator=(Lookup&&) = delete;
    ~Lookup();

   private:
    std::shared_ptr<ReadPins> pins_;
    std::string key_;
    std::uint64_t ticket_ = 0;
  };

  /// While it lives, the bytes of `data` stay.
  class Pin {
   public:
    Pin() = default;
    Pin(std::shared_ptr<ReadPins> pins, BucketId home, DataId data);
    Pin(Pin&& other) noexcept = default;
    Pin& operator=(Pin&& other) noexcept {
      std::swap(pins_, other.pins_);
      std::swap(name_, other.name_);
      return *this;
    }
    ~Pin();

   private:
    std::shared_ptr<ReadPins> pins_;
    std::string name_;
  };

  Lookup begin_lookup(BucketId bucket, const std::string& group);
  Pin pin(BucketId home, DataId data);

  /// True once no lookup of the key that began before the first such call for `entry` (the queue
  /// key of what was dropped) is still open: then every reader that can have seen the dropped
  /// record has pinned its data. Later lookups do not count, so a busy key cannot hold up the
  /// collector for ever.
  bool lookups_ended(BucketId bucket, const std::string& group, const std::string& entry);
  bool pinned(BucketId home, DataId data);
  /// Forgets what lookups_ended remembered of `entry`.
  void forget(BucketId bucket, const std::string& group, const std::string& entry);

 private:
  /// Names are spread over these, so that event loops seldom meet.
  struct Shard {
    std::mutex mutex;
    // Guarded by mutex.
    std::unordered_map<std::string, std::set<std::uint64_t>> lookups;
    std::unordered_map<std::string, std::size_t> pins;
    std::unordered_map<std::string, std::uint64_t> barriers;
  };
  static constexpr std::size_t kShards = 64;

  Shard& shard_of(const std::string& name) {
    return shards_[std::hash<std::string>()(name) % kShards];
  }

  std::array<Shard, kShards> shards_;
  std::atomic<std::uint64_t> next_ticket_{1};
};

}  // namespace coffer::store
