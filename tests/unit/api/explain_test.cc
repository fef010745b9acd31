#include "service_fixture.h"

namespace coffer::api::test {
namespace {

using testing::HasSubstr;

class ExplainTest : public ServiceTest {
 protected:
  Message ask(const auth::IssuedToken& about, const std::string& more) {
    return {.path = account_path("/r2/explain"),
            .query = "key=" + about.token.id.hex() + "&" + more};
  }
  const auth::IssuedToken reader_ =
      issue(new_token(auth::Preset::ObjectReadOnly,
                      {{Jurisdiction::Default, BucketName::parse("photos").value()}}));
};

TEST_F(ExplainTest, SaysWhy) {
  const auth::IssuedToken asker = issue(token_of({"Account API Tokens Read"}));
  Answer answer = send_as(asker, ask(reader_, "operation=GetObject&bucket=photos&object=a"));
  EXPECT_EQ(answer.code(), "200") << answer.body;
  EXPECT_EQ(answer.text("/result/allowed"), "true");
  EXPECT_EQ(answer.text("/result/answer"), "allowed");
  EXPECT_EQ(answer.text("/result/permission_group"), "Workers R2 Storage Bucket Item Read");
  EXPECT_THAT(answer.text("/result/reason"), HasSubstr("photos"));

  answer = send_as(asker, ask(reader_, "operation=PutObject&bucket=photos&object=a"));
  EXPECT_EQ(answer.text("/result/allowed"), "false");
  EXPECT_EQ(answer.text("/result/answer"), "AccessDenied");
  answer =
      send_as(asker, ask(reader_, "operation=GetObject&bucket=photos&object=a&jurisdiction=eu"));
  EXPECT_EQ(answer.text("/result/allowed"), "false");
  answer =
      send_as(asker, ask(reader_, "operation=CopyObject&bucket=photos&object=a&source=photos/b"));
  EXPECT_EQ(answer.text("/result/allowed"), "false");
}

TEST_F(ExplainTest, AnswersForAnotherPlaceAndTime) {
  auto token = new_token(auth::Preset::AdminReadWrite);
  token.ip.in.push_back(*IpNetwork::parse("192.0.2.0/24"));
  token.expires_on = clock_.now() + std::chrono::hours(1);
  const auto bound = issue(token);
  const std::string question = "operation=ListBuckets";
  EXPECT_EQ(send_as(bound, ask(bound, question)).text("/result/allowed"), "true");
  EXPECT_EQ(send_as(bound, ask(bound, question + "&ip=198.51.100.1")).text("/result/cause"),
            send_as(bound, ask(bound, question + "&ip=2001:db8::1")).text("/result/cause"));
  EXPECT_EQ(send_as(bound, ask(bound, question + "&ip=198.51.100.1")).text("/result/answer"),
            "Unauthorized");
  EXPECT_EQ(
      send_as(bound, ask(bound, question + "&time=2026-11-25T00:00:00Z")).text("/result/answer"),
      "Unauthorized");
}

TEST_F(ExplainTest, IsForTheTokenItselfAndWhoMayReadTokens) {
  const std::string question = "operation=GetObject&bucket=photos&object=a";
  EXPECT_EQ(send_as(reader_, ask(reader_, question)).code(), "200");
  // Read and write all of R2 is not to read tokens.
  EXPECT_EQ(send(ask(reader_, question)).code(), "403 10000");
  const UserId super = make_member("ann@example.com", "Super Administrator - All Privileges");
  EXPECT_EQ(send_as_user(super, ask(reader_, question)).code(), "200");
  const UserId admin = make_member("bob@example.com", "Administrator");
  EXPECT_EQ(send_as_user(admin, ask(reader_, question)).code(), "403 10000");
}

TEST_F(ExplainTest, TellsNothingOfOtherAccountsTokens) {
  const AccountId other = run(identity_.create_account("other", true)).value().id;
  auth::NewToken request = coffer::test::new_token(other, auth::Preset::AdminReadWrite);
  request.name = "foreign";
  const auto foreign = issue(std::move(request));
  const auth::IssuedToken asker = issue(token_of({"Account API Tokens Read"}));
  EXPECT_EQ(send_as(asker, ask(foreign, "operation=ListBuckets")).code(), "404 1003");
}

TEST_F(ExplainTest, RefusesBadQuestions) {
  const auth::IssuedToken asker = issue(token_of({"Account API Tokens Read"}));
  for (const char* question :
       {"", "operation=Nothing", "operation=GetObject", "operation=GetObject&bucket=b",
        "operation=CopyObject&bucket=b&object=k", "operation=CopyObject&bucket=b&object=k&source=x",
        "operation=ListBuckets&ip=x", "operation=ListBuckets&time=x",
        "operation=ListBuckets&jurisdiction=mars"}) {
    EXPECT_EQ(send_as(asker, ask(reader_, question)).code(), "400 10029") << question;
  }
}

}  // namespace
}  // namespace coffer::api::test
