#include "service_fixture.h"

namespace coffer::api::test {
namespace {

using testing::HasSubstr;

class ObjectActionsTest : public ServiceTest {
 protected:
  ObjectActionsTest() {
    make_bucket("photos");
    make_bucket("other");
    put("photos", "a", "hello",
        {{"Content-Type", "text/plain"}, {"cf-r2-storage-class", "InfrequentAccess"}});
  }
  Answer details(const std::string& object) {
    return send({.path = bucket_path("photos/metadata/" + object)});
  }
  Answer replace(const std::string& body, Headers headers = {}) {
    return send({.method = "PUT",
                 .path = bucket_path("photos/metadata/a"),
                 .body = body,
                 .headers = std::move(headers)});
  }
  Answer copy(const std::string& bucket, const std::string& body) {
    return send({.method = "POST", .path = bucket_path(bucket + "/copies"), .body = body});
  }
  std::string read(const std::string& path) {
    const Answer answer = send({.path = bucket_path(path)});
    return answer.status == 200 ? answer.body : answer.code();
  }
};

TEST_F(ObjectActionsTest, ShowWhatAnObjectIs) {
  const Answer answer = details("a");
  EXPECT_EQ(answer.code(), "200");
  const std::string version = answer.text("/result/version");
  EXPECT_EQ(version.size(), 36U);
  EXPECT_EQ(answer.text("/result"),
            R"({"http_metadata":{"contentType":"text/plain"},"custom_metadata":{},"key":"a",)"
            R"("size":5,"etag":"5d41402abc4b2a76b9719d911017c592","version":")" +
                version +
                R"(","last_modified":"2026-11-24T14:34:37.123Z",)"
                R"("storage_class":"InfrequentAccess","parts":0})");
  EXPECT_EQ(details("absent").code(), "404 10007");
  EXPECT_EQ(send({.path = bucket_path("absent/metadata/a")}).code(), "404 10006");
}

TEST_F(ObjectActionsTest, ShowBytesOfHeadersThatAreNoUtf8) {
  put("photos", "b", "x", {{"Content-Disposition", "inline; filename=\xe9"}});
  EXPECT_EQ(details("b").text("/result/http_metadata/contentDisposition"),
            "inline; filename=\xc3\xa9");
}

TEST_F(ObjectActionsTest, ReplaceMetadataAndNothingElse) {
  clock_.advance(std::chrono::seconds(1));
  const Answer changed =
      replace(R"({"http_metadata":{"contentLanguage":"en","cacheExpiry":"2027-01-01T00:00:00Z"},)"
              R"("custom_metadata":{"camera":"größer"}})");
  EXPECT_EQ(changed.code(), "200") << changed.body;
  EXPECT_EQ(changed.text("/result/http_metadata"),
            R"({"contentLanguage":"en","cacheExpiry":"Fri, 01 Jan 2027 00:00:00 GMT"})");
  EXPECT_EQ(changed.text("/result/custom_metadata"), R"({"camera":"größer"})");
  EXPECT_EQ(changed.text("/result/etag"), "5d41402abc4b2a76b9719d911017c592");
  EXPECT_EQ(changed.text("/result/storage_class"), "InfrequentAccess");
  EXPECT_EQ(changed.text("/result/last_modified"), "2026-11-24T14:34:38.123Z");
  EXPECT_EQ(details("a").text("/result"), changed.text("/result"));
  EXPECT_EQ(read("photos/objects/a"), "hello");

  const Answer other =
      replace(R"({"http_metadata":{},"custom_metadata":{},"storage_class":"Standard"})");
  EXPECT_EQ(other.text("/result/storage_class"), "Standard");
  EXPECT_EQ(other.text("/result/http_metadata"), "{}");
}

TEST_F(ObjectActionsTest, ReplaceMetadataOfTheObjectThatWasMeant) {
  const char* const body = R"({"http_metadata":{},"custom_metadata":{}})";
  EXPECT_EQ(replace(body, {{"If-Match", "\"other\""}}).code(), "412 10031");
  EXPECT_EQ(replace(body, {{"If-Match", "\"5d41402abc4b2a76b9719d911017c592\""}}).code(), "200");
}

