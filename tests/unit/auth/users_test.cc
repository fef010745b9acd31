#include "auth/audit_log.h"
#include "auth/token_accounts.h"
#include "auth_fixture.h"

#include <set>

namespace coffer::auth::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class UsersTest : public IdentityTest {
 protected:
  User make_user(std::string email, bool is_operator = false) {
    NewUser request;
    request.email = std::move(email);
    request.is_operator = is_operator;
    return run(identity_->create_user(std::move(request))).value();
  }
  Result<Member> add(std::string email, std::string_view role,
                     Membership::Status status = Membership::Status::Accepted) {
    return run(identity_->add_member(account_, std::move(email), {find_role(role)}, status));
  }
  Member add_super(std::string email) {
    return add(std::move(email), super_administrator().name).value();
  }
  NewToken user_token(UserId user) const {
    NewToken request = new_token(Preset::AdminReadWrite);
    request.owner = user;
    return request;
  }
  void reload() {
    open();
    ASSERT_TRUE(run(identity_->load()));
  }
};

TEST_F(UsersTest, AnAddressIsUniqueWithoutRegardToCase) {
  const User user = make_user("Ada@Example.com");
  EXPECT_EQ(identity_->find_user_by_email("ada@example.COM")->id, user.id);
  NewUser again;
  again.email = "ADA@example.com";
  EXPECT_EQ(run(identity_->create_user(again)).error().code(), ErrorCode::AlreadyExists);
  reload();
  EXPECT_EQ(identity_->find_user_by_email("ada@example.com")->email, "Ada@Example.com");
}

TEST_F(UsersTest, RefusesWhatIsNoAddress) {
  for (const std::string email : {"", "ada", "@example.com", "ada@", "a@b@c", "a b@example.com",
                                  "ada@example.com\n", "\xff@example.com"}) {
    NewUser request;
    request.email = email;
    EXPECT_EQ(run(identity_->create_user(request)).error().code(), ErrorCode::InvalidArgument)
        << email;
  }
}

TEST_F(UsersTest, AnInvitationMakesTheUserAndCountsOnceAccepted) {
  const Member invited =
      add("new@example.com", "Administrator", Membership::Status::Pending).value();
  EXPECT_EQ(invited.user->actions_in(account_), ActionSet());
  EXPECT_EQ(add("NEW@example.com", "Administrator").error().code(), ErrorCode::AlreadyExists);
  ASSERT_TRUE(run(identity_->accept_membership(invited.user->id, invited.membership->id)));
  const auto user = identity_->find_user(invited.user->id);
  EXPECT_TRUE(user->actions_in(account_).contains(Action::ObjectWrite));
  EXPECT_FALSE(user->actions_in(account_).contains(Action::MembersWrite));
  EXPECT_EQ(user->actions_in(AccountId::make(random_)), ActionSet());
  reload();
  EXPECT_EQ(identity_->members(account_).size(), 1u);
}

TEST_F(UsersTest, TheLastSuperAdministratorStays) {
  const Member first = add_super("first@example.com");
  const auto refused = [](const auto& result) {
    return !result && result.error().code() == ErrorCode::InvalidRequest;
  };
  EXPECT_TRUE(refused(run(identity_->remove_member(account_, first.membership->id))));
  EXPECT_TRUE(refused(run(identity_->delete_user(first.user->id))));
  EXPECT_TRUE(refused(run(
      identity_->set_member_roles(account_, first.membership->id, {find_role("Administrator")}))));
  UserChange suspension;
  suspension.suspended = true;
  EXPECT_TRUE(refused(run(identity_->change_user(first.user->id, suspension))));
  // An invitation is no administrator yet.
  const Member second =
      add("second@example.com", super_administrator().name, Membership::Status::Pending).value();
  EXPECT_TRUE(refused(run(identity_->remove_member(account_, first.membership->id))));
  ASSERT_TRUE(run(identity_->accept_membership(second.user->id, second.membership->id)));
  EXPECT_TRUE(run(identity_->remove_member(account_, first.membership->id)));
  EXPECT_TRUE(refused(run(identity_->remove_member(account_, second.membership->id))));
}

