#pragma once

#include "base/random.h"

#include <string>
#include <string_view>

/// The value of an account-owned API token:
///
///   value    = "cofa_" secret checksum
///   secret   = 40 base62 digits, uniformly random: 238 bits
///   checksum = CRC-32 (zip) of all before it, as 6 base62 digits, most significant first
///   base62   = 0-9 A-Z a-z
///
/// The prefix lets scanners find a leaked value; the checksum lets them, and us, tell a value from
/// something that looks like one, or from a mistyped one, without a look-up. It is no protection.
namespace coffer::auth {

inline constexpr std::string_view kTokenValuePrefix = "cofa_";
inline constexpr std::size_t kTokenValueSecretDigits = 40;
inline constexpr std::size_t kTokenValueChecksumDigits = 6;
inline constexpr std::size_t kTokenValueLength =
    kTokenValuePrefix.size() + kTokenValueSecretDigits + kTokenValueChecksumDigits;

std::string make_token_value(Random& random);

/// Has the prefix, the length, the alphabet and the checksum. Says nothing about a token existing.
bool is_well_formed_token_value(std::string_view value);

}  // namespace coffer::auth
