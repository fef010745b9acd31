#include "auth/value_index.h"

#include <charconv>

namespace coffer::auth {

std::uint64_t ValueIndex::prefix_of(std::string_view digest_hex) {
  constexpr std::size_t kPrefixDigits = 16;
  const std::string_view digits = digest_hex.substr(0, kPrefixDigits);
  std::uint64_t prefix = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), prefix, 16);
  return prefix;
}

void ValueIndex::add(std::string_view digest_hex, TokenId id) {
  const std::unique_lock lock(mutex_);
  ids_.emplace(prefix_of(digest_hex), id);
}

void ValueIndex::remove(std::string_view digest_hex, TokenId id) {
  const std::unique_lock lock(mutex_);
  const auto [begin, end] = ids_.equal_range(prefix_of(digest_hex));
  for (auto found = begin; found != end; ++found) {
    if (found->second != id) continue;
    ids_.erase(found);
    return;
  }
}

std::vector<TokenId> ValueIndex::find(std::string_view digest_hex) const {
  const std::shared_lock lock(mutex_);
  std::vector<TokenId> found;
  const auto [begin, end] = ids_.equal_range(prefix_of(digest_hex));
  for (auto entry = begin; entry != end; ++entry) found.push_back(entry->second);
  return found;
}

}  // namespace coffer::auth
