#include "api/session_cookie.h"
#include "base/hash.h"
#include "service_fixture.h"

namespace coffer::api::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kPassword = "correct horse battery";

class SessionTest : public ServiceTest {
 protected:
  SessionTest() {
    ada_ = make_member("ada@example.com", "Super Administrator - All Privileges");
    set_password(ada_);
  }

  void set_password(UserId user) {
    auth::UserChange change;
    change.password_hash = run(passwords_.hash(kPassword)).value();
    EXPECT_TRUE(run(identity_.change_user(user, std::move(change))));
  }

  /// What a browser adds to a request of one of our pages.
  static Headers of_page() { return {{"Sec-Fetch-Site", "same-origin"}}; }

  Answer sign_in(std::string_view password = kPassword, Headers headers = of_page()) {
    return send_bare(
        {.method = "POST",
         .path = "/session",
         .body = R"({"email":"ada@example.com","password":")" + std::string(password) + R"("})",
         .headers = std::move(headers)});
  }
  /// "coffer_session=..."
  static std::string cookie_of(const Answer& answer) {
    const std::string header = answer.header("Set-Cookie");
    return header.substr(0, header.find(';'));
  }

  /// A browser that is signed in.
  struct Browser {
    std::string cookie;
    std::string csrf;
  };
  Browser browser() {
    const Answer answer = sign_in();
    EXPECT_EQ(answer.code(), "200") << answer.body;
    return Browser{cookie_of(answer), answer.text("/result/csrf_token")};
  }
  Answer browse(const Browser& browser, Message message) {
    message.headers.emplace_back("Cookie", browser.cookie);
    message.headers.emplace_back("X-Coffer-CSRF", browser.csrf);
    message.headers.emplace_back("Sec-Fetch-Site", "same-origin");
    return send_bare(message);
  }

  UserId ada_;
};

TEST_F(SessionTest, SigningInSetsACookieThatNoScriptReads) {
  const Answer answer = sign_in();
  EXPECT_EQ(answer.code(), "200");
  EXPECT_THAT(answer.header("Set-Cookie"),
              AllOf(StartsWith("coffer_session="), HasSubstr("; Path=/"), HasSubstr("; HttpOnly"),
                    HasSubstr("; SameSite=Strict"), Not(HasSubstr("Domain"))));
  EXPECT_EQ(answer.text("/result/user/email"), "ada@example.com");
  EXPECT_THAT(answer.body, Not(HasSubstr(cookie_of(answer).substr(15))));
  EXPECT_THAT(answer.body, Not(HasSubstr("argon2")));
  EXPECT_EQ(answer.header("Cache-Control"), "no-store");
  EXPECT_THAT(log_principal_, StartsWith("user:"));
}

TEST_F(SessionTest, RefusesAWrongPasswordInTheSameWords) {
  const Answer wrong = sign_in("wrong");
  EXPECT_EQ(wrong.code(), "401 10000");
  EXPECT_EQ(wrong.header("Set-Cookie"), "<none>");
  const Answer nobody = send_bare({.method = "POST",
                                   .path = "/session",
                                   .body = R"({"email":"bob@example.com","password":"x"})",
                                   .headers = of_page()});
  EXPECT_EQ(nobody.body, wrong.body);
}

TEST_F(SessionTest, GuessingIsSlowedDown) {
  config_.failures.burst = 3;
  config_.failures.delayed_max = 0;
  start();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(sign_in("wrong").code(), "401 10000");
  const Answer refused = sign_in("wrong");
  EXPECT_EQ(refused.code(), "429 10502");
  EXPECT_EQ(refused.header("Retry-After"), "60");
  // Whoever knows it is not locked out.
  EXPECT_EQ(sign_in().code(), "200");
}

