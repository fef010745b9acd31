#include "auth/sessions.h"

#include "auth/audit_log.h"
#include "auth_fixture.h"
#include "support/inline_pool.h"

#include <climits>

namespace coffer::auth::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kPassword = "correct horse battery";

class SessionsTest : public IdentityTest {
 protected:
  SessionsTest() { open_sessions(); }

  void open_sessions() {
    sessions_ = std::make_unique<Sessions>(*identity_, meta_, master_key_, passwords_, clock_,
                                           random_, limits_);
    ASSERT_TRUE(run(sessions_->load()));
  }
  void restart() {
    open();
    ASSERT_TRUE(run(identity_->load()));
    open_sessions();
  }

  UserId make_user(std::string email, const std::string& password = kPassword) {
    NewUser request;
    request.email = std::move(email);
    const UserId id = run(identity_->create_user(std::move(request))).value().id;
    if (!password.empty()) {
      UserChange change;
      change.password_hash = run(passwords_.hash(password)).value();
      EXPECT_TRUE(run(identity_->change_user(id, std::move(change))));
    }
    return id;
  }
  static SessionOrigin origin() { return SessionOrigin("192.0.2.7", "Firefox"); }
  Result<StartedSession> sign_in(std::string email, std::string password = kPassword) {
    return run(sessions_->sign_in(std::move(email), std::move(password), origin()));
  }
  static Task<Result<>> use_quietly(Sessions& sessions, std::string token) {
    static_cast<void>(co_await sessions.use(std::move(token)));
    co_return ok();
  }
  std::vector<std::string> session_keys() {
    std::vector<std::string> out;
    meta::Visitor visit = [&out](std::string_view key, std::string_view, meta::Version) {
      out.emplace_back(key);
      return meta::Step::next();
    };
    EXPECT_TRUE(run(meta_.scan("identity", meta::Range(meta::Family::Detail, "s/", "s0"), visit)));
    return out;
  }
  bool works(const StartedSession& session) {
    return run(sessions_->use(session.token)).has_value();
  }

  coffer::test::InlinePool pool_;
  Passwords passwords_{pool_, random_, PasswordCost{64, 1}};
  SessionLimits limits_;
  std::unique_ptr<Sessions> sessions_;
};

TEST_F(SessionsTest, APasswordSignsInAndSurvivesARestart) {
  const UserId user = make_user("Ada@example.com");
  const StartedSession session = sign_in("ada@EXAMPLE.com").value();
  EXPECT_EQ(session.user->id, user);
  EXPECT_EQ(session.csrf_token, Sessions::csrf_token(session.token));
  EXPECT_TRUE(works(session));
  restart();
  const SessionInfo info = run(sessions_->use(session.token)).value();
  EXPECT_EQ(info.user, user);
  EXPECT_EQ(info.address, "192.0.2.7");
  EXPECT_EQ(info.user_agent, "Firefox");
}

TEST_F(SessionsTest, WrongAddressWrongPasswordAndNoPasswordLookAlikeAndCostTheSame) {
  make_user("ada@example.com");
  make_user("new@example.com", "");
  const UserId gone = make_user("gone@example.com");
  UserChange change;
  change.suspended = true;
  ASSERT_TRUE(run(identity_->change_user(gone, std::move(change))));
  pool_.jobs = 0;
  int asked = 0;
  for (const std::string email :
       {"ada@example.com", "nobody@example.com", "new@example.com", "gone@example.com"}) {
    const auto refused = sign_in(email, "not the password");
    ASSERT_FALSE(refused) << email;
    EXPECT_EQ(refused.error().code(), ErrorCode::Unauthorized) << email;
    EXPECT_EQ(pool_.jobs, ++asked) << email;
  }
  EXPECT_FALSE(sign_in("gone@example.com"));
  EXPECT_FALSE(sign_in("new@example.com", ""));
}

TEST_F(SessionsTest, NothingStoredOpensASession) {
  make_user("ada@example.com");
  const StartedSession session = sign_in("ada@example.com").value();
  std::string everything;
  meta::Visitor visit = [&everything](std::string_view key, std::string_view value, meta::Version) {
    everything.append(key).append(value);
    return meta::Step::next();
  };
  for (const auto family : {meta::Family::Record, meta::Family::Detail, meta::Family::Body}) {
    ASSERT_TRUE(run(meta_.scan("identity", meta::Range(family, "", ""), visit)));
  }
  EXPECT_THAT(everything, HasSubstr("Firefox"));
  for (const std::string& secret : {session.token, session.csrf_token, std::string(kPassword)}) {
    EXPECT_THAT(everything, Not(HasSubstr(secret)));
  }
}

