#include "base/hash.h"
#include "service_fixture.h"

namespace coffer::api::test {
namespace {

using testing::HasSubstr;

constexpr std::string_view kItemWrite = "2efd5506f9c8494dacb1fa10a3e7d5b6";
constexpr std::string_view kItemRead = "6a018a9f2fc74eb6b293b0c548f38b39";
constexpr std::string_view kStorageWrite = "bf7481a1826f439697cb59a20b22293e";
constexpr std::string_view kStorageRead = "b4992e1108244f5d8bfbd5744320c2e1";
constexpr std::string_view kTokensWrite = "5bc3f8b21c554832afc660159ab75fa4";

class TokensTest : public ServiceTest {
 protected:
  TokensTest() {
    manager_ = issue(token_of({"Account API Tokens Write", "Workers R2 Storage Write"}));
    super_ = make_member("super@example.com", auth::super_administrator().name);
  }

  std::string on_account(std::string_view group) const {
    return policy("\"com.cloudflare.api.account." + account_.hex() + "\":\"*\"", group);
  }
  std::string on_bucket(std::string_view bucket, std::string_view group) const {
    return policy("\"com.cloudflare.edge.r2.bucket." + account_.hex() + "_default_" +
                      std::string(bucket) + "\":\"*\"",
                  group);
  }
  static std::string policy(std::string_view resources, std::string_view group,
                            std::string_view effect = "allow") {
    return R"({"effect":")" + std::string(effect) + R"(","resources":{)" + std::string(resources) +
           R"(},"permission_groups":[{"id":")" + std::string(group) + R"("}]})";
  }
  static std::string body(std::string_view policies, std::string_view more = "",
                          std::string_view name = "child") {
    return R"({"name":")" + std::string(name) + R"(","policies":[)" + std::string(policies) + "]" +
           std::string(more) + "}";
  }
  Answer create(std::string text) {
    return send_as(manager_, {.method = "POST", .path = account_path("/tokens"), .body = text});
  }
  Answer create_as(const auth::IssuedToken& caller, std::string text) {
    return send_as(caller, {.method = "POST", .path = account_path("/tokens"), .body = text});
  }
  /// Of an answer that made a token.
  std::string path_of(const Answer& created) const {
    return account_path("/tokens/") + created.text("/result/id");
  }

  auth::IssuedToken manager_;
  UserId super_;
};

TEST_F(TokensTest, AreMadeWithTheKeysThatS3Wants) {
  const Answer made = create(body(on_bucket("photos", kItemWrite)));
  ASSERT_EQ(made.code(), "200") << made.body;
  const std::string value = made.text("/result/value");
  EXPECT_TRUE(value.starts_with("cofa_"));
  EXPECT_EQ(made.text("/result/status"), "active");
  EXPECT_EQ(made.text("/result/issued_on"), "2026-11-24T14:34:37Z");
  EXPECT_TRUE(made.at("/result/last_used_on").is_null());
  EXPECT_FALSE(made.document().as_object()["result"].as_object().contains("expires_on"));
  EXPECT_EQ(made.text("/result/policies/0/permission_groups/0/name"),
            "Workers R2 Storage Bucket Item Write");
  const auto entry = identity_.find(*TokenId::parse(made.text("/result/id")));
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->secret_access_key, sha256_hex(value));

