#include "api/authenticate.h"

#include "api/session_cookie.h"
#include "auth/usability.h"

#include <algorithm>

namespace coffer::api {
namespace {

/// Of Cloudflare's tokens and ours; what is outside is no token anybody ever had.
constexpr std::size_t kTokenLengthMin = 40;
constexpr std::size_t kTokenLengthMax = 128;
/// A global API key has 37 hex digits, a newer one a prefix and more.
constexpr std::size_t kKeyLengthMin = 37;
constexpr std::size_t kKeyLengthMax = 128;

bool is_word(std::string_view text, std::size_t min, std::size_t max) {
  return text.size() >= min && text.size() <= max &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-';
         });
}

Error invalid_header(int number, const char* name) {
  Error error = error_with_code(ErrorCode::InvalidRequest, 6003, "Invalid request headers");
  add_chained(error, number, std::string("Invalid format for ") + name + " header");
  return error;
}

Error missing_headers(const Route& route) {
  if (route.family == Family::Verify && route.pattern.starts_with("/accounts/")) {
    return error_with_code(ErrorCode::InvalidRequest, 1001, "Missing authentication token");
  }
  return error_with_code(ErrorCode::InvalidRequest, 9106,
                         "Missing X-Auth-Key, X-Auth-Email or Authorization headers");
}

/// Without a bearer token: what the older headers deserve.
Error refuse_key(const HeaderList& headers, const Route& route) {
  const auto key = headers.find("X-Auth-Key");
  const auto email = headers.find("X-Auth-Email");
  if (!key || !email) return missing_headers(route);
  if (!is_word(*key, kKeyLengthMin, kKeyLengthMax)) return invalid_header(6103, "X-Auth-Key");
  const std::size_t at = email->find('@');
  if (at == 0 || at == std::string_view::npos || at + 1 == email->size()) {
    return invalid_header(6102, "X-Auth-Email");
  }
  return make_error(ErrorCode::Unauthorized, "there are no global API keys");
}

Result<std::string_view> read_bearer(const http::Request& request, const Route& route) {
  constexpr std::string_view kScheme = "bearer ";
  const auto values = request.headers.find_all("Authorization");
  if (values.empty()) return refuse_key(request.headers, route);
  std::string_view value = values.front();
  const bool scheme = values.size() == 1 && value.size() > kScheme.size() &&
                      equals_ignore_case(value.substr(0, kScheme.size()), kScheme);
  if (scheme) value = trim_ascii(value.substr(kScheme.size()));
  if (!scheme || !is_word(value, kTokenLengthMin, kTokenLengthMax)) {
    return invalid_header(6111, "Authorization");
  }
  return value;
}

Result<Caller> authenticate_token(const http::Request& request, const Route& route,
                                  const auth::Identity& identity, Timestamp now) {
  TRY(const std::string_view value, read_bearer(request, route));
  Caller caller;
  caller.token = identity.find_by_value(value);
  if (!caller.token) return make_error(ErrorCode::Unauthorized, "no token has this value");
  const auth::Token& token = caller.token->token;
  // Some routes ask for no right, and so never reach the authorizer, which looks as well.
  if (const UserId* owner = token.user()) {
    const auto user = identity.find_user(*owner);
    if (!user || user->suspended) {
      return make_error(ErrorCode::Unauthorized, "user " + owner->hex() + " is gone or suspended");
    }
  }
  switch (auth::usability_of(token, request.client, now)) {
    case auth::Usability::Usable:
      break;
    case auth::Usability::AddressRefused:
      return error_with_code(
          ErrorCode::AccessDenied, 9109,
          "Cannot use the access token from location: " + request.client.to_string());
    case auth::Usability::Disabled:
    case auth::Usability::NotYetValid:
    case auth::Usability::Expired:
      // Whether the address is admitted is asked last, so it has not been asked.
      if (route.authentication == Authentication::KnownToken && token.ip.admits(request.client)) {
        break;
      }
      return make_error(ErrorCode::Unauthorized, "token " + token.id.hex() + " is not usable");
  }
  identity.note_use(*caller.token, now);
  caller.principal.kind = auth::Principal::Kind::Token;
  caller.principal.token = token.id;
  if (const AccountId* account = token.account()) caller.principal.account = *account;
  caller.principal.secret_generation = token.secret_generation;
  caller.principal.client = request.client;
  return caller;
}

}  // namespace

bool shows_token(const http::Request& request) {
  return request.headers.contains("Authorization") || request.headers.contains("X-Auth-Key");
}

Task<Result<auth::SessionInfo>> use_session(const http::Request& request, const Services& services,
                                            bool tickets, bool any_csrf_value) {
  const auto token = read_session_cookie(request);
  if (!token || !is_same_origin(request)) {
    co_return make_error(ErrorCode::Unauthorized, "no cookie, or not of a page of ours");
  }
  const bool proved = any_csrf_value ? !request.headers.find(kCsrfHeader).value_or("").empty()
                                     : has_csrf_proof(request, auth::Sessions::csrf_token(*token),
                                                      tickets, services.clock.now());
  if (!proved)
    co_return make_error(ErrorCode::Unauthorized, "no CSRF token, or not this session's");
  std::string value = *token;
  co_return co_await services.sessions.use(std::move(value));
}

Task<Result<Caller>> authenticate(const http::Request& request, const Route& route,
                                  const Services& services) {
  if (shows_token(request) || !read_session_cookie(request)) {
    co_return authenticate_token(request, route, services.identity, services.clock.now());
  }
  Caller caller;
  CO_TRY(caller.session, co_await use_session(request, services, route.tickets, false));
  caller.principal.kind = auth::Principal::Kind::User;
  caller.principal.user = caller.session->user;
  caller.principal.client = request.client;
  co_return caller;
}

}  // namespace coffer::api
