#include "api/identity_calls.h"
#include "api/paging.h"
#include "auth/delegation.h"
#include "auth/identity_json.h"
#include "auth/resource_name.h"
#include "auth/usability.h"
#include "base/codec.h"

#include <algorithm>
#include <array>

/// API tokens of accounts and of users, in the same shapes: cloudflare-api.md section 2.
namespace coffer::api {
namespace {

constexpr PageLimits kPageLimits{.fallback = 20, .min = 1, .max = 1000};
/// Code 10000 of an answer that succeeded (cloudflare-api.md 1.1).
constexpr int kValidNumber = 10000;

// --- whose tokens a route is about ---

/// The account of the path, or the user who asks, when the caller may do this to its tokens.
Result<auth::TokenOwner> authorized_owner(const Call& call, bool writes) {
  if (call.has_account()) {
    TRY_VOID(call.authorize(writes ? auth::Action::AccountTokensWrite
                                   : auth::Action::AccountTokensRead));
    return auth::TokenOwner(call.account());
  }
  TRY(const auto user, require_user(call));
  TRY_VOID(call.authorize(writes ? auth::Action::UserTokensWrite : auth::Action::UserTokensRead,
                          auth::Resource(user->id)));
  return auth::TokenOwner(user->id);
}

/// The token of the path, when it is this owner's.
Result<std::shared_ptr<const auth::TokenEntry>> find_token(const Call& call,
                                                           const auth::TokenOwner& owner) {
  const auto id = call.id<TokenId>("token_id");
  auto entry = call.identity().find(id);
  if (!entry || entry->token.owner != owner) {
    return make_error(ErrorCode::NoSuchToken, "token " + id.hex());
  }
  return entry;
}

json::object describe(const Call& call, const auth::Token& token) {
  const auto entry = call.identity().find(token.id);
  return auth::to_json(token, entry ? entry->last_use->time() : std::nullopt, call.now());
}

/// Nobody gives away more than they have; asked inside the change.
auth::TokenGate gate_of(const Call& call) {
  return [&call](const auth::Token* before, const auth::Token& after) {
    return auth::check_delegation(call.identity(), call.principal, before, after);
  };
}

// --- what makes a token, as JSON ---

/// `path`: of the member in messages.
Result<> read_resource(const Fields& fields, std::string_view name, const json::value& value,
                       std::vector<auth::PolicyResource>& out) {
  if (value.is_string() && value.get_string() == "*") {
    TRY(out.emplace_back(), auth::parse_resource(name));
    return ok();
  }
  if (!value.is_object() || value.get_object().empty()) {
    return fields.error("resources", "must map each name to \"*\", or to names that are inside");
  }
  for (const auto& [nested, star] : value.get_object()) {
    if (!star.is_string() || star.get_string() != "*") {
      return fields.error("resources", "must map each name to \"*\"");
    }
    TRY(out.emplace_back(), auth::parse_resource(name, nested));
  }
  return ok();
}

Result<auth::Policy> read_policy(const Fields& fields, bool is_new) {
  if (is_new && fields.has("id")) {
    return Error::with_message(ErrorCode::InvalidArgument,
                               "Reusing existing policies is not supported by token creation");
  }
  auth::Policy policy;
  TRY(const std::string effect, fields.text("effect"));
  if (effect != "allow" && effect != "deny") return fields.error("effect", "must be allow or deny");
  policy.effect = effect == "allow" ? auth::Effect::Allow : auth::Effect::Deny;
  TRY(const Fields resources, fields.object("resources"));
  for (const auto& [name, value] : resources.raw()) {
    TRY_VOID(read_resource(fields, name, value, policy.resources));
  }
  TRY(const std::vector<Fields> groups, fields.objects("permission_groups"));
  for (const Fields& group : groups) {
    TRY(const std::string id, group.text("id"));
    const auth::PermissionGroup* known = auth::find_permission_group(id);
    if (!known || known->id != id) return group.error("id", "is no permission group of ours");
    policy.groups.push_back(known);
  }
  return policy;
}

Result<std::vector<IpNetwork>> read_networks(const Fields& fields, std::string_view name) {
  TRY(const std::vector<std::string> texts, fields.texts(name));
  std::vector<IpNetwork> networks;
  for (const std::string& text : texts) {
    const auto network = IpNetwork::parse(text);
    if (!network) return fields.error(name, "must hold addresses in CIDR notation");
    networks.push_back(*network);
  }
  return networks;
}

/// `request_ip`, and `request.ip` as the older schema spells it.
Result<auth::IpCondition> read_condition(const Fields& fields) {
  auth::IpCondition condition;
  TRY(const auto outer, fields.optional_object("condition"));
  if (!outer) return condition;
  TRY(auto ip, outer->optional_object("request_ip"));
  if (!ip) {
    TRY(ip, outer->optional_object("request.ip"));
  }
  for (const auto& [name, value] : outer->raw()) {
    // What would be ignored would narrow nothing.
    if (name != "request_ip" && name != "request.ip") {
      return outer->error(name, "is no condition that this server knows");
    }
  }
  if (!ip) return condition;
  TRY(condition.in, read_networks(*ip, "in"));
  TRY(condition.not_in, read_networks(*ip, "not_in"));
  return condition;
}

Result<auth::NewToken> read_token(const Fields& fields, auth::TokenOwner owner, bool is_new) {
  auth::NewToken token;
  token.owner = owner;
  TRY(token.name, fields.text("name"));
  TRY(const std::vector<Fields> policies, fields.objects("policies"));
  for (const Fields& policy : policies) {
    TRY(token.policies.emplace_back(), read_policy(policy, is_new));
  }
  TRY(token.not_before, fields.optional_time("not_before"));
  TRY(token.expires_on, fields.optional_time("expires_on"));
  TRY(token.ip, read_condition(fields));
  return token;
}

Result<std::optional<auth::TokenStatus>> read_status(const Fields& fields) {
  TRY(const auto status, fields.optional_text("status"));
  if (!status) return std::optional<auth::TokenStatus>();
  if (*status == "active") return std::optional(auth::TokenStatus::Active);
  if (*status == "disabled") return std::optional(auth::TokenStatus::Disabled);
  // What a client read is what it sends back; time alone makes a token expired.
  if (*status == "expired") return std::optional<auth::TokenStatus>();
  return fields.error("status", "must be active or disabled");
}

// --- handlers ---

Task<Result<Reply>> create_token(Call& call) {
  CO_TRY(const auth::TokenOwner owner, authorized_owner(call, true));
  CO_TRY(const json::value body, co_await call.json());
  CO_TRY(const Fields fields, Fields::of(body));
  CO_TRY(auth::NewToken request, read_token(fields, owner, true));
  CO_TRY(const auth::IssuedToken issued,
         co_await call.identity().create_token(std::move(request), call.actor(), gate_of(call)));
  json::object out = describe(call, issued.token);
  out["value"] = issued.value;
  co_return Reply(std::move(out));
}

Task<Result<Reply>> list_tokens(Call& call) {
  constexpr std::array<std::string_view, 2> kDirections{"asc", "desc"};
  CO_TRY(const auth::TokenOwner owner, authorized_owner(call, false));
  CO_TRY(const PageRequest page, read_page(call.query, kPageLimits));
  CO_TRY(const std::string direction, call.query.choice("direction", kDirections));
  CO_TRY(const bool with_expired, call.query.boolean("include_expired", true));
  auto entries = call.identity().token_entries(owner);
  const Timestamp now = call.now();
  if (!with_expired) {
    std::erase_if(entries, [now](const auto& entry) {
      return entry->token.expires_on && now >= *entry->token.expires_on;
    });
  }
  if (direction == "desc") std::reverse(entries.begin(), entries.end());
  co_return page_of(entries, page, [now](const auto& entry) {
    return auth::to_json(entry->token, entry->last_use->time(), now);
  });
}

Task<Result<Reply>> get_token(Call& call) {
  CO_TRY(const auth::TokenOwner owner, authorized_owner(call, false));
  CO_TRY(const auto entry, find_token(call, owner));
  co_return Reply(describe(call, entry->token));
}

Task<Result<Reply>> put_token(Call& call) {
  CO_TRY(const auth::TokenOwner owner, authorized_owner(call, true));
  CO_TRY(const auto entry, find_token(call, owner));
  CO_TRY(const json::value body, co_await call.json());
  CO_TRY(const Fields fields, Fields::of(body));
  CO_TRY(auth::NewToken request, read_token(fields, owner, false));
  CO_TRY(const auto status, read_status(fields));
  CO_TRY(const auth::Token token,
         co_await call.identity().update_token(entry->token.id, std::move(request), status,
                                               call.actor(), gate_of(call)));
  co_return Reply(describe(call, token));
}

Task<Result<Reply>> delete_token(Call& call) {
  CO_TRY(const auth::TokenOwner owner, authorized_owner(call, true));
  CO_TRY(const auto entry, find_token(call, owner));
  CO_TRY_VOID(co_await call.identity().revoke_token(entry->token.id, call.actor()));
  json::object out;
  out["id"] = entry->token.id.hex();
  co_return Reply(std::move(out));
}

/// The new value alone, as a string.
Task<Result<Reply>> roll_token(Call& call) {
  CO_TRY(const auth::TokenOwner owner, authorized_owner(call, true));
  CO_TRY(const auto entry, find_token(call, owner));
  CO_TRY(const auth::IssuedToken issued,
         co_await call.identity().roll_token(entry->token.id, call.actor(), gate_of(call)));
  co_return Reply(json::value(issued.value));
}

/// Of a token that exists, whatever its state; an account's token is unknown to the users' route,
/// on which wrangler relies (cloudflare-api.md 1.4).
Task<Result<Reply>> verify_token(Call& call) {
  if (!call.token) co_return Error(ErrorCode::Unauthorized, "no token");
  const auth::Token& token = call.token->token;
  const bool asked_for = call.has_account() ? token.account() && *token.account() == call.account()
                                            : token.user() != nullptr;
  if (!asked_for) co_return Error(ErrorCode::Unauthorized, "the token is of another owner");
  const json::object all = describe(call, token);
  json::object out;
  for (const std::string_view name : {"id", "status", "expires_on", "not_before"}) {
    if (const json::value* value = all.if_contains(name)) out[name] = *value;
  }
  const bool active = out["status"] == "active";
  Reply reply(std::move(out));
  if (active) reply.add_message(kValidNumber, "This API Token is valid and active");
  co_return reply;
}

/// As some clients encode it twice (cloudflare-api.md 6.3).
bool matches(std::string_view filter, std::string_view value) {
  if (filter == value) return true;
  const auto decoded = uri_decode(filter);
  return decoded && *decoded == value;
}

Task<Result<Reply>> list_permission_groups(Call& call) {
  CO_TRY_VOID(authorized_owner(call, false));
  const std::string* name = call.query.find("name");
  const std::string* scope = call.query.find("scope");
  json::array groups;
  for (const auth::PermissionGroup& group : auth::permission_groups()) {
    // An account's token cannot hold what is about a user.
    if (call.has_account() && group.scope == auth::ResourceScope::User) continue;
    if (name && !matches(*name, group.name)) continue;
    if (scope && !matches(*scope, auth::to_string(group.scope))) continue;
    groups.push_back(auth::to_json(group));
  }
  co_return Reply(json::value(std::move(groups)));
}

constexpr std::array kListParameters{Parameter{.name = "direction", .schema = "'asc'|'desc'"},
                                     Parameter{.name = "include_expired", .schema = "boolean"}};
constexpr std::array kGroupParameters{Parameter{.name = "name"}, Parameter{.name = "scope"}};

constexpr std::string_view kNewToken =
    "{name: string, policies: Policy[], not_before?: time, expires_on?: time, "
    "condition?: Condition}";
constexpr std::string_view kTokenUpdate =
    "{name: string, policies: Policy[], not_before?: time, expires_on?: time, "
    "condition?: Condition, status?: 'active'|'disabled'}";
constexpr std::string_view kVerified =
    "{id: id, status: 'active'|'disabled'|'expired', not_before?: time, expires_on?: time}";

using auth::Action;
constexpr auth::ActionSet kAccountRead{Action::AccountTokensRead};
constexpr auth::ActionSet kAccountWrite{Action::AccountTokensWrite};
constexpr auth::ActionSet kUserRead{Action::UserTokensRead};
constexpr auth::ActionSet kUserWrite{Action::UserTokensWrite};

constexpr std::array kRoutes{
    Route{.method = "POST",
          .pattern = "/accounts/{account_id}/tokens",
          .operation_id = "account-api-tokens-create-token",
          .summary = "Create a token of the account",
          .family = Family::Iam,
          .handler = create_token,
          .actions = kAccountWrite,
          .body = Body::Json,
          .body_schema = kNewToken,
          .result_schema = "CreatedToken"},
    Route{.method = "GET",
          .pattern = "/accounts/{account_id}/tokens",
          .operation_id = "account-api-tokens-list-tokens",
          .summary = "List the account's tokens",
          .family = Family::Iam,
          .handler = list_tokens,
          .actions = kAccountRead,
          .parameters = kListParameters,
          .paging = Paging::Pages,
          .result_schema = "Token[]"},
    Route{.method = "GET",
          .pattern = "/accounts/{account_id}/tokens/verify",
          .operation_id = "account-api-tokens-verify-token",
          .summary = "Verify the calling token",
          .family = Family::Verify,
          .handler = verify_token,
          .authentication = Authentication::KnownToken,
          .result_schema = kVerified},
    Route{.method = "GET",
          .pattern = "/accounts/{account_id}/tokens/permission_groups",
          .operation_id = "account-api-tokens-list-permission-groups",
          .summary = "List the permission groups that a token of the account can have",
          .family = Family::Iam,
          .handler = list_permission_groups,
          .actions = kAccountRead,
          .parameters = kGroupParameters,
          .result_schema = "PermissionGroup[]"},
    Route{.method = "GET",
          .pattern = "/accounts/{account_id}/tokens/{token_id}",
          .operation_id = "account-api-tokens-token-details",
          .summary = "Get a token of the account",
          .family = Family::Iam,
          .handler = get_token,
          .actions = kAccountRead,
          .result_schema = "Token"},
    Route{.method = "PUT",
          .pattern = "/accounts/{account_id}/tokens/{token_id}",
          .operation_id = "account-api-tokens-update-token",
          .summary = "Replace a token's name, policies, dates and conditions",
          .family = Family::Iam,
          .handler = put_token,
          .actions = kAccountWrite,
          .body = Body::Json,
          .body_schema = kTokenUpdate,
          .result_schema = "Token"},
    Route{.method = "DELETE",
          .pattern = "/accounts/{account_id}/tokens/{token_id}",
          .operation_id = "account-api-tokens-delete-token",
          .summary = "Delete a token of the account",
          .family = Family::Iam,
          .handler = delete_token,
          .actions = kAccountWrite,
          .result_schema = "{id: id}"},
    Route{.method = "PUT",
          .pattern = "/accounts/{account_id}/tokens/{token_id}/value",
          .operation_id = "account-api-tokens-roll-token",
          .summary = "Give a token another value",
          .family = Family::Iam,
          .handler = roll_token,
          .actions = kAccountWrite,
          .result_schema = "string"},
    Route{.method = "POST",
          .pattern = "/user/tokens",
          .operation_id = "user-api-tokens-create-token",
          .summary = "Create a token of the user",
          .family = Family::Iam,
          .handler = create_token,
          .actions = kUserWrite,
          .body = Body::Json,
          .body_schema = kNewToken,
          .result_schema = "CreatedToken"},
    Route{.method = "GET",
          .pattern = "/user/tokens",
          .operation_id = "user-api-tokens-list-tokens",
          .summary = "List the user's tokens",
          .family = Family::Iam,
          .handler = list_tokens,
          .actions = kUserRead,
          .parameters = kListParameters,
          .paging = Paging::Pages,
          .result_schema = "Token[]"},
    Route{.method = "GET",
          .pattern = "/user/tokens/verify",
          .operation_id = "user-api-tokens-verify-token",
          .summary = "Verify the calling token",
          .family = Family::Verify,
          .handler = verify_token,
          .authentication = Authentication::KnownToken,
          .result_schema = kVerified},
    Route{.method = "GET",
          .pattern = "/user/tokens/permission_groups",
          .operation_id = "permission-groups-list-permission-groups",
          .summary = "List the permission groups that a token of the user can have",
          .family = Family::Iam,
          .handler = list_permission_groups,
          .actions = kUserRead,
          .parameters = kGroupParameters,
          .result_schema = "PermissionGroup[]"},
    Route{.method = "GET",
          .pattern = "/user/tokens/{token_id}",
          .operation_id = "user-api-tokens-token-details",
          .summary = "Get a token of the user",
          .family = Family::Iam,
          .handler = get_token,
          .actions = kUserRead,
          .result_schema = "Token"},
    Route{.method = "PUT",
          .pattern = "/user/tokens/{token_id}",
          .operation_id = "user-api-tokens-update-token",
          .summary = "Replace a token's name, policies, dates and conditions",
          .family = Family::Iam,
          .handler = put_token,
          .actions = kUserWrite,
          .body = Body::Json,
          .body_schema = kTokenUpdate,
          .result_schema = "Token"},
    Route{.method = "DELETE",
          .pattern = "/user/tokens/{token_id}",
          .operation_id = "user-api-tokens-delete-token",
          .summary = "Delete a token of the user",
          .family = Family::Iam,
          .handler = delete_token,
          .actions = kUserWrite,
          .result_schema = "{id: id}"},
    Route{.method = "PUT",
          .pattern = "/user/tokens/{token_id}/value",
          .operation_id = "user-api-tokens-roll-token",
          .summary = "Give a token another value",
          .family = Family::Iam,
          .handler = roll_token,
          .actions = kUserWrite,
          .result_schema = "string"},
};

}  // namespace

std::span<const Route> token_routes() { return kRoutes; }

}  // namespace coffer::api