  const Answer got = send_as(manager_, {.path = path_of(made)});
  EXPECT_EQ(got.text("/result/policies"), made.text("/result/policies"));
  EXPECT_THAT(got.body, Not(HasSubstr("cofa_")));
  EXPECT_EQ(send_with(value, {.path = account_path("/tokens/verify")}).text("/result/status"),
            "active");
}

TEST_F(TokensTest, AreListedByPagesThatEnd) {
  for (int i = 0; i < 5; ++i) {
    clock_.advance(std::chrono::seconds(1));
    ASSERT_EQ(create(body(on_account(kStorageRead), "", "t" + std::to_string(i))).code(), "200");
  }
  // Seven: the administrator's, the manager's, and these.
  const auto page = [&](std::string query) {
    return send_as(manager_, {.path = account_path("/tokens"), .query = std::move(query)});
  };
  EXPECT_EQ(page("per_page=5").text("/result_info"),
            R"({"page":1,"per_page":5,"count":5,"total_count":7,"total_pages":2})");
  EXPECT_EQ(page("per_page=5&page=2").at("/result").as_array().size(), 2u);
  EXPECT_EQ(page("per_page=5&page=3").at("/result").as_array().size(), 0u);
  EXPECT_EQ(page("page=18446744073709551615").status, 400);
  EXPECT_EQ(page("direction=desc&per_page=1").text("/result/0/name"), "t4");
  EXPECT_EQ(page("page=0").status, 400);
  EXPECT_EQ(page("per_page=x").status, 400);
}

TEST_F(TokensTest, AreReplacedRolledAndDeleted) {
  const Answer made = create(body(on_account(kStorageWrite)));
  const std::string value = made.text("/result/value");
  const std::string path = path_of(made);
  ASSERT_EQ(send_with(value, {.path = account_path("/r2/buckets")}).code(), "200");

  // Narrowed: the very next request knows.
  const Answer updated = send_as(
      manager_, {.method = "PUT",
                 .path = path,
                 .body = body(on_bucket("photos", kItemRead), R"(,"status":"active")", "renamed")});
  ASSERT_EQ(updated.code(), "200") << updated.body;
  EXPECT_EQ(updated.text("/result/name"), "renamed");
  EXPECT_FALSE(updated.document().as_object()["result"].as_object().contains("value"));
  EXPECT_EQ(send_with(value, {.path = account_path("/r2/buckets")}).code(), "403 10000");

  ASSERT_EQ(send_as(manager_, {.method = "PUT",
                               .path = path,
                               .body = body(on_account(kStorageWrite), R"(,"status":"disabled")")})
                .code(),
            "200");
  EXPECT_EQ(send_with(value, {.path = account_path("/r2/buckets")}).code(), "401 10000");
  const Answer verified = send_with(value, {.path = account_path("/tokens/verify")});
  EXPECT_EQ(verified.code(), "200");
  EXPECT_EQ(verified.text("/result/status"), "disabled");
  ASSERT_EQ(send_as(manager_, {.method = "PUT",
                               .path = path,
                               .body = body(on_account(kStorageWrite), R"(,"status":"active")")})
                .code(),
            "200");

  for (const std::string roll : {"", "{}"}) {
    const Answer rolled =
        send_as(manager_, {.method = "PUT", .path = path + "/value", .body = roll});
    ASSERT_EQ(rolled.code(), "200") << rolled.body;
    EXPECT_TRUE(rolled.text("/result").starts_with("cofa_"));
    EXPECT_EQ(send_with(value, {.path = account_path("/r2/buckets")}).code(), "401 10000");
    EXPECT_EQ(send_with(rolled.text("/result"), {.path = account_path("/r2/buckets")}).code(),
              "200");
  }
  const Answer deleted = send_as(manager_, {.method = "DELETE", .path = path, .body = "{}"});
  EXPECT_EQ(deleted.text("/result"), R"({"id":")" + made.text("/result/id") + R"("})");
  EXPECT_EQ(send_as(manager_, {.path = path}).status, 404);
  EXPECT_EQ(send_as(manager_, {.method = "DELETE", .path = path}).status, 404);
  EXPECT_EQ(send_as(manager_, {.method = "PUT", .path = path + "/value"}).status, 404);
}

TEST_F(TokensTest, RefuseWhatBreaksARule) {
  const std::string good = on_account(kStorageRead);
  const std::string account = "\"com.cloudflare.api.account." + account_.hex() + "\"";
  const struct {
    std::string body;
    std::string says;
  } rows[] = {
      {"", "Malformed JSON"},
      {"[]", "object"},
      {"{", "Malformed JSON"},
      {R"({"policies":[)" + good + "]}", "name"},
      {body(good, "", ""), "name must have a length"},
      {body(good, "", std::string(121, 'n')), "name must have a length"},
      {R"({"name":"x"})", "policies"},
      {body(""), "policies"},
      {R"({"name":"x","policies":{}})", "policies"},
      {body(R"({"id":"1",)" + good.substr(1)),
       "Reusing existing policies is not supported by token creation"},
      {body(policy(account + ":\"*\"", kStorageRead, "maybe")), "effect"},
      {body(policy("", kStorageRead)), "at least one resource"},
      {body(policy(account + ":1", kStorageRead)), "resources"},
      {body(policy(account + ":{}", kStorageRead)), "resources"},
      {body(policy(account + ":\"*\"", "00000000000000000000000000000000")), "permission_groups"},
      {body(policy(account + ":\"*\"", "Workers R2 Storage Read")), "permission_groups"},
      {body(R"({"effect":"allow","resources":{)" + account + R"(:"*"},"permission_groups":[{}]})"),
       "id"},
      {body(policy(account + ":\"*\"", kItemRead)), "acts on buckets"},
      {body(on_bucket("photos", kStorageRead)), "whole account"},
      {body(policy(R"("com.cloudflare.edge.r2.bucket.*":"*")", kItemRead)), "resource"},
      {body(policy(R"("com.cloudflare.api.account.*":"*")", kStorageRead)), "own account"},
      {body(policy(R"("com.cloudflare.api.account.zone.*":"*")", kStorageRead)), "resource"},
      {body(good, R"(,"expires_on":"2020-01-01T00:00:00Z")"), "expires_on"},
      {body(good, R"(,"expires_on":"tomorrow")"), "expires_on"},
      {body(good, R"(,"expires_on":"2030-01-01T00:00:00Z","not_before":"2031-01-01T00:00:00Z")"),
       "not_before"},
      {body(good, R"(,"condition":{"request_ip":{"in":["10.0.0.0/33"]}})"), "in"},
      {body(good, R"(,"condition":{"request_ip":{"not_in":"10.0.0.0/8"}})"), "not_in"},
      {body(good, R"(,"condition":{"request_country":{"in":["DE"]}})"), "request_country"},
  };
  const std::size_t before = identity_.tokens(account_).size();
  for (const auto& row : rows) {
    const Answer answer = create(row.body);
    EXPECT_EQ(answer.status, 400) << row.body << "\n" << answer.body;
    EXPECT_THAT(answer.message(), HasSubstr(row.says)) << row.body;
  }
  EXPECT_EQ(identity_.tokens(account_).size(), before);
}

TEST_F(TokensTest, TakeBothSpellingsOfTheCondition) {
  for (const std::string name : {"request_ip", "request.ip"}) {
    const Answer made =
        create(body(on_account(kStorageRead), R"(,"condition":{")" + name +
                                                  R"(":{"in":["192.0.2.0/24"],)"
                                                  R"("not_in":["192.0.2.9/32"]}})"));
    ASSERT_EQ(made.code(), "200") << made.body;
    EXPECT_EQ(made.text("/result/condition"),
              R"({"request_ip":{"in":["192.0.2.0/24"],"not_in":["192.0.2.9/32"]}})");
    const std::string value = made.text("/result/value");
    const Message list{.path = account_path("/r2/buckets")};
    EXPECT_EQ(send_with(value, list).code(), "200");
    Message elsewhere = list;
    elsewhere.client = "192.0.2.9";
    EXPECT_EQ(send_with(value, elsewhere).code(), "403 9109");
  }
}

