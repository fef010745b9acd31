#include "auth/identity.h"

#include "auth/published.h"
#include "auth/token_mapping.h"
#include "auth/token_rules.h"
#include "auth/token_snapshot.h"
#include "auth/token_value.h"
#include "base/codec.h"
#include "base/hash.h"
#include "base/key_locks.h"
#include "records/account_record.h"
#include "records/token_record.h"

#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>

namespace coffer::auth {
namespace {

// docs/formats/identity.md
constexpr std::string_view kPartition = "identity";
constexpr std::string_view kAccountPrefix = "a/";
constexpr std::string_view kTokenPrefix = "t/";
constexpr std::string_view kDigestPurpose = "token digest";

/// Below what `meta` takes as a value (64 KiB), with room for fields to come.
constexpr std::size_t kTokenRecordBytesMax = 60 * 1024;

/// How often a change looks again after losing to another of the same record. Changes of one record
/// take turns within a process, so more than a few losses means other gateways, or a bug.
constexpr int kAttemptsMax = 64;

constexpr std::size_t kDigestHexDigits = 64;

meta::Key account_key(AccountId id) {
  return meta::Key{meta::Family::Record, std::string(kAccountPrefix).append(id.bytes())};
}
meta::Key token_key(TokenId id) {
  return meta::Key{meta::Family::Record, std::string(kTokenPrefix).append(id.bytes())};
}

/// A key for people: "t/0a1b...", all hex when it is of no known kind.
std::string key_in_words(std::string_view key) {
  constexpr std::size_t kPrefixBytes = 2;
  const bool known = key.starts_with(kAccountPrefix) || key.starts_with(kTokenPrefix);
  if (!known) return hex_encode(as_bytes(key));
  return std::string(key.substr(0, kPrefixBytes)) + hex_encode(as_bytes(key.substr(kPrefixBytes)));
}

Error in_record(Error error, std::string_view key) {
  error.add_context("identity record " + key_in_words(key));
  return error;
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

/// SHA-256 of the token's value, hex. Corrupt when it does not open; what that means is for the
/// caller to say.
Result<std::string> open_digest(const blob::MasterKey& master_key, TokenId id,
                                const records::TokenRecord& record) {
  auto digest = master_key.open(kDigestPurpose, id.bytes(), record.sealed_digest);
  if (!digest || !is_digest_hex(*digest)) {
    return make_error(ErrorCode::Corrupt, "the sealed secret does not open");
  }
  return digest;
}

std::shared_ptr<const TokenEntry> make_entry(Token token, std::string secret_access_key) {
  auto entry = std::make_shared<TokenEntry>();
  entry->token = std::move(token);
  entry->secret_access_key = std::move(secret_access_key);
  return entry;
}

struct AccountSlot {
  AccountSlot(Account a, meta::Version v) : account(std::move(a)), version(v) {}
  Account account;
  meta::Version version;
};
using Accounts = std::map<AccountId, AccountSlot>;

Account to_account(AccountId id, const records::AccountRecord& record) {
  Account account;
  account.id = id;
  account.name = record.name;
  account.created = record.created;
  account.r2_enabled = record.r2_enabled;
  return account;
}
records::AccountRecord to_record(const Account& account) {
  records::AccountRecord record;
  record.name = account.name;
  record.created = account.created;
  record.r2_enabled = account.r2_enabled;
  return record;
}

/// What a scan of the partition collects. Accounts come before tokens ("a/" < "t/").
class Loader {
 public:
  explicit Loader(const blob::MasterKey& master_key) : master_key_(master_key) {}

  meta::Step visit(std::string_view key, std::string_view value, meta::Version version) {
    status_ = take(key, value, version);
    return status_ ? meta::Step::next() : meta::Step::stop();
  }

  /// After the scan: what is wrong with what was read.
  Result<> finish() const {
    if (!status_) return status_;
    if (unopened_key_.empty()) return ok();
    if (tokens.empty()) return wrong_master_key(unopened_);
    // Others open, so the key is right and these are damaged.
    return corrupt(unopened_key_,
                   "the sealed secret is damaged (tokens like this: " + std::to_string(unopened_) +
                       ", tokens whose secret opens: " + std::to_string(tokens.size()) +
                       "); restore the data directory from a backup");
  }

  Accounts accounts;
  std::vector<TokenSnapshot::Slot> tokens;

 private:
  Result<> take(std::string_view key, std::string_view value, meta::Version version) {
    if (key.starts_with(kAccountPrefix)) return take_account(key, value, version);
    if (key.starts_with(kTokenPrefix)) return take_token(key, value, version);
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

  Result<> take_token(std::string_view key, std::string_view value, meta::Version version) {
    const auto id = TokenId::from_bytes(key.substr(kTokenPrefix.size()));
    if (!id) return corrupt(key, "no token id");
    const auto record = records::decode_token(value);
    if (!record) return in_record(record.error(), key);
    auto token = to_token(*id, *record);
    if (!token) return in_record(token.error(), key);
    if (!accounts.contains(token->account)) {
      return corrupt(key, "its account " + token->account.hex() + " does not exist");
    }
    auto digest = open_digest(master_key_, *id, *record);
    if (digest) {
      tokens.emplace_back(*id, version, make_entry(*std::move(token), *std::move(digest)));
    } else {
      // One damaged token or a wrong key: only the others can tell.
      if (++unopened_ == 1) unopened_key_ = key;
    }
    return ok();
  }

  const blob::MasterKey& master_key_;
  Result<> status_;
  std::size_t unopened_ = 0;
  std::string unopened_key_;  ///< the first of them
};

}  // namespace

class Identity::Impl {
 public:
  Impl(meta::Engine& engine, const blob::MasterKey& master_key, Clock& clock, Random& random)
      : engine_(engine), master_key_(master_key), clock_(clock), random_(random) {}

  Task<Result<>> load();
  Task<Result<Account>> create_account(std::string name, bool enable_r2,
                                       std::optional<AccountId> id);
  Task<Result<Account>> set_r2_enabled(AccountId id, bool enabled);
  std::shared_ptr<const Accounts> accounts() const { return accounts_.load(); }

  Task<Result<IssuedToken>> create_token(NewToken request);
  Task<Result<IssuedToken>> roll_token(TokenId id);
  Task<Result<Token>> set_token_status(TokenId id, TokenStatus status);
  Task<Result<>> revoke_token(TokenId id);
  const TokenSnapshot& tokens() const { return tokens_; }

 private:
  using Edit = std::function<void(records::TokenRecord&)>;

  /// A new value with its digest sealed for one token.
  struct Secret {
    std::string value;
    std::string secret_access_key;
    std::string sealed_digest;
  };
  Secret make_secret(TokenId id);

  Task<Result<meta::CommitOutcome>> commit(meta::Commit change);
  Task<Result<std::shared_ptr<const TokenEntry>>> change_token(TokenId id, Edit edit);
  void publish_account(Account account, meta::Version version);

  meta::Engine& engine_;
  const blob::MasterKey& master_key_;
  Clock& clock_;
  Random& random_;

  /// Changes of one record take turns, or the one that is always second would never get through.
  KeyLocks locks_;
  std::mutex accounts_writer_;  ///< serialises publications; readers do not take it
  Published<Accounts> accounts_{std::make_shared<const Accounts>()};
  TokenSnapshot tokens_;
};

// -- Reading and committing
// ------------------------------------------------------------------------

Task<Result<>> Identity::Impl::load() {
  Loader loader(master_key_);
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
  tokens_.replace_all(std::move(loader.tokens));
  co_return ok();
}

/// What was committed must be published, or a revoked token would live on until the next start: so
/// from here to the caller's next `co_await` a cancellation throws nothing.
Task<Result<meta::CommitOutcome>> Identity::Impl::commit(meta::Commit change) {
  const bool throws = co_await boost::asio::this_coro::throw_if_cancelled();
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  auto outcome = co_await engine_.commit(std::move(change));
  co_await boost::asio::this_coro::throw_if_cancelled(throws);
  co_return outcome;
}

// -- Accounts
// --------------------------------------------------------------------------------------

void Identity::Impl::publish_account(Account account, meta::Version version) {
  const std::lock_guard lock(accounts_writer_);
  Accounts next = *accounts_.load();
  const AccountId id = account.id;
  const auto found = next.find(id);
  if (found == next.end()) {
    next.emplace(id, AccountSlot(std::move(account), version));
  } else if (found->second.version < version) {
    found->second = AccountSlot(std::move(account), version);
  } else {
    return;
  }
  accounts_.store(std::make_shared<const Accounts>(std::move(next)));
}

Task<Result<Account>> Identity::Impl::create_account(std::string name, bool enable_r2,
                                                     std::optional<AccountId> id) {
  CO_TRY_VOID(check_name(name, "account"));
  Account account;
  account.id = id ? *id : AccountId::make(random_);
  account.name = std::move(name);
  account.created = clock_.now();
  account.r2_enabled = enable_r2;

  meta::Commit change{std::string(kPartition), ""};
  change.checks.push_back(meta::Check::absent(account_key(account.id)));
  change.puts.emplace_back(account_key(account.id), records::encode(to_record(account)));
  CO_TRY(const meta::CommitOutcome outcome, co_await commit(std::move(change)));
  if (!outcome.committed()) {
    co_return make_error(ErrorCode::AlreadyExists, "account " + account.id.hex());
  }
  publish_account(account, outcome.version);
  co_return account;
}

Task<Result<Account>> Identity::Impl::set_r2_enabled(AccountId id, bool enabled) {
  const KeyLocks::Guard turn = co_await locks_.lock(account_key(id).bytes);
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    meta::Key key = account_key(id);
    CO_TRY(const std::optional<meta::Stored> stored,
           co_await engine_.get(std::string(kPartition), std::move(key)));
    if (!stored) co_return make_error(ErrorCode::NoSuchAccount, "account " + id.hex());
    const auto record = records::decode_account(stored->value);
    if (!record) co_return in_record(record.error(), account_key(id).bytes);
    Account account = to_account(id, *record);
    account.r2_enabled = enabled;

    meta::Commit change{std::string(kPartition), ""};
    change.checks.push_back(meta::Check::has_version(account_key(id), stored->version));
    change.puts.emplace_back(account_key(id), records::encode(to_record(account)));
    CO_TRY(const meta::CommitOutcome outcome, co_await commit(std::move(change)));
    if (!outcome.committed()) continue;
    publish_account(account, outcome.version);
    co_return account;
  }
  co_return make_error(ErrorCode::Busy, "account " + id.hex() + " is being changed by others");
}

// -- Tokens
// ----------------------------------------------------------------------------------------

Identity::Impl::Secret Identity::Impl::make_secret(TokenId id) {
  Secret secret;
  secret.value = make_token_value(random_);
  secret.secret_access_key = sha256_hex(secret.value);
  secret.sealed_digest =
      master_key_.seal(kDigestPurpose, id.bytes(), secret.secret_access_key, random_);
  return secret;
}

Task<Result<IssuedToken>> Identity::Impl::create_token(NewToken request) {
  const Timestamp now = clock_.now();
  CO_TRY_VOID(check_new_token(request, now));

  Token token;
  token.id = TokenId::make(random_);
  token.account = request.account;
  token.name = std::move(request.name);
  token.issued_on = now;
  token.modified_on = now;
  token.not_before = request.not_before;
  token.expires_on = request.expires_on;
  token.ip = std::move(request.ip);
  token.policies = std::move(request.policies);
  for (Policy& policy : token.policies) policy.id = PolicyId::make(random_);
  Secret secret = make_secret(token.id);
  const std::string record = records::encode(auth::to_record(token, secret.sealed_digest));
  if (record.size() > kTokenRecordBytesMax) {
    co_return Error::with_message(ErrorCode::InvalidArgument,
                                  "the token's policies and conditions are too long together; "
                                  "name fewer buckets, or all of the account");
  }

  const TokenSnapshot::Change publication(tokens_, token.id);
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    meta::Key key = account_key(token.account);
    CO_TRY(const std::optional<meta::Stored> stored,
           co_await engine_.get(std::string(kPartition), std::move(key)));
    if (!stored) co_return make_error(ErrorCode::NoSuchAccount, "account " + token.account.hex());
    const auto account = records::decode_account(stored->value);
    if (!account) co_return in_record(account.error(), account_key(token.account).bytes);
    if (!account->r2_enabled) {
      co_return make_error(ErrorCode::NotEntitled,
                           "R2 is not enabled on account " + token.account.hex());
    }

    meta::Commit change{std::string(kPartition), ""};
    change.checks.push_back(meta::Check::absent(token_key(token.id)));
    // The account must still be as it was when it was found entitled.
    change.checks.push_back(meta::Check::has_version(account_key(token.account), stored->version));
    change.puts.emplace_back(token_key(token.id), record);
    CO_TRY(const meta::CommitOutcome outcome, co_await commit(std::move(change)));
    if (!outcome.committed()) continue;
    publication.publish(outcome.version, make_entry(token, secret.secret_access_key));
    IssuedToken issued;
    issued.token = std::move(token);
    issued.value = std::move(secret.value);
    issued.secret_access_key = std::move(secret.secret_access_key);
    co_return issued;
  }
  co_return make_error(ErrorCode::Busy,
                       "account " + token.account.hex() + " is being changed by others");
}

/// Applies `edit` to the stored record, which may be newer than the snapshot, until a commit finds
/// it unchanged. `edit` runs once an attempt.
Task<Result<std::shared_ptr<const TokenEntry>>> Identity::Impl::change_token(TokenId id,
                                                                             Edit edit) {
  const KeyLocks::Guard turn = co_await locks_.lock(token_key(id).bytes);
  const TokenSnapshot::Change publication(tokens_, id);
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    meta::Key key = token_key(id);
    CO_TRY(const std::optional<meta::Stored> stored,
           co_await engine_.get(std::string(kPartition), std::move(key)));
    if (!stored) co_return make_error(ErrorCode::NoSuchToken, "token " + id.hex());
    auto record = records::decode_token(stored->value);
    if (!record) co_return in_record(record.error(), token_key(id).bytes);
    edit(*record);
    record->modified_on = clock_.now();
    auto token = to_token(id, *record);
    if (!token) co_return in_record(token.error(), token_key(id).bytes);
    auto digest = open_digest(master_key_, id, *record);
    if (!digest) co_return in_record(digest.error(), token_key(id).bytes);

    meta::Commit change{std::string(kPartition), ""};
    change.checks.push_back(meta::Check::has_version(token_key(id), stored->version));
    change.puts.emplace_back(token_key(id), records::encode(*record));
    CO_TRY(const meta::CommitOutcome outcome, co_await commit(std::move(change)));
    if (!outcome.committed()) continue;
    auto entry = make_entry(*std::move(token), *std::move(digest));
    publication.publish(outcome.version, entry);
    co_return entry;
  }
  co_return make_error(ErrorCode::Busy, "token " + id.hex() + " is being changed by others");
}

