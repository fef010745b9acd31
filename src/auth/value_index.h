#pragma once

#include "base/ids.h"

#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace coffer::auth {

/// From the SHA-256 of a token's value to the tokens that may have it, by the first eight bytes. A
/// hint: who asks compares the whole digest with the token's, so an entry that has become stale
/// does no harm, and the time that a look-up takes tells nothing of a secret. Thread-safe.
class ValueIndex {
 public:
  /// `digest_hex`: 64 hex digits.
  void add(std::string_view digest_hex, TokenId id);
  void remove(std::string_view digest_hex, TokenId id);
  std::vector<TokenId> find(std::string_view digest_hex) const;

 private:
  static std::uint64_t prefix_of(std::string_view digest_hex);

  mutable std::shared_mutex mutex_;
  std::unordered_multimap<std::uint64_t, TokenId> ids_;  ///< guarded by mutex_
};

}  // namespace coffer::auth
