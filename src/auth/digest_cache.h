#pragma once

#include "base/hash.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace coffer::auth {

/// At most `entry_count` values by a SHA-256 digest of all that they follow from, so that a value
/// never becomes wrong and no secret is kept as its key. Set-associative: the entry of a set that
/// was not used for longest makes room. Sharded, thread-safe. Whoever could choose digests could
/// crowd one set, which costs the others of it their recomputation.
template <class Value, std::size_t entry_count>
class DigestCache {
 public:
  DigestCache() {
    for (Shard& shard : shards_) shard.entries.resize(kSetsPerShard * kWays);
  }

  std::optional<Value> find(const Sha256Digest& digest) {
    Shard& shard = shard_of(digest);
    const std::lock_guard lock(shard.mutex);
    for (Entry& entry : set_of(shard, digest)) {
      if (entry.used != 0 && entry.digest == digest) {
        entry.used = ++shard.tick;
        return entry.value;
      }
    }
    return std::nullopt;
  }

  /// Two threads may put the same at once.
  void put(const Sha256Digest& digest, Value value) {
    Shard& shard = shard_of(digest);
    {
      const std::lock_guard lock(shard.mutex);
      const auto ways = set_of(shard, digest);
      auto place = std::find_if(ways.begin(), ways.end(), [&digest](const Entry& entry) {
        return entry.used != 0 && entry.digest == digest;
      });
      if (place == ways.end()) {
        place = std::min_element(ways.begin(), ways.end(),
                                 [](const Entry& a, const Entry& b) { return a.used < b.used; });
      }
      place->used = ++shard.tick;
      place->digest = digest;
      std::swap(place->value, value);
    }
    // What made room ends here, outside the lock.
  }

 private:
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kWays = 4;
  static constexpr std::size_t kSetsPerShard = entry_count / kShards / kWays;
  static_assert(kSetsPerShard * kWays * kShards == entry_count);

  struct Entry {
    std::uint64_t used = 0;  ///< the shard's tick at its last use; 0: empty
    Sha256Digest digest{};
    Value value{};
  };
  struct alignas(64) Shard {
    std::mutex mutex;  // guards the rest
    std::uint64_t tick = 0;
    std::vector<Entry> entries;  // kSetsPerShard sets of kWays
  };

  Shard& shard_of(const Sha256Digest& digest) {
    return shards_[std::to_integer<std::size_t>(digest[0]) % kShards];
  }
  static std::span<Entry> set_of(Shard& shard, const Sha256Digest& digest) {
    const std::size_t set =
        (std::to_integer<std::size_t>(digest[1]) << 8 | std::to_integer<std::size_t>(digest[2])) %
        kSetsPerShard;
    return std::span(shard.entries).subspan(set * kWays, kWays);
  }

  std::array<Shard, kShards> shards_;
};

}  // namespace coffer::auth
