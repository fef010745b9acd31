#include "service_fixture.h"

namespace coffer::api::test {
namespace {

using testing::HasSubstr;

class UsageTest : public ServiceTest {
 protected:
  Answer ask(const std::string& query = {}, Headers headers = {}) {
    EXPECT_TRUE(run(usage_.save()));
    return send({.path = account_path("/r2/usage"), .query = query, .headers = std::move(headers)});
  }
};

TEST_F(UsageTest, ShowsRequestsOverTime) {
  EXPECT_EQ(ask().text("/result"), R"({"step_s":300,"points":[]})");
  make_bucket("photos");
  put("photos", "a", "hello");
  send({.path = bucket_path("photos/objects/a")});
  send({.path = bucket_path("photos/objects")});
  send({.path = bucket_path("photos/objects/absent")});
  const Answer answer = ask("bucket=photos");
  EXPECT_EQ(answer.code(), "200") << answer.body;
  EXPECT_EQ(answer.text("/result"),
            R"({"step_s":300,"points":[{"time":"2026-11-24T14:30:00.000Z","requests":4,)"
            R"("reads":2,"writes":1,"lists":1,"deletes":0,"errors_client":1,"errors_server":0,)"
            R"("bytes_in":5,"bytes_out":5}]})");
  EXPECT_EQ(ask("step=3600").text("/result/points/0/time"), "2026-11-24T14:00:00.000Z");
  EXPECT_EQ(ask("step=3600").text("/result/points/0/requests"), "4");
  EXPECT_EQ(ask("bucket=other").text("/result/points"), "[]");
  clock_.advance(std::chrono::minutes(10));
  EXPECT_EQ(ask("since=2026-11-24T14:35:00Z").text("/result/points"), "[]");
  EXPECT_EQ(ask("until=2026-11-24T14:30:00Z").text("/result/points"), "[]");
  EXPECT_EQ(ask("since=2026-11-24T14:31:00Z").text("/result/points/0/requests"), "4");
}

TEST_F(UsageTest, IsOfOneJurisdictionForABucketAndOfAllForTheAccount) {
  make_bucket("photos");
  make_bucket("photos", {{"cf-r2-jurisdiction", "eu"}});
  put("photos", "a", "x");
  put("photos", "a", "x", {{"cf-r2-jurisdiction", "eu"}});
  put("photos", "b", "x", {{"cf-r2-jurisdiction", "eu"}});
  EXPECT_EQ(ask("bucket=photos").text("/result/points/0/requests"), "1");
  EXPECT_EQ(ask("bucket=photos", {{"cf-r2-jurisdiction", "eu"}}).text("/result/points/0/requests"),
            "2");
  EXPECT_EQ(ask().text("/result/points/0/requests"), "3");
}

TEST_F(UsageTest, IsNotOfStrangersAndNotOfUploadsOfDocuments) {
  make_bucket("photos");
  const auto other = run(identity_.create_account("Other", true)).value().id;
  auth::NewToken request = coffer::test::new_token(other, auth::Preset::AdminReadWrite);
  EXPECT_EQ(send_as(issue(std::move(request)), {.path = bucket_path("photos/objects/a")}).code(),
            "403 10000");
  send_bare({.path = bucket_path("photos/objects/a")});
  send({.path = bucket_path("photos/usage")});
  send({.path = account_path("/r2/buckets")});
  EXPECT_EQ(ask().text("/result/points"), "[]");
}

TEST_F(UsageTest, SaysWhatIsWrong) {
  for (const char* query : {"step=60", "since=yesterday", "until=x",
                            "since=2026-11-24T14:00:00Z&until=2026-11-24T14:00:00Z"}) {
    EXPECT_EQ(ask(query).code(), "400 10029") << query;
  }
  EXPECT_EQ(ask("bucket=NO").code(), "400 10005");
  EXPECT_EQ(ask("bucket=photos", {{"cf-r2-jurisdiction", "mars"}}).code(), "400 10029");
}

}  // namespace
}  // namespace coffer::api::test