TEST_F(UsersTest, OfTwoWhoLeaveAtOnceOneStays) {
  for (int turns = 1; turns < 6; ++turns) {
    const Member a = add_super("a" + std::to_string(turns) + "@example.com");
    const Member b = add_super("b" + std::to_string(turns) + "@example.com");
    meta_.turns_max = turns;
    std::vector<Task<Result<>>> leaving;
    for (const Member& member : identity_->members(account_)) {
      leaving.push_back(identity_->remove_member(account_, member.membership->id));
    }
    run_all(std::move(leaving));
    EXPECT_EQ(identity_->members(account_).size(), 1u);
    meta_.turns_max = 0;
  }
}

TEST_F(UsersTest, ATokenGoesWithItsUser) {
  const Member owner = add_super("owner@example.com");
  add_super("other@example.com");
  const IssuedToken issued = issue(user_token(owner.user->id));
  EXPECT_TRUE(issued.value.starts_with("cofu_"));
  EXPECT_EQ(identity_->find_by_value(issued.value)->token.id, issued.token.id);
  EXPECT_THAT(identity_->tokens(owner.user->id), testing::SizeIs(1));
  ASSERT_TRUE(run(identity_->delete_user(owner.user->id)));
  EXPECT_EQ(identity_->find(issued.token.id), nullptr);
  EXPECT_EQ(identity_->find_by_value(issued.value), nullptr);
  reload();
  EXPECT_EQ(identity_->find(issued.token.id), nullptr);
  EXPECT_EQ(run(identity_->create_token(user_token(owner.user->id))).error().code(),
            ErrorCode::NoSuchUser);
}

TEST_F(UsersTest, ATokenMadeWhileItsUserGoesIsNotLeftBehind) {
  for (int turns = 1; turns < 8; ++turns) {
    const User user = make_user("u" + std::to_string(turns) + "@example.com");
    meta_.turns_max = turns;
    std::optional<Result<IssuedToken>> made;
    std::optional<Result<>> gone;
    boost::asio::co_spawn(io_, store_into(identity_->create_token(user_token(user.id)), made),
                          rethrow);
    boost::asio::co_spawn(io_, store_into(identity_->delete_user(user.id), gone), rethrow);
    io_.restart();
    io_.run();
    meta_.turns_max = 0;
    EXPECT_TRUE(gone->has_value());
    if (made->has_value()) {
      EXPECT_EQ(identity_->find((*made)->token.id), nullptr);
    }
    reload();
  }
}

TEST_F(UsersTest, ABearerIsFoundByItsValueAlone) {
  const IssuedToken issued = issue();
  EXPECT_EQ(identity_->find_by_value(issued.value)->token.id, issued.token.id);
  EXPECT_EQ(identity_->find_by_value(issued.token.id.hex()), nullptr);
  EXPECT_EQ(identity_->find_by_value(issued.secret_access_key), nullptr);
  std::string mistyped = issued.value;
  mistyped.back() = mistyped.back() == '0' ? '1' : '0';
  EXPECT_EQ(identity_->find_by_value(mistyped), nullptr);
  const IssuedToken rolled = run(identity_->roll_token(issued.token.id)).value();
  EXPECT_EQ(identity_->find_by_value(issued.value), nullptr);
  EXPECT_EQ(identity_->find_by_value(rolled.value)->token.id, issued.token.id);
  reload();
  EXPECT_EQ(identity_->find_by_value(rolled.value)->token.id, issued.token.id);
  ASSERT_TRUE(run(identity_->revoke_token(issued.token.id)));
  EXPECT_EQ(identity_->find_by_value(rolled.value), nullptr);
}