Task<Result<IssuedToken>> Identity::Impl::roll_token(TokenId id) {
  Secret secret = make_secret(id);
  Edit edit = [&secret](records::TokenRecord& record) {
    record.sealed_digest = secret.sealed_digest;
    ++record.secret_generation;
  };
  CO_TRY(const std::shared_ptr<const TokenEntry> entry, co_await change_token(id, std::move(edit)));
  IssuedToken issued;
  issued.token = entry->token;
  issued.value = std::move(secret.value);
  issued.secret_access_key = std::move(secret.secret_access_key);
  co_return issued;
}

Task<Result<Token>> Identity::Impl::set_token_status(TokenId id, TokenStatus status) {
  const auto code = status == TokenStatus::Active ? records::TokenStatusCode::Active
                                                  : records::TokenStatusCode::Disabled;
  Edit edit = [code](records::TokenRecord& record) { record.status = code; };
  CO_TRY(const std::shared_ptr<const TokenEntry> entry, co_await change_token(id, std::move(edit)));
  co_return entry->token;
}

/// Needs no version: whatever the token has become, it goes.
Task<Result<>> Identity::Impl::revoke_token(TokenId id) {
  const TokenSnapshot::Change publication(tokens_, id);
  meta::Commit change{std::string(kPartition), ""};
  change.checks.push_back(meta::Check::present(token_key(id)));
  change.deletes.push_back(token_key(id));
  CO_TRY(const meta::CommitOutcome outcome, co_await commit(std::move(change)));
  if (!outcome.committed()) co_return make_error(ErrorCode::NoSuchToken, "token " + id.hex());
  publication.publish_revocation();
  co_return ok();
}

