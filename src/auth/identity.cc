#include "auth/identity_impl.h"
#include "auth/token_mapping.h"
#include "base/codec.h"
#include "base/headers.h"
#include "records/codec.h"

#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <tuple>

namespace coffer::auth {
namespace {

constexpr std::string_view kPartition = "identity";
constexpr std::string_view kAccountPrefix = "a/";
constexpr std::string_view kEmailPrefix = "e/";
constexpr std::string_view kTokenPrefix = "t/";
constexpr std::string_view kUserPrefix = "u/";
constexpr std::string_view kLastUsePrefix = "l/";
constexpr std::string_view kDigestPurpose = "token digest";

constexpr std::size_t kDigestHexDigits = 64;

/// A key for people: "t/0a1b...", all hex when it is of no known kind.
std::string key_in_words(std::string_view key) {
  constexpr std::size_t kPrefixBytes = 2;
  if (key.starts_with(kEmailPrefix)) return std::string(key);
  const bool known = key.starts_with(kAccountPrefix) || key.starts_with(kTokenPrefix) ||
                     key.starts_with(kUserPrefix);
  if (!known) return hex_encode(as_bytes(key));
  return std::string(key.substr(0, kPrefixBytes)) + hex_encode(as_bytes(key.substr(kPrefixBytes)));
}

Error corrupt(std::string_view key, std::string what) {
  return in_record(make_error(ErrorCode::Corrupt, std::move(what)), key);
}

Error wrong_master_key(std::size_t tokens) {
  return make_error(
      ErrorCode::WrongMasterKey,
      "no token's secret opens under this master key (tokens: " + std::to_string(tokens) +
          "); start with the master key that this data directory was made with, or restore that "
          "key from its backup");
}

bool is_digest_hex(std::string_view text) {
  return text.size() == kDigestHexDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

template <class Id>
meta::Key record_key(std::string_view prefix, const Id& id) {
  return meta::Key{meta::Family::Record, std::string(prefix).append(id.bytes())};
}

/// What a scan of the partition collects. Keys come as accounts, addresses, tokens, users.
class Loader {
 public:
  Loader(const blob::MasterKey& master_key, std::map<TokenId, Timestamp> last_uses)
      : master_key_(master_key), last_uses_(std::move(last_uses)) {}

  meta::Step visit(std::string_view key, std::string_view value, meta::Version version) {
    status_ = take(key, value, version);
    return status_ ? meta::Step::next() : meta::Step::stop();
  }

  /// After the scan: what is wrong with what was read.
  Result<> finish() const {
    if (!status_) return status_;
    TRY_VOID(check_users());
    TRY_VOID(check_owners());
    if (unopened_key_.empty()) return ok();
    if (tokens.empty()) return wrong_master_key(unopened_);
    // Others open, so the key is right and these are damaged.
    return corrupt(unopened_key_,
                   "the sealed secret is damaged (tokens like this: " + std::to_string(unopened_) +
                       ", tokens whose secret opens: " + std::to_string(tokens.size()) +
                       "); restore the data directory from a backup");
  }

  Accounts accounts;
  Users users;
  std::vector<TokenSnapshot::Slot> tokens;

 private:
  Result<> take(std::string_view key, std::string_view value, meta::Version version) {
    if (key.starts_with(kAccountPrefix)) return take_account(key, value, version);
    if (key.starts_with(kEmailPrefix)) return take_email(key, value);
    if (key.starts_with(kTokenPrefix)) return take_token(key, value, version);
    if (key.starts_with(kUserPrefix)) return take_user(key, value);
    return corrupt(key, "no such kind of key");
  }

  Result<> take_account(std::string_view key, std::string_view value, meta::Version version) {
    const auto id = AccountId::from_bytes(key.substr(kAccountPrefix.size()));
    if (!id) return corrupt(key, "no account id");
    const auto record = records::decode_account(value);
    if (!record) return in_record(record.error(), key);
    accounts.emplace(*id, AccountSlot(to_account(*id, *record), version));
    return ok();
  }

  Result<> take_email(std::string_view key, std::string_view value) {
    const auto id = UserId::from_bytes(value);
    if (!id) return corrupt(key, "no user id");
    users.by_email.emplace(key.substr(kEmailPrefix.size()), *id);
    return ok();
  }

  Result<> take_user(std::string_view key, std::string_view value) {
    const auto id = UserId::from_bytes(key.substr(kUserPrefix.size()));
    if (!id) return corrupt(key, "no user id");
    const auto record = records::decode_user(value);
    if (!record) return in_record(record.error(), key);
    auto user = to_user(*id, *record);
    if (!user) return in_record(user.error(), key);
    users.by_id.emplace(*id, std::make_shared<const User>(*std::move(user)));
    return ok();
  }

  Result<> take_token(std::string_view key, std::string_view value, meta::Version version) {
    const auto id = TokenId::from_bytes(key.substr(kTokenPrefix.size()));
    if (!id) return corrupt(key, "no token id");
    const auto record = records::decode_token(value);
    if (!record) return in_record(record.error(), key);
    auto token = to_token(*id, *record);
    if (!token) return in_record(token.error(), key);
    const AccountId* account = token->account();
    if (account && !accounts.contains(*account)) {
      return corrupt(key, "its account " + account->hex() + " does not exist");
    }
    if (const UserId* user = token->user()) owners_.emplace(*user, *id);
    auto digest = open_digest(master_key_, *id, *record);
    if (digest) {
      auto entry = std::make_shared<TokenEntry>();
      entry->token = *std::move(token);
      entry->secret_access_key = *std::move(digest);
      const auto used = last_uses_.find(*id);
      entry->last_use = std::make_shared<LastUse>(
          used == last_uses_.end() ? std::nullopt : std::optional<Timestamp>(used->second));
      tokens.emplace_back(*id, version, std::move(entry));
    } else {
      // One damaged token or a wrong key: only the others can tell.
      if (++unopened_ == 1) unopened_key_ = key;
    }
    return ok();
  }

  Result<> check_users() const {
    if (users.by_email.size() != users.by_id.size()) {
      return make_error(ErrorCode::Corrupt, "users and their addresses differ in number");
    }
    for (const auto& [email, id] : users.by_email) {
      if (!users.by_id.contains(id)) {
        return corrupt(email_key(email).bytes, "its user " + id.hex() + " does not exist");
      }
    }
    for (const auto& [id, user] : users.by_id) {
      for (const Membership& membership : user->memberships) {
        if (accounts.contains(membership.account)) continue;
        return corrupt(user_key(id).bytes, "a membership is of account " +
                                               membership.account.hex() + ", which does not exist");
      }
    }
    return ok();
  }

  Result<> check_owners() const {
    for (const auto& [user, token] : owners_) {
      if (users.by_id.contains(user)) continue;
      return corrupt(token_key(token).bytes, "its user " + user.hex() + " does not exist");
    }
    return ok();
  }

  const blob::MasterKey& master_key_;
  const std::map<TokenId, Timestamp> last_uses_;
  std::map<UserId, TokenId> owners_;  ///< one token of each
  Result<> status_;
  std::size_t unopened_ = 0;
  std::string unopened_key_;  ///< the first of them
};

}  // namespace

meta::Key account_key(AccountId id) { return record_key(kAccountPrefix, id); }
meta::Key token_key(TokenId id) { return record_key(kTokenPrefix, id); }
meta::Key user_key(UserId id) { return record_key(kUserPrefix, id); }
meta::Key email_key(std::string_view email) {
  return meta::Key{meta::Family::Record, std::string(kEmailPrefix).append(to_lower_ascii(email))};
}
meta::Key last_use_key(TokenId id) {
  return meta::Key{meta::Family::Detail, std::string(kLastUsePrefix).append(id.bytes())};
}

Error in_record(Error error, std::string_view key) {
  error.add_context("identity record " + key_in_words(key));
  return error;
}

Result<std::string> open_digest(const blob::MasterKey& master_key, TokenId id,
                                const records::TokenRecord& record) {
  auto digest = master_key.open(kDigestPurpose, id.bytes(), record.sealed_digest);
  if (!digest || !is_digest_hex(*digest)) {
    return make_error(ErrorCode::Corrupt, "the sealed secret does not open");
  }
  return digest;
}

std::string seal_digest(const blob::MasterKey& master_key, TokenId id, std::string_view digest_hex,
                        Random& random) {
  return master_key.seal(kDigestPurpose, id.bytes(), digest_hex, random);
}

// -- Reading and committing

Task<Result<>> Identity::Impl::load() {
  std::map<TokenId, Timestamp> last_uses;
  meta::Visitor visit_use = [&last_uses](std::string_view key, std::string_view value,
                                         meta::Version) {
    if (!key.starts_with(kLastUsePrefix)) return meta::Step::next();
    const auto id = TokenId::from_bytes(key.substr(kLastUsePrefix.size()));
    records::Reader reader(value);
    const Timestamp time = reader.time();
    // Not worth a failed start: what does not decode was never.
    if (id && reader.ok() && reader.at_end()) last_uses.emplace(*id, time);
    return meta::Step::next();
  };
  meta::Range uses(meta::Family::Detail, "", "");
  CO_TRY_VOID(
      co_await engine_.scan(std::string(kPartition), std::move(uses), std::move(visit_use)));

  Loader loader(master_key_, std::move(last_uses));
  meta::Visitor visit = [&loader](std::string_view key, std::string_view value,
                                  meta::Version version) {
    return loader.visit(key, value, version);
  };
  meta::Range everything(meta::Family::Record, "", "");
  CO_TRY_VOID(
      co_await engine_.scan(std::string(kPartition), std::move(everything), std::move(visit)));
  CO_TRY_VOID(loader.finish());
  {
    const std::lock_guard lock(accounts_writer_);
    accounts_.store(std::make_shared<const Accounts>(std::move(loader.accounts)));
  }
  users_.store(std::make_shared<const Users>(std::move(loader.users)));
  for (const TokenSnapshot::Slot& slot : loader.tokens) {
    values_.add(slot.entry->secret_access_key, slot.id);
  }
  tokens_.replace_all(std::move(loader.tokens));
  co_return ok();
}

Task<Result<std::optional<meta::Stored>>> Identity::Impl::get(meta::Key key) {
  return engine_.get(std::string(kPartition), std::move(key));
}

void Identity::Impl::note(meta::Commit& change, ChangeNote what) {
  records::AuditEntry entry;
  entry.id = AuditId::make(random_);
  entry.time = clock_.now();
  entry.account = what.account;
  entry.actor = what.actor;
  entry.action = std::move(what.action);
  entry.resource_type = std::move(what.resource_type);
  entry.resource_id = std::move(what.resource_id);
  entry.before = std::move(what.before);
  entry.after = std::move(what.after);
  // Not in Family::Queue: a token may name more buckets than fit into a value there.
  change.puts.emplace_back(meta::Key{meta::Family::Body, records::audit_key(entry)},
                           records::encode(entry));
}

/// What was committed must be published, or a revoked token would live on until the next start: so
/// from here to the caller's next `co_await` a cancellation throws nothing.
Task<Result<meta::CommitOutcome>> Identity::Impl::commit(meta::Commit change) {
  const bool throws = co_await boost::asio::this_coro::throw_if_cancelled();
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  change.partition = kPartition;
  auto outcome = co_await engine_.commit(std::move(change));
  co_await boost::asio::this_coro::throw_if_cancelled(throws);
  co_return outcome;
}

// -- The public face

Identity::Identity(meta::Engine& engine, const blob::MasterKey& master_key, Clock& clock,
                   Random& random)
    : impl_(std::make_unique<Impl>(engine, master_key, clock, random)) {}

Identity::~Identity() = default;

Task<Result<>> Identity::load() { return impl_->load(); }

Task<Result<Account>> Identity::create_account(std::string name, bool enable_r2,
                                               std::optional<AccountId> id, Actor actor) {
  return impl_->create_account(std::move(name), enable_r2, id, std::move(actor));
}
Task<Result<Account>> Identity::rename_account(AccountId account, std::string name, Actor actor) {
  Impl::AccountEdit edit = [name = std::move(name)](Account& changed) { changed.name = name; };
  return impl_->change_account(account, std::move(edit), "account_update", std::move(actor));
}
Task<Result<Account>> Identity::set_r2_enabled(AccountId account, bool enabled, Quota quota,
                                               Actor actor) {
  Impl::AccountEdit edit = [enabled, quota](Account& changed) {
    changed.r2_enabled = enabled;
    changed.quota = quota;
  };
  return impl_->change_account(account, std::move(edit), enabled ? "r2_enable" : "r2_disable",
                               std::move(actor));
}
std::optional<Account> Identity::find_account(AccountId id) const {
  const auto accounts = impl_->accounts();
  const auto found = accounts->find(id);
  if (found == accounts->end()) return std::nullopt;
  return found->second.account;
}
Quota Identity::quota_of(AccountId id) const {
  const auto accounts = impl_->accounts();
  const auto found = accounts->find(id);
  return found == accounts->end() ? Quota() : found->second.account.quota;
}
std::vector<Account> Identity::accounts() const {
  const auto snapshot = impl_->accounts();
  std::vector<Account> accounts;
  accounts.reserve(snapshot->size());
  for (const auto& [id, slot] : *snapshot) accounts.push_back(slot.account);
  std::sort(accounts.begin(), accounts.end(), [](const Account& a, const Account& b) {
    return std::tie(a.created, a.id) < std::tie(b.created, b.id);
  });
  return accounts;
}

Task<Result<User>> Identity::create_user(NewUser request, Actor actor) {
  return impl_->create_user(std::move(request), std::move(actor));
}
Task<Result<User>> Identity::change_user(UserId user, UserChange change, Actor actor) {
  return impl_->change_user(user, std::move(change), std::move(actor));
}
Task<Result<>> Identity::delete_user(UserId user, Actor actor) {
  return impl_->delete_user(user, std::move(actor));
}
Task<Result<>> Identity::note_user_event(UserId user, std::string action, Actor actor) {
  return impl_->note_user_event(user, std::move(action), std::move(actor));
}
std::shared_ptr<const User> Identity::find_user(UserId id) const {
  const auto users = impl_->users();
  const auto found = users->by_id.find(id);
  return found == users->by_id.end() ? nullptr : found->second;
}
std::shared_ptr<const User> Identity::find_user_by_email(std::string_view email) const {
  const auto users = impl_->users();
  const auto found = users->by_email.find(to_lower_ascii(email));
  return found == users->by_email.end() ? nullptr : users->by_id.at(found->second);
}
std::vector<std::shared_ptr<const User>> Identity::users() const {
  const auto snapshot = impl_->users();
  std::vector<std::shared_ptr<const User>> users;
  users.reserve(snapshot->by_id.size());
  for (const auto& [id, user] : snapshot->by_id) users.push_back(user);
  std::sort(users.begin(), users.end(), [](const auto& a, const auto& b) {
    return std::tie(a->created, a->id) < std::tie(b->created, b->id);
  });
  return users;
}
Task<Result<Member>> Identity::add_member(AccountId account, std::string email,
                                          std::vector<const Role*> roles, Membership::Status status,
                                          Actor actor) {
  return impl_->add_member(account, std::move(email), std::move(roles), status, std::move(actor));
}
Task<Result<Member>> Identity::set_member_roles(AccountId account, MembershipId membership,
                                                std::vector<const Role*> roles, Actor actor) {
  return impl_->set_member_roles(account, membership, std::move(roles), std::move(actor));
}
Task<Result<>> Identity::remove_member(AccountId account, MembershipId membership, Actor actor) {
  return impl_->remove_member(account, membership, std::move(actor));
}
Task<Result<Member>> Identity::accept_membership(UserId user, MembershipId membership,
                                                 Actor actor) {
  return impl_->accept_membership(user, membership, std::move(actor));
}
std::vector<Member> Identity::members(AccountId account) const { return impl_->members(account); }

Task<Result<IssuedToken>> Identity::create_token(NewToken request, Actor actor, TokenGate gate) {
  return impl_->create_token(std::move(request), std::move(actor), std::move(gate));
}
Task<Result<Token>> Identity::update_token(TokenId id, NewToken request,
                                           std::optional<TokenStatus> status, Actor actor,
                                           TokenGate gate) {
  return impl_->update_token(id, std::move(request), status, std::move(actor), std::move(gate));
}
Task<Result<IssuedToken>> Identity::roll_token(TokenId id, Actor actor, TokenGate gate) {
  return impl_->roll_token(id, std::move(actor), std::move(gate));
}
Task<Result<Token>> Identity::set_token_status(TokenId id, TokenStatus status, Actor actor,
                                               TokenGate gate) {
  return impl_->set_token_status(id, status, std::move(actor), std::move(gate));
}
Task<Result<>> Identity::revoke_token(TokenId id, Actor actor) {
  return impl_->revoke_token(id, std::move(actor));
}
std::vector<Token> Identity::tokens(AccountId account) const { return impl_->tokens_of(account); }
std::vector<Token> Identity::tokens(UserId user) const { return impl_->tokens_of(user); }
std::vector<std::shared_ptr<const TokenEntry>> Identity::token_entries(
    const TokenOwner& owner) const {
  return impl_->entries_of(owner);
}
std::shared_ptr<const TokenEntry> Identity::find(TokenId id) const {
  return impl_->tokens().find(id);
}
std::shared_ptr<const TokenEntry> Identity::find_by_value(std::string_view value) const {
  return impl_->find_by_value(value);
}
void Identity::note_use(const TokenEntry& entry, Timestamp now) const {
  impl_->note_use(entry, now);
}
Task<Result<>> Identity::save_last_uses() { return impl_->save_last_uses(); }

}  // namespace coffer::auth
