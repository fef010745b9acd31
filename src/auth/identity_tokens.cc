#include "auth/identity_impl.h"
#include "auth/identity_json.h"
#include "auth/token_mapping.h"
#include "auth/token_rules.h"
#include "auth/token_value.h"
#include "base/codec.h"
#include "base/hash.h"
#include "records/codec.h"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <limits>
#include <tuple>

namespace coffer::auth {
namespace {

/// Below what `meta` takes as a value (64 KiB), with room for fields to come.
constexpr std::size_t kTokenRecordBytesMax = 60 * 1024;

/// Last uses written by one commit.
constexpr std::size_t kUsesPerCommit = 512;
/// How exact a last use is (DESIGN.md section 3).
constexpr std::chrono::minutes kLastUseStep{5};
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();

std::string in_json(const Token& token, Timestamp now) {
  return boost::json::serialize(to_json(token, std::nullopt, now));
}

Error too_long() {
  return Error::with_message(ErrorCode::InvalidArgument,
                             "the token's policies and conditions are too long together; name "
                             "fewer buckets, or all of the account");
}

void give_ids(std::vector<Policy>& policies, Random& random) {
  for (Policy& policy : policies) policy.id = PolicyId::make(random);
}

}  // namespace

LastUse::LastUse(std::optional<Timestamp> time)
    : milliseconds_(time ? time->time_since_epoch().count() : kNever) {}

std::optional<Timestamp> LastUse::time() const {
  const std::int64_t count = milliseconds_.load(std::memory_order_relaxed);
  if (count == kNever) return std::nullopt;
  return Timestamp(std::chrono::milliseconds(count));
}

bool LastUse::note(Timestamp now, std::chrono::milliseconds step) {
  const std::int64_t count = now.time_since_epoch().count();
  std::int64_t last = milliseconds_.load(std::memory_order_relaxed);
  if (last != kNever && count - last < step.count()) return false;
  return milliseconds_.compare_exchange_strong(last, count, std::memory_order_relaxed);
}

Identity::Impl::Secret Identity::Impl::make_secret(TokenId id, const TokenOwner& owner) {
  const bool of_user = std::holds_alternative<UserId>(owner);
  Secret secret;
  secret.value = make_token_value(of_user ? kUserTokenPrefix : kAccountTokenPrefix, random_);
  secret.secret_access_key = sha256_hex(secret.value);
  secret.sealed_digest = seal_digest(master_key_, id, secret.secret_access_key, random_);
  return secret;
}

std::optional<AccountId> Identity::Impl::account_to_audit(const TokenOwner& owner) const {
  const auto* account = std::get_if<AccountId>(&owner);
  return account ? std::optional<AccountId>(*account) : std::nullopt;
}

Task<Result<IssuedToken>> Identity::Impl::create_token(NewToken request, Actor actor,
                                                       TokenGate gate) {
  const Timestamp now = clock_.now();
  CO_TRY_VOID(check_new_token(request, now));

  Token token;
  token.id = TokenId::make(random_);
  token.owner = request.owner;
  token.name = std::move(request.name);
  token.issued_on = now;
  token.modified_on = now;
  token.not_before = request.not_before;
  token.expires_on = request.expires_on;
  token.ip = std::move(request.ip);
  token.policies = std::move(request.policies);
  give_ids(token.policies, random_);
  Secret secret = make_secret(token.id, token.owner);
  const std::string record = records::encode(auth::to_record(token, secret.sealed_digest));
  if (record.size() > kTokenRecordBytesMax) co_return too_long();

  // A user that goes takes its tokens along, so none may come meanwhile.
  KeyLocks::Guard users_turn;
  if (token.user()) users_turn = co_await lock_users();
  const TokenSnapshot::Change publication(tokens_, token.id);
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    meta::Commit change{"", ""};
    change.checks.push_back(meta::Check::absent(token_key(token.id)));
    change.puts.emplace_back(token_key(token.id), record);
    if (const AccountId* owner = token.account()) {
      CO_TRY(const std::optional<meta::Stored> stored, co_await get(account_key(*owner)));
      if (!stored) co_return make_error(ErrorCode::NoSuchAccount, "account " + owner->hex());
      const auto account = records::decode_account(stored->value);
      if (!account) co_return in_record(account.error(), account_key(*owner).bytes);
      if (!account->r2_enabled) {
        co_return make_error(ErrorCode::NotEntitled,
                             "R2 is not enabled on account " + owner->hex());
      }
      // The account must still be as it was when it was found entitled.
      change.checks.push_back(meta::Check::has_version(account_key(*owner), stored->version));
    } else {
      if (!users_.load()->by_id.contains(*token.user())) {
        co_return make_error(ErrorCode::NoSuchUser, "user " + token.user()->hex());
      }
      change.checks.push_back(meta::Check::present(user_key(*token.user())));
    }
    if (gate) CO_TRY_VOID(gate(nullptr, token));
    note(change, ChangeNote{actor, "token_create", account_to_audit(token.owner), "token",
                            token.id.hex(), "", in_json(token, now)});
    CO_TRY(const meta::CommitOutcome outcome, co_await commit(std::move(change)));
    if (!outcome.committed()) continue;
    auto entry = std::make_shared<TokenEntry>();
    entry->token = token;
    entry->secret_access_key = secret.secret_access_key;
    entry->last_use = std::make_shared<LastUse>(std::nullopt);
    values_.add(secret.secret_access_key, token.id);
    publication.publish(outcome.version, std::move(entry));
    IssuedToken issued;
    issued.token = std::move(token);
    issued.value = std::move(secret.value);
    issued.secret_access_key = std::move(secret.secret_access_key);
    co_return issued;
  }
  co_return make_error(ErrorCode::Busy, "the owner of the token is being changed by others");
}