TEST_F(UsersTest, TheLastUseIsKeptWithoutAWriteForEach) {
  const IssuedToken issued = issue();
  const auto entry = identity_->find(issued.token.id);
  EXPECT_EQ(entry->last_use->time(), std::nullopt);
  const int commits = meta_.commits;
  const Timestamp first = clock_.now();
  for (int i = 0; i < 100; ++i) {
    identity_->note_use(*entry, clock_.now());
    clock_.advance(std::chrono::seconds(1));
  }
  ASSERT_TRUE(run(identity_->save_last_uses()));
  ASSERT_TRUE(run(identity_->save_last_uses()));
  EXPECT_EQ(meta_.commits, commits + 1);
  EXPECT_EQ(entry->last_use->time(), first);
  // It survives a change of the token, and a restart.
  ASSERT_TRUE(run(identity_->roll_token(issued.token.id)));
  EXPECT_EQ(identity_->find(issued.token.id)->last_use->time(), first);
  reload();
  EXPECT_EQ(identity_->find(issued.token.id)->last_use->time(), first);
  clock_.advance(std::chrono::minutes(5));
  identity_->note_use(*identity_->find(issued.token.id), clock_.now());
  meta_.fail_commits = 1;
  EXPECT_FALSE(run(identity_->save_last_uses()));
  ASSERT_TRUE(run(identity_->save_last_uses()));  // what failed is tried again
  reload();
  EXPECT_EQ(identity_->find(issued.token.id)->last_use->time(), clock_.now());
}

TEST_F(UsersTest, UpdatingReplacesAllButTheOwnerAndTheSecret) {
  const IssuedToken issued = issue(Preset::AdminReadWrite);
  NewToken update = new_token(Preset::ObjectReadOnly, "narrow");
  update.owner = AccountId::make(random_);  // ignored
  update.ip.in = {IpNetwork::parse("192.0.2.0/24").value()};
  const Token token =
      run(identity_->update_token(issued.token.id, update, TokenStatus::Disabled)).value();
  EXPECT_EQ(token.name, "narrow");
  EXPECT_EQ(*token.account(), account_);
  EXPECT_EQ(token.status, TokenStatus::Disabled);
  EXPECT_EQ(token.secret_generation, issued.token.secret_generation);
  EXPECT_EQ(identity_->find(issued.token.id)->secret_access_key, issued.secret_access_key);
  EXPECT_EQ(token.issued_on, issued.token.issued_on);
  update.policies.clear();
  EXPECT_EQ(run(identity_->update_token(issued.token.id, update, std::nullopt)).error().code(),
            ErrorCode::InvalidArgument);
}

TEST_F(UsersTest, AUsersTokenHasTheOnlyAccountThatIsLeft) {
  const Member owner = add_super("owner@example.com");
  add_super("other@example.com");
  const AccountId second = run(identity_->create_account("Second", true)).value().id;
  NewToken everywhere = user_token(owner.user->id);
  everywhere.policies.front().resources = {AllAccountsResource{}};
  const Token of_all = issue(everywhere).token;
  const Token of_one = issue(user_token(owner.user->id)).token;
  EXPECT_EQ(only_account(*identity_, of_all), account_);
  const Member pending =
      run(identity_->add_member(second, "owner@example.com", {find_role("Administrator")},
                                Membership::Status::Pending))
          .value();
  EXPECT_EQ(only_account(*identity_, of_all), account_);
  ASSERT_TRUE(run(identity_->accept_membership(owner.user->id, pending.membership->id)));
  EXPECT_EQ(only_account(*identity_, of_all), std::nullopt);
  EXPECT_EQ(only_account(*identity_, of_one), account_);
  ASSERT_TRUE(run(identity_->remove_member(account_, owner.membership->id)));
  EXPECT_EQ(only_account(*identity_, of_all), second);
  EXPECT_EQ(only_account(*identity_, of_one), std::nullopt);
}