// -- The public face
// -------------------------------------------------------------------------------

Identity::Identity(meta::Engine& engine, const blob::MasterKey& master_key, Clock& clock,
                   Random& random)
    : impl_(std::make_unique<Impl>(engine, master_key, clock, random)) {}

Identity::~Identity() = default;

Task<Result<>> Identity::load() { return impl_->load(); }

Task<Result<Account>> Identity::create_account(std::string name, bool enable_r2,
                                               std::optional<AccountId> id) {
  return impl_->create_account(std::move(name), enable_r2, id);
}

Task<Result<Account>> Identity::set_r2_enabled(AccountId account, bool enabled) {
  return impl_->set_r2_enabled(account, enabled);
}

std::optional<Account> Identity::find_account(AccountId id) const {
  const auto accounts = impl_->accounts();
  const auto found = accounts->find(id);
  if (found == accounts->end()) return std::nullopt;
  return found->second.account;
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

Task<Result<IssuedToken>> Identity::create_token(NewToken request) {
  return impl_->create_token(std::move(request));
}

Task<Result<IssuedToken>> Identity::roll_token(TokenId id) { return impl_->roll_token(id); }

Task<Result<Token>> Identity::set_token_status(TokenId id, TokenStatus status) {
  return impl_->set_token_status(id, status);
}

Task<Result<>> Identity::revoke_token(TokenId id) { return impl_->revoke_token(id); }

std::vector<Token> Identity::tokens(AccountId account) const {
  auto entries = impl_->tokens().of_account(account);
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    return std::tie(a->token.issued_on, a->token.id) < std::tie(b->token.issued_on, b->token.id);
  });
  std::vector<Token> tokens;
  tokens.reserve(entries.size());
  for (const auto& entry : entries) tokens.push_back(entry->token);
  return tokens;
}

std::shared_ptr<const TokenEntry> Identity::find(TokenId id) const {
  return impl_->tokens().find(id);
}

}  // namespace coffer::auth
