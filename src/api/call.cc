#include "api/call.h"

#include "base/stream.h"

#include <boost/json/parse.hpp>

#include <cassert>

namespace coffer::api {
namespace {

Error malformed_json(Family family) {
  if (family == Family::Product) {
    return error_with_code(ErrorCode::InvalidRequest, 10040,
                           "The JSON you provided was not well formed.");
  }
  return error_with_code(ErrorCode::InvalidRequest, 6007, "Malformed JSON in request body");
}

}  // namespace

Result<json::value> parse_json(std::string_view text, Family family) {
  json::parse_options options;
  options.max_depth = kJsonDepthMax;
  json::error_code failure;
  json::value value = json::parse(text, failure, {}, options);
  if (failure) return malformed_json(family);
  return value;
}

const std::string& Call::parameter(std::string_view name) const {
  for (const auto& [each, value] : parameters_) {
    if (each == name) return value;
  }
  assert(false && "the route's pattern has no such parameter");
  static const std::string empty;
  return empty;
}

bool Call::has_account() const {
  for (const auto& [each, value] : parameters_) {
    if (each == "account_id") return true;
  }
  return false;
}

Task<Result<json::value>> Call::json() {
  CO_TRY(const std::string text, co_await read_all(*request.body, kJsonBytesMax));
  if (text.empty() && route.body == Body::OptionalJson) co_return json::value(json::object());
  co_return parse_json(text, route.family);
}

Result<> Call::authorize(const std::vector<auth::Access>& accesses) const {
  if (session && !services.sessions.is_live(*session)) {
    return make_error(ErrorCode::Unauthorized, "the session has ended meanwhile");
  }
  return services.authorizer.authorize(principal, accesses).as_result();
}

Result<> Call::authorize(auth::Action action, auth::Resource resource) const {
  std::vector<auth::Access> accesses;
  accesses.emplace_back(action, std::move(resource));
  return authorize(accesses);
}

Result<> Call::authorize(auth::Action action) const {
  return authorize(action, auth::Resource(account(), Jurisdiction::Default));
}

std::shared_ptr<const auth::User> Call::user() const {
  if (principal.kind == auth::Principal::Kind::User) return identity().find_user(principal.user);
  const UserId* owner = token ? token->token.user() : nullptr;
  return owner ? identity().find_user(*owner) : nullptr;
}

records::Actor Call::actor() const {
  const bool is_token = principal.kind == auth::Principal::Kind::Token;
  records::Actor actor;
  actor.kind = is_token ? records::Actor::Kind::Token : records::Actor::Kind::User;
  if (is_token) actor.token = principal.token;
  if (const auto person = user()) {
    actor.user = person->id;
    actor.email = person->email;
  }
  actor.address = request.client.to_string();
  actor.interface = "API";
  actor.request_id = request.id;
  return actor;
}

bool Call::by_super_administrator(AccountId account) const {
  if (principal.kind != auth::Principal::Kind::User) return false;
  const auto person = user();
  const auth::Membership* membership = person ? person->membership_of(account) : nullptr;
  if (!membership || membership->status != auth::Membership::Status::Accepted) return false;
  const auth::Role* wanted = &auth::super_administrator();
  for (const auth::Role* role : membership->roles) {
    if (role == wanted) return !person->suspended;
  }
  return false;
}

}  // namespace coffer::api
