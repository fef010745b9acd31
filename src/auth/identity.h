#pragma once

#include "auth/principal.h"
#include "auth/role.h"
#include "auth/token.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/task.h"
#include "blob/master_key.h"
#include "meta/engine.h"
#include "records/account_record.h"
#include "records/audit_record.h"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace coffer::auth {

using records::Actor;
using records::Quota;

struct Account {
  AccountId id;
  std::string name;
  Timestamp created;
  bool r2_enabled = false;
  Quota quota;
};

/// A user's place in an account. Its roles count once it is accepted.
struct Membership {
  enum class Status : std::uint8_t { Pending, Accepted };
  MembershipId id;
  AccountId account;
  Status status = Status::Pending;
  std::vector<const Role*> roles;  ///< of the static table; at least one
  Timestamp created;
};

/// A person. `email` is unique without regard to case.
struct User {
  UserId id;
  std::string email;
  std::string name;
  Timestamp created;
  bool is_operator = false;  ///< of the installation; no role of an account implies it
  bool suspended = false;
  std::string password_hash;  ///< a secret; empty: cannot sign in
  std::vector<Membership> memberships;

  const Membership* membership_of(AccountId account) const;  ///< or null
  /// What the accepted roles in `account` grant, and what an operator may do with every account.
  ActionSet actions_in(AccountId account) const;
};

struct Member {
  std::shared_ptr<const User> user;
  const Membership* membership;  ///< of `user`
};

struct NewUser {
  std::string email;
  std::string name;
  bool is_operator = false;
};

/// What of a user changes; what is absent stays.
struct UserChange {
  std::optional<std::string> name;
  std::optional<bool> is_operator;
  std::optional<bool> suspended;
  std::optional<std::string> password_hash;
  /// What the hash must be for the change to be made: Unauthorized otherwise.
  std::optional<std::string> expected_password_hash;
};

/// What makes a token, and what an update replaces in full.
struct NewToken {
  TokenOwner owner;
  std::string name;
  std::vector<Policy> policies;  ///< ids are made by the service
  std::optional<Timestamp> not_before;
  std::optional<Timestamp> expires_on;
  IpCondition ip;
};

/// A token just made or rolled: the only time its value exists outside the caller's hands.
struct IssuedToken {
  Token token;
  std::string value;              ///< cofa_ or cofu_, 40 base62, checksum
  std::string secret_access_key;  ///< lower-case hex SHA-256 of the value
};

/// When a token was last used; shared by all states of one token, and changed without a lock.
class LastUse {
 public:
  explicit LastUse(std::optional<Timestamp> time);
  std::optional<Timestamp> time() const;
  /// Takes `now` when the last one noted is older than `step`; true then.
  bool note(Timestamp now, std::chrono::milliseconds step);

 private:
  std::atomic<std::int64_t> milliseconds_;  ///< since the Unix epoch; the lowest value: never
};

/// What the request path reads of one token; immutable but for `last_use`.
struct TokenEntry {
  Token token;
  std::string secret_access_key;  ///< 64 hex; a secret
  std::shared_ptr<LastUse> last_use;
};

/// Asked inside every attempt of a change, with the token before it (null: there is none) and
/// after: whether the caller may make it. An error ends the change.
using TokenGate = std::function<Result<>(const Token* before, const Token& after)>;

/// Operator, accounts, users and tokens: kept through `meta` (partition "identity", versions
/// checked, digests sealed under the master key), served from immutable in-memory snapshots. A
/// change is durable and visible to every later look-up before its call returns, and its audit
/// entry is part of its commit. Changes of one record take turns; one that keeps losing to others
/// of the same record ends with Busy. NoSuchAccount, NoSuchUser and NoSuchToken name what is not
/// there. Once a change has reached its commit, cancelling the caller no longer stops it.
/// Thread-safe; outlives what it was asked for.
class Identity {
 public:
  Identity(meta::Engine& engine, const blob::MasterKey& master_key, Clock& clock, Random& random);
  ~Identity();

  /// Reads everything into the snapshots; once, before anything else is called. Corrupt (naming the
  /// key), NewerFormat or WrongMasterKey when it cannot; nothing was read then.
  Task<Result<>> load();

  // Accounts.
  /// InvalidArgument for a name that is no name, AlreadyExists when `id` is taken.
  Task<Result<Account>> create_account(std::string name, bool enable_r2,
                                       std::optional<AccountId> id = std::nullopt,
                                       Actor actor = {});
  Task<Result<Account>> rename_account(AccountId account, std::string name, Actor actor = {});
  /// Switches R2 on, with a quota, or off: then tokens keep existing and are refused NotEntitled.
  Task<Result<Account>> set_r2_enabled(AccountId account, bool enabled, Quota quota = {},
                                       Actor actor = {});
  std::optional<Account> find_account(AccountId id) const;
  /// Of the request path: no limit when there is no such account.
  Quota quota_of(AccountId id) const;
  /// In order of creation.
  std::vector<Account> accounts() const;