TEST_F(TokensTest, NobodyGivesAwayMoreThanTheyHave) {
  const auto reader = issue(token_of({"Account API Tokens Write", "Workers R2 Storage Read"}));
  EXPECT_EQ(create_as(reader, body(on_account(kStorageRead))).code(), "200");
  const Answer refused = create_as(reader, body(on_account(kStorageWrite)));
  EXPECT_EQ(refused.code(), "403 9109");
  EXPECT_THAT(refused.message(), HasSubstr("Workers R2 Storage Write"));
  // What manages tokens is for a person to grant, whatever the token has.
  EXPECT_EQ(create(body(on_account(kTokensWrite))).code(), "403 9109");
  EXPECT_EQ(send_as_user(super_, {.method = "POST",
                                  .path = account_path("/tokens"),
                                  .body = body(on_account(kTokensWrite))})
                .code(),
            "200");
  // Nor by changing, enabling or rolling what is stronger.
  const Answer strong = create(body(on_account(kStorageWrite)));
  const std::string path = path_of(strong);
  EXPECT_EQ(send_as(reader, {.method = "PUT", .path = path + "/value"}).code(), "403 9109");
  EXPECT_EQ(send_as(reader, {.method = "PUT", .path = path, .body = body(on_account(kStorageRead))})
                .code(),
            "403 9109");
  EXPECT_EQ(send_as(reader, {.method = "PUT",
                             .path = path,
                             .body = body(on_account(kStorageWrite), R"(,"status":"active")")})
                .code(),
            "403 9109");
  EXPECT_EQ(send_as(manager_, {.method = "PUT", .path = path + "/value"}).code(), "200");
  // A manager's own value is not for it to roll.
  EXPECT_EQ(
      send_as(manager_, {.method = "PUT",
                         .path = account_path("/tokens/") + manager_.token.id.hex() + "/value"})
          .code(),
      "403 9109");
}

