#pragma once

#include "auth/sigv4_hmac.h"

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace coffer::auth {

/// A derived SigV4 key, ready to sign with.
struct SigningKey {
  Sha256Digest bytes{};
  HmacKey hmac;
};

/// HMAC(HMAC(HMAC(HMAC("AWS4" + secret, date), region), service), "aws4_request"): "Calculate the
/// signature" of docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
SigningKey derive_signing_key(std::string_view secret, std::string_view date,
                              std::string_view region, std::string_view service);

/// Derived signing keys of service `s3` by (secret, date, region). The index is one SHA-256 over
/// the three, so no secret is kept and none can be found by its token's id, which survives a roll.
/// Set-associative: the entry of a set that was not used for longest makes room. Thread-safe.
class SigningKeyCache {
 public:
  /// About 160 bytes each. More live (secret, date, region) than this only cost their derivation.
  static constexpr std::size_t kEntries = 4096;

  SigningKeyCache();
  /// `date` is eight digits; `region` holds no NUL.
  SigningKey get(std::string_view secret, std::string_view date, std::string_view region);

 private:
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kWays = 4;
  static constexpr std::size_t kSetsPerShard = kEntries / kShards / kWays;

  struct Entry {
    std::uint64_t used = 0;  ///< the shard's tick at its last use; 0: empty
    Sha256Digest index{};
    SigningKey key;
  };
  struct alignas(64) Shard {
    std::mutex mutex;  // guards the rest
    std::uint64_t tick = 0;
    std::vector<Entry> entries;  // kSetsPerShard sets of kWays
  };
  std::array<Shard, kShards> shards_;
};

}  // namespace coffer::auth