/// Applies `edit` to the stored record, which may be newer than the snapshot, until a commit finds
/// it unchanged. `edit` and `gate` run once an attempt.
Task<Result<std::shared_ptr<const TokenEntry>>> Identity::Impl::change_token(
    TokenId id, TokenEdit edit, std::string action, Actor actor, TokenGate gate) {
  const KeyLocks::Guard turn = co_await locks_.lock(token_key(id).bytes);
  const TokenSnapshot::Change publication(tokens_, id);
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    CO_TRY(const std::optional<meta::Stored> stored, co_await get(token_key(id)));
    if (!stored) co_return make_error(ErrorCode::NoSuchToken, "token " + id.hex());
    auto record = records::decode_token(stored->value);
    if (!record) co_return in_record(record.error(), token_key(id).bytes);
    const auto before = to_token(id, *record);
    if (!before) co_return in_record(before.error(), token_key(id).bytes);
    CO_TRY_VOID(edit(*record));
    const Timestamp now = clock_.now();
    record->modified_on = now;
    auto token = to_token(id, *record);
    if (!token) co_return in_record(token.error(), token_key(id).bytes);
    auto digest = open_digest(master_key_, id, *record);
    if (!digest) co_return in_record(digest.error(), token_key(id).bytes);
    std::string bytes = records::encode(*record);
    if (bytes.size() > kTokenRecordBytesMax) co_return too_long();
    if (gate) CO_TRY_VOID(gate(&*before, *token));

    meta::Commit change{"", ""};
    change.checks.push_back(meta::Check::has_version(token_key(id), stored->version));
    change.puts.emplace_back(token_key(id), std::move(bytes));
    note(change, ChangeNote{actor, action, account_to_audit(token->owner), "token", id.hex(),
                            in_json(*before, now), in_json(*token, now)});
    CO_TRY(const meta::CommitOutcome outcome, co_await commit(std::move(change)));
    if (!outcome.committed()) continue;
    const auto replaced = tokens_.find(id);
    auto entry = std::make_shared<TokenEntry>();
    entry->token = *std::move(token);
    entry->secret_access_key = *std::move(digest);
    entry->last_use = replaced ? replaced->last_use : std::make_shared<LastUse>(std::nullopt);
    const bool is_rolled = replaced && replaced->secret_access_key != entry->secret_access_key;
    if (is_rolled) values_.add(entry->secret_access_key, id);
    publication.publish(outcome.version, entry);
    if (is_rolled) values_.remove(replaced->secret_access_key, id);
    co_return std::shared_ptr<const TokenEntry>(std::move(entry));
  }
  co_return make_error(ErrorCode::Busy, "token " + id.hex() + " is being changed by others");
}

Task<Result<IssuedToken>> Identity::Impl::roll_token(TokenId id, Actor actor, TokenGate gate) {
  const auto current = tokens_.find(id);
  if (!current) co_return make_error(ErrorCode::NoSuchToken, "token " + id.hex());
  Secret secret = make_secret(id, current->token.owner);
  TokenEdit edit = [&secret](records::TokenRecord& record) -> Result<> {
    record.sealed_digest = secret.sealed_digest;
    ++record.secret_generation;
    return ok();
  };
  CO_TRY(
      const std::shared_ptr<const TokenEntry> entry,
      co_await change_token(id, std::move(edit), "token_roll", std::move(actor), std::move(gate)));
  IssuedToken issued;
  issued.token = entry->token;
  issued.value = std::move(secret.value);
  issued.secret_access_key = std::move(secret.secret_access_key);
  co_return issued;
}

Task<Result<Token>> Identity::Impl::set_token_status(TokenId id, TokenStatus status, Actor actor,
                                                     TokenGate gate) {
  const bool active = status == TokenStatus::Active;
  TokenEdit edit = [active](records::TokenRecord& record) -> Result<> {
    record.status = active ? records::TokenStatusCode::Active : records::TokenStatusCode::Disabled;
    return ok();
  };
  CO_TRY(const std::shared_ptr<const TokenEntry> entry,
         co_await change_token(id, std::move(edit), active ? "token_enable" : "token_disable",
                               std::move(actor), std::move(gate)));
  co_return entry->token;
}

