#pragma once

#include "api/fields.h"
#include "api/query.h"
#include "api/route.h"
#include "api/service.h"
#include "auth/identity.h"
#include "http/message.h"
#include "store/store.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::api {

/// JSON bodies are read up to this size and this depth.
inline constexpr std::size_t kJsonBytesMax = 1024 * 1024;
inline constexpr std::size_t kJsonDepthMax = 32;

/// Strict JSON: InvalidRequest (10040, or 6007 outside of R2) when it is not well formed or too
/// deep.
Result<json::value> parse_json(std::string_view text, Family family);

/// One request on its way to its route's handler. Lives in the frame of the request's coroutine;
/// not thread-safe.
class Call {
 public:
  Call(http::Request& r, const Services& s, const Route& m, PathParameters p)
      : request(r), services(s), route(m), query(r.query), parameters_(std::move(p)) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  auth::Identity& identity() const { return services.identity; }
  store::Store& store() const { return services.store; }
  Timestamp now() const { return services.clock.now(); }

  /// A path parameter, decoded; it must be one of the route's pattern.
  const std::string& parameter(std::string_view name) const;
  /// A path parameter that is an id, which the router has checked: `call.id<TokenId>("token_id")`.
  template <class Id>
  Id id(std::string_view name) const {
    return Id::parse(parameter(name)).value_or(Id());
  }
  bool has_account() const;
  /// `{account_id}`
  AccountId account() const { return id<AccountId>("account_id"); }

  /// The body, read on first use whatever its Content-Type; `{}` where the route may do without and
  /// nothing came. EntityTooLarge, InvalidRequest.
  Task<Result<json::value>> json();

  /// Asks whether all of it is allowed now; AccessDenied or Unauthorized, which the route's family
  /// turns into its own answer.
  Result<> authorize(const std::vector<auth::Access>& accesses) const;
  Result<> authorize(auth::Action action, auth::Resource resource) const;
  /// The account level of `{account_id}`.
  Result<> authorize(auth::Action action) const;

  /// Who asks, for the audit log.
  records::Actor actor() const;
  /// The user who asks: who signed in, or whom the token belongs to. Null for an account's token.
  std::shared_ptr<const auth::User> user() const;
  /// Whether a user who signed in asks, and is Super Administrator of this account.
  bool by_super_administrator(AccountId account) const;

  http::Request& request;
  const Services& services;
  const Route& route;
  const Query query;
  auth::Principal principal;                      ///< after authentication
  std::shared_ptr<const auth::TokenEntry> token;  ///< of Kind::Token; null otherwise
  std::optional<auth::SessionInfo> session;       ///< of Kind::User

 private:
  PathParameters parameters_;
};

}  // namespace coffer::api