TEST_F(SessionTest, AnotherOriginCannotSignAnybodyIn) {
  for (const Headers& headers :
       {Headers{}, Headers{{"Sec-Fetch-Site", "cross-site"}}, Headers{{"Sec-Fetch-Site", "none"}},
        Headers{{"Sec-Fetch-Site", "same-site"}}, Headers{{"Origin", "https://evil.example"}},
        Headers{{"Origin", "null"}}, Headers{{"Referer", "http://127.0.0.1:9000/x"}}}) {
    EXPECT_EQ(sign_in(kPassword, headers).status, 403);
  }
  EXPECT_EQ(sign_in(kPassword, {{"Origin", "http://127.0.0.1:9001"}}).status, 200);
  EXPECT_EQ(sign_in(kPassword, {{"Referer", "http://127.0.0.1:9001/sign-in"}}).status, 200);
}

TEST_F(SessionTest, ACookieCountsWithOriginAndCsrfTokenOnly) {
  const Browser ours = browser();
  const Browser other = browser();
  const Message get{.path = account_path("/r2/buckets")};
  EXPECT_EQ(browse(ours, get).code(), "200");
  const auto with = [&](const Headers& headers) {
    Message message = get;
    message.headers = headers;
    return send_bare(message).code();
  };
  const std::pair<std::string, std::string> cookie{"Cookie", ours.cookie};
  const std::pair<std::string, std::string> csrf{"X-Coffer-CSRF", ours.csrf};
  const std::pair<std::string, std::string> same{"Sec-Fetch-Site", "same-origin"};
  EXPECT_EQ(with({cookie, csrf, same}), "200");
  EXPECT_EQ(with({cookie, same}), "401 10000");
  EXPECT_EQ(with({cookie, csrf}), "401 10000");
  EXPECT_EQ(with({cookie, csrf, {"Sec-Fetch-Site", "same-site"}}), "401 10000");
  EXPECT_EQ(
      with({cookie, csrf, {"Sec-Fetch-Site", "cross-site"}, {"Origin", "http://127.0.0.1:9001"}}),
      "401 10000");
  EXPECT_EQ(with({cookie, {"X-Coffer-CSRF", other.csrf}, same}), "401 10000");
  EXPECT_EQ(with({cookie, {"X-Coffer-CSRF", ""}, same}), "401 10000");
  EXPECT_EQ(with({{"Cookie", "coffer_session=AAAA"}, csrf, same}), "401 10000");
  EXPECT_EQ(with({{"Cookie", ours.cookie + "; " + other.cookie}, csrf, same}), "400 9106");
  EXPECT_EQ(with({{"Cookie", "theme=dark; " + ours.cookie + "; x"}, csrf, same}), "200");
  EXPECT_EQ(with({csrf, same}), "400 9106");
}

TEST_F(SessionTest, ReloadingAPageGetsTheCsrfTokenAgain) {
  const Browser ours = browser();
  const auto get = [&](Headers headers) {
    headers.emplace_back("Cookie", ours.cookie);
    return send_bare({.path = "/session", .headers = std::move(headers)});
  };
  const Answer answer = get({{"Sec-Fetch-Site", "same-origin"}, {"X-Coffer-CSRF", "?"}});
  EXPECT_EQ(answer.text("/result/csrf_token"), ours.csrf);
  EXPECT_EQ(get({{"Sec-Fetch-Site", "same-origin"}}).code(), "401 10000");
  EXPECT_EQ(get({{"Sec-Fetch-Site", "cross-site"}, {"X-Coffer-CSRF", "?"}}).code(), "401 10000");
}

TEST_F(SessionTest, SigningOutEndsTheSession) {
  const Browser first = browser();
  const Browser second = browser();
  const Answer out = browse(first, {.method = "DELETE", .path = "/session"});
  EXPECT_EQ(out.code(), "200");
  EXPECT_THAT(out.header("Set-Cookie"), HasSubstr("Max-Age=0"));
  EXPECT_EQ(browse(first, {.path = "/user"}).code(), "401 10000");
  EXPECT_EQ(browse(second, {.path = "/user/sessions"}).at("/result").as_array().size(), 1u);
  const Browser third = browser();
  EXPECT_EQ(browse(second, {.method = "DELETE", .path = "/user/sessions"}).code(), "200");
  EXPECT_EQ(browse(second, {.path = "/user"}).code(), "401 10000");
  EXPECT_EQ(browse(third, {.path = "/user"}).code(), "401 10000");
}

