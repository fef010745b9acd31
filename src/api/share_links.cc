#include "api/r2.h"
#include "auth/delegation.h"
#include "auth/temporary_credential.h"
#include "base/codec.h"

#include <algorithm>
#include <array>

/// Links that open one object for whoever has them: Coffer's own.
///
/// A link is a presigned GET of S3, signed with a temporary credential that the server makes: for
/// exactly one object and GetObject. So what a link may do is decided where everything is, at every
/// use, and there is no record of links that could disagree with it. It is never worth more than
/// the token it is made of:
///
/// - of a caller that is a token, that token: the link ends when it expires, is rolled, disabled or
///   revoked, and opens from no other addresses. Another token, even of the same user, would let
///   the caller's conditions be left behind.
/// - of a user who signed in there is none, since a session signs nothing. The user's token "Share
///   links" is taken, which may read the objects of this account, and which is made when it is not
///   there: with the gate of every new token, and so in the audit log. As a user's token it has
///   never more than the user has at that moment: a link dies with the membership, and all links of
///   a user in an account end when the token is revoked, or rolled.
namespace coffer::api {
namespace {

constexpr std::string_view kTokenName = "Share links";
constexpr std::uint64_t kSecondsMax = auth::kTemporaryTtlMax.count();

bool same_policies(const std::vector<auth::Policy>& a, const std::vector<auth::Policy>& b) {
  // Their ids are not compared: each token has its own.
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [](const auth::Policy& x, const auth::Policy& y) {
        return x.effect == y.effect && x.resources == y.resources && x.groups == y.groups;
      });
}

/// Whether it is as it was made: what its user has bound or widened since is somebody else's.
bool is_link_token(const auth::Token& token, const std::vector<auth::Policy>& policies) {
  return token.name == kTokenName && token.status == auth::TokenStatus::Active &&
         !token.not_before && !token.expires_on && token.ip.empty() &&
         same_policies(token.policies, policies);
}

Task<Result<std::shared_ptr<const auth::TokenEntry>>> parent_of(Call& call) {
  if (call.token) co_return call.token;
  const auto user = call.user();
  if (!user) co_return make_error(ErrorCode::Unauthorized, "the user is gone");
  CO_TRY(std::vector<auth::Policy> policies,
         auth::policies_of_preset(auth::Preset::ObjectReadOnly, call.account(), {}));
  for (const auto& entry : call.identity().token_entries(user->id)) {
    if (is_link_token(entry->token, policies)) co_return entry;
  }
  // Two requests at once may make one each; either serves.
  auth::NewToken request;
  request.owner = user->id;
  request.name = kTokenName;
  request.policies = std::move(policies);
  auth::TokenGate gate = [&call](const auth::Token* before, const auth::Token& after) {
    return auth::check_delegation(call.identity(), call.principal, before, after);
  };
  CO_TRY(const auth::IssuedToken issued,
         co_await call.identity().create_token(std::move(request), call.actor(), std::move(gate)));
  auto entry = call.identity().find(issued.token.id);
  if (!entry) co_return make_error(ErrorCode::Busy, "the new token is gone already");
  co_return entry;
}

/// The key in a URL. Browsers resolve the segments `.` and `..` away, but not behind %2F.
std::string encoded_key(const std::string& key) {
  const std::string segments = "/" + key + "/";
  const bool dots =
      segments.find("/./") != std::string::npos || segments.find("/../") != std::string::npos;
  return uri_encode(key, !dots);
}

/// `url`: of the endpoint.
Result<std::string> presigned_url(std::string url, const store::ObjectAddress& object,
                                  const auth::TemporaryCredential& credential, Timestamp now,
                                  std::uint64_t expires_s) {
  while (url.ends_with('/')) url.pop_back();
  // The Host that a client sends: without the scheme's own port.
  const auto host = auth::audience_of_url(url);
  if (!host) return make_error(ErrorCode::InvalidConfiguration, "endpoint " + url);
  auth::SigningInput input;
  input.method = "GET";
  input.path = "/" + object.bucket.name.text() + "/" + encoded_key(object.key.original());
  input.query = "X-Amz-Security-Token=" + uri_encode(credential.session_token);
  input.headers.add("host", *host);
  input.access_key_id = credential.access_key_id;
  input.secret_access_key = credential.secret_access_key;
  input.time = now;
  const std::string query = auth::presign_query(input, static_cast<std::uint32_t>(expires_s));
  return url + input.path + "?" + query;
}

Error no_endpoint() {
  return Error::with_message(ErrorCode::InvalidArgument,
                             "this server has no S3 endpoint of that jurisdiction");
}

Task<Result<Reply>> create_share_link(Call& call) {
  constexpr auto kOperation = auth::OperationName::GetObject;
  CO_TRY(const Jurisdiction jurisdiction, read_jurisdiction(call.request.headers));
  CO_TRY_VOID(
      call.authorize(r2_accesses(call, kOperation, jurisdiction, call.parameter("bucket_name"))));
  CO_TRY(const json::value body, co_await call.json());
  CO_TRY(const Fields fields, Fields::of(body));
  CO_TRY(const std::string key, fields.text("key"));
  CO_TRY(const std::uint64_t expires_s, fields.integer("expires_in_s", 1, kSecondsMax));
  CO_TRY(const ObjectTarget target, authorized_object(call, jurisdiction, key, {kOperation}));
  store::ReadOptions look;
  look.want_body = false;
  CO_TRY_VOID(co_await call.store().read_object(target.address, std::move(look)));

  const Endpoints endpoints = call.services.endpoints ? call.services.endpoints() : Endpoints();
  const Endpoint* endpoint = endpoints.find(jurisdiction);
  auth::NewTemporaryCredential request;
  request.audience = call.services.authenticator.audiences()->preferred(jurisdiction);
  if (!endpoint || request.audience.empty()) co_return no_endpoint();
  CO_TRY(const auto parent, co_await parent_of(call));
  request.parent = parent->token.id;
  request.parent_secret = parent->secret_access_key;
  request.account = call.account();
  request.bucket = target.address.bucket.name.text();
  request.operations.push_back(kOperation);
  request.objects.push_back(target.address.key.original());
  request.issued = call.now();
  request.ttl = std::chrono::seconds(expires_s);
  CO_TRY(const auto credential, auth::mint_temporary_credential(request));
  CO_TRY(const std::string url,
         presigned_url(endpoint->url, target.address, credential, request.issued, expires_s));
  Timestamp expires = credential.expires;
  if (parent->token.expires_on) expires = std::min(expires, *parent->token.expires_on);
  json::object result;
  result["url"] = url;
  result["expires_on"] = format_iso8601_ms(expires);
  result["parent_access_key_id"] = parent->token.id.hex();
  co_return Reply(std::move(result));
}

constexpr std::array kJurisdictionOnly{kJurisdictionHeader};

using auth::Action;
constexpr std::array kRoutes{
    Route{.method = "POST",
          .pattern = "/accounts/{account_id}/r2/buckets/{bucket_name}/share-links",
          .operation_id = "r2-create-share-link",
          .summary = "Make a link that opens one object for up to a week",
          .family = Family::Product,
          .handler = create_share_link,
          .ours = true,
          .needs_r2 = true,
          .actions = {Action::ManageStorage, Action::ObjectRead},
          .parameters = kJurisdictionOnly,
          .body = Body::Json,
          .body_schema = "{key: string, expires_in_s: integer}",
          .result_schema = "{url: string, expires_on: time, parent_access_key_id: id}"},
};

}  // namespace

std::span<const Route> share_link_routes() { return kRoutes; }

}  // namespace coffer::api
