#include "auth/identity.h"

#include "auth/token_value.h"
#include "auth_fixture.h"
#include "base/codec.h"
#include "base/hash.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <set>
#include <thread>

namespace coffer::auth::test {
namespace {

using testing::HasSubstr;

// -- Accounts
// --------------------------------------------------------------------------------------

TEST_F(IdentityTest, KeepsAccountsInOrderOfCreation) {
  const AccountId chosen = AccountId::parse("00000000000000000000000000000001").value();
  clock_.advance(std::chrono::seconds(1));
  const Account second = run(identity_->create_account("Second", false, chosen)).value();
  EXPECT_EQ(second.id, chosen);
  EXPECT_EQ(second.created, clock_.now());
  EXPECT_FALSE(second.r2_enabled);
  ASSERT_EQ(identity_->accounts().size(), 2U);
  EXPECT_EQ(identity_->accounts()[0].id, account_);
  EXPECT_EQ(identity_->accounts()[1].id, chosen);
  EXPECT_EQ(identity_->find_account(chosen)->name, "Second");
  EXPECT_EQ(identity_->find_account(AccountId::make(random_)), std::nullopt);

  EXPECT_EQ(run(identity_->create_account("Third", true, chosen)).error().code(),
            ErrorCode::AlreadyExists);
  EXPECT_EQ(identity_->find_account(chosen)->name, "Second");
  EXPECT_EQ(run(identity_->create_account("", true)).error().code(), ErrorCode::InvalidArgument);
  EXPECT_EQ(run(identity_->create_account("a\nb", true)).error().code(),
            ErrorCode::InvalidArgument);
}

TEST_F(IdentityTest, EnablesR2OnAnAccount) {
  const AccountId id = run(identity_->create_account("New", false)).value().id;
  const NewToken request = coffer::test::new_token(id, Preset::AdminReadOnly);
  EXPECT_EQ(run(identity_->create_token(request)).error().code(), ErrorCode::NotEntitled);

  EXPECT_TRUE(run(identity_->set_r2_enabled(id, true)).value().r2_enabled);
  EXPECT_TRUE(identity_->find_account(id)->r2_enabled);
  EXPECT_TRUE(run(identity_->create_token(request)));

  EXPECT_FALSE(run(identity_->set_r2_enabled(id, false)).value().r2_enabled);
  EXPECT_EQ(run(identity_->create_token(request)).error().code(), ErrorCode::NotEntitled);
  EXPECT_EQ(run(identity_->set_r2_enabled(AccountId::make(random_), true)).error().code(),
            ErrorCode::NoSuchAccount);
}

// -- Tokens
// ----------------------------------------------------------------------------------------

TEST_F(IdentityTest, ATokensSecretIsTheDigestOfItsValue) {
  NewToken request = new_token(Preset::ObjectReadOnly, "laptop");
  request.not_before = clock_.now() - std::chrono::hours(1);
  request.expires_on = clock_.now() + std::chrono::hours(1);
  request.ip.in = {IpNetwork::parse("192.0.2.0/24").value()};
  request.ip.not_in = {IpNetwork::parse("192.0.2.7/32").value()};
  const IssuedToken issued = issue(request);

  EXPECT_TRUE(is_well_formed_token_value(issued.value));
  EXPECT_EQ(issued.secret_access_key, sha256_hex(issued.value));
  EXPECT_EQ(issued.secret_access_key.size(), 64U);
  EXPECT_EQ(issued.token.name, "laptop");
  EXPECT_EQ(*issued.token.account(), account_);
  EXPECT_EQ(issued.token.status, TokenStatus::Active);
  EXPECT_EQ(issued.token.issued_on, clock_.now());
  EXPECT_EQ(issued.token.modified_on, clock_.now());
  EXPECT_EQ(issued.token.not_before, request.not_before);
  EXPECT_EQ(issued.token.expires_on, request.expires_on);
  EXPECT_EQ(issued.token.ip.in, request.ip.in);
  EXPECT_EQ(issued.token.ip.not_in, request.ip.not_in);
  EXPECT_EQ(issued.token.secret_generation, 1U);
  ASSERT_EQ(issued.token.policies.size(), 1U);
  EXPECT_NE(issued.token.policies[0].id, PolicyId());

  const auto entry = identity_->find(issued.token.id);
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->secret_access_key, issued.secret_access_key);
  EXPECT_EQ(entry->token.name, "laptop");
}

TEST_F(IdentityTest, RefusesWhatBreaksARule) {
  NewToken nameless = new_token(Preset::ObjectReadOnly, "");
  EXPECT_EQ(run(identity_->create_token(nameless)).error().code(), ErrorCode::InvalidArgument);

  NewToken expired = new_token(Preset::ObjectReadOnly);
  expired.expires_on = clock_.now();
  EXPECT_EQ(run(identity_->create_token(expired)).error().code(), ErrorCode::InvalidArgument);

  NewToken elsewhere = new_token(Preset::ObjectReadOnly);
  elsewhere.owner = AccountId::make(random_);
  elsewhere.policies =
      policies_of_preset(Preset::ObjectReadOnly, *std::get_if<AccountId>(&elsewhere.owner), {})
          .value();
  EXPECT_EQ(run(identity_->create_token(elsewhere)).error().code(), ErrorCode::NoSuchAccount);

  NewToken long_one = new_token(Preset::ObjectReadOnly);
  auto& resources = long_one.policies[0].resources;
  for (int i = 0; i < 2000; ++i) {
    resources.emplace_back(
        BucketResource{account_, Jurisdiction::Default, "bucket-" + std::to_string(i)});
  }
  const auto too_long = run(identity_->create_token(long_one));
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().code(), ErrorCode::InvalidArgument);
  EXPECT_THAT(too_long.error().message(), HasSubstr("name fewer buckets"));
  resources.resize(1000);
  EXPECT_TRUE(run(identity_->create_token(long_one)));

