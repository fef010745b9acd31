#include "auth/signing_key_cache.h"

#include <algorithm>
#include <span>
#include <string>

namespace coffer::auth {

SigningKey derive_signing_key(std::string_view secret, std::string_view date,
                              std::string_view region, std::string_view service) {
  std::string first("AWS4");
  first.append(secret);
  SigningKey key;
  key.bytes = HmacKey(first).mac(date);
  key.bytes = HmacKey(key.bytes).mac(region);
  key.bytes = HmacKey(key.bytes).mac(service);
  key.bytes = HmacKey(key.bytes).mac("aws4_request");
  key.hmac = HmacKey(key.bytes);
  return key;
}

SigningKeyCache::SigningKeyCache() {
  for (Shard& shard : shards_) shard.entries.resize(kSetsPerShard * kWays);
}

SigningKey SigningKeyCache::get(std::string_view secret, std::string_view date,
                                std::string_view region) {
  // The date's length is fixed and the region ends at the NUL, so no two triples share an input.
  constexpr std::string_view kEnd("\0", 1);
  const Sha256Digest index = short_sha256({date, region, kEnd, secret});
  Shard& shard = shards_[std::to_integer<std::size_t>(index[0]) % kShards];
  const std::size_t set =
      (std::to_integer<std::size_t>(index[1]) << 8 | std::to_integer<std::size_t>(index[2])) %
      kSetsPerShard;
  {
    std::lock_guard lock(shard.mutex);
    for (Entry& entry : std::span(shard.entries).subspan(set * kWays, kWays)) {
      if (entry.used != 0 && entry.index == index) {
        entry.used = ++shard.tick;
        return entry.key;
      }
    }
  }
  // Derived without the lock; two threads may do it at once, to the same result.
  const SigningKey key = derive_signing_key(secret, date, region, "s3");
  std::lock_guard lock(shard.mutex);
  const auto ways = std::span(shard.entries).subspan(set * kWays, kWays);
  auto place = std::find_if(ways.begin(), ways.end(), [&](const Entry& entry) {
    return entry.used != 0 && entry.index == index;
  });
  if (place == ways.end()) {
    place = std::min_element(ways.begin(), ways.end(),
                             [](const Entry& a, const Entry& b) { return a.used < b.used; });
  }
  place->used = ++shard.tick;
  place->index = index;
  place->key = key;
  return key;
}

}  // namespace coffer::auth
