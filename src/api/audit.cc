#include "api/call.h"
#include "api/paging.h"
#include "auth/audit_log.h"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>

/// The audit log, in Cloudflare's two shapes: cloudflare-api.md 3.14.
namespace coffer::api {
namespace {

using records::AuditEntry;
using ActorKind = records::Actor::Kind;

constexpr std::array<std::string_view, 2> kNewestFirst{"desc", "asc"};
constexpr PageLimits kNewLimits{.fallback = 100, .min = 1, .max = 1000};
constexpr PageLimits kOldLimits{.fallback = 100, .min = 1, .max = 1000};
/// How deep pages reach by their number, which costs reading all before them. The cursor of the
/// newer list has no such end.
constexpr std::size_t kOldEntriesMax = 10'000;

// --- What an entry says ---

std::string actor_id(const AuditEntry& entry) {
  if (entry.actor.user) return entry.actor.user->hex();
  if (entry.actor.kind == ActorKind::Token && entry.account) return entry.account->hex();
  return {};
}

std::string_view actor_type(const AuditEntry& entry) {
  switch (entry.actor.kind) {
    case ActorKind::User:
      return "user";
    case ActorKind::Token:
      return entry.actor.user ? "user" : "account";
    case ActorKind::Operator:
    case ActorKind::System:
      break;
  }
  return "system";
}

/// How the actor proved itself; empty for the server and its operator.
std::string_view actor_context(const AuditEntry& entry) {
  if (entry.actor.kind == ActorKind::Token) return "api_token";
  if (entry.actor.kind == ActorKind::User) return "dash";
  return {};
}

std::string actor_token(const AuditEntry& entry) {
  return entry.actor.token ? entry.actor.token->hex() : std::string();
}

/// One of Cloudflare's four words, from names like "CreateBucket" and "token_delete".
std::string_view action_type(const AuditEntry& entry) {
  const std::string name = to_lower_ascii(entry.action);
  const auto has = [&name](std::string_view word) { return name.find(word) != std::string::npos; };
  if (has("create") || name.starts_with("add") || name.ends_with("_add")) return "create";
  if (has("delete") || has("remove") || has("revoke")) return "delete";
  return "update";
}

std::string_view product(const AuditEntry& entry) {
  return entry.resource_type.starts_with("r2.") ? "r2" : "account";
}

json::value or_null(std::string_view text) {
  return text.empty() ? json::value() : json::value(text);
}

/// The state before or after, which the log keeps as JSON.
json::value state(const std::string& text) {
  if (text.empty()) return json::value();
  json::error_code failure;
  json::value value = json::parse(text, failure);
  return failure ? json::value(text) : value;
}

// --- The newer shape ---

json::object describe_new(const Call& call, const AuditEntry& entry) {
  json::object account;
  account["id"] = entry.account ? entry.account->hex() : std::string();
  if (entry.account) {
    if (const auto found = call.identity().find_account(*entry.account)) {
      account["name"] = found->name;
    }
  }
  json::object action;
  action["description"] = entry.action;
  action["result"] = "success";
  action["time"] = format_iso8601_ms(entry.time);
  action["type"] = action_type(entry);
  json::object actor;
  actor["id"] = actor_id(entry);
  actor["type"] = actor_type(entry);
  actor["context"] = or_null(actor_context(entry));
  actor["email"] = or_null(entry.actor.email);
  actor["ip_address"] = or_null(entry.actor.address);
  actor["token_id"] = or_null(actor_token(entry));
  json::object raw;
  raw["cf_ray_id"] = or_null(entry.actor.request_id);
  json::object value;
  value["before"] = state(entry.before);
  value["after"] = state(entry.after);
  json::object resource;
  resource["id"] = entry.resource_id;
  resource["product"] = product(entry);
  resource["scope"] = entry.account ? "accounts" : "user";
  resource["type"] = entry.resource_type;
  resource["value"] = std::move(value);
  json::object out;
  out["id"] = entry.id.hex();
  out["account"] = std::move(account);
  out["action"] = std::move(action);
  out["actor"] = std::move(actor);
  out["raw"] = std::move(raw);
  out["resource"] = std::move(resource);
  return out;
}

/// A filter of the newer list: `name=a,b` keeps, `name.not=a,b` leaves out.
struct Filter {
  std::string_view name;
  std::string (*value)(const AuditEntry&);
};
constexpr std::array kFilters{
    Filter{"id", [](const AuditEntry& e) { return e.id.hex(); }},
    Filter{"audit_log_id", [](const AuditEntry& e) { return e.id.hex(); }},
    Filter{"action_type", [](const AuditEntry& e) { return std::string(action_type(e)); }},
    Filter{"action_result", [](const AuditEntry&) { return std::string("success"); }},
    Filter{"actor_context", [](const AuditEntry& e) { return std::string(actor_context(e)); }},
    Filter{"actor_email", [](const AuditEntry& e) { return e.actor.email; }},
    Filter{"actor_id", actor_id},
    Filter{"actor_ip_address", [](const AuditEntry& e) { return e.actor.address; }},
    Filter{"actor_token_id", actor_token},
    Filter{"actor_type", [](const AuditEntry& e) { return std::string(actor_type(e)); }},
    Filter{"resource_id", [](const AuditEntry& e) { return e.resource_id; }},
    Filter{"resource_product", [](const AuditEntry& e) { return std::string(product(e)); }},
    Filter{"resource_scope",
           [](const AuditEntry& e) { return std::string(e.account ? "accounts" : "user"); }},
    Filter{"resource_type", [](const AuditEntry& e) { return e.resource_type; }},
};

struct Condition {
  std::string (*value)(const AuditEntry&) = nullptr;
  std::vector<std::string> texts;
  bool keeps = true;
};

void add_condition(std::vector<Condition>& conditions, const Filter& filter,
                   std::vector<std::string> texts, bool keeps) {
  if (texts.empty()) return;
  Condition condition;
  condition.value = filter.value;
  condition.texts = std::move(texts);
  condition.keeps = keeps;
  conditions.push_back(std::move(condition));
}

std::vector<Condition> read_conditions(const Query& query) {
  std::vector<Condition> conditions;
  for (const Filter& filter : kFilters) {
    const std::string name(filter.name);
    add_condition(conditions, filter, query.list(name), true);
    // The spellings of nested parameters that Cloudflare's SDKs and their ancestors send.
    for (const char* suffix : {".not", "[not]", "[not][]"}) {
      add_condition(conditions, filter, query.list(name + suffix), false);
    }
  }
  return conditions;
}

bool admits(const std::vector<Condition>& conditions, const AuditEntry& entry) {
  return std::all_of(conditions.begin(), conditions.end(), [&entry](const Condition& condition) {
    const std::string value = condition.value(entry);
    const bool among =
        std::any_of(condition.texts.begin(), condition.texts.end(),
                    [&value](const std::string& text) { return equals_ignore_case(text, value); });
    return among == condition.keeps;
  });
}

/// "<milliseconds>/<id>"
std::string position_of(const AuditEntry& entry) {
  return std::to_string(entry.time.time_since_epoch().count()) + "/" + entry.id.hex();
}

std::optional<std::pair<Timestamp, AuditId>> parse_position(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto milliseconds = parse_decimal(text.substr(0, slash));
  const auto id = AuditId::parse(text.substr(slash + 1));
  if (!milliseconds || !id) return std::nullopt;
  return std::pair(Timestamp(std::chrono::milliseconds(*milliseconds)), *id);
}

Result<Timestamp> required_time(const Query& query, std::string_view name) {
  TRY(const auto time, query.time(name));
  if (time) return *time;
  return Error::with_message(ErrorCode::InvalidArgument,
                             "query parameter " + std::string(name) + " must be present");
}

Task<Result<Reply>> list_new(Call& call) {
  CO_TRY_VOID(call.authorize(auth::Action::AuditLogRead));
  auth::AuditLog::Query query;
  query.account = call.account();
  CO_TRY(query.since, required_time(call.query, "since"));
  CO_TRY(query.before, required_time(call.query, "before"));
  CO_TRY(query.limit,
         call.query.integer("limit", kNewLimits.fallback, kNewLimits.min, kNewLimits.max));
  CO_TRY(const std::string direction, call.query.choice("direction", kNewestFirst));
  query.oldest_first = direction == "asc";
  const std::string scope = "audit/" + call.account().hex() + "/" + direction;
  const std::string_view cursor = call.query.value("cursor");
  if (!cursor.empty()) {
    CO_TRY(const std::string position, decode_cursor(scope, cursor));
    query.after = parse_position(position);
  }
  query.filter = [conditions = read_conditions(call.query)](const AuditEntry& entry) {
    return admits(conditions, entry);
  };
  const std::size_t limit = query.limit;
  CO_TRY(const auto page, co_await call.services.audit_log.read(std::move(query)));
  json::array entries;
  for (const AuditEntry& entry : page.entries) entries.emplace_back(describe_new(call, entry));
  std::optional<std::string> next;
  if (page.more && !page.entries.empty()) {
    next = encode_cursor(scope, position_of(page.entries.back()));
  }
  json::object info = cursor_info(next, limit);
  info["count"] = entries.size();
  Reply reply{json::value(std::move(entries))};
  reply.set_info(std::move(info));
  co_return reply;
}

// --- The older shape ---

json::object describe_old(const AuditEntry& entry) {
  json::object action;
  action["info"] = entry.action;
  action["result"] = true;
  action["type"] = entry.action;
  json::object actor;
  actor["email"] = entry.actor.email;
  actor["id"] = actor_id(entry);
  actor["ip"] = entry.actor.address;
  actor["type"] = entry.actor.kind == ActorKind::System ? "system" : "user";
  json::object owner;
  owner["id"] = entry.account ? entry.account->hex() : std::string();
  json::object resource;
  resource["id"] = entry.resource_id;
  resource["type"] = entry.resource_type;
  json::object out;
  out["id"] = entry.id.hex();
  out["when"] = format_iso8601_ms(entry.time);
  out["action"] = std::move(action);
  out["actor"] = std::move(actor);
  out["interface"] = entry.actor.interface;
  out["metadata"] = json::object();
  out["owner"] = std::move(owner);
  out["resource"] = std::move(resource);
  out["oldValue"] = entry.before;
  out["newValue"] = entry.after;
  out["oldValueJson"] = state(entry.before);
  out["newValueJson"] = state(entry.after);
  return out;
}

bool admits_old(const Query& query, const AuditEntry& entry) {
  const auto same = [&query](std::string_view name, std::string_view value) {
    const std::string_view wanted = query.value(name);
    return wanted.empty() || equals_ignore_case(wanted, value);
  };
  return same("id", entry.id.hex()) && same("action.type", entry.action) &&
         same("actor.email", entry.actor.email) && same("actor.ip", entry.actor.address);
}

Task<Result<Reply>> list_old(Call& call) {
  CO_TRY_VOID(call.authorize(auth::Action::AuditLogRead));
  CO_TRY(const PageRequest request, read_page(call.query, kOldLimits));
  if (request.page > kOldEntriesMax / request.per_page) {
    co_return Error::with_message(
        ErrorCode::InvalidArgument,
        "query parameter page reaches too far; narrow since and before, or use logs/audit");
  }
  const std::size_t before = (request.page - 1) * request.per_page;
  auth::AuditLog::Query query;
  query.account = call.account();
  CO_TRY(query.since, call.query.time("since"));
  CO_TRY(query.before, call.query.time("before"));
  CO_TRY(const std::string direction, call.query.choice("direction", kNewestFirst));
  query.oldest_first = direction == "asc";
  query.limit = before + request.per_page;
  query.filter = [&call](const AuditEntry& entry) { return admits_old(call.query, entry); };
  CO_TRY(const auto page, co_await call.services.audit_log.read(std::move(query)));
  json::array entries;
  for (std::size_t i = before; i < page.entries.size(); ++i) {
    entries.emplace_back(describe_old(page.entries[i]));
  }
  // How many there are in all would cost reading them.
  json::object info;
  info["page"] = request.page;
  info["per_page"] = request.per_page;
  info["count"] = entries.size();
  Reply reply{json::value(std::move(entries))};
  reply.set_info(std::move(info));
  co_return reply;
}

constexpr std::array kNewParameters{
    Parameter{.name = "since",
              .schema = "string",
              .description = "A date, or RFC 3339; inclusive.",
              .required = true},
    Parameter{.name = "before",
              .schema = "string",
              .description = "A date, or RFC 3339; exclusive.",
              .required = true},
    Parameter{.name = "direction", .schema = "'desc'|'asc'"},
    Parameter{.name = "limit", .schema = "integer"},
    Parameter{.name = "cursor"},
    Parameter{.name = "action_type.not", .description = "One of a dozen filters of this form."}};
constexpr std::array kOldParameters{Parameter{.name = "since"},
                                    Parameter{.name = "before"},
                                    Parameter{.name = "direction", .schema = "'desc'|'asc'"},
                                    Parameter{.name = "id"},
                                    Parameter{.name = "action.type"},
                                    Parameter{.name = "actor.email"},
                                    Parameter{.name = "actor.ip"}};

using auth::Action;
constexpr std::array kRoutes{
    Route{.method = "GET",
          .pattern = "/accounts/{account_id}/logs/audit",
          .operation_id = "audit-logs-v2-get-account-audit-logs",
          .summary = "List the changes of an account",
          .handler = list_new,
          .actions = {Action::AuditLogRead},
          .parameters = kNewParameters,
          .result_schema = "AuditEntry[]"},
    Route{.method = "GET",
          .pattern = "/accounts/{account_id}/audit_logs",
          .operation_id = "audit-logs-get-account-audit-logs",
          .summary = "List the changes of an account, in the older shape",
          .handler = list_old,
          .actions = {Action::AuditLogRead},
          .parameters = kOldParameters,
          .paging = Paging::Pages,
          .result_schema = "OlderAuditEntry[]"},
};

}  // namespace

std::span<const Route> audit_routes() { return kRoutes; }

}  // namespace coffer::api
