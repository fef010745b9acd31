#include "service_fixture.h"

namespace coffer::api::test {
namespace {

using testing::HasSubstr;

class AccountsTest : public ServiceTest {
 protected:
  AccountsTest() {
    super_ = make_member("super@example.com", auth::super_administrator().name);
    settings_ = issue(token_of({"Account Settings Write"}));
  }
  UserId make_operator() {
    auth::NewUser request;
    request.email = "operator@example.com";
    request.is_operator = true;
    return run(identity_.create_user(request)).value().id;
  }
  std::string members(std::string_view rest = "") const {
    return account_path("/members") + std::string(rest);
  }
  Answer invite(const auth::IssuedToken& caller, std::string email, std::string_view role,
                std::string more = "") {
    return send_as(caller, {.method = "POST",
                            .path = members(),
                            .body = R"({"email":")" + email + R"(","roles":[")" +
                                    std::string(auth::find_role(role)->id) + R"("])" + more + "}"});
  }

  UserId super_;
  auth::IssuedToken settings_;
};

TEST_F(AccountsTest, ATokenSeesItsOwnAccountAndNoOther) {
  const AccountId other = run(identity_.create_account("other", true)).value().id;
  const Answer list = send({.path = "/accounts"});
  EXPECT_EQ(list.text("/result/0/id"), account_.hex());
  EXPECT_EQ(list.at("/result").as_array().size(), 1u);
  EXPECT_EQ(send({.path = "/accounts", .query = "page=2"}).text("/result"), "[]");
  EXPECT_EQ(send({.path = account_path("")}).text("/result/name"), "test");
  EXPECT_EQ(send({.path = "/accounts/" + other.hex()}).code(), "403 9109");
  // As one that does not exist.
  EXPECT_EQ(send({.path = "/accounts/" + std::string(32, 'a')}).code(), "403 9109");
  EXPECT_EQ(send({.path = "/accounts/nonsense"}).code(), "404 7003");
}

TEST_F(AccountsTest, AreRenamedByWhoMay) {
  const Message rename{.method = "PUT", .path = account_path(""), .body = R"({"name":"Acme"})"};
  EXPECT_EQ(send(rename).code(), "403 9109");
  EXPECT_EQ(send_as(settings_, rename).text("/result/name"), "Acme");
  EXPECT_EQ(send_as_user(super_, rename).code(), "200");
  Message nameless = rename;
  nameless.body = R"({"name":""})";
  EXPECT_EQ(send_as(settings_, nameless).status, 400);
}

TEST_F(AccountsTest, OnlyAnOperatorEnablesR2AndSetsQuotas) {
  const std::string path = account_path("/r2/entitlement");
  const Message enable{.method = "PUT",
                       .path = path,
                       .body = R"({"enabled":true,"quota":{"bytes_max":1000,"buckets_max":1}})"};
  EXPECT_EQ(send_as(settings_, enable).code(), "403 9109");
  EXPECT_EQ(send_as_user(super_, enable).code(), "403 9109");
  const UserId owner = make_operator();
  const Answer enabled = send_as_user(owner, enable);
  ASSERT_EQ(enabled.code(), "200") << enabled.body;
  EXPECT_EQ(send({.path = path}).text("/result"),
            R"({"enabled":true,"quota":{"bytes_max":1000,"objects_max":null,"buckets_max":1}})");
  for (const std::string body :
       {R"({})", R"({"enabled":"yes"})", R"({"enabled":true,"quota":{"bytes_max":-1}})",
        R"({"enabled":true,"quota":{"bytes_max":"1"}})", R"({"enabled":true,"quota":[]})"}) {
    Message bad = enable;
    bad.body = body;
    EXPECT_EQ(send_as_user(owner, bad).status, 400) << body;
  }
  Message disable = enable;
  disable.body = R"({"enabled":false})";
  ASSERT_EQ(send_as_user(owner, disable).code(), "200");
  EXPECT_EQ(send({.path = account_path("/r2/buckets")}).code(), "403 10042");
  EXPECT_EQ(send_as_user(super_, {.method = "POST", .path = "/accounts", .body = R"({"name":"x"})"})
                .code(),
            "403 9109");
  const Answer made =
      send_as_user(owner, {.method = "POST", .path = "/accounts", .body = R"({"name":"x"})"});
  EXPECT_EQ(made.code(), "200") << made.body;
  EXPECT_EQ(made.text("/result/r2/enabled"), "false");
}

