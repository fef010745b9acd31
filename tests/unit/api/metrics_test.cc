#include "service_fixture.h"

namespace coffer::api::test {
namespace {

using testing::HasSubstr;

class MetricsTest : public ServiceTest {
 protected:
  /// What `wrangler r2 bucket info` sends.
  Answer ask(std::string_view account, std::string_view bucket) {
    const std::string body =
        R"({"query":"query getR2StorageMetrics($accountTag: String) { viewer }",)"
        R"("operationName":"getR2StorageMetrics","variables":{"accountTag":")" +
        std::string(account) + R"(","filter":{"datetime_geq":"2026-11-23T14:34:37.123Z",)" +
        R"("datetime_leq":"2026-11-24T14:34:37.123Z","bucketName":")" + std::string(bucket) +
        "\"}}}";
    return send({.method = "POST", .path = "/graphql", .body = body});
  }
};

constexpr const char* kGroup = "/data/viewer/accounts/0/r2StorageAdaptiveGroups/0";

TEST_F(MetricsTest, CountWhatAnAccountStores) {
  make_bucket("photos");
  make_bucket("european", {{"cf-r2-jurisdiction", "eu"}});
  put("photos", "a", "hello");
  put("european", "b", "abc", {{"cf-r2-jurisdiction", "eu"}});
  put("photos", "c", "1234567", {{"cf-r2-storage-class", "InfrequentAccess"}});
  const Answer answer = send({.path = account_path("/r2/metrics")});
  EXPECT_EQ(answer.code(), "200");
  EXPECT_EQ(answer.text("/result/standard/published/objects"), "2");
  EXPECT_EQ(answer.text("/result/standard/published/payloadSize"), "8");
  EXPECT_EQ(answer.text("/result/infrequentAccess/published/objects"), "1");
  EXPECT_EQ(answer.text("/result/infrequentAccess/published/payloadSize"), "7");
  EXPECT_EQ(answer.text("/result/standard/uploaded/objects"), "0");
}

TEST_F(MetricsTest, CountWhatABucketStores) {
  make_bucket("photos");
  put("photos", "a", "hello", {{"Content-Type", "text/plain"}});
  put("photos", "c", "1234567", {{"cf-r2-storage-class", "InfrequentAccess"}});
  const Answer upload =
      send({.method = "POST", .path = bucket_path("photos/uploads"), .body = R"({"key":"b"})"});
  send({.method = "PUT",
        .path = bucket_path("photos/uploads/" + upload.text("/result/upload_id") + "/parts/1"),
        .query = "key=b",
        .body = "abc"});
  const Answer answer = send({.path = bucket_path("photos/usage")});
  EXPECT_EQ(answer.code(), "200") << answer.body;
  EXPECT_EQ(answer.text("/result/objects"), "2");
  EXPECT_EQ(answer.text("/result/bytes"), "12");
  EXPECT_NE(answer.text("/result/metadata_bytes"), "0");
  EXPECT_EQ(answer.text("/result/uploads"), "1");
  EXPECT_EQ(answer.text("/result/upload_bytes"), "3");
  EXPECT_EQ(answer.text("/result/standard"), R"({"objects":1,"bytes":5})");
  EXPECT_EQ(answer.text("/result/infrequent_access"), R"({"objects":1,"bytes":7})");
  EXPECT_EQ(send({.path = bucket_path("absent/usage")}).code(), "404 10006");
}

TEST_F(MetricsTest, AnswerTheOneQueryOfWrangler) {
  make_bucket("photos");
  make_bucket("european", {{"cf-r2-jurisdiction", "eu"}});
  put("photos", "a", "hello");
  put("european", "b", "abc", {{"cf-r2-jurisdiction", "eu"}});
  Answer answer = ask(account_.hex(), "photos");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.text("/errors"), "null");
  EXPECT_EQ(answer.text(std::string(kGroup) + "/max/objectCount"), "1");
  EXPECT_EQ(answer.text(std::string(kGroup) + "/max/payloadSize"), "5");
  EXPECT_EQ(answer.text(std::string(kGroup) + "/dimensions/datetime"), "2026-11-24T14:34:37.123Z");
  answer = ask(account_.hex(), "eu_european");
  EXPECT_EQ(answer.text(std::string(kGroup) + "/max/payloadSize"), "3");
  answer = ask(account_.hex(), "absent");
  EXPECT_EQ(answer.text("/data/viewer/accounts/0/r2StorageAdaptiveGroups"), "[]");
}

TEST_F(MetricsTest, RefuseOtherQueriesAndAccounts) {
  const AccountId other = run(identity_.create_account("other", true)).value().id;
  Answer answer = ask(other.hex(), "photos");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.text("/data"), "null");
  EXPECT_EQ(answer.text("/errors/0/message"), "not authorized for that account");
  answer = send({.method = "POST",
                 .path = "/graphql",
                 .body = R"({"query":"{ viewer { zones } }","variables":{}})"});
  EXPECT_EQ(answer.text("/data"), "null");
  EXPECT_THAT(answer.text("/errors/0/message"), HasSubstr("getR2StorageMetrics"));
  EXPECT_EQ(send_bare({.method = "POST", .path = "/graphql", .body = "{}"}).code(), "400 9106");
}

}  // namespace
}  // namespace coffer::api::test
