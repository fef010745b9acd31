#include "api/authenticate.h"
#include "api/identity_calls.h"
#include "api/session_cookie.h"
#include "auth/identity_json.h"

#include <array>

/// Signing in, sessions, passwords: ours (docs/decisions/0028-sessions.md).
namespace coffer::api {
namespace {

auth::SessionOrigin origin_of(const http::Request& request) {
  return auth::SessionOrigin(request.client.to_string(),
                             std::string(request.headers.find("User-Agent").value_or("")));
}

/// Else a page of somebody's could sign its visitor in as somebody else.
Result<> require_same_origin(const http::Request& request) {
  if (is_same_origin(request)) return ok();
  return error_with_code(ErrorCode::AccessDenied, 10000,
                         "Sessions are for the pages of this server only; use an API token.");
}

Error wrong_credentials() {
  return error_with_code(ErrorCode::Unauthorized, 10000,
                         "The e-mail address or the password is wrong.");
}

json::object describe(const auth::User& user, std::string_view csrf_token, Timestamp expires) {
  json::object out;
  out["user"] = auth::to_json(user);
  out["csrf_token"] = csrf_token;
  out["expires_on"] = auth::format_seconds(expires);
  return out;
}

/// With its cookie.
Reply begin(const Call& call, const auth::StartedSession& started) {
  call.request.log_principal = "user:" + started.user->id.hex();
  Reply enveloped(describe(*started.user, started.csrf_token, started.expires));
  http::Response response = std::move(enveloped).render();
  set_session_cookie(response, call.request, started.token);
  return Reply(std::move(response));
}

/// Signed out: the cookie goes as well.
Reply end(const Call& call) {
  http::Response response = Reply().render();
  set_session_cookie(response, call.request, "");
  return Reply(std::move(response));
}

Task<Result<Reply>> sign_in(Call& call) {
  CO_TRY_VOID(require_same_origin(call.request));
  CO_TRY(const json::value body, co_await call.json());
  CO_TRY(const Fields fields, Fields::of(body));
  CO_TRY(std::string email, fields.text("email"));
  CO_TRY(std::string password, fields.text("password"));
  auto origin = origin_of(call.request);
  const auto started = co_await call.services.sessions.sign_in(
      std::move(email), std::move(password), std::move(origin));
  if (started) co_return begin(call, *started);
  if (started.error().code() == ErrorCode::Unauthorized) co_return wrong_credentials();
  co_return started.error();
}

/// Hands out the CSRF token, to a page of ours that was loaded anew. Only such a page can set the
/// header and read the answer.
Task<Result<Reply>> get_session(Call& call) {
  const auto session = co_await use_session(call.request, call.services, false, true);
  if (!session) {
    // Nobody guesses here: no failure to be counted.
    co_return Reply(error_response(401, 10000, "Authentication error"));
  }
  const auto user = call.identity().find_user(session->user);
  const auto token = read_session_cookie(call.request);
  if (!user || !token) co_return Reply(error_response(401, 10000, "Authentication error"));
  call.request.log_principal = "user:" + user->id.hex();
  co_return Reply(describe(*user, auth::Sessions::csrf_token(*token), session->expires));
}

/// AccessDenied for a token: it has no session.
Result<auth::SessionInfo> require_session(const Call& call) {
  if (call.session) return *call.session;
  return error_with_code(ErrorCode::AccessDenied, 9109, "Only a person who signed in may do this.");
}

Task<Result<Reply>> sign_out(Call& call) {
  CO_TRY(const auth::SessionInfo session, require_session(call));
  CO_TRY_VOID(co_await call.services.sessions.end(session.user, session.id));
  co_return end(call);
}

Task<Result<Reply>> inspect_setup_link(Call& call) {
  CO_TRY_VOID(require_same_origin(call.request));
  CO_TRY(const json::value body, co_await call.json());
  CO_TRY(const Fields fields, Fields::of(body));
  CO_TRY(const std::string token, fields.text("token"));
  const auto invited = call.services.sessions.open_setup_link(token);
  if (!invited) {
    co_return error_with_code(ErrorCode::Unauthorized, 10000,
                              "This link has been used, is too old, or is not complete.");
  }
  json::object result;
  result["email"] = invited->user->email;
  result["expires_on"] = auth::format_seconds(invited->expires);
  co_return Reply(std::move(result));
}

Task<Result<Reply>> set_password_by_link(Call& call) {
  CO_TRY_VOID(require_same_origin(call.request));
  CO_TRY(const json::value body, co_await call.json());
  CO_TRY(const Fields fields, Fields::of(body));
  CO_TRY(std::string token, fields.text("token"));
  CO_TRY(std::string password, fields.text("password"));
  auto origin = origin_of(call.request);
  auto actor = call.actor();
  actor.token.reset();  // nobody is known until the link is
  const auto started = co_await call.services.sessions.set_up(std::move(token), std::move(password),
                                                              std::move(origin), std::move(actor));
  if (started) co_return begin(call, *started);
  if (started.error().code() != ErrorCode::Unauthorized) co_return started.error();
  co_return error_with_code(ErrorCode::Unauthorized, 10000,
                            "This link has been used, is too old, or is not complete.");
}

Task<Result<Reply>> change_password(Call& call) {
  CO_TRY(const auth::SessionInfo session, require_session(call));
  CO_TRY(const json::value body, co_await call.json());
  CO_TRY(const Fields fields, Fields::of(body));
  CO_TRY(std::string old_password, fields.text("old_password"));
  CO_TRY(std::string new_password, fields.text("new_password"));
  auto origin = origin_of(call.request);
  auto actor = call.actor();
  const auto started = co_await call.services.sessions.change_password(
      session.user, std::move(old_password), std::move(new_password), std::move(origin),
      std::move(actor));
  if (started) co_return begin(call, *started);
  if (started.error().code() != ErrorCode::Unauthorized) co_return started.error();
  // The session is good, so 401 would tell the page to sign in again.
  co_return error_with_code(ErrorCode::InvalidArgument, 10000, "The old password is wrong.");
}

json::object describe(const auth::SessionInfo& session, const auth::SessionInfo& current) {
  json::object out;
  out["id"] = session.id.hex();
  out["created_on"] = auth::format_seconds(session.created);
  out["last_seen_on"] = auth::format_seconds(session.last_seen);
  out["expires_on"] = auth::format_seconds(session.expires);
  out["address"] = session.address;
  out["user_agent"] = session.user_agent;
  out["current"] = session.id == current.id;
  return out;
}

Task<Result<Reply>> list_sessions(Call& call) {
  CO_TRY(const auth::SessionInfo current, require_session(call));
  json::array out;
  for (const auth::SessionInfo& session : call.services.sessions.sessions(current.user)) {
    out.emplace_back(describe(session, current));
  }
  co_return Reply{json::value(std::move(out))};
}

Task<Result<Reply>> end_session(Call& call) {
  CO_TRY(const auth::SessionInfo current, require_session(call));
  const auto id = call.id<auth::SessionId>("session_id");
  CO_TRY_VOID(co_await call.services.sessions.end(current.user, id));
  json::object out;
  out["id"] = id.hex();
  co_return Reply(std::move(out));
}

Task<Result<Reply>> end_all_sessions(Call& call) {
  CO_TRY(const auth::SessionInfo current, require_session(call));
  CO_TRY_VOID(co_await call.services.sessions.end_all(current.user));
  co_return end(call);
}

/// Whoever has the link is that user, in every account: so no account's administrator may make one.
Task<Result<Reply>> create_setup_link(Call& call) {
  CO_TRY_VOID(require_operator(call, AccountId()));
  auto actor = call.actor();
  CO_TRY(const auth::SetupLink link, co_await call.services.sessions.make_setup_link(
                                         call.id<UserId>("user_id"), std::move(actor)));
  json::object out;
  out["path"] = "/setup#" + link.token;
  out["expires_on"] = auth::format_seconds(link.expires);
  co_return Reply(std::move(out));
}

using auth::Action;
constexpr std::array kRoutes{
    Route{.method = "POST",
          .pattern = "/session",
          .operation_id = "session-create",
          .summary = "Sign in with e-mail address and password",
          .family = Family::Verify,
          .handler = sign_in,
          .ours = true,
          .authentication = Authentication::None,
          .body = Body::Json,
          .body_schema = "{email: string, password: string}",
          .result_schema = "Session"},
    Route{.method = "GET",
          .pattern = "/session",
          .operation_id = "session-get",
          .summary = "Get the session of the cookie, with its CSRF token",
          .family = Family::Verify,
          .handler = get_session,
          .ours = true,
          .authentication = Authentication::None,
          .result_schema = "Session"},
    Route{.method = "DELETE",
          .pattern = "/session",
          .operation_id = "session-delete",
          .summary = "Sign out",
          .family = Family::Verify,
          .handler = sign_out,
          .ours = true},
    Route{.method = "POST",
          .pattern = "/session/setup",
          .operation_id = "session-setup-inspect",
          .summary = "Say whom a set-up link is for",
          .family = Family::Verify,
          .handler = inspect_setup_link,
          .ours = true,
          .authentication = Authentication::None,
          .body = Body::Json,
          .body_schema = "{token: string}",
          .result_schema = "{email: string, expires_on: time}"},
    Route{.method = "POST",
          .pattern = "/session/setup/password",
          .operation_id = "session-setup-password",
          .summary = "Set the password by a set-up link, and sign in",
          .family = Family::Verify,
          .handler = set_password_by_link,
          .ours = true,
          .authentication = Authentication::None,
          .body = Body::Json,
          .body_schema = "{token: string, password: string}",
          .result_schema = "Session"},
    Route{.method = "PUT",
          .pattern = "/user/password",
          .operation_id = "user-password-update",
          .summary = "Change the password; ends all other sessions",
          .family = Family::Core,
          .handler = change_password,
          .ours = true,
          .body = Body::Json,
          .body_schema = "{old_password: string, new_password: string}",
          .result_schema = "Session"},
    Route{.method = "GET",
          .pattern = "/user/sessions",
          .operation_id = "user-sessions-list",
          .summary = "List the user's sessions",
          .family = Family::Core,
          .handler = list_sessions,
          .ours = true,
          .result_schema = "SessionInfo[]"},
    Route{.method = "DELETE",
          .pattern = "/user/sessions",
          .operation_id = "user-sessions-delete-all",
          .summary = "Sign out everywhere",
          .family = Family::Core,
          .handler = end_all_sessions,
          .ours = true},
    Route{.method = "DELETE",
          .pattern = "/user/sessions/{session_id}",
          .operation_id = "user-sessions-delete",
          .summary = "End one of the user's sessions",
          .family = Family::Core,
          .handler = end_session,
          .ours = true,
          .result_schema = "{id: id}"},
    Route{.method = "POST",
          .pattern = "/users/{user_id}/setup_link",
          .operation_id = "users-create-setup-link",
          .summary = "Make a link by which a user sets a password (operators)",
          .family = Family::Core,
          .handler = create_setup_link,
          .ours = true,
          .actions = {Action::AccountWrite},
          .body = Body::OptionalJson,
          .result_schema = "{path: string, expires_on: time}"},
};

}  // namespace

std::span<const Route> session_routes() { return kRoutes; }

}  // namespace coffer::api
