#pragma once

#include "auth/principal.h"
#include "auth/token.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/task.h"
#include "blob/master_key.h"
#include "meta/engine.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace coffer::auth {

struct Account {
  AccountId id;
  std::string name;
  Timestamp created;
  bool r2_enabled = false;
};

/// What makes a token.
struct NewToken {
  AccountId account;
  std::string name;
  std::vector<Policy> policies;  ///< ids are made by the service
  std::optional<Timestamp> not_before;
  std::optional<Timestamp> expires_on;
  IpCondition ip;
};

/// A token just made or rolled: the only time its value exists outside the caller's hands.
struct IssuedToken {
  Token token;
  std::string value;              ///< cofa_ + 40 base62 + checksum
  std::string secret_access_key;  ///< lower-case hex SHA-256 of the value
};

/// What the request path reads of one token; immutable.
struct TokenEntry {
  Token token;
  std::string secret_access_key;  ///< 64 hex; a secret
};

/// Accounts and tokens: kept through `meta` (partition "identity", versions checked, digests sealed
/// under the master key), served from an immutable, sharded in-memory snapshot. A change is durable
/// and visible to every later `find` before its call returns. Changes of one record take turns; one
/// that keeps losing to others of the same token or account ends with Busy. NoSuchAccount and
/// NoSuchToken name what is not there. Once a change has reached its commit, cancelling the caller
/// no longer stops it. Thread-safe; outlives what it was asked for.
class Identity {
 public:
  Identity(meta::Engine& engine, const blob::MasterKey& master_key, Clock& clock, Random& random);
  ~Identity();

  /// Reads everything into the snapshot; once, before anything else is called. Corrupt (naming the
  /// key), NewerFormat or WrongMasterKey when it cannot; nothing was read then.
  Task<Result<>> load();

  /// InvalidArgument for a name that is no name, AlreadyExists when `id` is taken.
  Task<Result<Account>> create_account(std::string name, bool enable_r2,
                                       std::optional<AccountId> id = std::nullopt);
  Task<Result<Account>> set_r2_enabled(AccountId account, bool enabled);
  std::optional<Account> find_account(AccountId id) const;
  /// In order of creation.
  std::vector<Account> accounts() const;

  /// NotEntitled when R2 is not enabled on the account; InvalidArgument when a policy breaks a rule
  /// (an object permission may name buckets, an admin one may not; no policies; bad dates; name).
  Task<Result<IssuedToken>> create_token(NewToken request);
  /// A new value and secret under the same id; the old secret fails on the next request.
  Task<Result<IssuedToken>> roll_token(TokenId id);
  Task<Result<Token>> set_token_status(TokenId id, TokenStatus status);
  Task<Result<>> revoke_token(TokenId id);
  /// In order of issue.
  std::vector<Token> tokens(AccountId account) const;

  /// The request path's look-up: no store access, no lock held across it, any thread.
  std::shared_ptr<const TokenEntry> find(TokenId id) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Policies of a preset; `buckets` only for the two object presets (InvalidArgument otherwise);
/// empty means all buckets of the account.
Result<std::vector<Policy>> policies_of_preset(
    Preset preset, AccountId account,
    const std::vector<std::pair<Jurisdiction, BucketName>>& buckets);

/// The one place where permission is decided. Reads the snapshot anew on every call, so that a
/// revocation, roll, disable or expiry acts on the next question. Thread-safe, takes no lock.
class Authorizer {
 public:
  Authorizer(const Identity& identity, const Clock& clock) : identity_(identity), clock_(clock) {}
  /// All of `accesses` must pass; the decision is the first denial, or the last allowance. An
  /// allowance comes without its sentence, so that the request path builds no text.
  Decision authorize(const Principal& principal, const std::vector<Access>& accesses) const;
  /// The same decision, always with its sentence; an allowance of several accesses has one for
  /// each, joined by "; ".
  Decision explain(const Principal& principal, const std::vector<Access>& accesses) const;

 private:
  Decision decide(const Principal& principal, const std::vector<Access>& accesses,
                  bool in_words) const;

  const Identity& identity_;
  const Clock& clock_;
};

}  // namespace coffer::auth
