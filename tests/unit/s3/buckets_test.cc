#include "service_fixture.h"

namespace coffer::s3::test {
namespace {

using BucketsTest = ServiceTest;

TEST_F(BucketsTest, AreCreatedListedAndDeleted) {
  EXPECT_EQ(get("/").body, xml("ListAllMyBucketsResult", "<Buckets></Buckets><Owner><DisplayName>" +
                                                             account_.hex() + "</DisplayName><ID>" +
                                                             account_.hex() + "</ID></Owner>"));
  const Reply made = put("/photos");
  EXPECT_EQ(made.status, 200);
  EXPECT_EQ(made.header("Location"), "/photos");
  EXPECT_EQ(made.body, "");
  const Reply listed = get("/");
  EXPECT_EQ(listed.header("Content-Type"), "application/xml");
  EXPECT_EQ(listed.body,
            xml("ListAllMyBucketsResult",
                "<Buckets><Bucket><CreationDate>2026-11-24T14:34:37.123Z</CreationDate>"
                "<Name>photos</Name></Bucket></Buckets><Owner><DisplayName>" +
                    account_.hex() + "</DisplayName><ID>" + account_.hex() + "</ID></Owner>"));
  EXPECT_EQ(put("/photos").code(), "409 BucketAlreadyOwnedByYou");
  const Reply headed = head("/photos/");
  EXPECT_EQ(headed.status, 200);
  EXPECT_EQ(headed.header("x-amz-bucket-region"), "auto");

  put("/photos/k", "x");
  const Reply refused = del("/photos");
  EXPECT_EQ(refused.code(), "409 BucketNotEmpty");
  EXPECT_EQ(refused.element("Message"),
            "The bucket you tried to delete (photos) is not empty "
            "(account " +
                account_.hex() + ")");
  del("/photos/k");
  EXPECT_EQ(del("/photos").status, 204);
  EXPECT_EQ(del("/photos").code(), "404 NoSuchBucket");
  const Reply gone = head("/photos");
  EXPECT_EQ(gone.status, 404);
  EXPECT_EQ(gone.body, "");
  EXPECT_FALSE(gone.head_content_length);
  EXPECT_EQ(gone.header("Content-Type"), "application/xml");
  EXPECT_THAT(observer_.seen, testing::Contains("CreateBucket 200"));
  EXPECT_THAT(observer_.seen, testing::Contains("HeadBucket 404"));
}

TEST_F(StrictServiceTest, ListsBucketsInR2sDialectOnly) {
  const Reply refused = get("/", "max-buckets=10");
  EXPECT_EQ(refused.code(), "501 NotImplemented");
  EXPECT_EQ(refused.element("Message"), "ListBuckets search parameter max-buckets not implemented");
  EXPECT_EQ(get("/", "max-keys=10").status, 200);
}

TEST_F(BucketsTest, TakeALocationHint) {
  struct Row {
    std::string constraint, shown;
  };
  const std::vector<Row> rows{{"", "auto"},     {"auto", "auto"}, {"us-east-1", "auto"},
                              {"enam", "ENAM"}, {"WEUR", "WEUR"}, {"oc", "OC"}};
  int number = 0;
  for (const Row& row : rows) {
    const std::string path = "/bucket-" + std::to_string(++number);
    const Reply made =
        put(path, "<CreateBucketConfiguration><LocationConstraint>" + row.constraint +
                      "</LocationConstraint></CreateBucketConfiguration>");
    EXPECT_EQ(made.status, 200) << row.constraint;
    EXPECT_EQ(get(path, "location").body, xml("LocationConstraint", row.shown));
  }
  const Reply refused =
      put("/other",
          "<CreateBucketConfiguration><LocationConstraint>mars</LocationConstraint>"
          "</CreateBucketConfiguration>");
  EXPECT_EQ(refused.code(), "400 InvalidRegionName");
  EXPECT_EQ(refused.element("Message"),
            "The region name &apos;mars&apos; is not valid. Must be one of: wnam, enam, weur, "
            "eeur, apac, oc, auto");
  EXPECT_EQ(put("/other", "<CreateBucketConfiguration>").code(), "400 MalformedXML");
  EXPECT_EQ(head("/other").status, 404);
}

TEST_F(BucketsTest, RefuseNamesThatNoneCanHave) {
  for (const std::string path : {"/ab", "/Upper", "/a_b", "/-ab", "/a.b", "/%zz"}) {
    EXPECT_EQ(put(path).code(), "400 InvalidBucketName") << path;
    EXPECT_EQ(get(path).code(), "400 InvalidBucketName") << path;
  }
}

TEST_F(BucketsTest, HaveFixedAnswers) {
  put("/b-1");
  EXPECT_EQ(get("/b-1", "encryption").body,
            xml("ServerSideEncryptionConfiguration",
                "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>"
                "</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled>"
                "</Rule>"));
  EXPECT_EQ(get("/b-1", "versioning").body, xml("VersioningConfiguration", ""));
  EXPECT_EQ(get("/b-1", "tagging").body,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>NoSuchTagSet</Code>"
            "<Message>The TagSet does not exist.</Message></Error>");
  EXPECT_EQ(get("/b-1", "object-lock").code(), "404 ObjectLockConfigurationNotFoundError");
  EXPECT_EQ(get("/b-1", "replication").code(), "404 ReplicationConfigurationNotFoundError");
  EXPECT_EQ(get("/missing", "encryption").code(), "404 NoSuchBucket");
  EXPECT_EQ(get("/missing", "location").code(), "404 NoSuchBucket");
}

TEST_F(BucketsTest, ListBySearchWithHeadersOverQuery) {
  for (const std::string name : {"aa-1", "aa-2", "aa-3", "bb-1"}) put("/" + name);
  const Reply first = get("/", "prefix=aa&max-keys=2");
  EXPECT_EQ(first.element("IsTruncated"), "true");
  EXPECT_EQ(first.element("KeyCount"), "2");
  EXPECT_EQ(first.element("MaxKeys"), "2");
  EXPECT_EQ(first.header("cf-is-truncated"), "true");
  const std::string token = first.element("NextContinuationToken");
  EXPECT_EQ(first.header("cf-next-continuation-token"), token);
  const Reply second = get("/", "prefix=bb&continuation-token=nonsense",
                           {{"cf-prefix", "aa"}, {"cf-continuation-token", token}});
  EXPECT_THAT(second.body, testing::HasSubstr("<Name>aa-3</Name>"));
  EXPECT_THAT(second.body, testing::Not(testing::HasSubstr("<Name>aa-2</Name>")));
  EXPECT_EQ(second.element("IsTruncated"), "false");
  EXPECT_EQ(second.element("ContinuationToken"), token);
  EXPECT_EQ(second.header("cf-is-truncated"), "<none>");
  EXPECT_EQ(get("/", "prefix=bb&continuation-token=nonsense").code(), "400 InvalidArgument");
  EXPECT_EQ(get("/", "max-keys=x").code(), "400 InvalidMaxKeys");
  EXPECT_THAT(get("/", "start-after=aa-3").body, testing::HasSubstr("<Name>bb-1</Name>"));
}

// The AWS CLI pages `s3 ls` with max-buckets and takes ContinuationToken for the next one.
TEST_F(BucketsTest, ListInTheDialectOfAws) {
  for (const std::string name : {"aa-1", "aa-2", "aa-3"}) put("/" + name);
  const Reply first = get("/", "max-buckets=2");
  const std::string token = first.element("ContinuationToken");
  const Reply last = get("/", "max-buckets=2&continuation-token=" + token);
  EXPECT_THAT(last.body, testing::HasSubstr("<Name>aa-3</Name>"));
  EXPECT_EQ(last.element("ContinuationToken"), "<none>");
}

TEST_F(BucketsTest, OfAnotherJurisdictionAreAnotherWorld) {
  const auto eu = make_service(Jurisdiction::Eu);
  EXPECT_EQ(send_as(admin_, {.method = "PUT", .path = "/shared"}, eu.get()).status, 200);
  EXPECT_EQ(head("/shared").status, 404);
  EXPECT_EQ(put("/shared").status, 200);
  EXPECT_THAT(send_as(admin_, {.path = "/"}, eu.get()).body,
              testing::HasSubstr("<Name>shared</Name>"));
}

TEST_F(BucketsTest, AreReachedByHostName) {
  const std::string host = account_.hex() + ".r2.localhost:9000";
  EXPECT_EQ(send({.method = "PUT", .path = "/photos", .host = host}).status, 200);
  EXPECT_EQ(send({.method = "PUT", .path = "/a%20b", .body = "x", .host = "photos." + host}).status,
            200);
  EXPECT_EQ(get("/photos/a%20b").body, "x");
  const std::string other(32, '1');
  EXPECT_EQ(send({.path = "/photos", .host = other + ".r2.localhost"}).code(), "401 Unauthorized");
  EXPECT_EQ(send({.path = "/", .host = account_.hex() + ".eu.r2.localhost"}).code(),
            "400 InvalidRequest");
}

}  // namespace
}  // namespace coffer::s3::test