TEST_F(AccountsTest, MembersComeChangeAndGo) {
  const UserId caller = super_;
  const Message add{
      .method = "POST",
      .path = members(),
      .body = R"({"email":"new@example.com","roles":["05784afa30c1afe1440e79d9351c7430"]})"};
  const Answer added = send_as_user(caller, add);
  ASSERT_EQ(added.code(), "200") << added.body;
  EXPECT_EQ(added.text("/result/status"), "pending");
  EXPECT_EQ(added.text("/result/user/email"), "new@example.com");
  EXPECT_EQ(send_as_user(caller, add).status, 409);
  EXPECT_EQ(send_as_user(caller, add).header("x-should-retry"), "false");
  const std::string path = members("/" + added.text("/result/id"));
  EXPECT_EQ(send_as_user(caller, {.path = path}).text("/result/roles/0/name"), "Administrator");
  EXPECT_EQ(send_as_user(caller, {.path = members()}).at("/result").as_array().size(), 2u);

  // The invited accepts; until then it is no member.
  const UserId invited = identity_.find_user_by_email("new@example.com")->id;
  EXPECT_EQ(send_as_user(invited, {.path = account_path("/members")}).code(), "403 9109");
  EXPECT_EQ(send_as_user(invited, {.method = "PUT",
                                   .path = "/memberships/" + added.text("/result/id"),
                                   .body = R"({"status":"accepted"})"})
                .text("/result/status"),
            "accepted");
  EXPECT_EQ(send_as_user(invited, {.path = account_path("/members")}).code(), "200");

  EXPECT_EQ(
      send_as_user(caller, {.method = "PUT",
                            .path = path,
                            .body = R"({"roles":[{"id":"f2b20eaa1a5d4af42b53ac16238c99c7"}]})"})
          .text("/result/roles/0/name"),
      "Administrator Read Only");
  EXPECT_EQ(send_as_user(invited, {.method = "DELETE", .path = path}).code(), "403 9109");
  EXPECT_EQ(send_as_user(caller, {.method = "DELETE", .path = path}).text("/result/id"),
            added.text("/result/id"));
  EXPECT_EQ(send_as_user(caller, {.path = path}).status, 404);
}

TEST_F(AccountsTest, ATokenAddsNoOneStrongerThanItself) {
  EXPECT_EQ(invite(settings_, "a@example.com", auth::super_administrator().name).code(),
            "403 9109");
  EXPECT_EQ(invite(settings_, "a@example.com", "Cloudflare R2 Admin").code(), "403 9109");
  const auto both = issue(token_of({"Account Settings Write", "Workers R2 Storage Write"}));
  EXPECT_EQ(invite(both, "a@example.com", "Cloudflare R2 Admin", R"(,"status":"accepted")").code(),
            "200");
  EXPECT_EQ(invite(both, "b@example.com", auth::super_administrator().name).code(), "403 9109");
  const auto viewer = issue(token_of({"Account Settings Read"}));
  EXPECT_EQ(invite(viewer, "c@example.com", "Cloudflare R2 Read").code(), "403 9109");
  EXPECT_EQ(send_as(viewer, {.path = members()}).code(), "200");
}

TEST_F(AccountsTest, TheLastSuperAdministratorStays) {
  const auto membership = identity_.find_user(super_)->membership_of(account_)->id.hex();
  const Answer refused =
      send_as_user(super_, {.method = "DELETE", .path = members("/" + membership)});
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.message(), HasSubstr("Super Administrator"));
}

TEST_F(AccountsTest, RefuseWhatIsNoInvitation) {
  for (const std::string body :
       {R"({})", R"({"email":"x","roles":["05784afa30c1afe1440e79d9351c7430"]})",
        R"({"email":"x@example.com"})", R"({"email":"x@example.com","roles":[]})",
        R"({"email":"x@example.com","roles":["nothing"]})",
        R"({"email":"x@example.com","roles":[1]})",
        R"({"email":"x@example.com","roles":["05784afa30c1afe1440e79d9351c7430"],"status":"x"})"}) {
    EXPECT_EQ(send_as_user(super_, {.method = "POST", .path = members(), .body = body}).status, 400)
        << body;
  }
}

TEST_F(AccountsTest, RolesAreListed) {
  const Answer roles = send_as_user(super_, {.path = account_path("/roles")});
  EXPECT_EQ(roles.at("/result").as_array().size(), 5u);
  EXPECT_EQ(roles.text("/result/0/id"), "33666b9c79b9a5273fc7344ff42f953d");
  EXPECT_EQ(send_as_user(super_, {.path = account_path("/roles/05784afa30c1afe1440e79d9351c7430")})
                .text("/result/name"),
            "Administrator");
  EXPECT_EQ(send_as_user(super_, {.path = account_path("/roles/" + std::string(32, '0'))}).status,
            404);
}

TEST_F(AccountsTest, AUserChangesTheirName) {
  EXPECT_EQ(
      send_as_user(super_,
                   {.method = "PATCH", .path = "/user", .body = R"({"first_name":"Ada Lovelace"})"})
          .text("/result/first_name"),
      "Ada Lovelace");
  EXPECT_EQ(send_as_user(super_, {.path = "/user"}).text("/result/first_name"), "Ada Lovelace");
}

}  // namespace
}  // namespace coffer::api::test