  // Users and members.
  /// InvalidArgument for what is no e-mail address, AlreadyExists when it is taken.
  Task<Result<User>> create_user(NewUser request, Actor actor = {});
  Task<Result<User>> change_user(UserId user, UserChange change, Actor actor = {});
  /// With its memberships and tokens. InvalidRequest for the last Super Administrator of an
  /// account.
  Task<Result<>> delete_user(UserId user, Actor actor = {});
  /// An entry of the audit log that is about a user and changes nothing of it. NoSuchUser.
  Task<Result<>> note_user_event(UserId user, std::string action, Actor actor);
  std::shared_ptr<const User> find_user(UserId id) const;  ///< or null
  std::shared_ptr<const User> find_user_by_email(std::string_view email) const;
  /// In order of creation.
  std::vector<std::shared_ptr<const User>> users() const;

  /// Makes the user when nobody has the address. AlreadyExists when it is a member, pending or not.
  Task<Result<Member>> add_member(AccountId account, std::string email,
                                  std::vector<const Role*> roles, Membership::Status status,
                                  Actor actor = {});
  /// NoSuchMember. InvalidRequest when the account would lose its last Super Administrator.
  Task<Result<Member>> set_member_roles(AccountId account, MembershipId membership,
                                        std::vector<const Role*> roles, Actor actor = {});
  Task<Result<>> remove_member(AccountId account, MembershipId membership, Actor actor = {});
  /// By the user: an invitation is accepted.
  Task<Result<Member>> accept_membership(UserId user, MembershipId membership, Actor actor = {});
  /// In order of joining.
  std::vector<Member> members(AccountId account) const;

  // Tokens.
  /// NotEntitled when the token is an account's without R2; InvalidArgument when a policy breaks a
  /// rule (an object permission may name buckets, an admin one may not; no policies; bad dates;
  /// name). What `gate` says otherwise.
  Task<Result<IssuedToken>> create_token(NewToken request, Actor actor = {}, TokenGate gate = {});
  /// Replaces name, policies, dates and conditions. The owner stays.
  Task<Result<Token>> update_token(TokenId id, NewToken request, std::optional<TokenStatus> status,
                                   Actor actor = {}, TokenGate gate = {});
  /// A new value and secret under the same id; the old secret fails on the next request.
  Task<Result<IssuedToken>> roll_token(TokenId id, Actor actor = {}, TokenGate gate = {});
  Task<Result<Token>> set_token_status(TokenId id, TokenStatus status, Actor actor = {},
                                       TokenGate gate = {});
  Task<Result<>> revoke_token(TokenId id, Actor actor = {});
  /// In order of issue.
  std::vector<Token> tokens(AccountId account) const;
  std::vector<Token> tokens(UserId user) const;
  /// The same without copies: 100,000 of them take some 20 ms.
  std::vector<std::shared_ptr<const TokenEntry>> token_entries(const TokenOwner& owner) const;

  /// The request path's look-up: no store access, no lock held across it, any thread.
  std::shared_ptr<const TokenEntry> find(TokenId id) const;
  /// The token with this value, as a bearer shows it; null when there is none. Compared in constant
  /// time; a value that is not well formed is not even looked up.
  std::shared_ptr<const TokenEntry> find_by_value(std::string_view value) const;

  /// Remembers that a token was used; no store access. Written by `save_last_uses`.
  void note_use(const TokenEntry& entry, Timestamp now) const;
  /// Writes what was noted since the last call, in batches. Called by a job.
  Task<Result<>> save_last_uses();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Policies of a preset; `buckets` only for the two object presets (InvalidArgument otherwise);
/// empty means all buckets of the account.
Result<std::vector<Policy>> policies_of_preset(
    Preset preset, AccountId account,
    const std::vector<std::pair<Jurisdiction, BucketName>>& buckets);

/// The one place where permission is decided. Reads the snapshots anew on every call, so that a
/// revocation, roll, disable, expiry or change of role acts on the next question. Thread-safe,
/// takes no lock.
class Authorizer {
 public:
  Authorizer(const Identity& identity, const Clock& clock) : identity_(identity), clock_(clock) {}
  /// All of `accesses` must pass; the decision is the first denial, or the last allowance. An
  /// allowance comes without its sentence, so that the request path builds no text.
  Decision authorize(const Principal& principal, const std::vector<Access>& accesses) const;
  /// The same decision, always with its sentence; an allowance of several accesses has one for
  /// each, joined by "; ". `at`: as it would be then.
  Decision explain(const Principal& principal, const std::vector<Access>& accesses,
                   std::optional<Timestamp> at = std::nullopt) const;

 private:
  Decision decide(const Principal& principal, const std::vector<Access>& accesses, Timestamp now,
                  bool in_words) const;

  const Identity& identity_;
  const Clock& clock_;
};

}  // namespace coffer::auth