TEST_F(SessionTest, ATokenHasNoSession) {
  EXPECT_EQ(send({.path = "/user/sessions"}).status, 403);
  EXPECT_EQ(send({.method = "DELETE", .path = "/session"}).status, 403);
  EXPECT_EQ(send({.method = "PUT",
                  .path = "/user/password",
                  .body = R"({"old_password":"a","new_password":"b"})"})
                .status,
            403);
}

TEST_F(SessionTest, ASessionMayDoWhatItsUserMay) {
  const Browser ours = browser();
  const Answer answer = browse(ours, {.path = account_path("/actions")});
  EXPECT_THAT(answer.body, AllOf(HasSubstr("AccountTokensWrite"), HasSubstr("ManageStorage")));
  const UserId reader = make_member("reader@example.com", "Cloudflare R2 Read");
  const Answer less = send_as_user(reader, {.path = account_path("/actions")});
  EXPECT_THAT(less.body, AllOf(HasSubstr("ObjectRead"), Not(HasSubstr("ObjectWrite")),
                               Not(HasSubstr("Tokens"))));
  EXPECT_EQ(send_as_user(reader, {.path = "/accounts/" + std::string(32, 'a') + "/actions"}).status,
            403);
}

TEST_F(SessionTest, ChangingThePasswordAsksForTheOldOne) {
  const Browser ours = browser();
  const Browser other = browser();
  const auto change = [&](std::string_view old_password, std::string_view new_password) {
    return browse(ours, {.method = "PUT",
                         .path = "/user/password",
                         .body = R"({"old_password":")" + std::string(old_password) +
                                 R"(","new_password":")" + std::string(new_password) + R"("})"});
  };
  EXPECT_EQ(change("wrong", "another password 1").code(), "400 10000");
  EXPECT_EQ(change(kPassword, "short").status, 400);
  const Answer changed = change(kPassword, "another password 1");
  EXPECT_EQ(changed.code(), "200");
  EXPECT_EQ(browse(other, {.path = "/user"}).code(), "401 10000");
  EXPECT_EQ(browse(ours, {.path = "/user"}).code(), "401 10000");
  const Browser anew{cookie_of(changed), changed.text("/result/csrf_token")};
  EXPECT_EQ(browse(anew, {.path = "/user"}).code(), "200");
}

TEST_F(SessionTest, OnlyAnOperatorMakesSetupLinks) {
  const UserId bob = make_member("bob@example.com", "Administrator");
  const Message ask{.method = "POST", .path = "/users/" + bob.hex() + "/setup_link"};
  EXPECT_EQ(send_as_user(ada_, ask).status, 403);
  EXPECT_EQ(send(ask).status, 403);
  auth::UserChange change;
  change.is_operator = true;
  ASSERT_TRUE(run(identity_.change_user(ada_, change)));
  const Answer made = send_as_user(ada_, ask);
  ASSERT_EQ(made.code(), "200") << made.body;
  const std::string path = made.text("/result/path");
  ASSERT_THAT(path, StartsWith("/setup#"));
  const std::string token = path.substr(7);
  const auto post = [&](std::string where, std::string body) {
    return send_bare({.method = "POST",
                      .path = std::move(where),
                      .body = std::move(body),
                      .headers = of_page()});
  };
  EXPECT_EQ(post("/session/setup", R"({"token":")" + token + R"("})").text("/result/email"),
            "bob@example.com");
  const std::string set = R"({"token":")" + token + R"(","password":"correct horse 2"})";
  const Answer done = post("/session/setup/password", set);
  EXPECT_EQ(done.code(), "200");
  EXPECT_EQ(done.text("/result/user/email"), "bob@example.com");
  EXPECT_EQ(post("/session/setup/password", set).code(), "401 10000");
  EXPECT_EQ(post("/session/setup", R"({"token":"AAAA"})").code(), "401 10000");
}

