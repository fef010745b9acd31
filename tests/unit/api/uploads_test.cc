#include "service_fixture.h"

namespace coffer::api::test {
namespace {

using testing::HasSubstr;

constexpr std::size_t kPartBytes = 5'242'880;

class UploadsTest : public ServiceTest {
 protected:
  UploadsTest() { make_bucket("photos"); }

  static std::string uploads(const std::string& rest = {}) { return "photos/uploads" + rest; }
  Answer begin(const std::string& body) {
    return send({.method = "POST", .path = bucket_path(uploads()), .body = body});
  }
  std::string begin_key(const std::string& key) {
    const Answer answer = begin(R"({"key":")" + key + R"("})");
    EXPECT_EQ(answer.code(), "200") << answer.body;
    return answer.text("/result/upload_id");
  }
  Answer put_part(const std::string& id, const std::string& number, const std::string& body,
                  const std::string& query = "key=a") {
    return send({.method = "PUT",
                 .path = bucket_path(uploads("/" + id + "/parts/" + number)),
                 .query = query,
                 .body = body});
  }
  Answer complete(const std::string& id, const std::string& body) {
    return send(
        {.method = "POST", .path = bucket_path(uploads("/" + id + "/complete")), .body = body});
  }
  Answer parts(const std::string& id, const std::string& query) {
    return send({.path = bucket_path(uploads("/" + id + "/parts")), .query = query});
  }
};

TEST_F(UploadsTest, MakeAnObjectOfParts) {
  const Answer made = begin(R"({"key":"dir/k é","http_metadata":{"contentType":"video/mp4"},)"
                            R"("custom_metadata":{"camera":"b"},"storage_class":)"
                            R"("InfrequentAccess"})");
  EXPECT_EQ(made.code(), "200") << made.body;
  EXPECT_EQ(made.text("/result/key"), "dir/k é");
  EXPECT_EQ(made.text("/result/initiated"), "2026-11-24T14:34:37.123Z");
  EXPECT_EQ(made.text("/result/storage_class"), "InfrequentAccess");
  const std::string id = made.text("/result/upload_id");
  const std::string key = "key=dir/k%20%C3%A9";

  const std::string large(kPartBytes, 'a');
  const Answer second = put_part(id, "2", "end", key);
  const Answer first = put_part(id, "1", large, key);
  EXPECT_EQ(first.code(), "200") << first.body;
  EXPECT_EQ(first.text("/result/part_number"), "1");
  EXPECT_EQ(first.text("/result/size"), std::to_string(kPartBytes));
  EXPECT_EQ(second.text("/result/etag"), "7f021a1415b86f2d013b2618fb31ae53");

  const Answer listed = parts(id, key + "&per_page=1");
  EXPECT_EQ(listed.text("/result/0/part_number"), "1");
  EXPECT_EQ(listed.text("/result_info"), R"({"is_truncated":true,"after":1,"per_page":1})");
  const Answer rest = parts(id, key + "&after=1");
  EXPECT_EQ(rest.text("/result/0"),
            R"({"part_number":2,"etag":"7f021a1415b86f2d013b2618fb31ae53","size":3,)"
            R"("last_modified":"2026-11-24T14:34:37.123Z"})");
  EXPECT_EQ(rest.text("/result_info"), R"({"is_truncated":false,"after":2,"per_page":1000})");

  // Tags with and without the quotes that S3 writes.
  const Answer done = complete(
      id, R"({"key":"dir/k é","parts":[{"part_number":1,"etag":"\")" + first.text("/result/etag") +
              R"(\""},{"part_number":2,"etag":")" + second.text("/result/etag") + R"("}]})");
  EXPECT_EQ(done.code(), "200") << done.body;
  EXPECT_EQ(done.text("/result/key"), "dir/k é");
  EXPECT_EQ(done.text("/result/size"), std::to_string(kPartBytes + 3));
  EXPECT_EQ(done.text("/result/parts"), "2");
  EXPECT_THAT(done.text("/result/etag"), HasSubstr("-2"));
  EXPECT_EQ(done.text("/result/http_metadata"), R"({"contentType":"video/mp4"})");
  EXPECT_EQ(done.text("/result/custom_metadata"), R"({"camera":"b"})");
  EXPECT_EQ(done.text("/result/storage_class"), "InfrequentAccess");

  const Answer read = send({.path = bucket_path("photos/objects/dir/k%20%C3%A9")});
  EXPECT_EQ(read.body, large + "end");
  EXPECT_EQ(read.header("Content-Type"), "video/mp4");
  EXPECT_EQ(parts(id, key).code(), "404 10024");
}

