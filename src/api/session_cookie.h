#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "http/message.h"

#include <optional>
#include <string>
#include <string_view>

/// What a browser shows of a session. Cookies come with every request to our host, whoever made
/// it, so one alone proves nothing (DESIGN.md section 9): it counts together with a same-origin
/// request and the session's CSRF token, on every method.
namespace coffer::api {

inline constexpr std::string_view kCsrfHeader = "X-Coffer-CSRF";

/// `__Host-coffer_session` under TLS, where a browser lets nobody else set it; else
/// `coffer_session`.
std::string_view session_cookie_name(bool tls);
/// The session's token; nothing when there is no cookie, or two of that name.
std::optional<std::string> read_session_cookie(const http::Request& request);
/// Sets it (HttpOnly, SameSite=Strict), or with an empty `token` removes it.
void set_session_cookie(http::Response& response, const http::Request& request,
                        std::string_view token);

/// Whether a page of ours made the request: by `Sec-Fetch-Site`, else by the host of `Origin`, else
/// of `Referer` (over plain HTTP a browser sends a GET with neither of the others; our pages make
/// it send this one). With none of them: no.
bool is_same_origin(const http::Request& request);

/// Whether the request proves the knowledge of `csrf_token`, by its header or, on a GET that cannot
/// have one (a video, a download), by a *ticket*, the last parameter of its query:
///
///   ticket = expires "." mac        ; expires: seconds since 1970, at most an hour ahead
///   mac    = hex( HMAC-SHA-256( csrf_token, "GET" LF path LF query-before-the-ticket LF expires )
///   )
///
/// so that an address that leaks opens one thing for a while, and only in that browser.
bool has_csrf_proof(const http::Request& request, std::string_view csrf_token, bool tickets,
                    Timestamp now);

}  // namespace coffer::api
