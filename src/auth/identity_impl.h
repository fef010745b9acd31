#pragma once

#include "auth/identity.h"
#include "auth/published.h"
#include "auth/token_snapshot.h"
#include "auth/value_index.h"
#include "base/key_locks.h"
#include "records/token_record.h"
#include "records/user_record.h"

#include <map>
#include <mutex>
#include <set>
#include <unordered_map>

/// The inside of Identity, shared by its .cc files: identity.cc (reading and committing), and one
/// each for accounts, users and tokens.
namespace coffer::auth {

// Where things lie: docs/formats/identity.md.
meta::Key account_key(AccountId id);
meta::Key token_key(TokenId id);
meta::Key user_key(UserId id);
/// Of the index by e-mail address, without regard to case.
meta::Key email_key(std::string_view email);
meta::Key last_use_key(TokenId id);

/// Adds "identity record t/0a1b..." to an error.
Error in_record(Error error, std::string_view key);

Account to_account(AccountId id, const records::AccountRecord& record);
records::AccountRecord to_record(const Account& account);
/// Corrupt when it names a role that does not exist.
Result<User> to_user(UserId id, const records::UserRecord& record);
records::UserRecord to_record(const User& user);

/// The secret of a token: SHA-256 of its value, hex. Corrupt when it does not open; what that means
/// is for the caller to say.
Result<std::string> open_digest(const blob::MasterKey& master_key, TokenId id,
                                const records::TokenRecord& record);
std::string seal_digest(const blob::MasterKey& master_key, TokenId id, std::string_view digest_hex,
                        Random& random);

/// How often a change looks again after losing to another of the same record. Changes of one record
/// take turns within a process, so more than a few losses means other gateways, or a bug.
inline constexpr int kAttemptsMax = 64;

struct AccountSlot {
  AccountSlot(Account a, meta::Version v) : account(std::move(a)), version(v) {}
  Account account;
  meta::Version version;
};
using Accounts = std::map<AccountId, AccountSlot>;

/// All users in memory; immutable.
struct Users {
  std::map<UserId, std::shared_ptr<const User>> by_id;
  std::map<std::string, UserId> by_email;  ///< in lower case
};

/// What a change says about itself in the audit log.
struct ChangeNote {
  const Actor& actor;
  std::string action;
  std::optional<AccountId> account;
  std::string resource_type;
  std::string resource_id;
  std::string before;
  std::string after;
};

class Identity::Impl {
 public:
  Impl(meta::Engine& engine, const blob::MasterKey& master_key, Clock& clock, Random& random)
      : engine_(engine), master_key_(master_key), clock_(clock), random_(random) {}

  // identity.cc
  Task<Result<>> load();

  // identity_accounts.cc
  Task<Result<Account>> create_account(std::string name, bool enable_r2,
                                       std::optional<AccountId> id, Actor actor);
  using AccountEdit = std::function<void(Account&)>;
  Task<Result<Account>> change_account(AccountId id, AccountEdit edit, std::string action,
                                       Actor actor);
  std::shared_ptr<const Accounts> accounts() const { return accounts_.load(); }

  // identity_users.cc
  Task<Result<User>> create_user(NewUser request, Actor actor);
  Task<Result<User>> change_user(UserId id, UserChange change, Actor actor);
  Task<Result<>> delete_user(UserId id, Actor actor);
  Task<Result<>> note_user_event(UserId id, std::string action, Actor actor);
  Task<Result<Member>> add_member(AccountId account, std::string email,
                                  std::vector<const Role*> roles, Membership::Status status,
                                  Actor actor);
  Task<Result<Member>> set_member_roles(AccountId account, MembershipId membership,
                                        std::vector<const Role*> roles, Actor actor);
  Task<Result<>> remove_member(AccountId account, MembershipId membership, Actor actor);
  Task<Result<Member>> accept_membership(UserId user, MembershipId membership, Actor actor);
  std::shared_ptr<const Users> users() const { return users_.load(); }
  std::vector<Member> members(AccountId account) const;

  // identity_tokens.cc
  Task<Result<IssuedToken>> create_token(NewToken request, Actor actor, TokenGate gate);
  Task<Result<Token>> update_token(TokenId id, NewToken request, std::optional<TokenStatus> status,
                                   Actor actor, TokenGate gate);
  Task<Result<IssuedToken>> roll_token(TokenId id, Actor actor, TokenGate gate);
  Task<Result<Token>> set_token_status(TokenId id, TokenStatus status, Actor actor, TokenGate gate);
  Task<Result<>> revoke_token(TokenId id, Actor actor);
  std::shared_ptr<const TokenEntry> find_by_value(std::string_view value) const;
  void note_use(const TokenEntry& entry, Timestamp now);
  Task<Result<>> save_last_uses();
  std::vector<Token> tokens_of(const TokenOwner& owner) const;
  std::vector<std::shared_ptr<const TokenEntry>> entries_of(const TokenOwner& owner) const;
  const TokenSnapshot& tokens() const { return tokens_; }

 private:
  /// A new value with its digest sealed for one token.
  struct Secret {
    std::string value;
    std::string secret_access_key;
    std::string sealed_digest;
  };
  Secret make_secret(TokenId id, const TokenOwner& owner);

  // identity.cc
  Task<Result<std::optional<meta::Stored>>> get(meta::Key key);
  /// Adds the audit entry of a change to its commit.
  void note(meta::Commit& change, ChangeNote what);
  Task<Result<meta::CommitOutcome>> commit(meta::Commit change);

  // identity_accounts.cc
  void publish_account(Account account, meta::Version version);

  // identity_users.cc; with the lock of users held
  Task<KeyLocks::Guard> lock_users();
  /// One commit that replaces `before` (null: there was none) by `after` (null: it goes).
  Task<Result<>> replace_user(std::shared_ptr<const User> before, std::shared_ptr<const User> after,
                              ChangeNote what, std::vector<Token> tokens_to_delete = {});
  Result<Member> find_member(AccountId account, MembershipId membership) const;
  /// InvalidRequest when no accepted Super Administrator of `account` would be left without `user`.
  Result<> check_others_administer(AccountId account, UserId user) const;
  Result<User> make_user(NewUser request);

  // identity_tokens.cc
  using TokenEdit = std::function<Result<>(records::TokenRecord&)>;
  Task<Result<std::shared_ptr<const TokenEntry>>> change_token(TokenId id, TokenEdit edit,
                                                               std::string action, Actor actor,
                                                               TokenGate gate);
  std::optional<AccountId> account_to_audit(const TokenOwner& owner) const;

  meta::Engine& engine_;
  const blob::MasterKey& master_key_;
  Clock& clock_;
  Random& random_;

  /// Changes of one record take turns, or the one that is always second would never get through.
  KeyLocks locks_;
  std::mutex accounts_writer_;  ///< serialises publications; readers do not take it
  Published<Accounts> accounts_{std::make_shared<const Accounts>()};
  /// Written with the lock "users" held, which all changes of users and members take.
  Published<Users> users_{std::make_shared<const Users>()};
  TokenSnapshot tokens_;
  ValueIndex values_;

  std::mutex uses_mutex_;
  std::set<TokenId> unsaved_uses_;  ///< guarded by uses_mutex_
};

}  // namespace coffer::auth