TEST_F(UploadsTest, AreListedInPages) {
  std::vector<std::string> ids;
  for (const char* key : {"a", "a", "b/1", "b/2"}) ids.push_back(begin_key(key));
  std::string cursor;
  std::vector<std::string> seen;
  for (int page = 0; page < 4; ++page) {
    const Answer answer =
        send({.path = bucket_path(uploads()),
              .query = "per_page=1" + (cursor.empty() ? "" : "&cursor=" + cursor)});
    EXPECT_EQ(answer.code(), "200") << answer.body;
    EXPECT_EQ(answer.text("/result_info/is_truncated"), page < 3 ? "true" : "false");
    seen.push_back(answer.text("/result/0/upload_id"));
    cursor = answer.text("/result_info/cursor");
  }
  EXPECT_EQ(cursor, "null");
  EXPECT_THAT(seen, testing::UnorderedElementsAreArray(ids));
  const Answer some = send({.path = bucket_path(uploads()), .query = "prefix=b/"});
  EXPECT_EQ(some.text("/result/0/key"), "b/1");
  EXPECT_EQ(some.text("/result/1/key"), "b/2");
  EXPECT_EQ(some.text("/result/2"), "null");
  for (const char* query : {"per_page=0", "cursor=x", "prefix=%ff"}) {
    EXPECT_EQ(send({.path = bucket_path(uploads()), .query = query}).code(), "400 10029") << query;
  }
}

TEST_F(UploadsTest, EndWithoutAnObject) {
  const std::string id = begin_key("a");
  put_part(id, "1", "x");
  const Message abort{.method = "DELETE", .path = bucket_path(uploads("/" + id)), .query = "key=a"};
  const Answer ended = send(abort);
  EXPECT_EQ(ended.code(), "200");
  EXPECT_EQ(ended.text("/result"), "{}");
  EXPECT_EQ(send(abort).code(), "200");  // as S3
  EXPECT_EQ(put_part(id, "1", "x").code(), "404 10024");
  EXPECT_EQ(send({.path = bucket_path("photos/objects/a")}).code(), "404 10007");
}

TEST_F(UploadsTest, SayWhatIsWrong) {
  const std::string id = begin_key("a");
  const std::string none(32, '0');
  for (const char* body :
       {"{}", "[]", R"({"key":1})", R"({"key":"a","http_metadata":1})",
        R"({"key":"a","http_metadata":{"content_type":"x"}})",
        R"({"key":"a","http_metadata":{"contentType":"a\nb"}})",
        R"({"key":"a","custom_metadata":{"Camera":"x"}})",
        R"({"key":"a","custom_metadata":{"a b":"x"}})",
        R"({"key":"a","custom_metadata":{"camera":1}})", R"({"key":"a","storage_class":"Cold"})"}) {
    EXPECT_EQ(begin(body).code(), "400 10029") << body;
  }
  EXPECT_EQ(begin("{").code(), "400 10040");
  EXPECT_EQ(begin(R"({"key":""})").code(), "400 10020");
  EXPECT_EQ(
      begin(R"({"key":"a","custom_metadata":{"a":")" + std::string(8192, 'x') + "\"}}").code(),
      "400 10012");
  EXPECT_EQ(
      send({.method = "POST", .path = bucket_path("absent/uploads"), .body = R"({"key":"a"})"})
          .code(),
      "404 10006");

  EXPECT_EQ(put_part(id, "1", "x", "").code(), "400 10029");
  EXPECT_THAT(put_part(id, "1", "x", "").message(), HasSubstr("key must be present"));
  for (const char* number : {"0", "10001", "x", "-1", "1.5"}) {
    EXPECT_EQ(put_part(id, number, "x").code(), "400 10029") << number;
  }
  EXPECT_EQ(put_part(none, "1", "x").code(), "404 10024");
  EXPECT_EQ(put_part("nonsense", "1", "x").code(), "404 10024");
  EXPECT_EQ(put_part(id, "1", "x", "key=b").code(), "404 10024");
  EXPECT_EQ(parts(id, "key=a&after=10001").code(), "400 10029");
  EXPECT_EQ(parts("nonsense", "key=a").code(), "404 10024");
  EXPECT_EQ(
      send({.method = "DELETE", .path = bucket_path(uploads("/" + none)), .query = "key=a"}).code(),
      "404 10024");

  const std::string etag = put_part(id, "1", "x").text("/result/etag");
  put_part(id, "2", "y");
  const auto item = [](const std::string& number, const std::string& tag) {
    return R"({"part_number":)" + number + R"(,"etag":")" + tag + "\"}";
  };
  std::string many = item("1", etag);
  for (int i = 0; i < 10'000; ++i) many += ",{}";
  const std::pair<std::string, const char*> rows[] = {
      {"", "400 10029"},
      {many, "400 10029"},
      {item("0", etag), "400 10029"},
      {item("10001", etag), "400 10029"},
      {R"({"part_number":1})", "400 10029"},
      {item("3", etag), "400 10025"},
      {item("1", std::string(32, 'f')), "400 10025"},
      {item("1", etag) + "," + item("2", "415290769594460e2e485922904f345d"), "400 10011"},
  };
  for (const auto& [list, code] : rows) {
    EXPECT_EQ(complete(id, R"({"key":"a","parts":[)" + list + "]}").code(), code)
        << list.substr(0, 80);
  }
  EXPECT_EQ(complete(none, R"({"key":"a","parts":[)" + item("1", etag) + "]}").code(), "404 10024");
  EXPECT_EQ(complete(id, R"({"key":"a","parts":[)" + item("1", etag) + "]}").code(), "200");
}