  EXPECT_EQ(identity_->tokens(account_).size(), 1U);
}

TEST_F(IdentityTest, RollingChangesTheSecretAndKeepsTheToken) {
  const IssuedToken first = issue();
  clock_.advance(std::chrono::seconds(5));
  const IssuedToken second = run(identity_->roll_token(first.token.id)).value();
  EXPECT_EQ(second.token.id, first.token.id);
  EXPECT_EQ(second.token.name, first.token.name);
  EXPECT_EQ(second.token.policies[0].id, first.token.policies[0].id);
  EXPECT_EQ(second.token.issued_on, first.token.issued_on);
  EXPECT_EQ(second.token.modified_on, clock_.now());
  EXPECT_EQ(second.token.secret_generation, first.token.secret_generation + 1);
  EXPECT_NE(second.value, first.value);
  EXPECT_EQ(second.secret_access_key, sha256_hex(second.value));

  const auto entry = identity_->find(first.token.id);
  EXPECT_EQ(entry->secret_access_key, second.secret_access_key);
  EXPECT_EQ(entry->token.secret_generation, second.token.secret_generation);
}

TEST_F(IdentityTest, StatusAndRevocationActAtOnce) {
  const IssuedToken issued = issue();
  const TokenId id = issued.token.id;
  clock_.advance(std::chrono::seconds(5));
  EXPECT_EQ(run(identity_->set_token_status(id, TokenStatus::Disabled)).value().status,
            TokenStatus::Disabled);
  EXPECT_EQ(identity_->find(id)->token.status, TokenStatus::Disabled);
  EXPECT_EQ(identity_->find(id)->token.modified_on, clock_.now());
  EXPECT_EQ(identity_->find(id)->secret_access_key, issued.secret_access_key);
  EXPECT_EQ(run(identity_->set_token_status(id, TokenStatus::Active)).value().status,
            TokenStatus::Active);
  EXPECT_EQ(identity_->find(id)->token.status, TokenStatus::Active);

  EXPECT_TRUE(run(identity_->revoke_token(id)));
  EXPECT_EQ(identity_->find(id), nullptr);
  EXPECT_TRUE(identity_->tokens(account_).empty());
  EXPECT_EQ(run(identity_->revoke_token(id)).error().code(), ErrorCode::NoSuchToken);
  EXPECT_EQ(run(identity_->roll_token(id)).error().code(), ErrorCode::NoSuchToken);
  EXPECT_EQ(run(identity_->set_token_status(id, TokenStatus::Active)).error().code(),
            ErrorCode::NoSuchToken);
}

