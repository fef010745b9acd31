#include "api/r2.h"
#include "auth/delegation.h"
#include "auth/temporary_credential.h"

#include <array>

/// Temporary credentials over REST: cloudflare-api.md 3.11.
namespace coffer::api {
namespace {

/// Who may have a credential made of `parent`: that token itself, or a Super Administrator of its
/// account, who can do all that it can.
Result<> may_derive(const Call& call, const auth::Token& parent) {
  const AccountId account = call.account();
  const AccountId* owner = parent.account();
  const bool itself =
      call.principal.kind == auth::Principal::Kind::Token && call.principal.token == parent.id;
  if (!itself) {
    if (!call.by_super_administrator(account) || !owner || *owner != account) {
      return make_error(ErrorCode::AccessDenied, "the parent is not the calling token");
    }
  }
  return auth::check_covers(call.identity(), call.principal, parent);
}

/// What a permission is made of, as far as a parent must have it.
std::vector<auth::Action> actions_of(auth::Preset permission) {
  using auth::Action;
  std::vector<Action> actions{Action::ObjectsList, Action::ObjectRead};
  switch (permission) {
    case auth::Preset::ObjectReadOnly:
      break;
    case auth::Preset::ObjectReadWrite:
      actions.push_back(Action::ObjectWrite);
      break;
    case auth::Preset::AdminReadOnly:
      actions.push_back(Action::BucketConfigRead);
      break;
    case auth::Preset::AdminReadWrite:
      actions.insert(actions.end(),
                     {Action::ObjectWrite, Action::BucketConfigRead, Action::BucketConfigWrite});
      break;
  }
  return actions;
}

/// A credential reaches what its parent reaches, at every request. One that could never do what it
/// was made for is refused here already, where its maker reads why.
Result<> check_parent(const Call& call, const auth::TokenEntry& parent, Jurisdiction jurisdiction,
                      const auth::NewTemporaryCredential& request) {
  auth::Principal as_parent;
  as_parent.kind = auth::Principal::Kind::Token;
  as_parent.token = parent.token.id;
  as_parent.account = call.account();
  as_parent.secret_generation = parent.token.secret_generation;
  as_parent.client = call.request.client;
  std::vector<auth::Access> accesses;
  for (const auth::Action action : actions_of(*request.permission)) {
    accesses.emplace_back(action, auth::Resource(call.account(), jurisdiction, request.bucket));
  }
  const auto decision = call.services.authorizer.authorize(as_parent, accesses);
  if (decision.allowed) return ok();
  Error error = error_with_code(ErrorCode::AccessDenied, 10003,
                                "The permission exceeds that of the parent access key.");
  error.add_context(decision.reason);
  return error;
}

Result<auth::Preset> read_permission(const Fields& fields) {
  TRY(const std::string text, fields.text("permission"));
  if (const auto preset = auth::parse_preset(text)) return *preset;
  return fields.error("permission",
                      "must be one of admin-read-write, admin-read-only, object-read-write, "
                      "object-read-only");
}

Task<Result<Reply>> create_temporary_credentials(Call& call) {
  constexpr std::uint64_t kTtlMax = auth::kTemporaryTtlMax.count();
  CO_TRY(const Jurisdiction jurisdiction, read_jurisdiction(call.request.headers));
  CO_TRY(const json::value body, co_await call.json());
  CO_TRY(const Fields fields, Fields::of(body));
  CO_TRY(const std::string parent_text, fields.text("parentAccessKeyId"));
  const auto parent_id = TokenId::parse(parent_text);
  const auto parent = parent_id ? call.identity().find(*parent_id) : nullptr;
  // Who may not use a token is not told whether there is one.
  if (!parent) co_return make_error(ErrorCode::AccessDenied, "no such parent");
  CO_TRY_VOID(may_derive(call, parent->token));

  auth::NewTemporaryCredential request;
  CO_TRY(request.bucket, fields.text("bucket"));
  CO_TRY(request.permission, read_permission(fields));
  CO_TRY(const std::uint64_t ttl, fields.integer("ttlSeconds", 1, kTtlMax));
  CO_TRY(request.prefixes, fields.texts("prefixes"));
  CO_TRY(request.objects, fields.texts("objects"));
  CO_TRY_VOID(check_parent(call, *parent, jurisdiction, request));
  CO_TRY(BucketName name, BucketName::parse(request.bucket));
  store::BucketAddress address(call.account(), jurisdiction, std::move(name));
  CO_TRY_VOID(co_await call.store().get_bucket(std::move(address)));

  request.parent = parent->token.id;
  request.parent_secret = parent->secret_access_key;
  request.account = call.account();
  request.audience = call.services.authenticator.audiences()->preferred(jurisdiction);
  request.issued = call.now();
  request.ttl = std::chrono::seconds(ttl);
  if (request.audience.empty()) {
    co_return Error::with_message(ErrorCode::InvalidArgument,
                                  "this server has no S3 endpoint of that jurisdiction");
  }
  CO_TRY(const auto made, auth::mint_temporary_credential(request));
  json::object result;
  result["accessKeyId"] = made.access_key_id;
  result["secretAccessKey"] = made.secret_access_key;
  result["sessionToken"] = made.session_token;
  co_return Reply(std::move(result));
}

constexpr std::array kParameters{
    Parameter{.name = "cf-r2-jurisdiction",
              .schema = "'default'|'eu'|'fedramp'|'us'",
              .description = "Coffer's own: the jurisdiction of the bucket.",
              .header = true}};

constexpr std::array kRoutes{
    Route{.method = "POST",
          .pattern = "/accounts/{account_id}/r2/temp-access-credentials",
          .operation_id = "r2-create-temp-access-credentials",
          .summary = "Make temporary S3 credentials from a token",
          .family = Family::Product,
          .handler = create_temporary_credentials,
          .needs_r2 = true,
          .parameters = kParameters,
          .body = Body::Json,
          .body_schema =
              "{bucket: string, parentAccessKeyId: string, permission: "
              "'admin-read-write'|'admin-read-only'|'object-read-write'|'object-read-only', "
              "ttlSeconds: integer, prefixes?: string[], objects?: string[]}",
          .result_schema = "{accessKeyId: string, secretAccessKey: string, sessionToken: string}"},
};

}  // namespace

std::span<const Route> temporary_credential_routes() { return kRoutes; }

}  // namespace coffer::api