TEST_F(SessionsTest, EndsWhenItIsNotUsedOrOld) {
  make_user("ada@example.com");
  const StartedSession idle = sign_in("ada@example.com").value();
  clock_.advance(limits_.idle_max - minutes(1));
  EXPECT_TRUE(works(idle));
  clock_.advance(limits_.idle_max);
  EXPECT_FALSE(works(idle));

  const StartedSession busy = sign_in("ada@example.com").value();
  int used = 0;
  while (works(busy)) {
    clock_.advance(hours(1));
    ++used;
  }
  EXPECT_EQ(used, limits_.age_max / hours(1));
}

TEST_F(SessionsTest, UseIsWrittenNowAndThenOnly) {
  make_user("ada@example.com");
  const StartedSession session = sign_in("ada@example.com").value();
  const int before = meta_.commits;
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(works(session));
  EXPECT_EQ(meta_.commits, before);
  clock_.advance(limits_.seen_step);
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(works(session));
  EXPECT_EQ(meta_.commits, before + 1);
  meta_.fail_commits = 1;
  clock_.advance(limits_.seen_step);
  EXPECT_TRUE(works(session));
}

TEST_F(SessionsTest, SigningOutEndsOneOrAllAndOnlyOnesOwn) {
  const UserId ada = make_user("ada@example.com");
  const UserId bob = make_user("bob@example.com");
  const StartedSession first = sign_in("ada@example.com").value();
  const StartedSession second = sign_in("ada@example.com").value();
  const StartedSession other = sign_in("bob@example.com").value();
  const SessionInfo info = run(sessions_->use(first.token)).value();
  const SessionId id = info.id;
  ASSERT_TRUE(run(sessions_->end(bob, id)));
  EXPECT_TRUE(works(first));
  ASSERT_TRUE(run(sessions_->end(ada, id)));
  EXPECT_FALSE(works(first));
  EXPECT_FALSE(sessions_->is_live(info));
  EXPECT_EQ(sessions_->sessions(ada).size(), 1u);
  ASSERT_TRUE(run(sessions_->end_all(ada)));
  EXPECT_FALSE(works(second));
  EXPECT_TRUE(works(other));
  restart();
  EXPECT_FALSE(works(first));
  EXPECT_FALSE(works(second));
  EXPECT_TRUE(works(other));
}

TEST_F(SessionsTest, ASignedOutSessionIsNotBroughtBackByItsLastUse) {
  const UserId ada = make_user("ada@example.com");
  for (int round = 0; round < 30; ++round) {
    meta_.turns_max = 0;
    const StartedSession session = sign_in("ada@example.com").value();
    clock_.advance(limits_.seen_step);
    meta_.turns_max = 5;
    std::vector<Task<Result<>>> tasks;
    tasks.push_back(use_quietly(*sessions_, session.token));
    tasks.push_back(sessions_->end_all(ada));
    run_all(std::move(tasks));
    restart();
    EXPECT_FALSE(works(session)) << round;
    EXPECT_TRUE(session_keys().empty()) << round;
  }
}

TEST_F(SessionsTest, AUserHasSoManySessionsAndTheOneUnusedLongestGoes) {
  limits_.per_user_max = 3;
  open_sessions();
  const UserId ada = make_user("ada@example.com");
  std::vector<StartedSession> started;
  for (int i = 0; i < 5; ++i) {
    started.push_back(sign_in("ada@example.com").value());
    clock_.advance(minutes(1));
  }
  EXPECT_EQ(sessions_->sessions(ada).size(), 3u);
  EXPECT_FALSE(works(started[0]));
  EXPECT_FALSE(works(started[1]));
  EXPECT_TRUE(works(started[2]));
  EXPECT_TRUE(works(started[4]));
}

TEST_F(SessionsTest, ASuspendedOrDeletedUserHasNone) {
  const UserId ada = make_user("ada@example.com");
  const StartedSession session = sign_in("ada@example.com").value();
  UserChange change;
  change.suspended = true;
  ASSERT_TRUE(run(identity_->change_user(ada, change)));
  EXPECT_FALSE(works(session));
  ASSERT_TRUE(run(identity_->delete_user(ada)));
  EXPECT_FALSE(works(session));
  restart();
  EXPECT_FALSE(works(session));
}

