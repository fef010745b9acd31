#pragma once

#include "base/random.h"

#include <string>
#include <string_view>

/// The value of an API token:
///
///   value    = ( "cofa_" | "cofu_" ) secret checksum     ; an account's, a user's
///   secret   = 40 base62 digits, uniformly random: 238 bits
///   checksum = CRC-32 (zip) of all before it, as 6 base62 digits, most significant first
///   base62   = 0-9 A-Z a-z
///
/// The prefix lets scanners find a leaked value; the checksum lets them, and us, tell a value from
/// something that looks like one, or from a mistyped one, without a look-up. It is no protection.
namespace coffer::auth {

inline constexpr std::string_view kAccountTokenPrefix = "cofa_";
inline constexpr std::string_view kUserTokenPrefix = "cofu_";
inline constexpr std::size_t kTokenValueSecretDigits = 40;
inline constexpr std::size_t kTokenValueChecksumDigits = 6;
inline constexpr std::size_t kTokenValueLength =
    kAccountTokenPrefix.size() + kTokenValueSecretDigits + kTokenValueChecksumDigits;

/// `prefix`: one of the two.
std::string make_token_value(std::string_view prefix, Random& random);

/// Has a prefix, the length, the alphabet and the checksum. Says nothing about a token existing.
bool is_well_formed_token_value(std::string_view value);

}  // namespace coffer::auth
