#include "service_fixture.h"

#include <cstdio>

namespace coffer::s3::test {
namespace {

class MultipartTest : public ServiceTest {
 protected:
  MultipartTest() { put("/bucket"); }

  std::string begin(Headers headers = {}) {
    return post("/bucket/a%2Fk", "uploads", "", std::move(headers)).element("UploadId");
  }
  Reply part(const std::string& id, const std::string& number, std::string body,
             Headers headers = {}) {
    return put("/bucket/a%2Fk", std::move(body), std::move(headers),
               "partNumber=" + number + "&uploadId=" + id);
  }
  static std::string entry(const std::string& number, const std::string& etag,
                           const std::string& more = "") {
    return "<Part><PartNumber>" + number + "</PartNumber><ETag>" + etag + "</ETag>" + more +
           "</Part>";
  }
  Reply complete(const std::string& id, const std::string& parts, Headers headers = {}) {
    return post("/bucket/a%2Fk", "uploadId=" + id,
                "<CompleteMultipartUpload>" + parts + "</CompleteMultipartUpload>",
                std::move(headers));
  }
};

TEST_F(MultipartTest, GoesFromCreateToComplete) {
  const Reply created = post("/bucket/a%2Fk", "uploads", "", {{"Content-Type", "text/plain"}});
  const std::string id = created.element("UploadId");
  EXPECT_EQ(id.size(), 32U);
  EXPECT_EQ(created.body,
            xml("InitiateMultipartUploadResult", "<UploadId>" + id +
                                                     "</UploadId><Bucket>bucket</Bucket>"
                                                     "<Key>a/k</Key>"));
  EXPECT_EQ(created.header("x-amz-checksum-algorithm"), "<none>");
  EXPECT_EQ(get("/bucket/a%2Fk").status, 404);

  const Reply second = part(id, "2", "tail!");
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(second.header("ETag"), etag_of("tail!"));
  EXPECT_EQ(part(id, "01", "first").status, 200);
  EXPECT_EQ(part(id, "1", "begin").status, 200) << "again";

  const Reply done = complete(id, entry("2", etag_of("tail!")) + entry("1", md5_of("begin")));
  Md5 digests;
  digests.update(md5(as_bytes("begin")));
  digests.update(md5(as_bytes("tail!")));
  const std::string etag = hex_encode(digests.finish()) + "-2";
  EXPECT_EQ(done.status, 200);
  EXPECT_EQ(done.body, xml("CompleteMultipartUploadResult",
                           "<Bucket>bucket</Bucket><Key>a/k</Key><ETag>&quot;" + etag +
                               "&quot;</ETag>"
                               "<Location>http://127.0.0.1:9000/bucket/a%2Fk</Location>"));
  EXPECT_EQ(done.header("x-amz-version-id").size(), 32U);
  const Reply got = get("/bucket/a/k");
  EXPECT_EQ(got.body, "begintail!");
  EXPECT_EQ(got.header("ETag"), "\"" + etag + "\"");
  EXPECT_EQ(got.header("Content-Type"), "text/plain");

  const Reply one = get("/bucket/a/k", "partNumber=2");
  EXPECT_EQ(one.status, 206);
  EXPECT_EQ(one.body, "tail!");
  EXPECT_EQ(one.header("Content-Range"), "bytes 5-9/10");
  EXPECT_EQ(one.header("x-amz-mp-parts-count"), "2");
  EXPECT_EQ(head("/bucket/a/k", "partNumber=1").head_content_length, 5U);
  EXPECT_EQ(get("/bucket/a/k", "partNumber=3").code(), "416 InvalidRange");
  EXPECT_EQ(get("/bucket/a/k", "partNumber=x").code(), "400 InvalidArgument");
  EXPECT_EQ(get("/bucket/a/k", "partNumber=1", {{"Range", "bytes=0-1"}}).code(),
            "400 InvalidRequest");

  EXPECT_EQ(part(id, "1", "late").code(), "404 NoSuchUpload");
  EXPECT_EQ(complete(id, entry("1", "x")).code(), "404 NoSuchUpload");
  EXPECT_EQ(del("/bucket/a/k", "uploadId=" + id).status, 204) << "aborting what is finished";
  EXPECT_EQ(get("/bucket/a/k").status, 200);
}

TEST_F(MultipartTest, RefusesInOrder) {
  const std::string id = begin();
  part(id, "1", "12345");
  part(id, "2", "123");
  part(id, "3", "12345");
  const std::string one = entry("1", md5_of("12345"));
  const std::string two = entry("2", md5_of("123"));
  const std::string three = entry("3", md5_of("12345"));
  EXPECT_EQ(complete("none", "<Part>").code(), "400 MalformedXML");
  EXPECT_EQ(complete("none", "").code(), "400 MalformedXML");
  EXPECT_EQ(complete("none", entry("0", "x")).code(), "400 InvalidPart");
  EXPECT_EQ(complete("none", entry("1", "x")).code(), "404 NoSuchUpload");
  EXPECT_EQ(complete(id, entry("1", "x")).code(), "400 InvalidPart");
  EXPECT_EQ(complete(id, one + entry("9", md5_of("12345"))).element("Message"),
            "One or more of the specified parts could not be found.");
  EXPECT_EQ(complete(id, one + one).element("Message"),
            "There was a problem with the multipart upload.");
  EXPECT_EQ(complete(id, two + three).code(), "400 EntityTooSmall");
  EXPECT_EQ(complete(id, one + three + two).element("Message"),
            "All non-trailing parts must have the same length.");
  EXPECT_EQ(complete(id, one + two, {{"x-amz-mp-object-size", "9"}}).code(), "400 InvalidRequest");
  EXPECT_EQ(complete(id, one + two, {{"Content-MD5", "ignored"}}).status, 200);

  EXPECT_EQ(part(id, "10001", "x").code(), "400 InvalidArgument");
  EXPECT_EQ(part(id, "", "x").code(), "400 InvalidArgument");
  EXPECT_EQ(part(id, "1.0", "x").code(), "404 RouteNotFound");
  EXPECT_EQ(part("none", "1", "x", {{"Content-MD5", base64_encode(md5(as_bytes("y")))}}).code(),
            "400 BadDigest");
  EXPECT_EQ(part("none", "1", "x").code(), "404 NoSuchUpload");
  EXPECT_EQ(part(id, "1", "x", {{"x-amz-server-side-encryption", "AES256"}}).code(),
            "501 NotImplemented");
}

TEST_F(MultipartTest, AbortsOnceOrTwice) {
  const std::string id = begin();
  EXPECT_EQ(del("/bucket/a%2Fk", "uploadId=" + id, {{"x-amz-expected-bucket-owner", "x"}}).status,
            204);
  EXPECT_EQ(del("/bucket/a%2Fk", "uploadId=" + id).status, 204);
  EXPECT_EQ(del("/bucket/other", "uploadId=" + id).code(), "404 NoSuchUpload");
  for (const std::string bad : {"", "x", "00000000000000000000000000000000"}) {
    EXPECT_EQ(del("/bucket/a%2Fk", "uploadId=" + bad).code(), "404 NoSuchUpload") << bad;
  }
}

TEST_F(MultipartTest, HoldsConditions) {
  put("/bucket/a%2Fk", "there");
  EXPECT_EQ(post("/bucket/a%2Fk", "uploads", "", {{"If-None-Match", "*"}}).code(),
            "412 PreconditionFailed");
  const std::string id = begin();
  part(id, "1", "x");
  EXPECT_EQ(complete(id, entry("1", md5_of("x")), {{"If-None-Match", "*"}}).code(),
            "412 PreconditionFailed");
  EXPECT_EQ(complete(id, entry("1", md5_of("x"))).code(), "404 NoSuchUpload")
      << "a failed condition ends the upload";
}

// What the AWS SDKs send by default: CRC32, composite.
TEST_F(MultipartTest, CombinesChecksums) {
  const Reply created =
      post("/bucket/a%2Fk", "uploads", "", {{"x-amz-checksum-algorithm", "CRC32"}});
  EXPECT_EQ(created.header("x-amz-checksum-algorithm"), "CRC32");
  EXPECT_EQ(created.header("x-amz-checksum-type"), "COMPOSITE");
  const std::string id = created.element("UploadId");
  const Reply first = part(id, "1", "123456789", {{"x-amz-checksum-crc32", "y/Q5Jg=="}});
  EXPECT_EQ(first.header("x-amz-checksum-crc32"), "y/Q5Jg==");
  const std::string sum = "<ChecksumCRC32>y/Q5Jg==</ChecksumCRC32>";
  EXPECT_EQ(complete(id, entry("1", md5_of("123456789"), "<ChecksumCRC32>AAAAAA==</ChecksumCRC32>"))
                .code(),
            "400 InvalidPart");
  const Reply done = complete(id, entry("1", md5_of("123456789"), sum));
  ASSERT_EQ(done.status, 200) << done.body;
  const std::string composite = done.element("ChecksumCRC32");
  EXPECT_THAT(composite, testing::EndsWith("==-1"));
  EXPECT_EQ(done.element("ChecksumType"), "COMPOSITE");
  const Reply got = get("/bucket/a/k", "", {{"x-amz-checksum-mode", "ENABLED"}});
  EXPECT_EQ(got.header("x-amz-checksum-crc32"), composite);
  EXPECT_EQ(got.header("x-amz-checksum-type"), "COMPOSITE");

  EXPECT_EQ(post("/bucket/k", "uploads", "",
                 {{"x-amz-checksum-algorithm", "CRC32"}, {"x-amz-checksum-type", "FULL_OBJECT"}})
                .code(),
            "400 InvalidRequest");
}

// Not recorded of R2; AWS's answer.
TEST_F(MultipartTest, RefusesPartsWithAnotherChecksumThanDeclared) {
  const std::string id = begin({{"x-amz-checksum-algorithm", "CRC32"}});
  const Reply refused = part(id, "1", "123456789", {{"x-amz-checksum-crc32c", "4waSgw=="}});
  EXPECT_EQ(refused.code(), "400 InvalidRequest");
  EXPECT_EQ(refused.element("Message"),
            "Checksum Type mismatch occurred, expected checksum Type: "
            "crc32, actual checksum Type: crc32c");
  EXPECT_EQ(part(id, "1", "123456789", {{"x-amz-checksum-crc32c", "AAAAAA=="}}).code(),
            "400 BadDigest")
      << "a bad digest comes first";
  EXPECT_EQ(part(id, "1", "123456789", {{"x-amz-checksum-crc32", "y/Q5Jg=="}}).status, 200);
  EXPECT_EQ(part(id, "2", "123456789").status, 200);
  const std::string undeclared = begin();
  EXPECT_EQ(part(undeclared, "1", "123456789", {{"x-amz-checksum-crc32c", "4waSgw=="}}).status,
            200);
}

// Checksum headers of the completion are the object's; what trails the document is the document's.
TEST_F(MultipartTest, HoldsTheTrailerOfTheCompletionsOwnBody) {
  const std::string id = begin();
  part(id, "1", "x");
  const std::string document =
      "<CompleteMultipartUpload>" + entry("1", md5_of("x")) + "</CompleteMultipartUpload>";
  const auto send_trailing = [&](const std::string& checksum) {
    char size[17];
    std::snprintf(size, sizeof size, "%zx", document.size());
    return send({.method = "POST",
                 .path = "/bucket/a%2Fk",
                 .query = "uploadId=" + id,
                 .body = std::string(size) + "\r\n" + document +
                         "\r\n0\r\nx-amz-checksum-crc32:" + checksum + "\r\n\r\n",
                 .headers = {{"x-amz-decoded-content-length", std::to_string(document.size())},
                             {"x-amz-trailer", "x-amz-checksum-crc32"}},
                 .payload_hash = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"});
  };
  std::string raw;
  const std::uint32_t crc = crc32(0, as_bytes(document));
  for (int shift = 24; shift >= 0; shift -= 8) raw += static_cast<char>(crc >> shift & 0xff);
  EXPECT_EQ(send_trailing("y/Q5Jg==").code(), "400 BadDigest");
  EXPECT_EQ(send_trailing("nonsense").code(), "400 InvalidDigest");
  const Reply done = send_trailing(base64_encode(as_bytes(raw)));
  EXPECT_EQ(done.code(), "200");
  EXPECT_EQ(done.element("ChecksumCRC32"), "<none>") << "it is not the object's";
}

TEST_F(MultipartTest, MakesNoObjectAboveTheLimit) {
  const std::string id = begin();
  const std::string full(1'000'000, 'x');
  std::string parts;
  for (const std::string number : {"1", "2", "3"}) {
    const std::string body = number == "3" ? "y" : full;
    ASSERT_EQ(part(id, number, body).status, 200);
    parts += entry(number, md5_of(body));
  }
  const Reply refused = complete(id, parts);
  EXPECT_EQ(refused.code(), "400 EntityTooLarge");
  EXPECT_EQ(refused.element("Message"),
            "Your proposed upload exceeds the maximum allowed object size.");
  EXPECT_EQ(complete(id, entry("1", md5_of(full)) + entry("2", md5_of(full))).status, 200);
}

TEST_F(MultipartTest, HoldsAFullObjectChecksum) {
  const std::string id = begin({{"x-amz-checksum-algorithm", "CRC64NVME"}});
  part(id, "1", "12345", {{"x-amz-checksum-crc64nvme", "x"}});
  const auto with_sum = [&](const std::string& number, const std::string& body) {
    // The part's own sum comes in a trailer-free header; ask the server for none and compute it
    // here.
    const std::uint64_t crc = crc64nvme(0, as_bytes(body));
    std::string raw;
    for (int shift = 56; shift >= 0; shift -= 8) raw += static_cast<char>(crc >> shift & 0xff);
    return part(id, number, body, {{"x-amz-checksum-crc64nvme", base64_encode(as_bytes(raw))}});
  };
  EXPECT_EQ(with_sum("1", "12345").status, 200);
  EXPECT_EQ(with_sum("2", "6789").status, 200);
  const std::string parts = entry("1", md5_of("12345")) + entry("2", md5_of("6789"));
  const Reply wrong = complete(id, parts, {{"x-amz-checksum-crc64nvme", "AAAAAAAAAAE="}});
  EXPECT_EQ(wrong.code(), "400 BadDigest");
  EXPECT_EQ(wrong.element("Message"),
            "The CRC64NVME checksum you specified did not match what we received.\n"
            "You provided a CRC64NVME checksum with value: 0000000000000001\n"
            "Actual CRC64NVME was: ae8b14860a799888");
  EXPECT_EQ(complete(id, parts, {{"x-amz-checksum-crc32", "AAAAAA==-2"}}).code(),
            "400 InvalidRequest");
  // The check value of CRC-64/NVME over "123456789".
  const Reply done = complete(id, parts, {{"x-amz-checksum-crc64nvme", "rosUhgp5mIg="}});
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(done.element("ChecksumCRC64NVME"), "rosUhgp5mIg=");
  EXPECT_EQ(done.element("ChecksumType"), "FULL_OBJECT");
}

TEST_F(MultipartTest, ListsParts) {
  const std::string id = begin();
  part(id, "1", "12345");
  part(id, "7", "67", {{"x-amz-checksum-crc32", "cHgmhQ=="}});
  const std::string owner =
      "<ID>" + account_.hex() + "</ID><DisplayName>" + account_.hex() + "</DisplayName>";
  const Reply listed = get("/bucket/a%2Fk", "uploadId=" + id + "&max-parts=1");
  EXPECT_EQ(listed.body,
            xml("ListPartsResult",
                "<Bucket>bucket</Bucket><Key>a/k</Key><UploadId>" + id + "</UploadId><Initiator>" +
                    owner + "</Initiator><Owner>" + owner +
                    "</Owner><StorageClass>STANDARD</StorageClass>"
                    "<PartNumberMarker>0</PartNumberMarker>"
                    "<NextPartNumberMarker>1</NextPartNumberMarker><MaxParts>1</MaxParts>"
                    "<IsTruncated>true</IsTruncated><Part><PartNumber>1</PartNumber>"
                    "<LastModified>2026-11-24T14:34:37.123Z</LastModified><ETag>&quot;" +
                    md5_of("12345") + "&quot;</ETag><Size>5</Size></Part>"));
  const Reply rest = get("/bucket/a%2Fk", "uploadId=" + id + "&part-number-marker=1&partNumber=1");
  EXPECT_EQ(rest.element("PartNumber"), "7");
  EXPECT_EQ(rest.element("IsTruncated"), "false");
  EXPECT_EQ(get("/bucket/a%2Fk", "uploadId=none").code(), "404 NoSuchUpload");
  EXPECT_EQ(get("/bucket/a%2Fk", "uploadId=" + id + "&max-parts=x").code(), "400 InvalidArgument");
}

TEST_F(MultipartTest, ListsUploads) {
  const std::string id = begin();
  const std::string other = post("/bucket/b", "uploads").element("UploadId");
  const std::string owner =
      "<ID>" + account_.hex() + "</ID><DisplayName>" + account_.hex() + "</DisplayName>";
  EXPECT_EQ(get("/bucket", "uploads&max-uploads=1&encoding-type=url").body,
            xml("ListMultipartUploadsResult",
                "<Bucket>bucket</Bucket><KeyMarker></KeyMarker><UploadIdMarker></UploadIdMarker>"
                "<NextKeyMarker>a%2Fk</NextKeyMarker><NextUploadIdMarker>" +
                    id +
                    "</NextUploadIdMarker><Prefix></Prefix><MaxUploads>1</MaxUploads>"
                    "<IsTruncated>true</IsTruncated><Upload><Key>a%2Fk</Key><UploadId>" +
                    id + "</UploadId><Initiator>" + owner + "</Initiator><Owner>" + owner +
                    "</Owner><StorageClass>STANDARD</StorageClass>"
                    "<Initiated>2026-11-24T14:34:37.123Z</Initiated></Upload>"
                    "<EncodingType>url</EncodingType>"));
  const Reply rest = get("/bucket/any-key", "uploads&key-marker=a%2Fk&upload-id-marker=" + id);
  EXPECT_EQ(rest.element("UploadId"), other);
  EXPECT_EQ(rest.element("IsTruncated"), "false");
  EXPECT_THAT(get("/bucket", "uploads&delimiter=/").body,
              testing::HasSubstr("<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>"));
  EXPECT_EQ(get("/bucket", "uploads&key-marker=a&upload-id-marker=x").code(),
            "400 InvalidArgument");
  // A marker inside a group does not hide the keys behind it.
  EXPECT_EQ(get("/bucket", "uploads&delimiter=/&key-marker=a/").body.find("<CommonPrefixes>"),
            std::string::npos);
  EXPECT_THAT(get("/bucket", "uploads&delimiter=/&key-marker=a/a").body,
              testing::HasSubstr("<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>"));
  EXPECT_EQ(del("/bucket").code(), "409 BucketNotEmpty");
}

}  // namespace
}  // namespace coffer::s3::test
