#include "api/r2.h"

#include <array>

/// Why a request is allowed or refused: Coffer's own, the same words as `coffer explain`.
namespace coffer::api {
namespace {

Error invalid(std::string message) {
  return Error::with_message(ErrorCode::InvalidArgument, std::move(message));
}

/// The token itself, a Super Administrator of the account, or whoever may read its tokens.
Result<> may_ask(const Call& call, TokenId about) {
  const bool itself =
      call.principal.kind == auth::Principal::Kind::Token && call.principal.token == about;
  if (itself || call.by_super_administrator(call.account())) return ok();
  return call.authorize(auth::Action::AccountTokensRead);
}

Result<std::string> required(const Query& query, std::string_view name) {
  const std::string* value = query.find(name);
  if (value && !value->empty()) return *value;
  return invalid("query parameter " + std::string(name) + " must be present");
}

Result<Jurisdiction> jurisdiction_of(const Call& call) {
  const std::string_view text = call.query.value("jurisdiction");
  if (text.empty()) return read_jurisdiction(call.request.headers);
  if (const auto parsed = parse_jurisdiction(text)) return *parsed;
  return invalid("query parameter jurisdiction must be one of default, eu, fedramp, us");
}

/// What the operation acts on: the account, a bucket or an object, as its action wants.
Result<auth::Resource> target_of(const Call& call, auth::OperationName operation,
                                 Jurisdiction jurisdiction) {
  const auth::Action action = auth::required_action(operation);
  if (action == auth::Action::BucketsList) return auth::Resource(call.account(), jurisdiction);
  TRY(std::string bucket, required(call.query, "bucket"));
  if (action != auth::Action::ObjectRead && action != auth::Action::ObjectWrite) {
    return auth::Resource(call.account(), jurisdiction, std::move(bucket));
  }
  TRY(const std::string text, required(call.query, "object"));
  TRY(const ObjectKey key, ObjectKey::parse(text));
  return auth::Resource(call.account(), jurisdiction, std::move(bucket), key.nfc());
}

/// BUCKET/KEY of `source`, which copies have.
Result<std::optional<auth::Resource>> source_of(const Call& call, auth::OperationName operation,
                                                Jurisdiction jurisdiction) {
  std::optional<auth::Resource> source;
  if (!auth::has_copy_source(operation)) return source;
  TRY(const std::string text, required(call.query, "source"));
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return invalid("query parameter source must be BUCKET/KEY");
  TRY(const ObjectKey key, ObjectKey::parse(std::string_view(text).substr(slash + 1)));
  source.emplace(call.account(), jurisdiction, text.substr(0, slash), key.nfc());
  return source;
}

/// A request of the token from `ip`; where the caller is when none is given.
Result<auth::Principal> principal_of(const Call& call, const auth::TokenEntry& token) {
  auth::Principal principal;
  principal.kind = auth::Principal::Kind::Token;
  principal.token = token.token.id;
  principal.account = call.account();
  principal.secret_generation = token.token.secret_generation;
  principal.client = call.request.client;
  const std::string_view ip = call.query.value("ip");
  if (ip.empty()) return principal;
  const auto address = IpAddress::parse(ip);
  if (!address) return invalid("query parameter ip must be an IP address");
  principal.client = *address;
  return principal;
}

json::object describe(const auth::Decision& decision) {
  json::object out;
  out["allowed"] = decision.allowed;
  out["answer"] = decision.allowed ? std::string_view("allowed") : to_string(decision.code);
  out["cause"] = auth::to_string(decision.cause);
  out["reason"] = decision.reason;
  out["policy"] = decision.policy ? json::value(decision.policy->hex()) : json::value();
  out["permission_group"] = decision.group ? json::value(decision.group->name) : json::value();
  out["role"] = decision.role ? json::value(decision.role->name) : json::value();
  return out;
}

Task<Result<Reply>> explain(Call& call) {
  CO_TRY(const std::string key, required(call.query, "key"));
  const auto id = TokenId::parse(key);
  if (!id) co_return invalid("query parameter key must be an access key id of 32 hex digits");
  CO_TRY_VOID(may_ask(call, *id));
  const auto token = call.identity().find(*id);
  const AccountId* owner = token ? token->token.account() : nullptr;
  const bool itself = call.principal.token == *id;
  if (!token || (!itself && (!owner || *owner != call.account()))) {
    co_return make_error(ErrorCode::NoSuchToken);
  }
  CO_TRY(const std::string name, required(call.query, "operation"));
  const auto operation = auth::parse_operation_name(name);
  if (!operation) {
    co_return invalid("query parameter operation must be an S3 operation, like PutObject");
  }
  CO_TRY(const Jurisdiction jurisdiction, jurisdiction_of(call));
  CO_TRY(auth::Resource target, target_of(call, *operation, jurisdiction));
  CO_TRY(auto source, source_of(call, *operation, jurisdiction));
  CO_TRY(const auth::Principal principal, principal_of(call, *token));
  CO_TRY(const auto at, call.query.time("time"));
  const auto accesses = auth::accesses_of(*operation, std::move(target), std::move(source));
  co_return Reply(describe(call.services.authorizer.explain(principal, accesses, at)));
}

constexpr std::array kParameters{
    kJurisdictionHeader,
    Parameter{.name = "key",
              .schema = "id",
              .description = "The access key id of the token.",
              .required = true},
    Parameter{
        .name = "operation", .description = "An S3 operation, like PutObject.", .required = true},
    Parameter{.name = "bucket"},
    Parameter{.name = "object", .description = "Its key."},
    Parameter{.name = "source", .description = "BUCKET/KEY of what is copied."},
    Parameter{.name = "jurisdiction", .schema = "'default'|'eu'|'fedramp'|'us'"},
    Parameter{.name = "ip", .description = "The client's address; by default the caller's."},
    Parameter{.name = "time", .schema = "time", .description = "When; by default now."}};

constexpr std::array kRoutes{
    Route{.method = "GET",
          .pattern = "/accounts/{account_id}/r2/explain",
          .operation_id = "r2-explain",
          .summary = "Say why a token may or may not do something",
          .family = Family::Product,
          .handler = explain,
          .ours = true,
          .needs_r2 = true,
          .parameters = kParameters,
          .result_schema = "Explanation"},
};

}  // namespace

std::span<const Route> explain_routes() { return kRoutes; }

}  // namespace coffer::api
