#include "auth/token_value.h"

#include "base/hash.h"

#include <algorithm>
#include <array>
#include <span>

namespace coffer::auth {
namespace {

constexpr std::string_view kBase62 =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
static_assert(kBase62.size() == 62);

/// A byte from here on is thrown away: below it, each digit has the same number of bytes.
constexpr unsigned kByteLimit = 256 - 256 % 62;

std::string checksum_of(std::string_view text) {
  std::uint32_t rest = crc32(0, as_bytes(text));
  std::string digits(kTokenValueChecksumDigits, kBase62[0]);
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    *digit = kBase62[rest % kBase62.size()];
    rest /= static_cast<std::uint32_t>(kBase62.size());
  }
  return digits;
}

bool is_base62(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

}  // namespace

std::string make_token_value(std::string_view prefix, Random& random) {
  constexpr std::size_t kLength = kAccountTokenPrefix.size() + kTokenValueSecretDigits;
  std::string value(prefix);
  value.reserve(kTokenValueLength);
  std::array<std::uint8_t, 64> bytes{};
  while (value.size() < kLength) {
    random.fill(std::as_writable_bytes(std::span(bytes)));
    for (std::uint8_t byte : bytes) {
      if (byte >= kByteLimit || value.size() == kLength) continue;
      value.push_back(kBase62[byte % kBase62.size()]);
    }
  }
  return value.append(checksum_of(value));
}

bool is_well_formed_token_value(std::string_view value) {
  if (value.size() != kTokenValueLength) return false;
  if (!value.starts_with(kAccountTokenPrefix) && !value.starts_with(kUserTokenPrefix)) return false;
  const std::string_view digits = value.substr(kAccountTokenPrefix.size());
  if (!std::all_of(digits.begin(), digits.end(), is_base62)) return false;
  const std::size_t checked = kTokenValueLength - kTokenValueChecksumDigits;
  return checksum_of(value.substr(0, checked)) == value.substr(checked);
}

}  // namespace coffer::auth
