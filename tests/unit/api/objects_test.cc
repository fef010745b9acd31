#include "service_fixture.h"

namespace coffer::api::test {
namespace {

using testing::HasSubstr;

class ObjectsTest : public ServiceTest {
 protected:
  ObjectsTest() { make_bucket("photos"); }
  Answer get(const std::string& key, Headers headers = {}) {
    return send({.path = bucket_path("photos/objects/" + key), .headers = std::move(headers)});
  }
  std::string keys(const std::string& query) {
    const Answer answer = send({.path = bucket_path("photos/objects"), .query = query});
    EXPECT_EQ(answer.code(), "200") << query << " " << answer.body;
    std::string out;
    const json::value result = answer.at("/result");
    if (const json::array* items = result.if_array()) {
      for (const json::value& object : *items) {
        if (!out.empty()) out += " ";
        out += std::string_view(object.at("key").as_string());
      }
    }
    last_ = answer;
    return out;
  }
  Answer last_;
};

TEST_F(ObjectsTest, KeepBodyAndMetadata) {
  const Answer made = send({.method = "PUT",
                            .path = bucket_path("photos/objects/dir/k%20%C3%A9+%25"),
                            .body = "hello",
                            .headers = {{"Content-Type", "text/html"},
                                        {"Cache-Control", "public, max-age=60"},
                                        {"Content-Language", "en"},
                                        {"Content-Disposition", "inline"},
                                        {"cf-r2-storage-class", "InfrequentAccess"},
                                        {"cf-r2-data-catalog-check", "true"}}});
  EXPECT_EQ(made.code(), "200") << made.body;
  EXPECT_EQ(made.text("/result/key"), "dir/k é+%");
  EXPECT_EQ(made.text("/result/etag"), "5d41402abc4b2a76b9719d911017c592");
  EXPECT_EQ(made.text("/result/size"), "5");
  EXPECT_TRUE(made.at("/result/size").is_string());
  EXPECT_EQ(made.text("/result/uploaded"), "2026-11-24T14:34:37.123Z");
  EXPECT_EQ(made.text("/result/storage_class"), "InfrequentAccess");
  EXPECT_EQ(made.text("/result/version").size(), 36U);

  // With %2F, as the SDK asks for it.
  const Answer read = get("dir%2Fk%20%C3%A9%2B%25");
  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(read.body, "hello");
  EXPECT_EQ(read.header("ETag"), "\"5d41402abc4b2a76b9719d911017c592\"");
  EXPECT_EQ(read.header("Content-Type"), "text/html");
  EXPECT_EQ(read.header("Content-Language"), "en");
  EXPECT_EQ(read.header("Last-Modified"), "Tue, 24 Nov 2026 14:34:37 GMT");
  EXPECT_EQ(read.header("cf-r2-storage-class"), "InfrequentAccess");
}

TEST_F(ObjectsTest, CannotActInABrowser) {
  put("photos", "evil.html", "<script>",
      {{"Content-Type", "text/html"},
       {"Content-Disposition", "inline"},
       {"Cache-Control", "public"}});
  for (const Headers& headers : {Headers{}, Headers{{"If-None-Match", "*"}}}) {
    const Answer read = get("evil.html", headers);
    EXPECT_EQ(read.header("Content-Security-Policy"), "sandbox; default-src 'none'");
    EXPECT_EQ(read.header("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(read.header("Content-Disposition"), "attachment; filename*=UTF-8''evil.html");
    EXPECT_EQ(read.header("Cache-Control"), "private, no-cache");
    EXPECT_EQ(read.header("Access-Control-Allow-Origin"), "<none>");
  }
}

TEST_F(ObjectsTest, AnswerConditions) {
  put("photos", "a", "hello");
  const Answer read = get("a", {{"If-None-Match", "\"5d41402abc4b2a76b9719d911017c592\""}});
  EXPECT_EQ(read.status, 304);
  EXPECT_EQ(read.body, "");
  EXPECT_EQ(get("a", {{"If-None-Match", "\"other\""}}).status, 200);
  EXPECT_EQ(get("a", {{"If-Modified-Since", "Tue, 24 Nov 2026 14:34:37 GMT"}}).status, 304);
  EXPECT_EQ(send({.method = "PUT",
                  .path = bucket_path("photos/objects/a"),
                  .body = "x",
                  .headers = {{"If-None-Match", "*"}}})
                .code(),
            "412 10031");
}

TEST_F(ObjectsTest, AreReadInRanges) {
  put("photos", "a", "0123456789", {{"Content-Type", "text/plain"}});
  EXPECT_EQ(get("a").header("Accept-Ranges"), "bytes");
  EXPECT_EQ(get("a").header("Content-Range"), "<none>");
  const struct {
    const char* range;
    int status;
    const char* content_range;
    const char* body;
  } rows[] = {
      {"bytes=0-3", 206, "bytes 0-3/10", "0123"},
      {"bytes=8-", 206, "bytes 8-9/10", "89"},
      {"bytes=8-99999999999999999999999", 206, "bytes 8-9/10", "89"},
      {"bytes=-2", 206, "bytes 8-9/10", "89"},
      {"bytes=-99", 206, "bytes 0-9/10", "0123456789"},
      // Ignored: several at once, and other units.
      {"bytes=0-1,3-4", 200, "<none>", "0123456789"},
      {"lines=0-1", 200, "<none>", "0123456789"},
  };
  for (const auto& row : rows) {
    const Answer answer = get("a", {{"Range", row.range}});
    EXPECT_EQ(answer.status, row.status) << row.range;
    EXPECT_EQ(answer.header("Content-Range"), row.content_range) << row.range;
    EXPECT_EQ(answer.body, row.body) << row.range;
    EXPECT_EQ(answer.header("Content-Security-Policy"), "sandbox; default-src 'none'");
  }
  for (const char* range : {"bytes=10-", "bytes=10-12", "bytes=-0"}) {
    EXPECT_EQ(get("a", {{"Range", range}}).code(), "416 10039") << range;
  }
  for (const char* range : {"bytes=", "bytes=x-1", "bytes=3-1", "bytes=1"}) {
    EXPECT_EQ(get("a", {{"Range", range}}).code(), "400 10029") << range;
  }
  const std::string etag = get("a").header("ETag");
  EXPECT_EQ(get("a", {{"Range", "bytes=0-1"}, {"If-Range", etag}}).body, "01");
  EXPECT_EQ(get("a", {{"Range", "bytes=0-1"}, {"If-Range", "\"other\""}}).status, 200);
  EXPECT_EQ(get("a", {{"Range", "bytes=0-1"}, {"If-None-Match", etag}}).status, 304);
  EXPECT_EQ(get("absent", {{"Range", "bytes=0-1"}, {"If-Range", etag}}).code(), "404 10007");
}

TEST_F(ObjectsTest, AreReadInTheJurisdictionOfTheQuery) {
  make_bucket("european", {{"cf-r2-jurisdiction", "eu"}});
  put("european", "a", "x", {{"cf-r2-jurisdiction", "eu"}});
  const std::string path = bucket_path("european/objects/a");
  EXPECT_EQ(send({.path = path}).code(), "404 10006");
  EXPECT_EQ(send({.path = path, .query = "cf-r2-jurisdiction=eu"}).body, "x");
  // The header says more.
  EXPECT_EQ(send({.path = path,
                  .query = "cf-r2-jurisdiction=eu",
                  .headers = {{"cf-r2-jurisdiction", "default"}}})
                .code(),
            "404 10006");
  EXPECT_EQ(send({.path = path, .query = "cf-r2-jurisdiction=mars"}).code(), "400 10029");
  // Nothing but a GET, which changes nothing, is asked for by a bare address.
  EXPECT_EQ(send({.method = "DELETE", .path = path, .query = "cf-r2-jurisdiction=eu"}).code(),
            "404 10006");
}

TEST_F(ObjectsTest, AreMissedByNumber) {
  EXPECT_EQ(get("absent").code(), "404 10007");
  EXPECT_EQ(send({.path = bucket_path("absent/objects/a")}).code(), "404 10006");
  EXPECT_EQ(send({.method = "PUT", .path = bucket_path("absent/objects/a"), .body = "x"}).code(),
            "404 10006");
  EXPECT_EQ(send({.path = bucket_path("absent/objects")}).code(), "404 10006");
  EXPECT_EQ(get("100%").code(), "400 10020");
  EXPECT_EQ(get("%FF").code(), "400 10020");
  EXPECT_EQ(get(std::string(1025, 'k')).code(), "400 10020");
}

TEST_F(ObjectsTest, AreDeletedWithABodyInTheAnswer) {
  put("photos", "a", "x");
  // wrangler takes a 204 for a failure.
  const Answer answer = send({.method = "DELETE", .path = bucket_path("photos/objects/a")});
  EXPECT_EQ(answer.code(), "200");
  EXPECT_EQ(answer.text("/result"), R"({"key":"a"})");
  EXPECT_EQ(get("a").code(), "404 10007");
  EXPECT_EQ(send({.method = "DELETE", .path = bucket_path("photos/objects/a")}).code(), "200");
}

TEST_F(ObjectsTest, AreDeletedInBulk) {
  for (const char* key : {"a", "b", "c"}) put("photos", key, "x");
  const Answer answer = send(
      {.method = "DELETE", .path = bucket_path("photos/objects"), .body = R"(["a","c","absent"])"});
  EXPECT_EQ(answer.code(), "200");
  EXPECT_EQ(answer.text("/result"), R"([{"key":"a"},{"key":"c"},{"key":"absent"}])");
  EXPECT_EQ(keys(""), "b");
  std::string many = "[\"a\"";
  for (int i = 0; i < 1000; ++i) many += ",\"a\"";
  for (const std::string& body : {std::string("[]"), std::string("{}"), std::string("[1]"),
                                  std::string("[\"\"]"), std::string(), many + "]"}) {
    EXPECT_EQ(
        send({.method = "DELETE", .path = bucket_path("photos/objects"), .body = body}).status, 400)
        << body.substr(0, 20);
  }
  const Answer job =
      send({.method = "DELETE", .path = bucket_path("photos/objects"), .query = "prefix=a"});
  EXPECT_EQ(job.status, 501);
  EXPECT_THAT(job.message(), HasSubstr("JSON array"));
  EXPECT_EQ(keys(""), "b");
}

TEST_F(ObjectsTest, AreListedWithTheirMetadata) {
  put("photos", "a.txt", "hello", {{"Content-Type", "text/plain"}, {"Content-Language", "en"}});
  EXPECT_EQ(keys(""), "a.txt");
  EXPECT_EQ(last_.text("/result/0"),
            R"({"http_metadata":{"contentType":"text/plain","contentLanguage":"en"},)"
            R"("custom_metadata":{},"key":"a.txt","size":5,)"
            R"("etag":"5d41402abc4b2a76b9719d911017c592",)"
            R"("last_modified":"2026-11-24T14:34:37.123Z","storage_class":"Standard",)"
            R"("ssec":false})");
}

TEST_F(ObjectsTest, AreListedWithoutTheirMetadata) {
  put("photos", "a.txt", "hello", {{"Content-Type", "text/plain"}});
  EXPECT_EQ(keys("metadata=false"), "a.txt");
  EXPECT_EQ(last_.text("/result/0"),
            R"({"key":"a.txt","size":5,"etag":"5d41402abc4b2a76b9719d911017c592",)"
            R"("last_modified":"2026-11-24T14:34:37.123Z","storage_class":"Standard",)"
            R"("ssec":false})");
  EXPECT_EQ(send({.path = bucket_path("photos/objects"), .query = "metadata=no"}).code(),
            "400 10029");
}

TEST_F(ObjectsTest, AreListedInPagesAndGroups) {
  for (const char* key : {"a", "b/1", "b/2", "c", "d/1"}) put("photos", key, "x");
  EXPECT_EQ(keys(""), "a b/1 b/2 c d/1");
  EXPECT_EQ(last_.text("/result_info"), R"({"per_page":20,"is_truncated":false,"delimited":[]})");
  EXPECT_EQ(keys("delimiter=/"), "a c");
  EXPECT_EQ(last_.text("/result_info/delimited"), R"(["b/","d/"])");
  EXPECT_EQ(keys("prefix=b/"), "b/1 b/2");
  EXPECT_EQ(keys("start_after=b/2"), "c d/1");
  EXPECT_EQ(keys("per_page=2"), "a b/1");
  EXPECT_EQ(last_.text("/result_info/is_truncated"), "true");
  EXPECT_EQ(keys("per_page=2&cursor=" + last_.text("/result_info/cursor")), "b/2 c");
  EXPECT_EQ(keys("per_page=2&cursor=" + last_.text("/result_info/cursor")), "d/1");
  EXPECT_EQ(last_.text("/result_info/cursor"), "null");
  EXPECT_EQ(send({.path = bucket_path("photos/objects"), .query = "cursor=x"}).code(), "400 10029");
  EXPECT_EQ(send({.path = bucket_path("photos/objects"), .query = "prefix=%ff"}).code(),
            "400 10029");
}

/// A body that never ends, in pieces.
class Endless final : public ByteSource {
 public:
  Task<Result<std::size_t>> read(MutableBytes out) override {
    total += out.size();
    co_return out.size();
  }
  std::uint64_t total = 0;
};

TEST_F(ObjectsTest, HaveALimitedSize) {
  constexpr std::uint64_t kLimit = 300ULL * 1024 * 1024;
  const auto request = make_request({.method = "PUT",
                                     .path = bucket_path("photos/objects/a"),
                                     .headers = {{"Authorization", "Bearer " + admin_.value}}});
  Endless body;
  request->body = &body;
  request->has_body = true;
  request->content_length = kLimit + 1;
  EXPECT_EQ(answer_of(run(service_->handle(*request))).code(), "400 100100");
  EXPECT_EQ(body.total, 0U);
}

TEST_F(ObjectsTest, AreAskedAboutOnceMoreBeforeTheyAreStored) {
  const auto token = issue(new_token(auth::Preset::AdminReadWrite));
  const auto request = make_request({.method = "PUT",
                                     .path = bucket_path("photos/objects/a"),
                                     .headers = {{"Authorization", "Bearer " + token.value}}});
  ActingBody body([this, id = token.token.id] { return identity_.revoke_token(id); });
  request->body = &body;
  request->has_body = true;
  request->content_length = 1;
  EXPECT_EQ(answer_of(run(service_->handle(*request))).code(), "401 10000");
  EXPECT_EQ(get("a").code(), "404 10007");
}

}  // namespace
}  // namespace coffer::api::test