TEST_F(TokensTest, WantTheRightGroup) {
  const auto viewer = issue(token_of({"Account API Tokens Read"}));
  EXPECT_EQ(send_as(viewer, {.path = account_path("/tokens")}).code(), "200");
  EXPECT_EQ(create_as(viewer, body(on_account(kStorageRead))).code(), "403 9109");
  EXPECT_EQ(send({.path = account_path("/tokens")}).code(), "403 9109");
  EXPECT_EQ(send({.path = account_path("/tokens/permission_groups")}).code(), "403 9109");
  const AccountId other = run(identity_.create_account("other", true)).value().id;
  EXPECT_EQ(send_as(manager_, {.path = "/accounts/" + other.hex() + "/tokens"}).code(), "403 9109");
  const UserId admin = make_member("admin@example.com", "Administrator");
  EXPECT_EQ(send_as_user(admin, {.path = account_path("/tokens")}).code(), "403 9109");
}

TEST_F(TokensTest, AreNotMadeWithoutR2) {
  ASSERT_TRUE(run(identity_.set_r2_enabled(account_, false)));
  const Answer refused = create(body(on_account(kStorageRead)));
  EXPECT_EQ(refused.code(), "403 10042");
  EXPECT_EQ(refused.message(), "Please enable R2 through the Cloudflare Dashboard.");
}

TEST_F(TokensTest, ListTheGroupsWithTheirRealIds) {
  const auto groups = [&](std::string query) {
    return send_as(manager_,
                   {.path = account_path("/tokens/permission_groups"), .query = std::move(query)})
        .at("/result")
        .as_array();
  };
  for (const json::value& group : groups("")) {
    EXPECT_NE(json::serialize(group.at("scopes")), R"(["com.cloudflare.api.user"])");
  }
  ASSERT_EQ(groups("name=Workers%20R2%20Storage%20Write").size(), 1u);
  EXPECT_EQ(std::string_view(groups("name=Workers%20R2%20Storage%20Write")[0].at("id").as_string()),
            kStorageWrite);
  EXPECT_EQ(groups("name=Workers%2520R2%2520Storage%2520Write").size(), 1u);  // encoded twice
  EXPECT_EQ(groups("scope=com.cloudflare.edge.r2.bucket").size(), 2u);
  EXPECT_EQ(groups("name=nothing").size(), 0u);
}

