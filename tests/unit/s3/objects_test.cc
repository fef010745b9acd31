#include "service_fixture.h"

namespace coffer::s3::test {
namespace {

class ObjectsTest : public ServiceTest {
 protected:
  ObjectsTest() { put("/bucket"); }
};

TEST_F(ObjectsTest, KeepBodyAndMetadata) {
  const Reply stored = put("/bucket/a%2Fb", "hello",
                           {{"Content-Type", "text/plain"},
                            {"Content-Encoding", "gzip"},
                            {"Cache-Control", "max-age=1"},
                            {"Content-Language", "de"},
                            {"Content-Disposition", "inline"},
                            {"Expires", "Tue, 24 Nov 2026 14:34:37 GMT"},
                            {"x-amz-meta-Color", "blue"},
                            {"x-amz-storage-class", "STANDARD_IA"}});
  EXPECT_EQ(stored.status, 200);
  EXPECT_EQ(stored.body, "");
  EXPECT_EQ(stored.header("ETag"), etag_of("hello"));
  EXPECT_EQ(stored.header("x-amz-version-id").size(), 32U);

  const Reply got = get("/bucket/a/b");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, "hello");
  EXPECT_EQ(got.header("Content-Type"), "text/plain");
  EXPECT_EQ(got.header("Content-Encoding"), "gzip");
  EXPECT_EQ(got.header("Cache-Control"), "max-age=1");
  EXPECT_EQ(got.header("Content-Language"), "de");
  EXPECT_EQ(got.header("Content-Disposition"), "inline");
  EXPECT_EQ(got.header("Expires"), "Tue, 24 Nov 2026 14:34:37 GMT");
  EXPECT_EQ(got.header("x-amz-meta-color"), "blue");
  EXPECT_EQ(got.header("x-amz-storage-class"), "STANDARD_IA");
  EXPECT_EQ(got.header("ETag"), etag_of("hello"));
  EXPECT_EQ(got.header("Last-Modified"), "Tue, 24 Nov 2026 14:34:37 GMT");
  EXPECT_EQ(got.header("Accept-Ranges"), "bytes");
  EXPECT_EQ(got.header("Content-Range"), "<none>");