Task<Result<Token>> Identity::Impl::update_token(TokenId id, NewToken request,
                                                 std::optional<TokenStatus> status, Actor actor,
                                                 TokenGate gate) {
  const auto current = tokens_.find(id);
  if (!current) co_return make_error(ErrorCode::NoSuchToken, "token " + id.hex());
  request.owner = current->token.owner;
  CO_TRY_VOID(check_new_token(request, clock_.now()));
  give_ids(request.policies, random_);
  TokenEdit edit = [&request, status](records::TokenRecord& record) -> Result<> {
    Token next;
    next.owner = request.owner;
    next.name = request.name;
    next.status = record.status == records::TokenStatusCode::Active ? TokenStatus::Active
                                                                    : TokenStatus::Disabled;
    if (status) next.status = *status;
    next.issued_on = record.issued_on;
    next.not_before = request.not_before;
    next.expires_on = request.expires_on;
    next.ip = request.ip;
    next.policies = request.policies;
    next.secret_generation = record.secret_generation;
    record = auth::to_record(next, record.sealed_digest);
    return ok();
  };
  CO_TRY(const std::shared_ptr<const TokenEntry> entry,
         co_await change_token(id, std::move(edit), "token_update", std::move(actor),
                               std::move(gate)));
  co_return entry->token;
}

/// Needs no version: whatever the token has become, it goes.
Task<Result<>> Identity::Impl::revoke_token(TokenId id, Actor actor) {
  const TokenSnapshot::Change publication(tokens_, id);
  const auto current = tokens_.find(id);
  if (!current) co_return make_error(ErrorCode::NoSuchToken, "token " + id.hex());
  meta::Commit change{"", ""};
  change.checks.push_back(meta::Check::present(token_key(id)));
  change.deletes.push_back(token_key(id));
  change.deletes.push_back(last_use_key(id));
  note(change, ChangeNote{actor, "token_delete", account_to_audit(current->token.owner), "token",
                          id.hex(), in_json(current->token, clock_.now()), ""});
  CO_TRY(const meta::CommitOutcome outcome, co_await commit(std::move(change)));
  if (!outcome.committed()) co_return make_error(ErrorCode::NoSuchToken, "token " + id.hex());
  const auto last = tokens_.find(id);
  publication.publish_revocation();
  if (last) values_.remove(last->secret_access_key, id);
  co_return ok();
}

std::vector<std::shared_ptr<const TokenEntry>> Identity::Impl::entries_of(
    const TokenOwner& owner) const {
  auto entries = tokens_.of_owner(owner);
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    return std::tie(a->token.issued_on, a->token.id) < std::tie(b->token.issued_on, b->token.id);
  });
  return entries;
}

std::vector<Token> Identity::Impl::tokens_of(const TokenOwner& owner) const {
  const auto entries = entries_of(owner);
  std::vector<Token> tokens;
  tokens.reserve(entries.size());
  for (const auto& entry : entries) tokens.push_back(entry->token);
  return tokens;
}

std::shared_ptr<const TokenEntry> Identity::Impl::find_by_value(std::string_view value) const {
  if (!is_well_formed_token_value(value)) return nullptr;
  const std::string digest = sha256_hex(value);
  for (const TokenId id : values_.find(digest)) {
    auto entry = tokens_.find(id);
    if (entry && constant_time_equals(entry->secret_access_key, digest)) return entry;
  }
  return nullptr;
}

void Identity::Impl::note_use(const TokenEntry& entry, Timestamp now) {
  if (!entry.last_use->note(now, kLastUseStep)) return;
  const std::lock_guard lock(uses_mutex_);
  unsaved_uses_.insert(entry.token.id);
}

Task<Result<>> Identity::Impl::save_last_uses() {
  std::set<TokenId> ids;
  {
    const std::lock_guard lock(uses_mutex_);
    ids.swap(unsaved_uses_);
  }
  Result<> failure = ok();
  auto next = ids.begin();
  while (next != ids.end() && failure) {
    meta::Commit change{"", ""};
    const auto first = next;
    for (; next != ids.end() && change.puts.size() < kUsesPerCommit; ++next) {
      const auto entry = tokens_.find(*next);
      const auto time = entry ? entry->last_use->time() : std::nullopt;
      if (!time) continue;  // revoked meanwhile
      records::Writer writer;
      writer.time(*time);
      change.puts.emplace_back(last_use_key(*next), std::move(writer).take());
    }
    if (change.puts.empty()) continue;
    const auto outcome = co_await commit(std::move(change));
    if (!outcome) {
      failure = outcome.error();
      next = first;
    }
  }
  const std::lock_guard lock(uses_mutex_);
  unsaved_uses_.insert(next, ids.end());
  co_return failure;
}

}  // namespace coffer::auth
