#pragma once

#include "api/route.h"
#include "auth/identity.h"
#include "http/message.h"

#include <memory>

namespace coffer::api {

/// Who sent a request, as far as its headers prove it.
struct Caller {
  auth::Principal principal;
  std::shared_ptr<const auth::TokenEntry> token;
};

/// Reads `Authorization: Bearer <value>` (cloudflare-api.md 1.3, 1.4). Errors, with their numbers:
/// no header at all (9106; of an account's verify route 1001), a malformed one (6003 with 6111 in
/// its chain), a token that may not be used from this address (9109), and Unauthorized for one that
/// is unknown, disabled, expired or not valid yet. Marks the token as used.
///
/// There are no global API keys here: X-Auth-Email with X-Auth-Key is looked at for its form, as
/// Cloudflare does, and otherwise is a credential that nobody has. With a bearer token beside it,
/// as the SDK sends both, it is not looked at.
Result<Caller> authenticate(const http::Request& request, const Route& route,
                            const auth::Identity& identity, Timestamp now);

}  // namespace coffer::api
