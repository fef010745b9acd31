#include "auth/identity_impl.h"
#include "auth/identity_json.h"
#include "auth/token_rules.h"

#include <boost/json/serialize.hpp>

namespace coffer::auth {

Account to_account(AccountId id, const records::AccountRecord& record) {
  Account account;
  account.id = id;
  account.name = record.name;
  account.created = record.created;
  account.r2_enabled = record.r2_enabled;
  account.quota = record.quota;
  return account;
}

records::AccountRecord to_record(const Account& account) {
  records::AccountRecord record;
  record.name = account.name;
  record.created = account.created;
  record.r2_enabled = account.r2_enabled;
  record.quota = account.quota;
  return record;
}

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
                                                     std::optional<AccountId> id, Actor actor) {
  CO_TRY_VOID(check_name(name, "account"));
  Account account;
  account.id = id ? *id : AccountId::make(random_);
  account.name = std::move(name);
  account.created = clock_.now();
  account.r2_enabled = enable_r2;

  meta::Commit change{"", ""};
  change.checks.push_back(meta::Check::absent(account_key(account.id)));
  change.puts.emplace_back(account_key(account.id), records::encode(to_record(account)));
  note(change, ChangeNote{actor, "account_create", account.id, "account", account.id.hex(), "",
                          boost::json::serialize(to_json(account))});
  CO_TRY(const meta::CommitOutcome outcome, co_await commit(std::move(change)));
  if (!outcome.committed()) {
    co_return make_error(ErrorCode::AlreadyExists, "account " + account.id.hex());
  }
  publish_account(account, outcome.version);
  co_return account;
}

Task<Result<Account>> Identity::Impl::change_account(AccountId id, AccountEdit edit,
                                                     std::string action, Actor actor) {
  const KeyLocks::Guard turn = co_await locks_.lock(account_key(id).bytes);
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    CO_TRY(const std::optional<meta::Stored> stored, co_await get(account_key(id)));
    if (!stored) co_return make_error(ErrorCode::NoSuchAccount, "account " + id.hex());
    const auto record = records::decode_account(stored->value);
    if (!record) co_return in_record(record.error(), account_key(id).bytes);
    Account account = to_account(id, *record);
    std::string before = boost::json::serialize(to_json(account));
    edit(account);
    CO_TRY_VOID(check_name(account.name, "account"));

    meta::Commit change{"", ""};
    change.checks.push_back(meta::Check::has_version(account_key(id), stored->version));
    change.puts.emplace_back(account_key(id), records::encode(to_record(account)));
    note(change, ChangeNote{actor, action, id, "account", id.hex(), std::move(before),
                            boost::json::serialize(to_json(account))});
    CO_TRY(const meta::CommitOutcome outcome, co_await commit(std::move(change)));
    if (!outcome.committed()) continue;
    publish_account(account, outcome.version);
    co_return account;
  }
  co_return make_error(ErrorCode::Busy, "account " + id.hex() + " is being changed by others");
}

}  // namespace coffer::auth