TEST_F(IdentityTest, ListsTheTokensOfOneAccountInOrderOfIssue) {
  const AccountId other = run(identity_->create_account("Other", true)).value().id;
  std::vector<std::string> names;
  for (int i = 0; i < 20; ++i) {
    clock_.advance(std::chrono::milliseconds(1));
    names.push_back("token " + std::to_string(i));
    issue(new_token(Preset::AdminReadOnly, names.back()));
  }
  NewToken foreign = new_token(Preset::AdminReadOnly, "foreign");
  foreign.owner = other;
  foreign.policies = policies_of_preset(Preset::AdminReadOnly, other, {}).value();
  issue(foreign);

  std::vector<std::string> listed;
  for (const Token& token : identity_->tokens(account_)) listed.push_back(token.name);
  EXPECT_EQ(listed, names);
  EXPECT_EQ(identity_->tokens(other).size(), 1U);
}

// -- What is stored
// --------------------------------------------------------------------------------

void expect_same(const Token& a, const Token& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.owner, b.owner);
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.issued_on, b.issued_on);
  EXPECT_EQ(a.modified_on, b.modified_on);
  EXPECT_EQ(a.not_before, b.not_before);
  EXPECT_EQ(a.expires_on, b.expires_on);
  EXPECT_EQ(a.ip.in, b.ip.in);
  EXPECT_EQ(a.ip.not_in, b.ip.not_in);
  EXPECT_EQ(a.secret_generation, b.secret_generation);
  ASSERT_EQ(a.policies.size(), b.policies.size());
  for (std::size_t i = 0; i < a.policies.size(); ++i) {
    EXPECT_EQ(a.policies[i].id, b.policies[i].id);
    EXPECT_EQ(a.policies[i].effect, b.policies[i].effect);
    EXPECT_EQ(a.policies[i].resources, b.policies[i].resources);
    EXPECT_EQ(a.policies[i].groups, b.policies[i].groups);
  }
}

TEST_F(IdentityTest, ANewProcessReadsEverythingBack) {
  NewToken request = new_token(Preset::ObjectReadWrite, "full");
  request.policies =
      policies_of_preset(Preset::ObjectReadWrite, account_,
                         buckets({{Jurisdiction::Eu, "photos"}, {Jurisdiction::Us, "backups"}}))
          .value();
  Policy deny = policies_of_preset(Preset::ObjectReadOnly, account_, {}).value().front();
  deny.effect = Effect::Deny;
  request.policies.push_back(deny);
  request.not_before = clock_.now();
  request.expires_on = clock_.now() + std::chrono::hours(1);
  request.ip.in = {IpNetwork::parse("2001:db8::/32").value()};
  request.ip.not_in = {IpNetwork::parse("192.0.2.7/32").value()};
  issue(request);
  const TokenId disabled = issue(Preset::AdminReadOnly).token.id;
  ASSERT_TRUE(run(identity_->set_token_status(disabled, TokenStatus::Disabled)));
  const TokenId rolled = issue(Preset::AdminReadWrite).token.id;
  ASSERT_TRUE(run(identity_->roll_token(rolled)));
  const TokenId revoked = issue().token.id;
  ASSERT_TRUE(run(identity_->revoke_token(revoked)));
  run(identity_->create_account("Second", false)).value();

  const auto fresh = make_identity(master_key_);
  EXPECT_TRUE(fresh->accounts().empty());
  ASSERT_TRUE(run(fresh->load()));
  ASSERT_EQ(fresh->accounts().size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(fresh->accounts()[i].id, identity_->accounts()[i].id);
    EXPECT_EQ(fresh->accounts()[i].name, identity_->accounts()[i].name);
    EXPECT_EQ(fresh->accounts()[i].created, identity_->accounts()[i].created);
    EXPECT_EQ(fresh->accounts()[i].r2_enabled, identity_->accounts()[i].r2_enabled);
  }
  const auto before = identity_->tokens(account_);
  const auto after = fresh->tokens(account_);
  ASSERT_EQ(after.size(), 3U);
  ASSERT_EQ(before.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    expect_same(after[i], before[i]);
    EXPECT_EQ(fresh->find(after[i].id)->secret_access_key,
              identity_->find(before[i].id)->secret_access_key);
  }
  EXPECT_EQ(fresh->find(revoked), nullptr);
}

