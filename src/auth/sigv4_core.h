#pragma once

#include "auth/signing_key_cache.h"
#include "auth/sigv4.h"

#include <functional>
#include <memory>

/// The checks behind `Authenticator`, over a look-up instead of `Identity`.
namespace coffer::auth {

/// Finds a token by its id, in whatever state it is; null when there is none. Any thread.
using TokenLookup = std::function<std::shared_ptr<const TokenEntry>(TokenId)>;

/// What a check needs besides the request. Borrowed for the call.
struct AuthenticationContext {
  const TokenLookup& find;
  SigningKeyCache& cache;
  Timestamp now;
  bool strict;                        ///< compat = "r2"
  SessionTokens* sessions = nullptr;  ///< null: no session token is valid
};

/// Contract of `Authenticator::authenticate`.
Result<Authenticated> authenticate_request(const RequestView& request,
                                           const AuthenticationContext& context);

/// r2-s3.md section 1: `auto`, its aliases "" and `us-east-1`, and the location hints in lower or
/// upper case.
bool is_accepted_region(std::string_view region);

/// X-Amz-Expires as the JavaScript of R2 reads a number: surrounding blanks, a sign, decimals, an
/// exponent and `Infinity` are fine; an empty text or anything else is not a number.
std::optional<double> parse_expires(std::string_view text);

/// `[0-9a-f]{64}`.
bool is_sha256_hex(std::string_view text);

}  // namespace coffer::auth