  const Reply headed = head("/bucket/a/b", "tagging&uploads");
  EXPECT_EQ(headed.status, 200);
  EXPECT_EQ(headed.body, "");
  EXPECT_EQ(headed.head_content_length, 5U);
  EXPECT_EQ(headed.header("x-amz-meta-color"), "blue");
}

TEST_F(ObjectsTest, AreMissingInR2sWords) {
  EXPECT_EQ(get("/bucket/k").body,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>NoSuchKey</Code><Message>The "
            "specified key does not exist.</Message></Error>");
  EXPECT_EQ(get("/nothing/k").code(), "404 NoSuchBucket");
  EXPECT_EQ(put("/nothing/k", "x").code(), "404 NoSuchBucket");
  const Reply headed = head("/bucket/k");
  EXPECT_EQ(headed.status, 404);
  EXPECT_EQ(headed.body, "");
  EXPECT_FALSE(headed.head_content_length);
  EXPECT_EQ(del("/bucket/k").status, 204);
  EXPECT_EQ(del("/bucket/k", "tagging", {{"If-Match", "\"x\""}}).status, 204);
  EXPECT_EQ(get("/bucket/" + std::string(1025, 'k')).code(), "400 InvalidObjectName");
  EXPECT_EQ(get("/bucket/%ff").code(), "400 InvalidObjectName");
}

TEST_F(ObjectsTest, PostToAKeyStoresItsBody) {
  EXPECT_EQ(post("/bucket/k", "restore", "posted", {{"x-amz-copy-source", "bucket/x"}}).status,
            200);
  EXPECT_EQ(get("/bucket/k").body, "posted");
  EXPECT_EQ(get("/bucket/k").header("Content-Type"), "application/octet-stream");
}

// r2-observed.md 5.2
TEST_F(ObjectsTest, ServeRanges) {
  put("/bucket/k", "0123456789");
  put("/bucket/empty");
  struct Row {
    std::string path, range, code, content_range, body;
  };
  const std::vector<Row> rows{
      {"/bucket/k", "bytes=0-", "206", "bytes 0-9/10", "0123456789"},
      {"/bucket/k", "bytes=2-4", "206", "bytes 2-4/10", "234"},
      {"/bucket/k", "bytes=7-99", "206", "bytes 7-9/10", "789"},
      {"/bucket/k", "bytes=-3", "206", "bytes 7-9/10", "789"},
      {"/bucket/k", "bytes=-99", "206", "bytes 0-9/10", "0123456789"},
      {"/bucket/k", "bytes=10-", "416 InvalidRange", "<none>", ""},
      {"/bucket/k", "bytes=-0", "416 InvalidRange", "<none>", ""},
      {"/bucket/missing", "bytes=-0", "416 InvalidRange", "<none>", ""},
      {"/bucket/missing", "bytes=x", "400 InvalidArgument", "<none>", ""},
      {"/bucket/missing", "bytes=0-", "404 NoSuchKey", "<none>", ""},
      {"/bucket/empty", "bytes=0-", "416 InvalidRange", "<none>", ""},
      {"/bucket/empty", "bytes=-1", "416 InvalidRange", "<none>", ""},
  };
  for (const Row& row : rows) {
    const Reply got = get(row.path, "", {{"Range", row.range}, {"If-Range", "\"x\""}});
    EXPECT_EQ(got.code(), row.code) << row.path << " " << row.range;
    EXPECT_EQ(got.header("Content-Range"), row.content_range) << row.range;
    if (got.status == 206) {
      EXPECT_EQ(got.body, row.body) << row.range;
    }
  }
  const Reply headed = head("/bucket/k", "", {{"Range", "bytes=2-4"}});
  EXPECT_EQ(headed.status, 206);
  EXPECT_EQ(headed.header("Content-Range"), "bytes 2-4/10");
  EXPECT_EQ(headed.head_content_length, 3U);
}

// r2-observed.md 5.1
TEST_F(ObjectsTest, HoldConditionsOnReads) {
  put("/bucket/k", "x", {{"x-amz-meta-a", "b"}});
  const std::string now = "Tue, 24 Nov 2026 14:34:37 GMT";
  const std::string before = "Tue, 24 Nov 2026 14:34:36 GMT";
  struct Row {
    Headers headers;
    int status;
  };
  const std::string tag = etag_of("x");
  const std::vector<Row> rows{
      {{{"If-Match", tag}}, 200},
      {{{"If-Match", md5_of("x")}}, 200},
      {{{"If-Match", "W/" + tag}}, 412},
      {{{"If-Match", "\"other\""}}, 412},
      {{{"If-None-Match", tag}}, 304},
      {{{"If-None-Match", "W/" + tag}}, 304},
      {{{"If-None-Match", "*"}}, 304},
      {{{"If-None-Match", "\"other\""}}, 200},
      {{{"If-Modified-Since", now}}, 304},
      {{{"If-Modified-Since", before}}, 200},
      {{{"If-Modified-Since", "nonsense"}}, 200},
      {{{"If-Unmodified-Since", now}}, 200},
      {{{"If-Unmodified-Since", before}}, 412},
      {{{"If-Match", "\"other\""}, {"If-None-Match", tag}}, 412},
      {{{"If-None-Match", tag}, {"Range", "bytes=0-0"}}, 304},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(get("/bucket/k", "", row.headers).status, row.status)
        << row.headers[0].first << " " << row.headers[0].second;
    EXPECT_EQ(head("/bucket/k", "", row.headers).status, row.status);
    EXPECT_EQ(get("/bucket/missing", "", row.headers).status, 404);
  }
  const Reply unchanged = get("/bucket/k", "", {{"If-None-Match", tag}});
  EXPECT_EQ(unchanged.body, "");
  EXPECT_EQ(unchanged.header("ETag"), tag);
  EXPECT_EQ(unchanged.header("x-amz-meta-a"), "b");
  EXPECT_FALSE(unchanged.head_content_length);
}

TEST_F(ObjectsTest, HoldConditionsOnWrites) {
  EXPECT_EQ(put("/bucket/k", "1", {{"If-Match", "*"}}).code(), "412 PreconditionFailed");
  EXPECT_EQ(put("/bucket/k", "1", {{"If-None-Match", "*"}}).status, 200);
  EXPECT_EQ(put("/bucket/k", "2", {{"If-None-Match", "*"}}).code(), "412 PreconditionFailed");
  EXPECT_EQ(put("/bucket/k", "2", {{"If-Match", etag_of("1")}}).status, 200);
  EXPECT_EQ(get("/bucket/k").body, "2");
}

TEST_F(ObjectsTest, CheckDigests) {
  const std::string good = base64_encode(md5(as_bytes("hello")));
  EXPECT_EQ(put("/bucket/k", "hello", {{"Content-MD5", good}}).status, 200);
  const Reply bad = put("/bucket/bad", "hellO", {{"Content-MD5", good}});
  EXPECT_EQ(bad.code(), "400 BadDigest");
  EXPECT_EQ(bad.element("Message"),
            "The MD5 checksum you specified did not match what we received.\n"
            "You provided a MD5 checksum with value: " +
                md5_of("hello") + "\nActual MD5 was: " + md5_of("hellO"));
  EXPECT_EQ(put("/bucket/bad", "x", {{"Content-MD5", "nonsense"}}).code(), "400 InvalidDigest");
  const Reply mismatch =
      send({.method = "PUT", .path = "/bucket/bad", .body = "x", .payload_hash = sha256_hex("y")});
  EXPECT_EQ(mismatch.code(), "400 XAmzContentSHA256Mismatch");
  EXPECT_EQ(get("/bucket/bad").code(), "404 NoSuchKey");
}

TEST_F(ObjectsTest, StoreAndEchoChecksums) {
  // "123456789": the check values of the CRC catalogue (reveng.sourceforge.io/crc-catalogue).
  struct Row {
    std::string name, value;
  };
  const std::vector<Row> rows{
      {"crc32", "y/Q5Jg=="},
      {"crc32c", "4waSgw=="},
      {"crc64nvme", "rosUhgp5mIg="},
      {"sha1", "98O8HYCOBHMq32eZZczDTKeuNEE="},
      {"sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="},
  };
  for (const Row& row : rows) {
    const std::string header = "x-amz-checksum-" + row.name;
    const std::string path = "/bucket/" + row.name;
    const Reply stored = put(path, "123456789", {{header, row.value}});
    ASSERT_EQ(stored.status, 200) << row.name << stored.body;
    EXPECT_EQ(stored.header(header), row.value);
    EXPECT_EQ(stored.header("x-amz-checksum-type"), "FULL_OBJECT");
    EXPECT_EQ(get(path).header(header), "<none>");
    const Reply got = get(path, "", {{"x-amz-checksum-mode", "ENABLED"}});
    EXPECT_EQ(got.header(header), row.value);
    EXPECT_EQ(head(path, "", {{"x-amz-checksum-mode", "enabled"}}).header(header), row.value);
    EXPECT_EQ(
        get(path, "", {{"x-amz-checksum-mode", "ENABLED"}, {"Range", "bytes=0-1"}}).header(header),
        "<none>");
    EXPECT_EQ(put("/bucket/bad", "other", {{header, row.value}}).code(), "400 BadDigest");
  }
  EXPECT_EQ(get("/bucket/bad").status, 404);
}

TEST_F(ObjectsTest, DecodeAwsChunkedBodiesWithTrailers) {
  const std::string body = "5\r\n12345\r\n4\r\n6789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n";
  const Headers headers{{"Content-Encoding", "aws-chunked"},
                        {"x-amz-decoded-content-length", "9"},
                        {"x-amz-trailer", "x-amz-checksum-crc32"}};
  Message message{.method = "PUT",
                  .path = "/bucket/k",
                  .body = body,
                  .headers = headers,
                  .payload_hash = "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
                  .chunked = true};
  const Reply stored = send(message);
  ASSERT_EQ(stored.status, 200) << stored.body;
  EXPECT_EQ(stored.header("x-amz-checksum-crc32"), "y/Q5Jg==");
  EXPECT_EQ(get("/bucket/k").body, "123456789");
  EXPECT_EQ(get("/bucket/k").header("Content-Encoding"), "<none>");

  message.body = "9\r\n12345678X\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n";
  EXPECT_EQ(send(message).code(), "400 BadDigest");
  message.body = "9\r\n123456789\r\n0\r\nx-amz-checksum-crc32:nonsense\r\n\r\n";
  EXPECT_EQ(send(message).code(), "400 InvalidDigest");
  message.headers.erase(message.headers.begin() + 1);
  EXPECT_EQ(send(message).code(), "411 MissingContentLength");
}

TEST_F(ObjectsTest, NeedALength) {
  Message message{.method = "PUT", .path = "/bucket/k", .body = "abc", .chunked = true};
  EXPECT_EQ(send(message).code(), "411 MissingContentLength");
  message.headers = {{"x-amz-decoded-content-length", "3"}};
  EXPECT_EQ(send(message).status, 200);
  message.headers = {{"x-amz-decoded-content-length", "4"}};
  EXPECT_EQ(send(message).code(), "400 IncompleteBody");
  message.headers = {{"x-amz-decoded-content-length", "x"}};
  EXPECT_EQ(send(message).code(), "400 InvalidArgument");
  EXPECT_EQ(put("/bucket/k", std::string(1'000'001, 'x')).code(), "400 EntityTooLarge");
}

TEST_F(ObjectsTest, ArePresigned) {
  Message upload{.method = "PUT", .path = "/bucket/k", .body = "signed"};
  EXPECT_EQ(send_unsigned(presign(upload, admin_)).status, 200);
  EXPECT_EQ(send_unsigned(presign({.path = "/bucket/k"}, admin_)).body, "signed");
  Message late = presign({.path = "/bucket/k"}, admin_);
  clock_.advance(std::chrono::seconds(61));
  EXPECT_EQ(send_unsigned(late).code(), "403 ExpiredRequest");
}

// The AWS SDK for JavaScript puts the checksum of nothing into URLs it presigns for uploads.
TEST_F(ObjectsTest, ArePresignedWithAChecksum) {
  Message upload{.method = "PUT",
                 .path = "/bucket/k",
                 .query = "x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32",
                 .body = "signed"};
  EXPECT_EQ(send_unsigned(presign(upload, admin_)).status, 200);
  upload.query = "x-amz-checksum-crc32=AAAAAQ%3D%3D";
  EXPECT_EQ(send_unsigned(presign(upload, admin_)).code(), "400 BadDigest");
}

TEST_F(StrictServiceTest, HoldsThePresignedChecksumOfNothingAsR2Does) {
  put("/bucket");
  const Message upload{.method = "PUT",
                       .path = "/bucket/k",
                       .query = "x-amz-checksum-crc32=AAAAAA%3D%3D",
                       .body = "signed"};
  EXPECT_EQ(send_unsigned(presign(upload, admin_)).code(), "400 BadDigest");
}

TEST_F(ObjectsTest, HonourResponseOverrides) {
  put("/bucket/k", "x", {{"Content-Type", "text/plain"}});
  const std::string query =
      "response-content-type=text%2Fhtml&response-content-disposition=attachment%3B%20a%3D%22b%22";
  const Reply got = get("/bucket/k", query);
  EXPECT_EQ(got.header("Content-Type"), "text/html");
  EXPECT_EQ(got.header("Content-Disposition"), "attachment; a=\"b\"");
  EXPECT_EQ(get("/bucket/k", "response-content-type=a%0D%0ASet-Cookie%3A%20b").code(),
            "400 InvalidArgument");
}

TEST_F(StrictServiceTest, IgnoresResponseOverrides) {
  put("/bucket");
  put("/bucket/k", "x", {{"Content-Type", "text/plain"}});
  EXPECT_EQ(get("/bucket/k", "response-content-type=text%2Fhtml").header("Content-Type"),
            "text/plain");
}

TEST_F(ObjectsTest, CreateTheirBucketWhenToldTo) {
  const Headers create{{"cf-create-bucket-if-missing", "true"}};
  EXPECT_EQ(put("/made-1/k", "x", create).status, 200);
  EXPECT_EQ(put("/made-1/k", "y", create).status, 200);
  EXPECT_EQ(post("/made-2/k", "uploads", "", create).status, 200);
  EXPECT_EQ(get("/made-1", "location").body, xml("LocationConstraint", "auto"));
  EXPECT_EQ(put("/made-3/k", "x", {{"cf-create-bucket-if-missing", "false"}}).code(),
            "404 NoSuchBucket");
  const Keys objects = make_keys(auth::Preset::ObjectReadWrite);
  EXPECT_EQ(send_as(objects, {.method = "PUT", .path = "/made-4/k", .body = "x", .headers = create})
                .code(),
            "403 AccessDenied");
}

// r2-observed.md 4.2
TEST_F(ObjectsTest, AreDeletedInBatches) {
  put("/bucket/a", "1");
  put("/bucket/%20b%20", "2");
  const Reply deleted = post("/bucket", "delete",
                             "<Delete><Quiet>true</Quiet><Object><Key>a</Key></Object>"
                             "<Object><Key> b </Key></Object><Object><Key>none</Key></Object>"
                             "<Object><Key>a</Key></Object><Object><Key></Key></Object></Delete>");
  EXPECT_EQ(deleted.status, 200);
  EXPECT_EQ(deleted.body,
            xml("DeleteResult",
                "<Deleted><Key>a</Key></Deleted><Deleted><Key> b </Key></Deleted>"
                "<Deleted><Key>none</Key></Deleted><Deleted><Key>a</Key></Deleted>"
                "<Error><Key></Key><Code>InvalidObjectName</Code>"
                "<Message>The specified object name is not valid.</Message></Error>"));
  EXPECT_EQ(get("/bucket/a").status, 404);
  EXPECT_EQ(get("/bucket/%20b%20").status, 404);
  EXPECT_EQ(post("/bucket", "delete", "<Delete>").code(), "400 MalformedXML");
  EXPECT_EQ(post("/bucket", "delete", "").code(), "400 MalformedXML");
  EXPECT_EQ(post("/missing", "delete", "<Delete><Object><Key>a</Key></Object></Delete>").code(),
            "404 NoSuchBucket");
  EXPECT_EQ(post("/bucket", "delete", "<Delete>", {{"Content-MD5", "x"}}).code(),
            "400 InvalidDigest");
  EXPECT_EQ(post("/bucket", "delete", "<Delete>",
                 {{"Content-MD5", base64_encode(md5(as_bytes("other")))}})
                .code(),
            "400 BadDigest");
  EXPECT_EQ(post("/bucket", "delete", "<Delete>", {{"x-amz-checksum-crc32", "AAAAAQ=="}}).code(),
            "400 BadDigest");
}

TEST_F(ObjectsTest, AreOneUnderCanonicalEquivalence) {
  put("/bucket/%C3%BC", "composed");
  put("/bucket/u%CC%88", "decomposed");
  EXPECT_EQ(get("/bucket/%C3%BC").body, "decomposed");
  EXPECT_EQ(get("/bucket", "list-type=2").element("Key"), "u\xCC\x88");
}

}  // namespace
}  // namespace coffer::s3::test