TEST_F(IdentityTest, AnEmptyPartitionIsAnEmptyIdentity) {
  SlowMeta empty(meta::make_memory_engine());
  Identity fresh(empty, master_key_, clock_, random_);
  EXPECT_TRUE(run(fresh.load()));
  EXPECT_TRUE(fresh.accounts().empty());
}

TEST_F(IdentityTest, NoSecretIsInAnyRecord) {
  std::vector<IssuedToken> issued;
  for (int i = 0; i < 10; ++i) issued.push_back(issue());
  for (int i = 0; i < 5; ++i) {
    issued.push_back(
        run(identity_->roll_token(issued[static_cast<std::size_t>(i)].token.id)).value());
  }
  const auto all = records();
  EXPECT_EQ(all.size(), 11U);  // one account, ten tokens
  for (const auto& [key, value] : all) {
    const std::string bytes = key + value;
    for (const IssuedToken& token : issued) {
      const std::string raw_digest = hex_decode(token.secret_access_key).value();
      // Whole, and any eight bytes of it.
      for (const std::string& secret : {token.value, token.secret_access_key, raw_digest}) {
        for (std::size_t at = 0; at + 8 <= secret.size(); ++at) {
          if (secret == token.value && at < 5) continue;  // the public prefix
          ASSERT_EQ(bytes.find(secret.substr(at, 8)), std::string::npos);
        }
      }
    }
  }
}

// -- What cannot be read
// ---------------------------------------------------------------------------

TEST_F(IdentityTest, AWrongMasterKeyIsNamedAsOne) {
  issue();
  issue();
  const auto other_key = blob::MasterKey::generate(random_);
  const auto fresh = make_identity(other_key);
  const auto loaded = run(fresh->load());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code(), ErrorCode::WrongMasterKey);
  EXPECT_THAT(loaded.error().detail(),
              HasSubstr("start with the master key that this data directory was made with"));
  EXPECT_TRUE(fresh->accounts().empty());
}

TEST_F(IdentityTest, OneDamagedSecretAmongGoodOnesIsCorruptNotAWrongKey) {
  issue();
  issue();
  const TokenId damaged = issue().token.id;
  const std::string key = "t/" + std::string(damaged.bytes());
  std::string record = records().at(key);
  record.back() = static_cast<char>(record.back() ^ 1);  // the seal is the last field
  overwrite(key, record);
  const auto loaded = run(make_identity(master_key_)->load());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code(), ErrorCode::Corrupt);
  EXPECT_THAT(loaded.error().detail(), HasSubstr("t/" + damaged.hex()));
}

