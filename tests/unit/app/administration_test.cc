#include "app/administration.h"

#include "services_fixture.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

namespace coffer::app {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class AdministrationTest : public test::ServicesTest {
 protected:
  /// A command without further arguments, or with these.
  static json::object command(std::string_view name, json::object arguments = {}) {
    arguments["command"] = name;
    return arguments;
  }
  json::object create_token(std::string_view permission = "admin-read-write") {
    return result_of(command("token.create", {{"name", "ci"}, {"permission", permission}}))
        .as_object();
  }
  std::string create_id(std::string_view permission = "admin-read-write") {
    return std::string(create_token(permission).at("access_key_id").as_string());
  }
  json::object explain(std::string_view id, std::string_view operation, json::object more) {
    json::object request = command("explain", std::move(more));
    request["access-key"] = id;
    request["operation"] = operation;
    return result_of(std::move(request)).as_object();
  }
};

TEST_F(AdministrationTest, RefusesUnknownCommands) {
  EXPECT_THAT(error_of(command("token.frobnicate")), HasSubstr("unknown command"));
  EXPECT_THAT(error_of({}), HasSubstr("unknown command ''"));
}

TEST_F(AdministrationTest, MakesATokenAndShowsItsValueOnce) {
  const json::object made = create_token();
  EXPECT_EQ(made.at("access_key_id"), made.at("id"));
  EXPECT_THAT(std::string(made.at("value").as_string()), StartsWith("cofa_"));
  EXPECT_EQ(made.at("secret_access_key").as_string().size(), 64U);
  EXPECT_EQ(made.at("status"), "active");
  EXPECT_EQ(made.at("account"), json::value(account_.hex()));

  const std::string secret(made.at("secret_access_key").as_string());
  const std::string value(made.at("value").as_string());
  for (const char* name : {"token.list", "token.show"}) {
    const json::value shown = result_of(command(name, {{"access-key", made.at("id")}}));
    const std::string text = json::serialize(shown);
    EXPECT_THAT(text, HasSubstr(made.at("id").as_string().c_str()));
    EXPECT_THAT(text, Not(HasSubstr(secret)));
    EXPECT_THAT(text, Not(HasSubstr(value)));
  }
}

TEST_F(AdministrationTest, MakesATokenWithEveryCondition) {
  const json::value made =
      result_of(command("token.create", {{"name", "scoped"},
                                         {"permission", "object-read-only"},
                                         {"bucket", json::array{"photos", "eu/letters"}},
                                         {"expires", "2099-12-31T23:59:59Z"},
                                         {"not-before", "2020-01-01T00:00:00Z"},
                                         {"ip", json::array{"10.0.0.0/8", "::1"}},
                                         {"not-ip", json::array{"10.1.0.0/16"}}}));
  EXPECT_EQ(made.at("expires_on"), "2099-12-31T23:59:59.000Z");
  EXPECT_EQ(made.at("not_before"), "2020-01-01T00:00:00.000Z");
  EXPECT_EQ(made.at("ip").as_array().size(), 2U);
  EXPECT_EQ(made.at("not_ip").as_array().size(), 1U);
  const std::string policies = json::serialize(made.at("policies"));
  EXPECT_THAT(policies, HasSubstr("photos"));
  EXPECT_THAT(policies, HasSubstr("letters"));
}

TEST_F(AdministrationTest, RefusesBadTokensInTermsOfFlags) {
  const struct {
    std::string_view name;
    json::value value;
    const char* error;
  } rows[] = {
      {"name", "", "InvalidArgument: --name is required"},
      {"permission", "root", "--permission: 'root' is not admin-read-write"},
      {"bucket", json::array{"mars/photos"}, "--bucket: 'mars/photos' is not"},
      {"bucket", json::array{"Bad_Name"}, "--bucket: 'Bad_Name' is not"},
      {"expires", "tomorrow", "--expires: 'tomorrow' is not a time"},
      {"not-before", "2020", "--not-before: '2020' is not a time"},
      {"ip", json::array{"localhost"}, "--ip: 'localhost' is not an address"},
      {"not-ip", json::array{"10.0.0.0/33"}, "--not-ip: '10.0.0.0/33' is not"},
      {"account", "abc", "--account: an account id has 32 hex digits"},
      {"account", json::string(32, '0'), "NoSuchAccount: there is no account 00"},
  };
  for (const auto& row : rows) {
    json::object request =
        command("token.create", {{"name", "ci"}, {"permission", "object-read-only"}});
    request[row.name] = row.value;
    EXPECT_THAT(error_of(std::move(request)), HasSubstr(row.error));
  }
  // Admin permissions are for the whole account.
  EXPECT_THAT(error_of(command("token.create", {{"name", "ci"},
                                                {"permission", "admin-read-only"},
                                                {"bucket", json::array{"photos"}}})),
              StartsWith("InvalidArgument: "));
  EXPECT_TRUE(identity_->tokens(account_).empty());
}

TEST_F(AdministrationTest, RollsATokenUnderTheSameId) {
  const json::object made = create_token();
  const json::value rolled = result_of(command("token.roll", {{"access-key", made.at("id")}}));
  EXPECT_EQ(rolled.at("id"), made.at("id"));
  EXPECT_NE(rolled.at("secret_access_key"), made.at("secret_access_key"));
  EXPECT_NE(rolled.at("value"), made.at("value"));
}

TEST_F(AdministrationTest, DisablesEnablesAndRevokes) {
  const std::string id = create_id();
  const auto with_id = [&](std::string_view name) { return command(name, {{"access-key", id}}); };
  EXPECT_EQ(result_of(with_id("token.disable")).at("status"), "disabled");
  EXPECT_EQ(result_of(with_id("token.show")).at("status"), "disabled");
  EXPECT_EQ(result_of(with_id("token.enable")).at("status"), "active");
  EXPECT_EQ(result_of(with_id("token.revoke")).at("status"), "revoked");
  for (const char* name :
       {"token.show", "token.roll", "token.disable", "token.enable", "token.revoke"}) {
    EXPECT_THAT(error_of(with_id(name)), StartsWith("NoSuchToken: ")) << name;
    EXPECT_THAT(error_of(command(name, {{"access-key", "xyz"}})), HasSubstr("32 hex digits"));
    EXPECT_THAT(error_of(command(name)), HasSubstr("--access-key is required"));
  }
}

TEST_F(AdministrationTest, ManagesBucketsOfEveryJurisdiction) {
  result_of(command("bucket.create", {{"bucket", "photos"}, {"location", "weur"}}));
  result_of(command("bucket.create", {{"bucket", "photos"}, {"jurisdiction", "eu"}}));
  const json::value all = result_of(command("bucket.list"));
  ASSERT_EQ(all.as_array().size(), 2U);
  EXPECT_EQ(all.at(0).at("jurisdiction"), "default");
  EXPECT_EQ(all.at(0).at("location"), "WEUR");
  EXPECT_EQ(all.at(1).at("jurisdiction"), "eu");
  EXPECT_EQ(result_of(command("bucket.list", {{"jurisdiction", "us"}})).as_array().size(), 0U);

  EXPECT_THAT(error_of(command("bucket.create", {{"bucket", "photos"}})),
              StartsWith("BucketAlreadyOwnedByYou: "));
  result_of(command("bucket.delete", {{"bucket", "photos"}}));
  EXPECT_THAT(error_of(command("bucket.delete", {{"bucket", "photos"}})),
              StartsWith("NoSuchBucket: "));
  EXPECT_EQ(result_of(command("bucket.list")).as_array().size(), 1U);
}

TEST_F(AdministrationTest, ListsMoreBucketsThanAPageHolds) {
  constexpr int kCount = 1003;
  for (int i = 0; i < kCount; ++i) {
    result_of(command("bucket.create", {{"bucket", "bucket-" + std::to_string(i)}}));
  }
  EXPECT_EQ(result_of(command("bucket.list")).as_array().size(), std::size_t{kCount});
}

TEST_F(AdministrationTest, RefusesBadBucketsInTermsOfFlags) {
  EXPECT_THAT(error_of(command("bucket.create")), HasSubstr("--bucket is required"));
  EXPECT_THAT(error_of(command("bucket.create", {{"bucket", "Bad_Name"}})),
              StartsWith("InvalidBucketName: "));
  EXPECT_THAT(error_of(command("bucket.create", {{"bucket", "photos"}, {"jurisdiction", "mars"}})),
              HasSubstr("--jurisdiction: 'mars' is not"));
  EXPECT_THAT(error_of(command("bucket.create", {{"bucket", "photos"}, {"location", "moon"}})),
              HasSubstr("--location: 'moon' is not"));
}

TEST_F(AdministrationTest, ListsAccountsAndAsksWhichWhenThereAreSeveral) {
  const json::value one = result_of(command("account.list"));
  ASSERT_EQ(one.as_array().size(), 1U);
  EXPECT_EQ(one.at(0).at("r2_enabled"), json::value(true));
  const AccountId second = run(identity_->create_account("second", true)).value().id;
  EXPECT_THAT(error_of(command("bucket.list")), HasSubstr("name one with --account"));
  result_of(command("bucket.create", {{"bucket", "photos"}, {"account", second.hex()}}));
  EXPECT_EQ(result_of(command("bucket.list", {{"account", account_.hex()}})).as_array().size(), 0U);
  EXPECT_EQ(result_of(command("bucket.list", {{"account", second.hex()}})).as_array().size(), 1U);
}

TEST_F(AdministrationTest, MakesNothingInAnAccountWithoutR2) {
  ASSERT_TRUE(run(identity_->set_r2_enabled(account_, false)));
  EXPECT_THAT(error_of(command("bucket.create", {{"bucket", "photos"}})),
              StartsWith("NotEntitled: "));
  EXPECT_THAT(
      error_of(command("token.create", {{"name", "ci"}, {"permission", "admin-read-only"}})),
      StartsWith("NotEntitled: "));
}

TEST_F(AdministrationTest, ExplainsWhatATokenMayDo) {
  const std::string id = create_id("object-read-only");
  const json::object read = explain(id, "GetObject", {{"bucket", "photos"}, {"key", "a/b"}});
  EXPECT_EQ(read.at("allowed"), json::value(true));
  EXPECT_EQ(read.at("answer"), "allowed");
  EXPECT_THAT(std::string(read.at("reason").as_string()), HasSubstr("Bucket Item Read"));
  const json::object write = explain(id, "PutObject", {{"bucket", "photos"}, {"key", "a/b"}});
  EXPECT_EQ(write.at("allowed"), json::value(false));
  EXPECT_EQ(write.at("answer"), "AccessDenied");
  const json::object copy =
      explain(id, "CopyObject", {{"bucket", "photos"}, {"key", "a"}, {"source", "photos/b"}});
  EXPECT_EQ(copy.at("allowed"), json::value(false));
  EXPECT_EQ(explain(id, "ListBuckets", {}).at("allowed"), json::value(false));
}

TEST_F(AdministrationTest, ExplainsTokensThatAreNotUsable) {
  const std::string id = create_id();
  result_of(command("token.disable", {{"access-key", id}}));
  EXPECT_EQ(explain(id, "ListBuckets", {}).at("answer"), "Unauthorized");
  const json::object unknown = explain(std::string(32, 'a'), "ListBuckets", {});
  EXPECT_EQ(unknown.at("answer"), "Unauthorized");
  EXPECT_TRUE(unknown.at("policy").is_null());
}

TEST_F(AdministrationTest, ExplainsFromTheClientsAddress) {
  const json::value made = result_of(command(
      "token.create",
      {{"name", "ci"}, {"permission", "admin-read-only"}, {"ip", json::array{"10.0.0.0/8"}}}));
  const std::string id(made.at("id").as_string());
  EXPECT_EQ(explain(id, "ListBuckets", {}).at("answer"), "Unauthorized");
  EXPECT_EQ(explain(id, "ListBuckets", {{"ip", "10.1.2.3"}}).at("answer"), "allowed");
}

TEST_F(AdministrationTest, AsksForWhatAnOperationNeeds) {
  const std::string id = create_id();
  const auto ask = [&](std::string_view operation, json::object more) {
    json::object request = command("explain", std::move(more));
    request["access-key"] = id;
    request["operation"] = operation;
    return error_of(std::move(request));
  };
  EXPECT_THAT(ask("Levitate", {}), HasSubstr("--operation: 'Levitate' is not an S3 operation"));
  EXPECT_THAT(ask("", {}), HasSubstr("--operation is required"));
  EXPECT_THAT(ask("HeadBucket", {}), HasSubstr("--bucket is required"));
  EXPECT_THAT(ask("GetObject", {{"bucket", "b"}}), HasSubstr("--key is required"));
  EXPECT_THAT(ask("CopyObject", {{"bucket", "b"}, {"key", "k"}}),
              HasSubstr("--source is required"));
  EXPECT_THAT(ask("CopyObject", {{"bucket", "b"}, {"key", "k"}, {"source", "b"}}),
              HasSubstr("--source: write BUCKET/KEY"));
  EXPECT_THAT(ask("ListBuckets", {{"ip", "home"}}), HasSubstr("--ip: 'home' is not an address"));
}

}  // namespace
}  // namespace coffer::app
