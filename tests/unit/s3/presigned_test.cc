// What the holder of a presigned URL may add to it (docs/decisions/0019-unsigned-headers.md).

#include "service_fixture.h"

namespace coffer::s3::test {
namespace {

const std::string kRefusal =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>AccessDenied</Code>"
    "<Message>There were headers present in the request which were not signed</Message>"
    "<HeadersNotSigned>";

class PresignedTest : public ServiceTest {
 protected:
  explicit PresignedTest(bool strict = false) : ServiceTest(strict) {
    put("/bucket");
    put("/secret");
    put("/secret/k", "secret");
  }
  /// A PUT of the URL by somebody who adds `headers`.
  Reply upload_with(const Headers& headers, const Headers& signed_headers = {},
                    const std::string& path = "/bucket/k", const std::string& query = "") {
    const Message message{
        .method = "PUT", .path = path, .query = query, .body = "mine", .headers = headers};
    return send_unsigned(presign(message, admin_, 60, signed_headers));
  }
};
class StrictPresignedTest : public PresignedTest {
 protected:
  StrictPresignedTest() : PresignedTest(true) {}
};

TEST_F(PresignedTest, AnUploadBecomesNoCopy) {
  const Headers copy{{"x-amz-copy-source", "secret/k"}};
  EXPECT_EQ(upload_with(copy).body, kRefusal + "x-amz-copy-source</HeadersNotSigned></Error>");
  EXPECT_EQ(get("/bucket/k").code(), "404 NoSuchKey");
  EXPECT_EQ(upload_with({}, copy).status, 200) << "signed, it is what was meant";
  EXPECT_EQ(get("/bucket/k").body, "secret");

  const std::string id = post("/bucket/k", "uploads").element("UploadId");
  const std::string query = "partNumber=1&uploadId=" + id;
  EXPECT_EQ(upload_with(copy, {}, "/bucket/k", query).code(), "403 AccessDenied");
  EXPECT_EQ(get("/bucket/k", "uploadId=" + id).element("PartNumber"), "<none>");
  EXPECT_EQ(upload_with({}, copy, "/bucket/k", query).status, 200);
}

TEST_F(PresignedTest, AnUploadMakesNoBucket) {
  const Headers create{{"CF-Create-Bucket-If-Missing", "true"}};
  EXPECT_EQ(upload_with(create, {}, "/fresh/k").code(), "403 AccessDenied");
  EXPECT_EQ(head("/fresh").status, 404);
  EXPECT_EQ(upload_with({}, create, "/fresh/k").status, 200);
}

TEST_F(PresignedTest, NothingElseOfS3sIsAddedEither) {
  EXPECT_EQ(upload_with({{"x-amz-meta-a", "1"}, {"x-amz-storage-class", "STANDARD_IA"}}).body,
            kRefusal + "x-amz-meta-a, x-amz-storage-class</HeadersNotSigned></Error>");
  EXPECT_EQ(upload_with({}, {{"x-amz-meta-a", "1"}}).status, 200);
  EXPECT_EQ(get("/bucket/k").header("x-amz-meta-a"), "1");
  // The header wins over the query that was signed (r2-s3.md section 4).
  const Message listing{.path = "/", .query = "prefix=buck", .headers = {{"cf-prefix", "sec"}}};
  EXPECT_EQ(send_unsigned(presign(listing, admin_)).code(), "403 AccessDenied");
}

TEST_F(PresignedTest, WhatClientsAndProxiesAddIsFine) {
  const Headers harmless{{"x-amz-content-sha256", "UNSIGNED-PAYLOAD"},
                         {"x-amz-date", "20000101T000000Z"},
                         {"x-amz-user-agent", "aws-sdk-js/2"},
                         {"x-amz-cf-id", "cloudfront"},
                         {"amz-sdk-invocation-id", "1"},
                         {"cf-ray", "1"},
                         {"cf-connecting-ip", "192.0.2.1"},
                         {"Content-Type", "text/plain"}};
  EXPECT_EQ(upload_with(harmless).status, 200);
  const Message read{.path = "/bucket/k",
                     .headers = {{"Range", "bytes=0-1"}, {"x-amz-checksum-mode", "ENABLED"}}};
  EXPECT_EQ(send_unsigned(presign(read, admin_)).body, "mi");
}

TEST_F(PresignedTest, TheSignatureComesFirst) {
  Message url = presign({.method = "PUT", .path = "/bucket/k", .body = "mine"}, admin_);
  url.headers = {{"x-amz-copy-source", "secret/k"}};
  url.path = "/bucket/other";
  EXPECT_EQ(send_unsigned(url).code(), "403 SignatureDoesNotMatch");
}

// As in R2, only the host must be signed by who has the secret anyway (r2-observed.md 2.3).
TEST_F(PresignedTest, AnAuthorizationHeaderNeedNotSignThem) {
  for (const bool strict : {false, true}) {
    const auto authenticator = auth::Authenticator(identity_, clock_, strict);
    Message message = sign({.method = "PUT", .path = "/bucket/k", .body = ""}, admin_);
    message.headers.emplace_back("x-amz-copy-source", "secret/k");
    const auto request = make_request(message);
    const auth::RequestView view{.method = request->method,
                                 .path = request->path,
                                 .query = request->query,
                                 .headers = request->headers,
                                 .client = request->client};
    EXPECT_TRUE(authenticator.authenticate(view));
    EXPECT_EQ(send_unsigned(message).status, 200);
  }
  EXPECT_EQ(get("/bucket/k").body, "secret");
}

TEST_F(StrictPresignedTest, ActsOnUnsignedHeadersButForCopiesAndBuckets) {
  EXPECT_EQ(upload_with({{"x-amz-meta-a", "1"}, {"x-amz-storage-class", "STANDARD_IA"}}).status,
            200);
  EXPECT_EQ(get("/bucket/k").header("x-amz-meta-a"), "1");
  EXPECT_EQ(upload_with({{"x-amz-copy-source", "secret/k"}}).code(), "403 AccessDenied");
  EXPECT_EQ(upload_with({{"cf-create-bucket-if-missing", "true"}}, {}, "/fresh/k").code(),
            "403 AccessDenied");
  EXPECT_EQ(get("/bucket/k").body, "mine");
}

}  // namespace
}  // namespace coffer::s3::test