TEST_F(UploadsTest, HavePartsOfALimitedSize) {
  const std::string id = begin_key("a");
  const auto request = make_request({.method = "PUT",
                                     .path = bucket_path(uploads("/" + id + "/parts/1")),
                                     .query = "key=a",
                                     .headers = {{"Authorization", "Bearer " + admin_.value}}});
  StringSource body("x");
  request->body = &body;
  request->has_body = true;
  request->content_length = 5'363'466'241;
  const Answer answer = answer_of(run(service_->handle(*request)));
  EXPECT_EQ(answer.code(), "400 100100");
  EXPECT_THAT(answer.message(), HasSubstr("5,363,466,240"));
}

TEST_F(UploadsTest, AreAskedAboutOnceMoreBeforeAPartIsStored) {
  const std::string id = begin_key("a");
  const auto token = issue(new_token(auth::Preset::AdminReadWrite));
  const auto request = make_request({.method = "PUT",
                                     .path = bucket_path(uploads("/" + id + "/parts/1")),
                                     .query = "key=a",
                                     .headers = {{"Authorization", "Bearer " + token.value}}});
  ActingBody body([this, id = token.token.id] { return identity_.revoke_token(id); });
  request->body = &body;
  request->has_body = true;
  request->content_length = 1;
  EXPECT_EQ(answer_of(run(service_->handle(*request))).code(), "401 10000");
  EXPECT_EQ(parts(id, "key=a").text("/result"), "[]");
}

TEST_F(UploadsTest, KeepAnObjectThatMustNotBeReplaced) {
  const std::string id = begin_key("a");
  const std::string etag = put_part(id, "1", "x").text("/result/etag");
  put("photos", "a", "there");
  EXPECT_EQ(send({.method = "POST",
                  .path = bucket_path(uploads("/" + id + "/complete")),
                  .body = R"({"key":"a","parts":[{"part_number":1,"etag":")" + etag + "\"}]}",
                  .headers = {{"If-None-Match", "*"}}})
                .code(),
            "412 10031");
  EXPECT_EQ(send({.path = bucket_path("photos/objects/a")}).body, "there");
}

TEST_F(UploadsTest, AreOfTheJurisdictionInTheHeader) {
  make_bucket("photos", {{"cf-r2-jurisdiction", "eu"}});
  const Answer made = send({.method = "POST",
                            .path = bucket_path(uploads()),
                            .body = R"({"key":"a"})",
                            .headers = {{"cf-r2-jurisdiction", "eu"}}});
  EXPECT_EQ(made.code(), "200");
  EXPECT_EQ(send({.path = bucket_path(uploads())}).text("/result"), "[]");
  const Answer eu =
      send({.path = bucket_path(uploads()), .headers = {{"cf-r2-jurisdiction", "eu"}}});
  EXPECT_EQ(eu.text("/result/0/upload_id"), made.text("/result/upload_id"));
}

}  // namespace
}  // namespace coffer::api::test
