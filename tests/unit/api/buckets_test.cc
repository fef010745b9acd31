#include "service_fixture.h"

namespace coffer::api::test {
namespace {

using testing::HasSubstr;

class BucketsTest : public ServiceTest {
 protected:
  std::string names(const std::string& query, Headers headers = {}) {
    const Answer answer =
        send({.path = account_path("/r2/buckets"), .query = query, .headers = std::move(headers)});
    EXPECT_EQ(answer.code(), "200") << query << " " << answer.body;
    std::string out;
    const json::value buckets = answer.at("/result/buckets");
    if (const json::array* items = buckets.if_array()) {
      for (const json::value& bucket : *items) {
        if (!out.empty()) out += " ";
        out += std::string_view(bucket.at("name").as_string());
      }
    }
    last_ = answer;
    return out;
  }
  Answer last_;
};

TEST_F(BucketsTest, AreMadeShownAndDeleted) {
  // As wrangler sends it: JSON that says it is text.
  const Answer made = send({.method = "POST",
                            .path = account_path("/r2/buckets"),
                            .body = R"({"name":"photos","storageClass":"InfrequentAccess",)"
                                    R"("locationHint":"weur"})",
                            .headers = {{"Content-Type", "text/plain;charset=UTF-8"}}});
  EXPECT_EQ(made.code(), "200");
  EXPECT_EQ(made.text("/result"),
            R"({"name":"photos","creation_date":"2026-11-24T14:34:37.123Z","location":"WEUR",)"
            R"("storage_class":"InfrequentAccess","jurisdiction":"default"})");
  EXPECT_EQ(send({.path = bucket_path("photos")}).text("/result"), made.text("/result"));

  const Answer again =
      send({.method = "POST", .path = account_path("/r2/buckets"), .body = R"({"name":"photos"})"});
  EXPECT_EQ(again.code(), "409 10004");
  EXPECT_EQ(again.header("x-should-retry"), "false");

  const Answer deleted = send({.method = "DELETE", .path = bucket_path("photos")});
  EXPECT_EQ(deleted.code(), "200");
  EXPECT_EQ(deleted.text("/result"), "{}");
  EXPECT_EQ(send({.path = bucket_path("photos")}).code(), "404 10006");
  EXPECT_EQ(send({.method = "DELETE", .path = bucket_path("photos")}).code(), "404 10006");
}

TEST_F(BucketsTest, AreDeletedOnlyWhenEmpty) {
  make_bucket("photos");
  put("photos", "a", "x");
  const Answer answer = send({.method = "DELETE", .path = bucket_path("photos")});
  EXPECT_EQ(answer.code(), "409 10008");
  EXPECT_EQ(answer.header("x-should-retry"), "false");
  EXPECT_THAT(answer.message(), HasSubstr("is not empty"));
}

TEST_F(BucketsTest, RefuseBadRequests) {
  const struct {
    const char* body;
    const char* code;
    const char* message;
  } rows[] = {
      {"{", "400 10040", "not well formed"},
      {"", "400 10040", "not well formed"},
      {"[]", "400 10029", "the body must be a JSON object"},
      {"{}", "400 10029", "name must be present"},
      {R"({"name":1})", "400 10029", "name must be a string"},
      {R"({"name":"No"})", "400 10005", "name"},
      {R"({"name":"photos","locationHint":"mars"})", "400 10029", "locationHint must be one of"},
      {R"({"name":"photos","storageClass":"Cold"})", "400 10029", "InfrequentAccess"},
  };
  for (const auto& row : rows) {
    const Answer answer =
        send({.method = "POST", .path = account_path("/r2/buckets"), .body = row.body});
    EXPECT_EQ(answer.code(), row.code) << row.body;
    EXPECT_THAT(answer.message(), HasSubstr(row.message)) << row.body;
  }
  EXPECT_EQ(send({.method = "POST",
                  .path = account_path("/r2/buckets"),
                  .body = "{\"name\":\"" + std::string(1024 * 1024, 'a') + "\"}"})
                .code(),
            "400 100100");
}

TEST_F(BucketsTest, LiveInTheirJurisdiction) {
  make_bucket("photos");
  make_bucket("photos", {{"cf-r2-jurisdiction", "eu"}});
  make_bucket("european", {{"cf-r2-jurisdiction", "EU"}});
  EXPECT_EQ(names(""), "photos");
  EXPECT_EQ(names("", {{"cf-r2-jurisdiction", "default"}}), "photos");
  EXPECT_EQ(names("", {{"cf-r2-jurisdiction", "eu"}}), "european photos");
  EXPECT_EQ(last_.text("/result/buckets/0/jurisdiction"), "eu");
  EXPECT_EQ(send({.path = bucket_path("european")}).code(), "404 10006");
  EXPECT_EQ(send({.path = account_path("/r2/buckets"), .headers = {{"cf-r2-jurisdiction", "mars"}}})
                .code(),
            "400 10029");
}

TEST_F(BucketsTest, AreListedInPages) {
  for (const char* name : {"alpha", "beta", "gamma", "delta"}) make_bucket(name);
  EXPECT_EQ(names(""), "alpha beta delta gamma");
  EXPECT_EQ(last_.text("/result_info"), R"({"per_page":20})");
  EXPECT_EQ(names("per_page=3"), "alpha beta delta");
  const std::string cursor = last_.text("/result_info/cursor");
  EXPECT_EQ(names("per_page=3&cursor=" + cursor), "gamma");
  EXPECT_EQ(last_.text("/result_info/cursor"), "null");
  EXPECT_EQ(names("direction=desc&per_page=2"), "gamma delta");
  EXPECT_EQ(names("direction=desc&per_page=2&cursor=" + last_.text("/result_info/cursor")),
            "beta alpha");
  EXPECT_EQ(names("start_after=beta"), "delta gamma");
  EXPECT_EQ(names("name_contains=lt"), "delta");
  for (const char* query : {"per_page=0", "per_page=1001", "direction=up", "order=size",
                            "cursor=nonsense", "direction=desc&cursor="}) {
    const std::string full =
        std::string(query) == "direction=desc&cursor=" ? query + cursor : query;
    EXPECT_EQ(send({.path = account_path("/r2/buckets"), .query = full}).code(), "400 10029")
        << full;
  }
}

TEST_F(BucketsTest, AreListedWithWhatTheyHold) {
  make_bucket("alpha");
  make_bucket("beta");
  put("beta", "a", "hello");
  put("beta", "b", "hi");
  const Answer answer = send({.path = account_path("/r2/buckets"), .query = "usage=true"});
  EXPECT_EQ(answer.code(), "200") << answer.body;
  EXPECT_EQ(answer.text("/result/buckets/0/objects"), "0");
  EXPECT_EQ(answer.text("/result/buckets/0/bytes"), "0");
  EXPECT_EQ(answer.text("/result/buckets/1/objects"), "2");
  EXPECT_EQ(answer.text("/result/buckets/1/bytes"), "7");
  const Answer plain = send({.path = account_path("/r2/buckets")});
  EXPECT_EQ(plain.text("/result/buckets/1/objects"), "null");
  EXPECT_EQ(send({.path = account_path("/r2/buckets"), .query = "usage=maybe"}).code(),
            "400 10029");
}

TEST_F(BucketsTest, ChangeTheirStorageClassByAHeader) {
  make_bucket("photos");
  const Answer changed = send({.method = "PATCH",
                               .path = bucket_path("photos"),
                               .headers = {{"cf-r2-storage-class", "InfrequentAccess"}}});
  EXPECT_EQ(changed.code(), "200");
  EXPECT_EQ(changed.text("/result/storage_class"), "InfrequentAccess");
  put("photos", "a", "x");
  EXPECT_EQ(send({.path = bucket_path("photos/objects/a")}).header("cf-r2-storage-class"),
            "InfrequentAccess");
  EXPECT_EQ(send({.method = "PATCH", .path = bucket_path("photos")}).code(), "400 10029");
  EXPECT_EQ(send({.method = "PATCH",
                  .path = bucket_path("photos"),
                  .headers = {{"cf-r2-storage-class", "Cold"}}})
                .code(),
            "400 10029");
  EXPECT_EQ(send({.method = "PATCH",
                  .path = bucket_path("absent"),
                  .headers = {{"cf-r2-storage-class", "Standard"}}})
                .code(),
            "404 10006");
}

TEST_F(BucketsTest, AreReadOnlyForReaders) {
  make_bucket("photos");
  const auto reader = issue(new_token(auth::Preset::AdminReadOnly));
  EXPECT_EQ(send_as(reader, {.path = bucket_path("photos")}).code(), "200");
  EXPECT_EQ(send_as(reader, {.path = account_path("/r2/buckets")}).code(), "200");
  const Message changes[] = {
      {.method = "POST", .path = account_path("/r2/buckets"), .body = R"({"name":"other"})"},
      {.method = "DELETE", .path = bucket_path("photos")},
      // The forbidden and the missing look alike.
      {.method = "DELETE", .path = bucket_path("absent")},
      {.method = "DELETE", .path = bucket_path("NO")},
      {.method = "PATCH",
       .path = bucket_path("photos"),
       .headers = {{"cf-r2-storage-class", "Standard"}}},
  };
  for (const Message& change : changes) {
    EXPECT_EQ(send_as(reader, change).code(), "403 10000") << change.method << " " << change.path;
  }
}

TEST_F(BucketsTest, AreManagedByMembersOfTheirAccount) {
  const UserId person = make_member("ann@example.com", "Super Administrator - All Privileges");
  const Answer made = send_as_user(
      person,
      {.method = "POST", .path = account_path("/r2/buckets"), .body = R"({"name":"photos"})"});
  EXPECT_EQ(made.code(), "200") << made.body;
  const UserId reader = make_member("bob@example.com", "Administrator Read Only");
  EXPECT_EQ(send_as_user(reader, {.path = bucket_path("photos")}).code(), "200");
  EXPECT_EQ(send_as_user(reader, {.method = "DELETE", .path = bucket_path("photos")}).code(),
            "403 10000");
}

}  // namespace
}  // namespace coffer::api::test
