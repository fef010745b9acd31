#include "service_fixture.h"

namespace coffer::s3::test {
namespace {

class CopyTest : public ServiceTest {
 protected:
  CopyTest() {
    put("/from");
    put("/onto");
    put("/from/a%20key", "source",
        {{"Content-Type", "text/plain"}, {"x-amz-meta-a", "1"}, {"x-amz-meta-b", "2"}});
  }
  Reply copy(std::string source, Headers more = {}, std::string target = "/onto/k") {
    more.emplace_back("x-amz-copy-source", std::move(source));
    return put(std::move(target), "", std::move(more));
  }
};

TEST_F(CopyTest, AnswersWithTagAndTime) {
  const Reply copied = copy("/from/a%20key");
  EXPECT_EQ(copied.status, 200);
  EXPECT_EQ(copied.body,
            xml("CopyObjectResult", "<ETag>&quot;" + md5_of("source") +
                                        "&quot;</ETag><LastModified>2026-11-24T14:34:37.123Z"
                                        "</LastModified>"));
  EXPECT_EQ(copied.header("x-amz-version-id").size(), 32U);
  EXPECT_EQ(get("/onto/k").body, "source");
  EXPECT_EQ(copy("from/a%20key", {}, "/from/a%20key").status, 200) << "onto itself";
}

// r2-s3.md 5.9
TEST_F(CopyTest, TellsTheVersionsOfBothEnds) {
  const std::string first = put("/from/k", "1").header("x-amz-version-id");
  const Reply copied = copy("from/k");
  EXPECT_EQ(copied.header("x-amz-copy-source-version-id"), first);
  const std::string second = copied.header("x-amz-version-id");
  EXPECT_NE(second, first);
  const Reply again = copy("onto/k", {}, "/onto/k");
  EXPECT_EQ(again.header("x-amz-copy-source-version-id"), second);
  EXPECT_EQ(copy("onto/k").header("x-amz-copy-source-version-id"),
            again.header("x-amz-version-id"));
}

// The class is not inherited from the source (r2-observed.md section 7).
TEST_F(CopyTest, TakesTheDefaultClassOfItsBucket) {
  store::CreateBucketOptions options;
  options.storage_class = store::StorageClass::InfrequentAccess;
  const store::BucketAddress cold(account_, Jurisdiction::Default,
                                  BucketName::parse("cold").value());
  ASSERT_TRUE(run(store_->create_bucket(cold, options)));
  const auto class_of = [&](const std::string& path) {
    return head(path).header("x-amz-storage-class");
  };
  ASSERT_EQ(copy("from/a%20key", {}, "/cold/k").status, 200);
  EXPECT_EQ(class_of("/cold/k"), "STANDARD_IA");
  ASSERT_EQ(copy("cold/k").status, 200);
  EXPECT_EQ(class_of("/onto/k"), "<none>");
  ASSERT_EQ(copy("cold/k", {}, "/cold/k").status, 200);
  EXPECT_EQ(class_of("/cold/k"), "STANDARD_IA");
  ASSERT_EQ(copy("cold/k", {{"x-amz-storage-class", "STANDARD"}}, "/cold/k").status, 200);
  EXPECT_EQ(class_of("/cold/k"), "<none>");
  ASSERT_EQ(put("/cold/new", "x").status, 200);
  EXPECT_EQ(class_of("/cold/new"), "STANDARD_IA");
}

// An endpoint sees its own jurisdiction only (r2-s3.md section 1): a source elsewhere is none.
TEST_F(CopyTest, DoesNotCrossJurisdictions) {
  const auto eu = make_service(Jurisdiction::Eu);
  const auto ask = [&](std::string path, Headers headers, std::string query = "") {
    return send_as(admin_,
                   {.method = "PUT",
                    .path = std::move(path),
                    .query = std::move(query),
                    .headers = std::move(headers)},
                   eu.get());
  };
  ASSERT_EQ(ask("/near", {}).status, 200);
  const Headers far{{"x-amz-copy-source", "from/a%20key"}};
  EXPECT_EQ(ask("/near/k", far).code(), "404 NoSuchBucket");
  const Reply created =
      send_as(admin_, {.method = "POST", .path = "/near/k", .query = "uploads"}, eu.get());
  const std::string query = "partNumber=1&uploadId=" + created.element("UploadId");
  EXPECT_EQ(ask("/near/k", far, query).code(), "404 NoSuchBucket");
  // A bucket of the same name there is another bucket.
  ASSERT_EQ(ask("/from", {}).status, 200);
  EXPECT_EQ(ask("/near/k", far).code(), "404 NoSuchKey");
  EXPECT_EQ(ask("/near/k", far, query).code(), "404 NoSuchKey");
}

TEST_F(CopyTest, TakesOrReplacesOrMergesMetadata) {
  const Headers change{{"Content-Type", "text/html"}, {"x-amz-meta-b", "3"}};
  const auto with = [&](const std::string& directive) {
    Headers headers = change;
    headers.emplace_back("x-amz-metadata-directive", directive);
    return headers;
  };
  ASSERT_EQ(copy("from/a key", change).status, 200);
  EXPECT_EQ(get("/onto/k").header("Content-Type"), "text/plain");
  EXPECT_EQ(get("/onto/k").header("x-amz-meta-b"), "2");
  ASSERT_EQ(copy("from/a key", with("REPLACE")).status, 200);
  EXPECT_EQ(get("/onto/k").header("Content-Type"), "text/html");
  EXPECT_EQ(get("/onto/k").header("x-amz-meta-a"), "<none>");
  ASSERT_EQ(copy("from/a key", with("MERGE")).status, 200);
  EXPECT_EQ(get("/onto/k").header("x-amz-meta-a"), "1");
  EXPECT_EQ(get("/onto/k").header("x-amz-meta-b"), "3");
}

// r2-observed.md section 7: the order of checks
TEST_F(CopyTest, RefusesInOrder) {
  const Headers all{{"x-amz-metadata-directive", "copy"}, {"x-amz-storage-class", "X"}};
  EXPECT_EQ(copy("", all).element("Message"), "metadata directive copy.");
  EXPECT_EQ(copy("", {{"x-amz-storage-class", "X"}}).code(), "400 InvalidStorageClass");
  EXPECT_EQ(copy("").element("Message"), "copy source bucket name");
  EXPECT_EQ(copy("//from/a").code(), "404 NoSuchBucket");
  EXPECT_EQ(copy("nowhere/a").code(), "404 NoSuchBucket");
  EXPECT_EQ(copy("from/none").code(), "404 NoSuchKey");
  EXPECT_EQ(copy("from/a%20key?versionId=1").code(), "404 NoSuchKey");
  EXPECT_EQ(copy("from/%zz").code(), "400 InvalidArgument");
  EXPECT_EQ(copy("from/a key", {}, "/nowhere/k").code(), "404 NoSuchBucket");
}

TEST_F(CopyTest, HoldsConditionsOfBothEnds) {
  EXPECT_EQ(copy("from/a key", {{"x-amz-copy-source-if-none-match", etag_of("source")}}).code(),
            "412 PreconditionFailed");
  EXPECT_EQ(copy("from/a key", {{"x-amz-copy-source-if-match", etag_of("source")}}).status, 200);
  EXPECT_EQ(copy("from/a key", {{"cf-copy-destination-if-none-match", "*"}}).code(),
            "412 PreconditionFailed");
  EXPECT_EQ(copy("from/a key", {{"cf-copy-destination-if-match", etag_of("source")}}).status, 200);
  EXPECT_EQ(copy("from/a key", {{"If-None-Match", "*"}}).status, 200) << "ignored by R2";
}

TEST_F(CopyTest, NeedsItsSourceToBeReadable) {
  const Keys writer = make_keys(auth::Preset::ObjectReadWrite, {"onto"});
  const Message message{
      .method = "PUT", .path = "/onto/k", .headers = {{"x-amz-copy-source", "from/a key"}}};
  EXPECT_EQ(send_as(writer, message).code(), "403 AccessDenied");
  const Message missing{
      .method = "PUT", .path = "/onto/k", .headers = {{"x-amz-copy-source", "nowhere/a key"}}};
  EXPECT_EQ(send_as(writer, missing).code(), "403 AccessDenied") << "missing looks alike";
  EXPECT_EQ(send_as(make_keys(auth::Preset::ObjectReadWrite, {"onto", "from"}), message).status,
            200);
}

TEST_F(CopyTest, CopiesPartsInOrder) {
  const std::string id = post("/onto/k", "uploads").element("UploadId");
  const auto part = [&](const std::string& source, const std::string& range,
                        const std::string& number = "1") {
    Headers headers{{"x-amz-copy-source", source}};
    if (!range.empty()) headers.emplace_back("x-amz-copy-source-range", range);
    return put("/onto/k", "", headers, "partNumber=" + number + "&uploadId=" + id);
  };
  EXPECT_EQ(part("", "x", "0").element("Message"),
            "Part number must be an integer between 1 and 10000, inclusive.");
  EXPECT_EQ(part("", "x").element("Message"), "copy source bucket name");
  EXPECT_EQ(part("nowhere/a", "x").code(), "404 NoSuchBucket");
  EXPECT_EQ(part("from/none", "x").element("Message"), "Invalid x-amz-copy-source-range: x");
  EXPECT_EQ(part("from/none", "bytes=3-1").element("Message"),
            "x-amz-copy-source-range must be positive.");
  EXPECT_EQ(part("from/none", "bytes=0-1").code(), "404 NoSuchKey");
  EXPECT_EQ(part("from/a key", "bytes=6-9").code(), "416 InvalidRange");
  EXPECT_EQ(part("from/a key", "bytes=7-9").code(), "416 InvalidRange");
  const Reply copied = part("from/a key", "bytes=1-99");
  EXPECT_EQ(copied.body, xml("CopyPartResult", "<ETag>&quot;" + md5_of("ource") +
                                                   "&quot;</ETag><LastModified>2026-11-24T14:34:37"
                                                   ".123Z</LastModified>"));
  EXPECT_EQ(put("/onto/k", "", {{"x-amz-copy-source", "from/a key"}}, "partNumber=1&uploadId=none")
                .code(),
            "404 NoSuchUpload");
}

// The AWS CLI sends the tag of the source with each part of a large copy.
TEST_F(CopyTest, HoldsConditionsOnTheSourceOfAPart) {
  const std::string id = post("/onto/k", "uploads").element("UploadId");
  const auto part = [&](const std::string& condition, const std::string& value) {
    return put("/onto/k", "",
               {{"x-amz-copy-source", "from/a key"}, {"x-amz-copy-source-" + condition, value}},
               "partNumber=1&uploadId=" + id)
        .code();
  };
  EXPECT_EQ(part("if-match", etag_of("source")), "200");
  EXPECT_EQ(part("if-match", etag_of("other")), "412 PreconditionFailed");
  EXPECT_EQ(part("if-none-match", etag_of("source")), "412 PreconditionFailed");
  EXPECT_EQ(part("if-unmodified-since", "Mon, 01 Jan 2024 00:00:00 GMT"), "412 PreconditionFailed");
}

}  // namespace
}  // namespace coffer::s3::test
