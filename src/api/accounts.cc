#include "api/identity_calls.h"
#include "api/paging.h"
#include "auth/identity_json.h"

#include <array>

/// Accounts: cloudflare-api.md section 4. What only an operator may do is ours.
namespace coffer::api {
namespace {

constexpr PageLimits kPageLimits{.fallback = 20, .min = 1, .max = 1000};
constexpr std::uint64_t kQuotaMax = std::uint64_t{1} << 62;

json::object describe(const auth::Account& account) { return auth::to_json(account); }

Task<Result<Reply>> list_accounts(Call& call) {
  constexpr std::array<std::string_view, 2> kDirections{"asc", "desc"};
  CO_TRY(const PageRequest page, read_page(call.query, kPageLimits));
  CO_TRY(const std::string direction, call.query.choice("direction", kDirections));
  std::vector<auth::Account> accounts = visible_accounts(call);
  if (const std::string* name = call.query.find("name")) {
    std::erase_if(accounts, [name](const auth::Account& one) { return one.name != *name; });
  }
  if (direction == "desc") std::reverse(accounts.begin(), accounts.end());
  co_return page_of(accounts, page, describe);
}

/// AccessDenied also for one that does not exist: there is nothing to tell.
Result<auth::Account> visible_account(const Call& call) {
  for (auth::Account& account : visible_accounts(call)) {
    if (account.id == call.account()) return std::move(account);
  }
  return Error(ErrorCode::AccessDenied, "account " + call.account().hex());
}

Task<Result<Reply>> get_account(Call& call) {
  CO_TRY(const auth::Account account, visible_account(call));
  co_return Reply(describe(account));
}

Task<Result<Reply>> put_account(Call& call) {
  CO_TRY_VOID(call.authorize(auth::Action::AccountWrite));
  CO_TRY(const json::value body, co_await call.json());
  CO_TRY(const Fields fields, Fields::of(body));
  CO_TRY(std::string name, fields.text("name"));
  CO_TRY(const auth::Account account,
         co_await call.identity().rename_account(call.account(), std::move(name), call.actor()));
  co_return Reply(describe(account));
}

Task<Result<Reply>> create_account(Call& call) {
  // Of an account that is not there yet: only what speaks of all accounts covers it.
  CO_TRY_VOID(require_operator(call, AccountId()));
  CO_TRY(const json::value body, co_await call.json());
  CO_TRY(const Fields fields, Fields::of(body));
  CO_TRY(std::string name, fields.text("name"));
  CO_TRY(const auth::Account account, co_await call.identity().create_account(
                                          std::move(name), false, std::nullopt, call.actor()));
  co_return Reply(describe(account));
}

Result<std::optional<std::uint64_t>> read_limit(const Fields& fields, std::string_view name) {
  if (!fields.has(name)) return std::optional<std::uint64_t>();
  TRY(const std::uint64_t limit, fields.integer(name, 0, kQuotaMax));
  return std::optional<std::uint64_t>(limit);
}

json::object describe_r2(const auth::Account& account) {
  return auth::to_json(account)["r2"].as_object();
}

Task<Result<Reply>> get_r2(Call& call) {
  CO_TRY(const auth::Account account, visible_account(call));
  co_return Reply(describe_r2(account));
}

Task<Result<Reply>> put_r2(Call& call) {
  CO_TRY_VOID(require_operator(call, call.account()));
  CO_TRY(const json::value body, co_await call.json());
  CO_TRY(const Fields fields, Fields::of(body));
  CO_TRY(const auto enabled, fields.optional_boolean("enabled"));
  if (!enabled) co_return fields.error("enabled", "must be true or false");
  auth::Quota quota;
  CO_TRY(const auto limits, fields.optional_object("quota"));
  if (limits) {
    CO_TRY(quota.bytes_max, read_limit(*limits, "bytes_max"));
    CO_TRY(quota.objects_max, read_limit(*limits, "objects_max"));
    CO_TRY(quota.buckets_max, read_limit(*limits, "buckets_max"));
  }
  CO_TRY(const auth::Account account,
         co_await call.identity().set_r2_enabled(call.account(), *enabled, quota, call.actor()));
  co_return Reply(describe_r2(account));
}

/// What the caller may do with the account as a whole; a token may do more with some bucket of it.
Task<Result<Reply>> list_actions(Call& call) {
  CO_TRY_VOID(visible_account(call));
  json::array actions;
  for (int i = 0; i < auth::kActionCount; ++i) {
    const auto action = static_cast<auth::Action>(i);
    if (action >= auth::kFirstUserAction) break;
    if (call.authorize(action)) actions.emplace_back(to_string(action));
  }
  json::object out;
  out["actions"] = std::move(actions);
  co_return Reply(std::move(out));
}

Task<Result<Reply>> list_endpoints(Call& call) {
  CO_TRY_VOID(visible_account(call));
  const Endpoints known = call.services.endpoints ? call.services.endpoints() : Endpoints();
  const std::string account = call.account().hex();
  json::array endpoints;
  for (const Endpoint& endpoint : known.s3) {
    json::object one;
    one["jurisdiction"] = to_string(endpoint.jurisdiction);
    one["url"] = endpoint.url;
    const std::size_t scheme = endpoint.url.find("://");
    one["host_style"] =
        endpoint.host_style.empty()
            ? json::value()
            : json::value(endpoint.url.substr(0, scheme) + "://" + account + endpoint.host_style);
    endpoints.emplace_back(std::move(one));
  }
  json::object out;
  out["region"] = "auto";
  out["endpoints"] = std::move(endpoints);
  out["api"] = known.api;
  co_return Reply(std::move(out));
}

constexpr std::array kListParameters{Parameter{.name = "name"},
                                     Parameter{.name = "direction", .schema = "'asc'|'desc'"}};

using auth::Action;
constexpr std::array kRoutes{
    Route{.method = "GET",
          .pattern = "/accounts",
          .operation_id = "accounts-list",
          .summary = "List the accounts that the caller belongs to",
          .family = Family::Core,
          .handler = list_accounts,
          .parameters = kListParameters,
          .paging = Paging::Pages,
          .result_schema = "Account[]"},
    Route{.method = "POST",
          .pattern = "/accounts",
          .operation_id = "accounts-create",
          .summary = "Create an account (operators)",
          .family = Family::Core,
          .handler = create_account,
          .actions = {Action::AccountWrite},
          .body = Body::Json,
          .body_schema = "{name: string}",
          .result_schema = "Account"},
    Route{.method = "GET",
          .pattern = "/accounts/{account_id}",
          .operation_id = "accounts-get",
          .summary = "Get an account",
          .family = Family::Core,
          .handler = get_account,
          .result_schema = "Account"},
    Route{.method = "PUT",
          .pattern = "/accounts/{account_id}",
          .operation_id = "accounts-update",
          .summary = "Rename an account",
          .family = Family::Core,
          .handler = put_account,
          .actions = {Action::AccountWrite},
          .body = Body::Json,
          .body_schema = "{name: string}",
          .result_schema = "Account"},
    Route{.method = "GET",
          .pattern = "/accounts/{account_id}/actions",
          .operation_id = "accounts-list-actions",
          .summary = "List what the caller may do in the account",
          .family = Family::Core,
          .handler = list_actions,
          .ours = true,
          .result_schema = "{actions: string[]}"},
    Route{.method = "GET",
          .pattern = "/accounts/{account_id}/r2/endpoints",
          .operation_id = "r2-list-endpoints",
          .summary = "Where S3 clients reach the account's buckets",
          .family = Family::Core,
          .handler = list_endpoints,
          .ours = true,
          .result_schema = "Endpoints"},
    Route{.method = "GET",
          .pattern = "/accounts/{account_id}/r2/entitlement",
          .operation_id = "r2-get-entitlement",
          .summary = "Whether R2 is enabled on the account, and its quota",
          .family = Family::Core,
          .handler = get_r2,
          .ours = true,
          .result_schema = "Entitlement"},
    Route{.method = "PUT",
          .pattern = "/accounts/{account_id}/r2/entitlement",
          .operation_id = "r2-put-entitlement",
          .summary = "Enable or disable R2 on the account and set its quota (operators)",
          .family = Family::Core,
          .handler = put_r2,
          .ours = true,
          .actions = {Action::AccountWrite},
          .body = Body::Json,
          .body_schema = "{enabled: boolean, quota?: Quota}",
          .result_schema = "Entitlement"},
};

}  // namespace

std::span<const Route> account_routes() { return kRoutes; }

}  // namespace coffer::api