TEST_F(IdentityTest, ASealedSecretServesItsOwnTokenOnly) {
  issue();
  const TokenId a = issue().token.id;
  const TokenId b = issue().token.id;
  overwrite("t/" + std::string(b.bytes()), records().at("t/" + std::string(a.bytes())));
  const auto loaded = run(make_identity(master_key_)->load());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code(), ErrorCode::Corrupt);
  EXPECT_THAT(loaded.error().detail(), HasSubstr(b.hex()));
}

TEST_F(IdentityTest, GarbageIsCorruptAndNamesItsKey) {
  const TokenId id = issue().token.id;
  const std::string good = records().at("t/" + std::string(id.bytes()));
  const std::string account = records().at("a/" + std::string(account_.bytes()));
  std::string newer = good;
  newer[0] = 2;
  std::string orphan = good;
  orphan[1] = static_cast<char>(orphan[1] ^ 1);  // the account's id follows the version
  const std::string fresh_id(16, 'x');
  const struct {
    std::string key, value, in_words;
    ErrorCode code;
  } rows[] = {
      {"t/" + std::string(id.bytes()), good.substr(0, 40), "t/" + id.hex(), ErrorCode::Corrupt},
      {"t/" + std::string(id.bytes()), "\x01garbage", "t/" + id.hex(), ErrorCode::Corrupt},
      {"t/" + std::string(id.bytes()), newer, "t/" + id.hex(), ErrorCode::NewerFormat},
      {"t/" + std::string(id.bytes()), orphan, "t/" + id.hex(), ErrorCode::Corrupt},
      {"a/" + std::string(account_.bytes()), account + "x", "a/" + account_.hex(),
       ErrorCode::Corrupt},
      {"t/short", good, "t/" + hex_encode(as_bytes("short")), ErrorCode::Corrupt},
      {"a/", account, "a/", ErrorCode::Corrupt},
      {"x/" + fresh_id, good, hex_encode(as_bytes("x/" + fresh_id)), ErrorCode::Corrupt},
  };
  for (const auto& row : rows) {
    const auto kept = records();
    overwrite(row.key, row.value);
    const auto fresh = make_identity(master_key_);
    const auto loaded = run(fresh->load());
    ASSERT_FALSE(loaded) << row.in_words;
    EXPECT_EQ(loaded.error().code(), row.code) << row.in_words;
    EXPECT_THAT(loaded.error().detail(), HasSubstr("identity record " + row.in_words));
    EXPECT_TRUE(fresh->accounts().empty());
    // Back as it was.
    if (kept.contains(row.key)) {
      overwrite(row.key, kept.at(row.key));
    } else {
      meta::Commit change("identity", "");
      change.deletes.push_back(meta::Key{meta::Family::Record, row.key});
      ASSERT_TRUE(run(meta_.commit(std::move(change))));
    }
    ASSERT_TRUE(run(make_identity(master_key_)->load()));
  }
}

// -- Changes at the same time
// ----------------------------------------------------------------------

/// The snapshot is what a new process would read.
void expect_snapshot_is_stored(const Identity& live, const Identity& loaded, AccountId account) {
  const auto a = live.tokens(account);
  const auto b = loaded.tokens(account);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    expect_same(a[i], b[i]);
    EXPECT_EQ(live.find(a[i].id)->secret_access_key, loaded.find(a[i].id)->secret_access_key);
  }
}

TEST_F(IdentityTest, DifferentTokensAreMadeAndChangedAtTheSameTime) {
  meta_.turns_max = 6;
  std::vector<Task<Result<IssuedToken>>> making;
  for (int i = 0; i < 40; ++i) {
    making.push_back(identity_->create_token(new_token(Preset::AdminReadOnly, std::to_string(i))));
  }
  std::vector<TokenId> ids;
  for (auto& made : run_all(std::move(making))) ids.push_back(made.value().token.id);
  EXPECT_EQ(identity_->tokens(account_).size(), 40U);

  std::vector<Task<Result<IssuedToken>>> rolling;
  for (TokenId id : ids) rolling.push_back(identity_->roll_token(id));
  for (auto& rolled : run_all(std::move(rolling))) {
    EXPECT_EQ(rolled.value().token.secret_generation, 2U);
    EXPECT_EQ(identity_->find(rolled->token.id)->secret_access_key, rolled->secret_access_key);
  }
  const auto fresh = make_identity(master_key_);
  ASSERT_TRUE(run(fresh->load()));
  expect_snapshot_is_stored(*identity_, *fresh, account_);
}