TEST_F(SessionsTest, AnotherPasswordEndsEverySessionAndIsAudited) {
  const UserId ada = make_user("ada@example.com");
  const StartedSession session = sign_in("ada@example.com").value();
  const auto wrong = run(
      sessions_->change_password(ada, "not the password", "another password 1", origin(), Actor()));
  EXPECT_EQ(wrong.error().code(), ErrorCode::Unauthorized);
  const auto weak = run(sessions_->change_password(ada, kPassword, "short", origin(), Actor()));
  EXPECT_EQ(weak.error().code(), ErrorCode::InvalidArgument);
  EXPECT_TRUE(works(session));
  const auto changed =
      run(sessions_->change_password(ada, kPassword, "another password 1", origin(), Actor()));
  ASSERT_TRUE(changed);
  EXPECT_FALSE(works(session));
  EXPECT_TRUE(works(*changed));
  EXPECT_FALSE(sign_in("ada@example.com"));
  EXPECT_TRUE(sign_in("ada@example.com", "another password 1"));
}

TEST_F(SessionsTest, ASetupLinkWorksOnceAndNoLongerThanADay) {
  const UserId ada = make_user("ada@example.com", "");
  const SetupLink old = run(sessions_->make_setup_link(ada, Actor())).value();
  clock_.advance(limits_.setup_link_age_max);
  EXPECT_EQ(sessions_->open_setup_link(old.token).error().code(), ErrorCode::Unauthorized);

  const SetupLink first = run(sessions_->make_setup_link(ada, Actor())).value();
  const SetupLink second = run(sessions_->make_setup_link(ada, Actor())).value();
  restart();
  EXPECT_EQ(sessions_->open_setup_link(first.token).value().user->email, "ada@example.com");
  const auto weak = run(sessions_->set_up(first.token, "short", origin(), Actor()));
  EXPECT_EQ(weak.error().code(), ErrorCode::InvalidArgument);
  const auto session = run(sessions_->set_up(first.token, kPassword, origin(), Actor()));
  ASSERT_TRUE(session);
  EXPECT_TRUE(works(*session));
  EXPECT_TRUE(sign_in("ada@example.com"));
  for (const SetupLink& used : {first, second}) {
    const auto again = run(sessions_->set_up(used.token, "something else 12", origin(), Actor()));
    EXPECT_EQ(again.error().code(), ErrorCode::Unauthorized);
  }
}

TEST_F(SessionsTest, OfTwoWhoUseALinkAtOnceOneSetsThePassword) {
  const UserId ada = make_user("ada@example.com", "");
  const SetupLink link = run(sessions_->make_setup_link(ada, Actor())).value();
  meta_.turns_max = 5;
  std::vector<Task<Result<StartedSession>>> tasks;
  tasks.push_back(sessions_->set_up(link.token, "password of the first", origin(), Actor()));
  tasks.push_back(sessions_->set_up(link.token, "password of the second", origin(), Actor()));
  const auto done = run_all(std::move(tasks));
  EXPECT_NE(done[0].has_value(), done[1].has_value());
}

TEST_F(SessionsTest, ALinkIsNotMadeUp) {
  const UserId ada = make_user("ada@example.com", "");
  const UserId bob = make_user("bob@example.com", "");
  const SetupLink link = run(sessions_->make_setup_link(ada, Actor())).value();
  const SetupLink other = run(sessions_->make_setup_link(bob, Actor())).value();
  std::string flipped = link.token;
  flipped.back() = flipped.back() == 'A' ? 'B' : 'A';
  const std::string mixed = other.token.substr(0, 21) + link.token.substr(21);
  for (const std::string& token :
       {std::string(), std::string("setup"), flipped, mixed, link.token + "AA",
        link.token.substr(0, 40), std::string(10'000, 'A')}) {
    EXPECT_FALSE(sessions_->open_setup_link(token)) << token;
  }
  EXPECT_EQ(run(sessions_->make_setup_link(UserId::make(random_), Actor())).error().code(),
            ErrorCode::NoSuchUser);
}

TEST_F(SessionsTest, ABusyServerSaysSo) {
  make_user("ada@example.com");
  pool_.refusals = INT_MAX;
  EXPECT_EQ(sign_in("ada@example.com").error().code(), ErrorCode::SlowDown);
}

TEST_F(SessionsTest, WhatCannotBeReadIsEndedAndHoldsUpNoStart) {
  make_user("ada@example.com");
  const StartedSession session = sign_in("ada@example.com").value();
  meta::Commit damage("identity", "");
  damage.puts.emplace_back(meta::Key{meta::Family::Detail, "s/junk"}, "\x01junk");
  ASSERT_TRUE(run(meta_.commit(std::move(damage))));
  restart();
  EXPECT_TRUE(works(session));
  EXPECT_EQ(session_keys().size(), 1u);
}

TEST_F(SessionsTest, HashesAreArgon2idWithTheDefaultCost) {
  Passwords passwords(pool_, random_);
  EXPECT_THAT(run(passwords.hash(kPassword)).value(),
              StartsWith("$argon2id$v=19$m=19456,t=2,p=1$"));
}

}  // namespace
}  // namespace coffer::auth::test