TEST_F(TokensTest, OfAUserNeverHaveMoreThanTheUserHasNow) {
  const UserId user = make_member("dev@example.com", "Cloudflare R2 Admin");
  auth::NewToken request;
  request.owner = user;
  request.name = "laptop";
  auth::Policy storage;
  storage.resources = {auth::AllAccountsResource{}};
  storage.groups = {auth::find_permission_group("Workers R2 Storage Write")};
  auth::Policy about_user;
  about_user.resources = {auth::UserResource{user}};
  about_user.groups = {auth::find_permission_group("User Details Read"),
                       auth::find_permission_group("Memberships Read"),
                       auth::find_permission_group("API Tokens Write")};
  request.policies = {storage, about_user};
  const auto token = issue(request);

  EXPECT_EQ(send_as(token, {.path = "/user/tokens/verify"}).code(), "200");
  EXPECT_EQ(send_as(token, {.path = account_path("/tokens/verify")}).code(), "401 1000");
  EXPECT_EQ(send_as(token, {.path = "/user"}).text("/result/email"), "dev@example.com");
  EXPECT_EQ(send_as(token, {.path = "/memberships"}).text("/result/0/roles"),
            R"(["Cloudflare R2 Admin"])");
  EXPECT_EQ(send_as(token, {.path = "/accounts"}).text("/result/0/id"), account_.hex());
  EXPECT_EQ(send_as(token, {.path = account_path("/r2/buckets")}).code(), "200");
  EXPECT_EQ(send_as(token, {.path = account_path("/tokens")}).code(), "403 9109");

  // It makes weaker ones of the same user.
  const Answer child = send_as(
      token, {.method = "POST",
              .path = "/user/tokens",
              .body = body(policy("\"com.cloudflare.api.account." + account_.hex() + "\":\"*\"",
                                  kStorageRead))});
  ASSERT_EQ(child.code(), "200") << child.body;
  EXPECT_TRUE(child.text("/result/value").starts_with("cofu_"));
  EXPECT_EQ(send_as(token, {.path = "/user/tokens"}).at("/result").as_array().size(), 2u);

  // The role goes, and what it gave.
  const auto membership = identity_.find_user(user)->membership_of(account_)->id;
  std::vector<const auth::Role*> reads{auth::find_role("Cloudflare R2 Read")};
  ASSERT_TRUE(run(identity_.set_member_roles(account_, membership, reads)));
  EXPECT_EQ(send_as(token, {.path = account_path("/r2/buckets")}).code(), "200");
  EXPECT_EQ(send_as(token, {.method = "POST",
                            .path = account_path("/r2/buckets"),
                            .body = R"({"name":"photos"})"})
                .code(),
            "403 10000");
  ASSERT_TRUE(run(identity_.remove_member(account_, membership)));
  EXPECT_EQ(send_as(token, {.path = account_path("/r2/buckets")}).code(), "403 10000");
  EXPECT_EQ(send_as(token, {.path = "/accounts"}).text("/result"), "[]");
  auth::UserChange suspension;
  suspension.suspended = true;
  ASSERT_TRUE(run(identity_.change_user(user, suspension)));
  EXPECT_EQ(send_as(token, {.path = "/user"}).code(), "403 9109");
}

TEST_F(TokensTest, OfAnAccountAreUnknownToTheUsersRoutes) {
  EXPECT_EQ(send_as(manager_, {.path = "/user/tokens/verify"}).code(), "401 1000");
  EXPECT_EQ(send_as(manager_, {.path = "/user"}).message(),
            "Valid user-level authentication not found");
  EXPECT_EQ(send_as(manager_, {.path = "/user/tokens"}).code(), "403 9109");
  EXPECT_EQ(send_as(manager_, {.path = "/memberships"}).code(), "400 9106");
}

TEST_F(TokensTest, EveryChangeIsInTheAuditLogWithoutSecrets) {
  const Answer made = create(body(on_account(kStorageRead)));
  const std::string path = path_of(made);
  clock_.advance(std::chrono::seconds(1));
  const Answer rolled = send_as(manager_, {.method = "PUT", .path = path + "/value"});
  clock_.advance(std::chrono::seconds(1));
  ASSERT_EQ(send_as(manager_, {.method = "DELETE", .path = path}).code(), "200");
  const auto reader = issue(token_of({"Account Settings Read"}));
  const Answer log = send_as(reader, {.path = account_path("/logs/audit"),
                                      .query = "since=2026-01-01&before=2027-01-01&limit=3"});
  ASSERT_EQ(log.code(), "200") << log.body;
  EXPECT_EQ(log.text("/result/1/action/description"), "token_delete");
  EXPECT_EQ(log.text("/result/2/action/description"), "token_roll");
  EXPECT_EQ(log.text("/result/2/actor/token_id"), manager_.token.id.hex());
  EXPECT_EQ(log.text("/result/2/actor/ip_address"), "192.0.2.7");
  EXPECT_THAT(log.body, Not(HasSubstr(made.text("/result/value"))));
  EXPECT_THAT(log.body, Not(HasSubstr(rolled.text("/result"))));
  EXPECT_THAT(log.body, Not(HasSubstr(sha256_hex(rolled.text("/result")))));
}

}  // namespace
}  // namespace coffer::api::test