TEST_F(IdentityTest, ChangesOfOneTokenAreNeverLost) {
  const TokenId id = issue().token.id;
  meta_.turns_max = 12;
  constexpr int kRolls = 30;
  std::vector<Task<Result<IssuedToken>>> rolling;
  for (int i = 0; i < kRolls; ++i) rolling.push_back(identity_->roll_token(id));
  std::set<std::uint64_t> generations;
  std::string last_secret;
  for (auto& rolled : run_all(std::move(rolling))) {
    ASSERT_TRUE(rolled);
    EXPECT_TRUE(generations.insert(rolled->token.secret_generation).second);
    if (rolled->token.secret_generation == kRolls + 1) last_secret = rolled->secret_access_key;
  }
  EXPECT_EQ(generations.size(), static_cast<std::size_t>(kRolls));
  EXPECT_EQ(meta_.commits, kRolls + 2) << "they take turns, so that none is made twice";
  EXPECT_EQ(identity_->find(id)->token.secret_generation, kRolls + 1U);
  EXPECT_EQ(identity_->find(id)->secret_access_key, last_secret);
  const auto fresh = make_identity(master_key_);
  ASSERT_TRUE(run(fresh->load()));
  expect_snapshot_is_stored(*identity_, *fresh, account_);
}

/// Runs one change and looks at once at what a request would see.
Task<> disable_and_look(Identity& identity, TokenId id, int& wrong) {
  const auto changed = co_await identity.set_token_status(id, TokenStatus::Disabled);
  const auto entry = identity.find(id);
  // Nobody enables it again, so from here on it is disabled or gone.
  if (changed && entry && entry->token.status != TokenStatus::Disabled) ++wrong;
}
Task<> revoke_and_look(Identity& identity, TokenId id, int& wrong) {
  const auto revoked = co_await identity.revoke_token(id);
  if (!revoked || identity.find(id)) ++wrong;
}

TEST_F(IdentityTest, EachChangeIsVisibleWhenItsCallReturns) {
  meta_.turns_max = 10;
  std::vector<TokenId> ids;
  for (int i = 0; i < 30; ++i) ids.push_back(issue().token.id);
  int wrong = 0;
  for (TokenId id : ids) {
    for (int i = 0; i < 3; ++i) {
      boost::asio::co_spawn(io_, disable_and_look(*identity_, id, wrong), rethrow);
    }
    boost::asio::co_spawn(io_, revoke_and_look(*identity_, id, wrong), rethrow);
  }
  io_.restart();
  io_.run();
  EXPECT_EQ(wrong, 0);
  for (TokenId id : ids) EXPECT_EQ(identity_->find(id), nullptr);
  EXPECT_EQ(records().size(), 1U);  // the account
}

Task<> roll_often(Identity& identity, TokenId id, int times, std::atomic<int>& failures) {
  for (int i = 0; i < times; ++i) {
    const auto rolled = co_await identity.roll_token(id);
    if (!rolled) {
      ++failures;
      continue;
    }
    const auto entry = identity.find(id);
    if (!entry || entry->token.secret_generation < rolled->token.secret_generation) ++failures;
  }
}