TEST_F(UsersTest, AGateEndsAChangeBeforeItsCommit) {
  const IssuedToken issued = issue();
  const TokenGate closed = [](const Token*, const Token&) -> Result<> {
    return Error(ErrorCode::AccessDenied);
  };
  const auto before = records();
  EXPECT_EQ(run(identity_->roll_token(issued.token.id, {}, closed)).error().code(),
            ErrorCode::AccessDenied);
  EXPECT_EQ(
      run(identity_->create_token(new_token(Preset::AdminReadOnly), {}, closed)).error().code(),
      ErrorCode::AccessDenied);
  EXPECT_EQ(run(identity_->update_token(issued.token.id, new_token(Preset::AdminReadOnly), {}, {},
                                        closed))
                .error()
                .code(),
            ErrorCode::AccessDenied);
  EXPECT_EQ(records(), before);
}

TEST_F(UsersTest, EveryChangeHasItsAuditEntry) {
  AuditLog log({AuditLog::Source(meta_, "identity", meta::Family::Body)});
  const auto actions = [&](std::optional<AccountId> account) {
    AuditLog::Query query;
    query.account = account;
    query.oldest_first = true;
    std::vector<std::string> out;
    for (const auto& entry : run(log.read(query)).value().entries) out.push_back(entry.action);
    return out;
  };
  Actor actor;
  actor.kind = Actor::Kind::Operator;
  actor.interface = "CLI";
  const auto step = [this] { clock_.advance(std::chrono::milliseconds(1)); };
  step();
  const IssuedToken issued =
      run(identity_->create_token(new_token(Preset::AdminReadOnly), actor)).value();
  step();
  ASSERT_TRUE(run(identity_->roll_token(issued.token.id, actor)));
  step();
  ASSERT_TRUE(run(identity_->set_token_status(issued.token.id, TokenStatus::Disabled, actor)));
  step();
  ASSERT_TRUE(run(identity_->revoke_token(issued.token.id, actor)));
  step();
  ASSERT_TRUE(run(identity_->set_r2_enabled(account_, false, {}, actor)));
  step();
  add_super("a@example.com");
  step();
  const User user = make_user("b@example.com");
  EXPECT_THAT(actions(account_),
              ElementsAre("account_create", "token_create", "token_roll", "token_disable",
                          "token_delete", "r2_disable", "member_add"));
  EXPECT_THAT(actions(std::nullopt), ElementsAre("user_create"));

  AuditLog::Query newest;
  newest.account = account_;
  newest.limit = 3;
  const auto page = run(log.read(newest)).value();
  EXPECT_TRUE(page.more);
  ASSERT_EQ(page.entries.size(), 3u);
  EXPECT_EQ(page.entries.front().action, "member_add");
  newest.after.emplace(page.entries.back().time, page.entries.back().id);
  EXPECT_EQ(run(log.read(newest)).value().entries.front().action, "token_disable");
  // No secret is in any of them.
  for (const auto& entry : page.entries) {
    EXPECT_THAT(entry.before + entry.after, Not(HasSubstr(issued.value)));
    EXPECT_THAT(entry.before + entry.after, Not(HasSubstr(issued.secret_access_key)));
  }
}

TEST_F(UsersTest, EntriesOfOneMillisecondAreAllRead) {
  AuditLog log({AuditLog::Source(meta_, "identity", meta::Family::Body)});
  for (int i = 0; i < 9; ++i) issue();
  for (const bool oldest_first : {false, true}) {
    AuditLog::Query query;
    query.account = account_;
    query.oldest_first = oldest_first;
    query.limit = 2;
    std::set<AuditId> seen;
    for (bool more = true; more;) {
      const auto page = run(log.read(query)).value();
      for (const auto& entry : page.entries) EXPECT_TRUE(seen.insert(entry.id).second);
      more = page.more;
      if (more) query.after.emplace(page.entries.back().time, page.entries.back().id);
    }
    EXPECT_EQ(seen.size(), 10u) << oldest_first;
  }
}

}  // namespace
}  // namespace coffer::auth::test
