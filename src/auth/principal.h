#pragma once

#include "auth/operation.h"
#include "base/ids.h"
#include "base/ip_address.h"
#include "base/result.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::auth {

struct TemporaryScope;

/// Who asks: an API token, proved by a signature or its value, or a user who signed in. The
/// operator of the control socket is not a principal; `app` lets it through before the authorizer
/// is asked.
struct Principal {
  enum class Kind : std::uint8_t { Token, User };
  Kind kind = Kind::Token;
  TokenId token;  ///< of Kind::Token
  UserId user;    ///< of Kind::User
  /// The account the request acts in; the resources asked for carry it, and it decides nothing.
  AccountId account;
  /// The secret's generation the signature was made with; a rolled token has another.
  std::uint64_t secret_generation = 0;
  IpAddress client;
  /// Of a temporary credential: what it is narrowed to; null otherwise.
  std::shared_ptr<const TemporaryScope> scope;
};

/// What is asked for, in full. `bucket` empty: the account level. `key` empty: the bucket level.
/// With `user`: that user, and nothing else counts.
struct Resource {
  Resource(AccountId a, Jurisdiction j) : account(a), jurisdiction(j) {}
  Resource(AccountId a, Jurisdiction j, std::string b)
      : account(a), jurisdiction(j), bucket(std::move(b)) {}
  Resource(AccountId a, Jurisdiction j, std::string b, std::string k)
      : account(a), jurisdiction(j), bucket(std::move(b)), key(std::move(k)) {}
  explicit Resource(UserId u) : user(u) {}
  AccountId account;
  Jurisdiction jurisdiction = Jurisdiction::Default;
  std::string bucket;
  std::string key;  ///< nfc
  std::optional<UserId> user;
};

/// One (action, resource) an operation needs; all of an operation's must pass.
struct Access {
  Access(OperationName o, Action a, Resource r) : operation(o), action(a), resource(std::move(r)) {}
  /// Of the management API, where no temporary credential reaches.
  Access(Action a, Resource r) : action(a), resource(std::move(r)) {}
  std::optional<OperationName> operation;
  Action action;
  Resource resource;
  /// Of a listing of keys: all it can reveal begins with this (nfc; may be empty).
  std::optional<std::string> list_prefix;
};

struct PermissionGroup;
struct Role;

/// Why a decision is what it is; one word for metrics and tests, where `Decision::reason` is the
/// sentence.
enum class DecisionCause : std::uint8_t {
  AllowedByPolicy,
  AllowedByRole,
  // The token itself may not be used: Unauthorized.
  TokenUnknown,
  UserUnknown,  ///< who signed in, or whom the token belongs to, is gone or suspended
  TokenDisabled,
  TokenNotYetValid,
  TokenExpired,
  AddressRefused,
  TokenRolled,
  // The token may be used, but not for this: AccessDenied.
  OtherAccount,
  DeniedByPolicy,
  NotGranted,
  NotHeldByUser,   ///< the token's policies allow it, but its user may not do it now
  OutsideOfScope,  ///< the token may do it, but not this temporary credential of it
  NothingAsked,    ///< no access was asked for; an empty question allows nothing
};
std::string_view to_string(DecisionCause cause);

/// The answer of the authorizer, with its reason in words that audit log, `coffer explain` and
/// dashboard show alike.
struct Decision {
  bool allowed = false;
  /// AccessDenied, or Unauthorized when the token itself is not usable (unknown, disabled, expired,
  /// not yet valid, wrong address, rolled).
  ErrorCode code = ErrorCode::AccessDenied;
  DecisionCause cause = DecisionCause::NothingAsked;
  /// "allowed by policy 1f..: Workers R2 Storage Bucket Item Read on bucket photos (eu)". Always
  /// there after a denial; after an allowance only from `Authorizer::explain`.
  std::string reason;
  std::optional<PolicyId> policy;          ///< the one that decided
  const PermissionGroup* group = nullptr;  ///< of that policy; of the static table
  const Role* role = nullptr;              ///< of a user who signed in: the role that decided
  /// Success, or `code` with the reason as its detail: for the log, never for the client.
  Result<> as_result() const;
};

}  // namespace coffer::auth