/// Under ThreadSanitizer this is the proof that changes, look-ups and lists do not race.
TEST_F(IdentityTest, IsSafeFromManyThreads) {
  constexpr int kTokens = 3;
  constexpr int kCallers = 4;
  constexpr int kRolls = 25;
  const auto engine = meta::make_memory_engine();
  Identity identity(*engine, master_key_, clock_, random_);
  const AccountId account = run(identity.create_account("Threads", true)).value().id;
  std::vector<TokenId> ids;
  for (int i = 0; i < kTokens; ++i) {
    NewToken request = coffer::test::new_token(account, Preset::AdminReadOnly);
    ids.push_back(run(identity.create_token(std::move(request))).value().token.id);
  }

  std::atomic<int> failures = 0;
  std::atomic<bool> stop = false;
  std::thread reader([&] {
    while (!stop) {
      for (TokenId id : ids) {
        const auto entry = identity.find(id);
        if (!entry || entry->secret_access_key.size() != 64) ++failures;
      }
      if (identity.tokens(account).size() != ids.size() || identity.accounts().empty()) ++failures;
    }
  });
  boost::asio::thread_pool pool(2);
  for (int caller = 0; caller < kCallers; ++caller) {
    for (TokenId id : ids) {
      boost::asio::co_spawn(pool, roll_often(identity, id, kRolls, failures), rethrow);
    }
  }
  pool.join();
  stop = true;
  reader.join();
  EXPECT_EQ(failures, 0);
  for (TokenId id : ids) {
    EXPECT_EQ(identity.find(id)->token.secret_generation, 1U + kCallers * kRolls);
  }
}

TEST_F(IdentityTest, AChangeThatKeepsLosingIsBusy) {
  const TokenId id = issue().token.id;
  meta_.always_conflict = true;
  meta_.commits = 0;
  EXPECT_EQ(run(identity_->roll_token(id)).error().code(), ErrorCode::Busy);
  EXPECT_LE(meta_.commits, 100);
  EXPECT_EQ(run(identity_->set_r2_enabled(account_, false)).error().code(), ErrorCode::Busy);
  EXPECT_EQ(run(identity_->create_token(new_token(Preset::AdminReadOnly))).error().code(),
            ErrorCode::Busy);
  meta_.always_conflict = false;
  EXPECT_TRUE(run(identity_->roll_token(id)));
}

TEST_F(IdentityTest, AFailedCommitChangesNothingThatIsSeen) {
  const IssuedToken issued = issue();
  const TokenId id = issued.token.id;
  meta_.fail_commits = 5;
  EXPECT_EQ(run(identity_->roll_token(id)).error().code(), ErrorCode::IoError);
  EXPECT_EQ(run(identity_->set_token_status(id, TokenStatus::Disabled)).error().code(),
            ErrorCode::IoError);
  EXPECT_EQ(run(identity_->revoke_token(id)).error().code(), ErrorCode::IoError);
  EXPECT_EQ(run(identity_->create_token(new_token(Preset::AdminReadOnly))).error().code(),
            ErrorCode::IoError);
  EXPECT_EQ(run(identity_->create_account("New", true)).error().code(), ErrorCode::IoError);
  EXPECT_EQ(identity_->tokens(account_).size(), 1U);
  EXPECT_EQ(identity_->accounts().size(), 1U);
  EXPECT_EQ(identity_->find(id)->secret_access_key, issued.secret_access_key);
  EXPECT_EQ(identity_->find(id)->token.status, TokenStatus::Active);
}

TEST_F(IdentityTest, ACommittedRevocationIsSeenEvenIfItsCallerIsCancelled) {
  const TokenId id = issue().token.id;
  meta_.turns_max = 8;
  boost::asio::cancellation_signal cancel;
  meta_.after_commit = [&cancel] { cancel.emit(boost::asio::cancellation_type::terminal); };
  std::optional<Result<>> result;
  boost::asio::co_spawn(
      io_, store_into(identity_->revoke_token(id), result),
      boost::asio::bind_cancellation_slot(cancel.slot(), [](std::exception_ptr) {}));
  io_.restart();
  io_.run();
  EXPECT_EQ(identity_->find(id), nullptr);
}

}  // namespace
}  // namespace coffer::auth::test