TEST_F(ObjectActionsTest, RefuseMetadataThatCannotBe) {
  for (const char* body : {"{}", "[]", R"({"http_metadata":{}})", R"({"custom_metadata":{}})",
                           R"({"http_metadata":{},"custom_metadata":[]})",
                           R"({"http_metadata":{"contentType":" a"},"custom_metadata":{}})",
                           R"({"http_metadata":{"contentType":"a\u0000b"},"custom_metadata":{}})",
                           R"({"http_metadata":{"unknown":"x"},"custom_metadata":{}})",
                           R"({"http_metadata":{},"custom_metadata":{"UPPER":"x"}})",
                           R"({"http_metadata":{},"custom_metadata":{},"storage_class":"Cold"})"}) {
    EXPECT_EQ(replace(body).code(), "400 10029") << body;
  }
  EXPECT_EQ(
      replace(R"({"http_metadata":{},"custom_metadata":{"a":")" + std::string(8192, 'x') + "\"}}")
          .code(),
      "400 10012");
  EXPECT_EQ(details("a").text("/result/http_metadata"), R"({"contentType":"text/plain"})");
  EXPECT_EQ(send({.method = "PUT",
                  .path = bucket_path("photos/metadata/absent"),
                  .body = R"({"http_metadata":{},"custom_metadata":{}})"})
                .code(),
            "404 10007");
}

TEST_F(ObjectActionsTest, CopyWithinTheJurisdiction) {
  const Answer here = copy("photos", R"({"source_key":"a","key":"dir/b"})");
  EXPECT_EQ(here.code(), "200") << here.body;
  EXPECT_EQ(here.text("/result/key"), "dir/b");
  EXPECT_EQ(here.text("/result/storage_class"), "InfrequentAccess");
  EXPECT_EQ(here.text("/result/http_metadata"), R"({"contentType":"text/plain"})");
  const Answer there = copy("other", R"({"source_key":"a","source_bucket":"photos","key":"c"})");
  EXPECT_EQ(there.code(), "200") << there.body;
  EXPECT_EQ(read("photos/objects/dir/b"), "hello");
  EXPECT_EQ(read("other/objects/c"), "hello");
  put("photos", "d", "there");
  EXPECT_EQ(copy("photos", R"({"source_key":"a","key":"d","if_absent":true})").code(), "412 10031");
  EXPECT_EQ(read("photos/objects/d"), "there");
  EXPECT_EQ(copy("photos", R"({"source_key":"a","key":"d","if_absent":false})").code(), "200");
  EXPECT_EQ(read("photos/objects/d"), "hello");
}

TEST_F(ObjectActionsTest, SayWhyACopyCannotBe) {
  for (const char* body :
       {"{}", R"({"key":"b"})", R"({"source_key":"a"})", R"({"source_key":"a","key":1})",
        R"({"source_key":"a","key":"b","if_absent":"yes"})"}) {
    EXPECT_EQ(copy("photos", body).code(), "400 10029") << body;
  }
  EXPECT_EQ(copy("photos", R"({"source_key":"","key":"b"})").code(), "400 10020");
  EXPECT_EQ(copy("photos", R"({"source_key":"none","key":"b"})").code(), "404 10007");
  EXPECT_EQ(copy("photos", R"({"source_key":"a","source_bucket":"none","key":"b"})").code(),
            "404 10006");
  EXPECT_EQ(copy("photos", R"({"source_key":"a","source_bucket":"NO","key":"b"})").code(),
            "400 10005");
  EXPECT_EQ(copy("absent", R"({"source_key":"a","source_bucket":"photos","key":"b"})").code(),
            "404 10006");
}

/// With storage management on the account, and items of one bucket or of the other denied.
TEST_F(ObjectActionsTest, CopyOnlyWhatMayBeReadAndWritten) {
  const auto denied = [this](const char* group, const char* bucket) {
    auth::NewToken token = new_token(auth::Preset::AdminReadWrite);
    auth::Policy policy;
    policy.effect = auth::Effect::Deny;
    policy.resources.emplace_back(auth::BucketResource{account_, Jurisdiction::Default, bucket});
    policy.groups.push_back(auth::find_permission_group(group));
    token.policies.push_back(std::move(policy));
    return issue(std::move(token));
  };
  const Message message{.method = "POST",
                        .path = bucket_path("other/copies"),
                        .body = R"({"source_key":"a","source_bucket":"photos","key":"b"})"};
  EXPECT_EQ(send_as(denied("Workers R2 Storage Bucket Item Read", "photos"), message).code(),
            "403 10000");
  EXPECT_EQ(send_as(denied("Workers R2 Storage Bucket Item Write", "other"), message).code(),
            "403 10000");
  EXPECT_EQ(read("other/objects/b"), "404 10007");
  EXPECT_EQ(send_as(denied("Workers R2 Storage Bucket Item Read", "none"), message).code(), "200");
}

}  // namespace
}  // namespace coffer::api::test
