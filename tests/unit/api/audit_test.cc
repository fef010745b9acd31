#include "service_fixture.h"

namespace coffer::api::test {
namespace {

class AuditTest : public ServiceTest {
 protected:
  AuditTest() {
    clock_.advance(std::chrono::seconds(1));
    make_bucket("alpha");
    clock_.advance(std::chrono::seconds(1));
    make_bucket("beta", {{"cf-r2-jurisdiction", "eu"}});
    clock_.advance(std::chrono::seconds(1));
    EXPECT_EQ(send({.method = "PATCH",
                    .path = bucket_path("alpha"),
                    .headers = {{"cf-r2-storage-class", "InfrequentAccess"}}})
                  .code(),
              "200");
    clock_.advance(std::chrono::seconds(1));
    EXPECT_EQ(send({.method = "DELETE", .path = bucket_path("alpha")}).code(), "200");
  }
  Answer list(const std::string& query) {
    return send_as(auditor_, {.path = account_path("/logs/audit"),
                              .query = "since=2026-11-24&before=2026-11-25&" + query});
  }
  /// "CreateBucket:alpha ..."
  std::string actions(const std::string& query) {
    last_ = list("resource_type=r2.bucket&" + query);
    EXPECT_EQ(last_.code(), "200") << query << " " << last_.body;
    std::string out;
    const json::value result = last_.at("/result");
    if (const json::array* items = result.if_array()) {
      for (const json::value& entry : *items) {
        if (!out.empty()) out += " ";
        out += std::string_view(entry.at("action").at("description").as_string());
        out += ":";
        out += std::string_view(entry.at("resource").at("id").as_string());
      }
    }
    return out;
  }
  const auth::IssuedToken auditor_ = issue(token_of({"Account Settings Read"}));
  Answer last_;
};

TEST_F(AuditTest, ListsWhatWasDoneToBuckets) {
  EXPECT_EQ(actions(""),
            "DeleteBucket:alpha PutBucketStorageClass:alpha CreateBucket:beta CreateBucket:alpha");
  EXPECT_EQ(actions("direction=asc"),
            "CreateBucket:alpha CreateBucket:beta PutBucketStorageClass:alpha DeleteBucket:alpha");
  EXPECT_EQ(last_.text("/result/2/action/type"), "update");
  EXPECT_EQ(last_.text("/result/2/action/time"), "2026-11-24T14:34:40.123Z");
  EXPECT_EQ(last_.text("/result/2/actor/token_id"), admin_.token.id.hex());
  EXPECT_EQ(last_.text("/result/2/actor/type"), "account");
  EXPECT_EQ(last_.text("/result/2/actor/ip_address"), "192.0.2.7");
  EXPECT_EQ(last_.text("/result/2/resource/value/before/storage_class"), "Standard");
  EXPECT_EQ(last_.text("/result/2/resource/value/after/storage_class"), "InfrequentAccess");
  EXPECT_EQ(last_.text("/result/3/resource/value/after"), "null");
}

TEST_F(AuditTest, GoesOnFromItsCursor) {
  EXPECT_EQ(actions("limit=3"), "DeleteBucket:alpha PutBucketStorageClass:alpha CreateBucket:beta");
  EXPECT_EQ(last_.text("/result_info/count"), "3");
  EXPECT_EQ(actions("limit=3&cursor=" + last_.text("/result_info/cursor")), "CreateBucket:alpha");
  EXPECT_EQ(last_.text("/result_info/cursor"), "null");
}

TEST_F(AuditTest, Filters) {
  EXPECT_EQ(actions("action_type=create"), "CreateBucket:beta CreateBucket:alpha");
  EXPECT_EQ(actions("action_type.not=create"), "DeleteBucket:alpha PutBucketStorageClass:alpha");
  EXPECT_EQ(actions("action_type%5Bnot%5D=create,delete"), "PutBucketStorageClass:alpha");
  EXPECT_EQ(actions("resource_id=beta"), "CreateBucket:beta");
  EXPECT_EQ(actions("actor_email=nobody@example.com"), "");
}

TEST_F(AuditTest, WantsItsTimes) {
  for (const char* query : {"", "since=2026-11-24", "before=2026-11-24", "since=x&before=y",
                            "since=2026-11-24&before=2026-11-25&limit=0"}) {
    EXPECT_EQ(send_as(auditor_, {.path = account_path("/logs/audit"), .query = query}).code(),
              "400 1001")
        << query;
  }
}

TEST_F(AuditTest, HasAnOlderShape) {
  const auto page = [this](const std::string& query) {
    return send_as(auditor_, {.path = account_path("/audit_logs"), .query = query});
  };
  const Answer first = page("per_page=1");
  EXPECT_EQ(first.code(), "200") << first.body;
  EXPECT_EQ(first.text("/result/0/action/type"), "DeleteBucket");
  EXPECT_EQ(first.text("/result/0/resource"), R"({"id":"alpha","type":"r2.bucket"})");
  EXPECT_EQ(first.text("/result/0/interface"), "API");
  EXPECT_EQ(first.text("/result/0/owner/id"), account_.hex());
  EXPECT_EQ(page("per_page=1&page=2").text("/result/0/action/type"), "PutBucketStorageClass");
  // The SDKs go on until a page is empty.
  EXPECT_EQ(page("per_page=1000&page=2").text("/result"), "[]");
  EXPECT_EQ(page("action.type=CreateBucket&per_page=1").text("/result/0/resource/id"), "beta");
  EXPECT_EQ(page("per_page=1000&page=11").code(), "400 1001");
}

TEST_F(AuditTest, IsForWhoMayReadIt) {
  EXPECT_EQ(send({.path = account_path("/audit_logs")}).code(), "403 9109");
  const UserId reader = make_member("bob@example.com", "Administrator Read Only");
  EXPECT_EQ(send_as_user(reader, {.path = account_path("/audit_logs")}).code(), "200");
}

}  // namespace
}  // namespace coffer::api::test
