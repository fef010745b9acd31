#include "auth/temporary_credential.h"
#include "service_fixture.h"

namespace coffer::api::test {
namespace {

using testing::HasSubstr;

class TemporaryCredentialsTest : public ServiceTest {
 protected:
  TemporaryCredentialsTest() {
    make_bucket("photos");
    make_bucket("european", {{"cf-r2-jurisdiction", "eu"}});
  }
  static std::string body_of(const auth::IssuedToken& parent, std::string_view permission,
                             std::string_view bucket = "photos", std::string_view more = "") {
    return R"({"bucket":")" + std::string(bucket) + R"(","parentAccessKeyId":")" +
           parent.token.id.hex() + R"(","permission":")" + std::string(permission) +
           R"(","ttlSeconds":900)" + std::string(more) + "}";
  }
  Message make(std::string body, Headers headers = {}) {
    return {.method = "POST",
            .path = account_path("/r2/temp-access-credentials"),
            .body = std::move(body),
            .headers = std::move(headers)};
  }
  auth::TemporarySession session_of(const Answer& answer, const auth::IssuedToken& parent) {
    return auth::verify_session_token(answer.text("/result/sessionToken"),
                                      *identity_.find(parent.token.id), *authenticator_.audiences(),
                                      clock_.now())
        .value();
  }
};

TEST_F(TemporaryCredentialsTest, AreMadeFromTheCallingToken) {
  const Answer answer = send(make(
      body_of(admin_, "object-read-write", "photos", R"(,"prefixes":["a/"],"objects":["b"])")));
  EXPECT_EQ(answer.code(), "200") << answer.body;
  EXPECT_EQ(answer.text("/result/accessKeyId"), admin_.token.id.hex());
  const auto session = session_of(answer, admin_);
  EXPECT_EQ(session.secret_access_key, answer.text("/result/secretAccessKey"));
  EXPECT_EQ(session.scope.bucket, "photos");
  EXPECT_EQ(session.scope.jurisdiction, Jurisdiction::Default);
  ASSERT_TRUE(session.scope.paths);
  EXPECT_THAT(session.scope.paths->prefixes, testing::ElementsAre("a/"));
  EXPECT_EQ(answer.header("Cache-Control"), "no-store");
}

TEST_F(TemporaryCredentialsTest, AreForTheJurisdictionInTheHeader) {
  const Answer answer =
      send(make(body_of(admin_, "object-read-only", "european"), {{"cf-r2-jurisdiction", "eu"}}));
  EXPECT_EQ(answer.code(), "200") << answer.body;
  EXPECT_EQ(session_of(answer, admin_).scope.jurisdiction, Jurisdiction::Eu);
  EXPECT_EQ(send(make(body_of(admin_, "object-read-only", "european"))).code(), "404 10006");
}

TEST_F(TemporaryCredentialsTest, AreNotMadeOfAnothersToken) {
  const auto other = issue(new_token(auth::Preset::AdminReadWrite));
  const Answer foreign = send(make(body_of(other, "object-read-only")));
  EXPECT_EQ(foreign.code(), "403 10000");
  // Nor is it told whether there is one.
  auto unknown = other;
  unknown.token.id = TokenId();
  EXPECT_EQ(send(make(body_of(unknown, "object-read-only"))).code(), "403 10000");
}

TEST_F(TemporaryCredentialsTest, AreMadeBySuperAdministratorsOfTheAccount) {
  const UserId super = make_member("ann@example.com", "Super Administrator - All Privileges");
  const UserId admin = make_member("bob@example.com", "Administrator");
  const Message message = make(body_of(admin_, "object-read-only"));
  EXPECT_EQ(send_as_user(super, message).code(), "200");
  EXPECT_EQ(send_as_user(admin, message).code(), "403 10000");
}

TEST_F(TemporaryCredentialsTest, NeverExceedTheirParent) {
  const auto reader = issue(new_token(auth::Preset::AdminReadOnly));
  EXPECT_EQ(send_as(reader, make(body_of(reader, "object-read-only"))).code(), "200");
  for (const char* permission : {"object-read-write", "admin-read-write"}) {
    const Answer answer = send_as(reader, make(body_of(reader, permission)));
    EXPECT_EQ(answer.code(), "403 10003") << permission;
    EXPECT_THAT(answer.message(), HasSubstr("exceeds")) << permission;
  }
  const auto item =
      issue(new_token(auth::Preset::ObjectReadOnly,
                      {{Jurisdiction::Default, BucketName::parse("photos").value()}}));
  EXPECT_EQ(send_as(item, make(body_of(item, "object-read-only"))).code(), "200");
  EXPECT_EQ(send_as(item, make(body_of(item, "object-read-only", "absent"))).code(), "403 10003");
  EXPECT_EQ(send_as(item, make(body_of(item, "admin-read-only"))).code(), "403 10003");
}

TEST_F(TemporaryCredentialsTest, RefuseBadRequests) {
  const std::string id = admin_.token.id.hex();
  const struct {
    std::string body;
    const char* code;
  } rows[] = {
      {"{}", "400 10029"},
      {R"({"parentAccessKeyId":")" + id + R"("})", "400 10029"},
      {body_of(admin_, "everything"), "400 10029"},
      {body_of(admin_, "object-read-only", "photos", R"(,"prefixes":"a/")"), "400 10029"},
      {body_of(admin_, "object-read-only", "NO"), "400 10005"},
      {body_of(admin_, "object-read-only", "absent"), "404 10006"},
      {R"({"bucket":"photos","parentAccessKeyId":")" + id +
           R"(","permission":"object-read-only","ttlSeconds":604801})",
       "400 10029"},
      {R"({"bucket":"photos","parentAccessKeyId":")" + id +
           R"(","permission":"object-read-only","ttlSeconds":0})",
       "400 10029"},
      {R"({"bucket":"photos","parentAccessKeyId":")" + id + R"(","permission":"object-read-only"})",
       "400 10029"},
  };
  for (const auto& row : rows) EXPECT_EQ(send(make(row.body)).code(), row.code) << row.body;
}

}  // namespace
}  // namespace coffer::api::test