TEST_F(SessionTest, ATicketOpensOneObjectInItsBrowserForAWhile) {
  make_bucket("videos");
  put("videos", "a.mp4", "moving pictures");
  put("videos", "b.mp4", "others");
  const Browser ours = browser();
  const std::string path = bucket_path("videos/objects/a.mp4");
  const auto seconds = [this](std::chrono::seconds from_now) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(
                              (clock_.now() + from_now).time_since_epoch())
                              .count());
  };
  const auto ticket = [&](const std::string& before, const std::string& expires) {
    const std::string text = "GET\n/client/v4" + path + "\n" + before + "\n" + expires;
    return (before.empty() ? "" : before + "&") + "ticket=" + expires + "." +
           hex_encode(hmac_sha256(as_bytes(ours.csrf), as_bytes(text)));
  };
  const auto get = [&](const std::string& where, const std::string& query,
                       Headers headers = of_page()) {
    headers.emplace_back("Cookie", ours.cookie);
    return send_bare({.path = where, .query = query, .headers = std::move(headers)});
  };
  const std::string soon = seconds(std::chrono::minutes(5));
  const Answer answer = get(path, ticket("", soon));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "moving pictures");
  EXPECT_EQ(answer.header("Content-Security-Policy"), "sandbox; default-src 'none'");
  EXPECT_THAT(answer.header("Content-Disposition"), StartsWith("attachment"));
  EXPECT_EQ(get(path, ticket("cf-r2-jurisdiction=default", soon)).status, 200);
  EXPECT_EQ(get(path, ticket("cf-r2-jurisdiction=default", soon).substr(27)).status, 401);
  EXPECT_EQ(get(path, ticket("", soon), {}).status, 401);
  EXPECT_EQ(get(path, ticket("", soon), {{"Sec-Fetch-Site", "cross-site"}}).status, 401);
  EXPECT_EQ(get(bucket_path("videos/objects/b.mp4"), ticket("", soon)).status, 401);
  EXPECT_EQ(get(path, ticket("", soon) + "0").status, 401);
  EXPECT_EQ(get(path, "ticket=").status, 401);
  EXPECT_EQ(get(path, "ticket=." + std::string(64, '0')).status, 401);
  EXPECT_EQ(get(path, ticket("", seconds(std::chrono::hours(2)))).status, 401);
  EXPECT_EQ(get(path, ticket("", seconds(std::chrono::seconds(0)))).status, 401);
  EXPECT_EQ(send_bare({.path = path, .query = ticket("", soon), .headers = of_page()}).status, 400);
  // Nothing but an object.
  EXPECT_EQ(get("/user", ticket("", soon)).status, 401);
}

TEST_F(SessionTest, AnUploadOfASessionThatEndsIsNotKept) {
  make_bucket("photos");
  const Browser ours = browser();
  const auto request = make_request({.method = "PUT",
                                     .path = bucket_path("photos/objects/a"),
                                     .headers = {{"Cookie", ours.cookie},
                                                 {"X-Coffer-CSRF", ours.csrf},
                                                 {"Sec-Fetch-Site", "same-origin"}}});
  ActingBody body([this] { return sessions_.end_all(ada_); });
  request->body = &body;
  request->has_body = true;
  request->content_length = 1;
  EXPECT_EQ(answer_of(run(service_->handle(*request))).code(), "401 10000");
  EXPECT_EQ(send({.path = bucket_path("photos/objects/a")}).status, 404);
}

TEST_F(SessionTest, EndpointsNameEveryJurisdiction) {
  Services known = services();
  known.endpoints = [] {
    Endpoints endpoints;
    endpoints.s3.emplace_back(Jurisdiction::Default, "http://127.0.0.1:9000", ".r2.localhost:9000");
    endpoints.s3.emplace_back(Jurisdiction::Eu, "http://127.0.0.1:9010", "");
    endpoints.api = "http://127.0.0.1:9001/client/v4";
    return endpoints;
  };
  service_ = std::make_unique<Service>(config_, std::move(known), Probes{});
  const Answer answer = send({.path = account_path("/r2/endpoints")});
  EXPECT_EQ(answer.text("/result/region"), "auto");
  EXPECT_EQ(answer.text("/result/endpoints/0/host_style"),
            "http://" + account_.hex() + ".r2.localhost:9000");
  EXPECT_EQ(answer.text("/result/endpoints/1/jurisdiction"), "eu");
  EXPECT_EQ(answer.text("/result/endpoints/1/host_style"), "null");
}

}  // namespace
}  // namespace coffer::api::test
