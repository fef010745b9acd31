#include "service_fixture.h"

namespace coffer::api::test {
namespace {

using testing::HasSubstr;

/// Well formed, and nobody's.
const std::string kUnknownValue = "unknown_" + std::string(45, 'x');

class AuthenticationTest : public ServiceTest {
 protected:
  Answer list_with(Headers headers) {
    return send_bare({.path = account_path("/r2/buckets"), .headers = std::move(headers)});
  }
  Answer list_as(const auth::IssuedToken& token) {
    return send_as(token, {.path = account_path("/r2/buckets")});
  }
};

TEST_F(AuthenticationTest, WantsCredentials) {
  const Answer answer = list_with({});
  EXPECT_EQ(answer.code(), "400 9106");
  EXPECT_EQ(answer.message(), "Missing X-Auth-Key, X-Auth-Email or Authorization headers");
}

TEST_F(AuthenticationTest, RefusesMalformedHeaders) {
  for (const std::string& value :
       {std::string("Bearer"), std::string("Bearer "), std::string("Bearer short"),
        "Basic " + kUnknownValue, "Bearer " + kUnknownValue + "=",
        "Bearer " + kUnknownValue + " " + kUnknownValue, "Bearer " + std::string(129, 'x'),
        std::string("AWS4-HMAC-SHA256 Credential=x")}) {
    const Answer answer = list_with({{"Authorization", value}});
    EXPECT_EQ(answer.code(), "400 6003") << value;
    EXPECT_EQ(answer.message(), "Invalid request headers");
    EXPECT_EQ(answer.text("/errors/0/error_chain"),
              R"([{"code":6111,"message":"Invalid format for Authorization header"}])");
  }
  // Two of them are no better than a bad one.
  EXPECT_EQ(list_with({{"Authorization", "Bearer " + admin_.value},
                       {"Authorization", "Bearer " + admin_.value}})
                .code(),
            "400 6003");
}

TEST_F(AuthenticationTest, ReadsTheSchemeWithoutRegardToCase) {
  EXPECT_EQ(list_with({{"authorization", "bearer  " + admin_.value}}).code(), "200");
}

TEST_F(AuthenticationTest, KnowsTheOlderHeadersByTheirForm) {
  const std::string key(37, 'a');
  EXPECT_EQ(list_with({{"X-Auth-Key", key}}).code(), "400 9106");
  EXPECT_EQ(list_with({{"X-Auth-Email", "a@example.com"}}).code(), "400 9106");
  Answer answer = list_with({{"X-Auth-Key", "short"}, {"X-Auth-Email", "a@example.com"}});
  EXPECT_EQ(answer.code(), "400 6003");
  EXPECT_EQ(answer.text("/errors/0/error_chain/0/code"), "6103");
  answer = list_with({{"X-Auth-Key", key}, {"X-Auth-Email", "nobody"}});
  EXPECT_EQ(answer.text("/errors/0/error_chain/0/code"), "6102");
  // There are no such keys here.
  EXPECT_EQ(list_with({{"X-Auth-Key", key}, {"X-Auth-Email", "a@example.com"}}).code(),
            "401 10000");
  // The SDK sends all it has.
  EXPECT_EQ(list_with({{"X-Auth-Key", key},
                       {"X-Auth-Email", "a@example.com"},
                       {"Authorization", "Bearer " + admin_.value}})
                .code(),
            "200");
}

TEST_F(AuthenticationTest, RefusesUnknownTokensByFamily) {
  Answer answer = send_with(kUnknownValue, {.path = account_path("/r2/buckets")});
  EXPECT_EQ(answer.code(), "401 10000");
  EXPECT_EQ(answer.message(), "Authentication error");
  answer = send_with(kUnknownValue, {.path = account_path("/audit_logs")});
  EXPECT_EQ(answer.code(), "403 9109");
  EXPECT_EQ(answer.message(), "Invalid access token");
  EXPECT_EQ(error_row(ErrorCode::Unauthorized, Family::Verify).status, 401);
  EXPECT_EQ(error_row(ErrorCode::Unauthorized, Family::Verify).code, 1000);
  EXPECT_EQ(error_row(ErrorCode::Unauthorized, Family::Verify).message, "Invalid API Token");
  // Right in form and checksum, but another's.
  std::string changed = admin_.value;
  changed.back() = changed.back() == 'a' ? 'b' : 'a';
  EXPECT_EQ(send_with(changed, {.path = account_path("/r2/buckets")}).code(), "401 10000");
  // The secret is no bearer value.
  EXPECT_EQ(send_with(admin_.secret_access_key, {.path = account_path("/r2/buckets")}).code(),
            "401 10000");
}

TEST_F(AuthenticationTest, RefusesWhatIsNoLongerOrNotYetGood) {
  auto token = new_token(auth::Preset::AdminReadWrite);
  token.expires_on = clock_.now() + std::chrono::hours(1);
  const auto expiring = issue(token);
  EXPECT_EQ(list_as(expiring).code(), "200");
  clock_.advance(std::chrono::hours(1));
  EXPECT_EQ(list_as(expiring).code(), "401 10000");

  token.expires_on.reset();
  token.not_before = clock_.now() + std::chrono::hours(1);
  EXPECT_EQ(list_as(issue(token)).code(), "401 10000");

  const auto disabled = issue(new_token(auth::Preset::AdminReadWrite));
  ASSERT_TRUE(run(identity_.set_token_status(disabled.token.id, auth::TokenStatus::Disabled)));
  EXPECT_EQ(list_as(disabled).code(), "401 10000");

  const auto rolled = issue(new_token(auth::Preset::AdminReadWrite));
  const auto anew = run(identity_.roll_token(rolled.token.id)).value();
  EXPECT_EQ(list_as(rolled).code(), "401 10000");
  EXPECT_EQ(list_as(anew).code(), "200");

  ASSERT_TRUE(run(identity_.revoke_token(anew.token.id)));
  EXPECT_EQ(list_as(anew).code(), "401 10000");
}

TEST_F(AuthenticationTest, NamesTheAddressThatATokenRefuses) {
  auto token = new_token(auth::Preset::AdminReadWrite);
  token.ip.in.push_back(*IpNetwork::parse("198.51.100.0/24"));
  const auto bound = issue(token);
  const Answer answer = list_as(bound);
  EXPECT_EQ(answer.code(), "403 9109");
  EXPECT_EQ(answer.message(), "Cannot use the access token from location: 192.0.2.7");
  EXPECT_EQ(send_as(bound, {.path = account_path("/r2/buckets"), .client = "198.51.100.9"}).code(),
            "200");
}

TEST_F(AuthenticationTest, VerifiesInItsOwnWords) {
  const Message of_account{.path = account_path("/tokens/verify")};
  const Message of_user{.path = "/user/tokens/verify"};
  for (const Message& message : {of_account, of_user}) {
    const Answer answer = send_with(kUnknownValue, message);
    EXPECT_EQ(answer.code(), "401 1000") << message.path;
    EXPECT_EQ(answer.message(), "Invalid API Token") << message.path;
  }
  EXPECT_EQ(send_bare(of_account).code(), "400 1001");
  EXPECT_EQ(send_bare(of_user).code(), "400 9106");
  // By which wrangler knows an account's token.
  EXPECT_EQ(send(of_user).code(), "401 1000");
  EXPECT_EQ(send(of_account).text("/result/status"), "active");

  auto token = new_token(auth::Preset::AdminReadWrite);
  token.expires_on = clock_.now() + std::chrono::hours(1);
  token.ip.in.push_back(*IpNetwork::parse("192.0.2.0/24"));
  const auto expiring = issue(token);
  clock_.advance(std::chrono::hours(2));
  EXPECT_EQ(send_as(expiring, of_account).text("/result/status"), "expired");
  // Still only from where it may be used.
  Message from_elsewhere = of_account;
  from_elsewhere.client = "198.51.100.9";
  EXPECT_EQ(send_as(expiring, from_elsewhere).code(), "401 1000");
  ASSERT_TRUE(run(identity_.set_token_status(admin_.token.id, auth::TokenStatus::Disabled)));
  EXPECT_EQ(send(of_account).text("/result/status"), "disabled");
}

TEST_F(AuthenticationTest, NotesThatATokenWasUsed) {
  const auto token = issue(new_token(auth::Preset::AdminReadWrite));
  EXPECT_FALSE(identity_.find(token.token.id)->last_use->time());
  list_as(token);
  EXPECT_TRUE(identity_.find(token.token.id)->last_use->time());
}

TEST_F(AuthenticationTest, RefusesByFamilyWhatATokenMayNot) {
  const auto reader = issue(token_of({"Account API Tokens Read"}));
  Answer answer = list_as(reader);
  EXPECT_EQ(answer.code(), "403 10000");
  EXPECT_EQ(answer.message(), "Authentication error");
  answer = send_as(reader, {.path = account_path("/audit_logs")});
  EXPECT_EQ(answer.code(), "403 9109");
  EXPECT_EQ(answer.message(), "Unauthorized to access requested resource");
}

TEST_F(AuthenticationTest, KeepsObjectTokensOffTheManagementApi) {
  make_bucket("photos");
  put("photos", "a", "x");
  for (const auto preset : {auth::Preset::ObjectReadWrite, auth::Preset::ObjectReadOnly}) {
    const auto token =
        issue(new_token(preset, {{Jurisdiction::Default, BucketName::parse("photos").value()}}));
    EXPECT_EQ(send_as(token, {.path = bucket_path("photos/objects/a")}).code(), "403 10000");
    EXPECT_EQ(send_as(token, {.path = bucket_path("photos/objects")}).code(), "403 10000");
    EXPECT_EQ(send_as(token, {.path = bucket_path("photos")}).code(), "403 10000");
  }
}

TEST_F(AuthenticationTest, HoldsADenyAgainstTheSameRoutes) {
  make_bucket("photos");
  make_bucket("secret");
  auto token = new_token(auth::Preset::AdminReadWrite);
  auth::Policy deny;
  deny.effect = auth::Effect::Deny;
  deny.resources.emplace_back(auth::BucketResource{account_, Jurisdiction::Default, "secret"});
  deny.groups.push_back(auth::find_permission_group("Workers R2 Storage Bucket Item Write"));
  token.policies.push_back(std::move(deny));
  const auto denied = issue(std::move(token));
  EXPECT_EQ(send_as(denied, {.path = bucket_path("photos/objects")}).code(), "200");
  EXPECT_EQ(send_as(denied, {.path = bucket_path("secret/objects")}).code(), "403 10000");
  EXPECT_EQ(send_as(denied, {.method = "PUT", .path = bucket_path("secret/objects/k"), .body = "x"})
                .code(),
            "403 10000");
}

TEST_F(AuthenticationTest, TellsNobodyAboutOtherAccounts) {
  const AccountId other = run(identity_.create_account("other", true)).value().id;
  const AccountId off = run(identity_.create_account("off", false)).value().id;
  const AccountId none;
  for (const AccountId account : {other, off, none}) {
    const Answer answer = send({.path = "/accounts/" + account.hex() + "/r2/buckets"});
    EXPECT_EQ(answer.code(), "403 10000");
  }
}

TEST_F(AuthenticationTest, WantsR2ToBeEnabled) {
  ASSERT_TRUE(run(identity_.set_r2_enabled(account_, false)));
  for (const char* rest :
       {"/r2/buckets", "/r2/buckets/b", "/r2/buckets/b/objects/k", "/r2/metrics", "/r2/explain"}) {
    const Answer answer = send({.path = account_path(rest)});
    EXPECT_EQ(answer.code(), "403 10042") << rest;
    EXPECT_EQ(answer.message(), "Please enable R2 through the Cloudflare Dashboard.");
  }
}

TEST_F(AuthenticationTest, SlowsDownOnlyWhoFails) {
  config_.failures.burst = 2;
  config_.failures.per_second = 0.001;
  config_.failures.delayed_max = 0;
  start();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(send_with(kUnknownValue, {.path = account_path("/r2/buckets")}).code(), "401 10000");
  }
  const Answer refused = send_with(kUnknownValue, {.path = account_path("/r2/buckets")});
  EXPECT_EQ(refused.code(), "429 10502");
  EXPECT_EQ(refused.header("Retry-After"), "60");
  // A good token from the same address is served; a bad one from another has its own allowance.
  EXPECT_EQ(send({.path = account_path("/r2/buckets")}).code(), "200");
  EXPECT_EQ(
      send_with(kUnknownValue, {.path = account_path("/r2/buckets"), .client = "192.0.2.8"}).code(),
      "401 10000");
  // Neither a missing header nor a refusal of a good token is a guess.
  const auto reader = issue(token_of({"Account API Tokens Read"}));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(list_with({}).code(), "400 9106");
    EXPECT_EQ(list_as(reader).code(), "403 10000");
  }
}

TEST_F(AuthenticationTest, HoldsFailingAnswersBackFirst) {
  config_.failures.burst = 1;
  config_.failures.per_second = 0.001;
  config_.failures.delayed_max = 1;
  start();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(send_with(kUnknownValue, {.path = account_path("/r2/buckets")}).code(), "401 10000");
  }
}

}  // namespace
}  // namespace coffer::api::test
