#pragma once

#include "api/route.h"
#include "api/service.h"
#include "auth/identity.h"
#include "auth/sessions.h"
#include "http/message.h"

#include <memory>
#include <optional>

namespace coffer::api {

/// Who sent a request, as far as its headers prove it.
struct Caller {
  Caller() = default;  ///< no aggregate: g++ 12 destroys those twice beside a co_await
  auth::Principal principal;
  std::shared_ptr<const auth::TokenEntry> token;  ///< of Kind::Token
  std::optional<auth::SessionInfo> session;       ///< of Kind::User
};

/// Whether the request comes with a credential that can be guessed: a bearer value, or the older
/// headers. A session's cookie cannot.
bool shows_token(const http::Request& request);

/// Reads `Authorization: Bearer <value>` (cloudflare-api.md 1.3, 1.4). Errors, with their numbers:
/// no header at all (9106; of an account's verify route 1001), a malformed one (6003 with 6111 in
/// its chain), a token that may not be used from this address (9109), and Unauthorized for one that
/// is unknown, disabled, expired or not valid yet. Marks the token as used.
///
/// There are no global API keys here: X-Auth-Email with X-Auth-Key is looked at for its form, as
/// Cloudflare does, and otherwise is a credential that nobody has. With a bearer token beside it,
/// as the SDK sends both, it is not looked at.
///
/// Without any of these a session's cookie counts, when the request is ours (session_cookie.h):
/// Unauthorized otherwise.
Task<Result<Caller>> authenticate(const http::Request& request, const Route& route,
                                  const Services& services);

/// The session of the cookie, with its CSRF token proved; of `any_csrf_value`, with any value of
/// the header. Unauthorized.
Task<Result<auth::SessionInfo>> use_session(const http::Request& request, const Services& services,
                                            bool tickets, bool any_csrf_value);

}  // namespace coffer::api
