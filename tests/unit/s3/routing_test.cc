#include "s3/operation.h"

#include <gtest/gtest.h>

namespace coffer::s3 {
namespace {

/// What a request is routed to: an operation's name, "PostBucket", or "<status text>: <message>".
struct Routed {
  std::string method, path, query;
  std::string expected;
  bool copy_source = false;
};

Result<Operation> route(const Routed& row, bool strict) {
  const auto target = parse_target("127.0.0.1", row.path, {}, Jurisdiction::Default).value();
  const Query query(row.query);
  HeaderList headers;
  headers.add("Authorization", "AWS4-HMAC-SHA256 ...");
  if (row.copy_source) headers.add("x-amz-copy-source", "from/key");
  const RequestShape shape{
      .method = row.method, .target = target, .query = query, .headers = headers, .strict = strict};
  return parse_operation(shape);
}

std::string describe(const Result<Operation>& routed) {
  if (!routed) {
    return std::string(to_string(routed.error().code())) + ": " + routed.error().message();
  }
  const auto name = name_of(*routed);
  return name ? std::string(auth::to_string(*name)) : "PostBucket";
}

void expect_routes(const std::vector<Routed>& rows, bool strict = true) {
  for (const Routed& row : rows) {
    EXPECT_EQ(describe(route(row, strict)), row.expected)
        << row.method << " " << row.path << "?" << row.query;
  }
}

const std::string kNoRoute = "RouteNotFound: ";
std::string missing(const std::string& operation) {
  return "NotImplemented: " + operation + " not implemented";
}

TEST(Routing, AccountLevel) {
  expect_routes({
      {"GET", "/", "", "ListBuckets"},
      {"GET", "/", "x-id=ListBuckets&X-Amz-Foo=1&x-purpose=a", "ListBuckets"},
      {"GET", "/", "prefix=a&start-after=b&continuation-token=c&max-keys=1", "ListBuckets"},
      {"GET", "/", "max-buckets=5", missing("ListBuckets search parameter max-buckets")},
      {"GET", "/", "x-amz-foo=1", missing("ListBuckets search parameter x-amz-foo")},
      {"POST", "/", "", kNoRoute},
      {"HEAD", "/", "", kNoRoute},
  });
  expect_routes({{"GET", "/", "max-buckets=5", "ListBuckets"}}, false);
}

// r2-observed.md 1.2
TEST(Routing, BucketLevel) {
  expect_routes({
      {"HEAD", "/b", "", "HeadBucket"},
      {"HEAD", "/b", "policy&anything=1", "HeadBucket"},
      {"PUT", "/b", "", "CreateBucket"},
      {"PUT", "/b/", "x-id=CreateBucket", "CreateBucket"},
      {"PUT", "/b", "foo&tagging", missing("PutBucketTagging")},
      {"PUT", "/b", "a=1&b&a=2&X-Amz-Date=x",
       "InvalidArgument: Unsupported search param(s) \"a\", \"b\" on a PUT bucket route"},
      {"PUT", "/b", "x-amz-date=1",
       "InvalidArgument: Unsupported search param(s) \"x-amz-date\" on a PUT bucket route"},
      {"DELETE", "/b", "", "DeleteBucket"},
      {"DELETE", "/b", "z&website", missing("DeleteBucketWebsite")},
      {"DELETE", "/b", "versioning&acl",
       "InvalidArgument: Unsupported search param(s) \"versioning\", \"acl\" on a DELETE bucket "
       "route"},
      {"POST", "/b", "delete", "DeleteObjects"},
      {"POST", "/b", "foo=1&delete=&bar", "DeleteObjects"},
      {"POST", "/b", "", "PostBucket"},
      {"POST", "/b", "whatever=1", "PostBucket"},
      {"GET", "/b", "uploads", "ListMultipartUploads"},
      {"GET", "/b", "versions&location&uploads", "ListMultipartUploads"},
      {"GET", "/b", "location", "GetBucketLocation"},
      {"GET", "/b", "location&x-id=1", "GetBucketLocation"},
      {"GET", "/b", "policy&location&foo",
       "InvalidArgument: Search param policy is unsupported for bucket location"},
      {"GET", "/b", "unknown=1&policy&encryption", missing("GetBucketPolicy")},
      {"GET", "/b", "encryption&policy", "GetBucketEncryption"},
      {"GET", "/b", "versioning", "GetBucketVersioning"},
      {"GET", "/b", "tagging", "GetBucketTagging"},
      {"GET", "/b", "object-lock", "GetObjectLockConfiguration"},
      {"GET", "/b", "replication", "GetBucketReplication"},
      {"PATCH", "/b", "", kNoRoute},
  });
}

// r2-observed.md 1.2a, 1.2b, 1.2c, 1.3a and, of what real R2 has and we do not yet, 11.1
TEST(Routing, EverySubresourceWeDoNotHaveNamesItsOperation) {
  struct Row {
    std::string method, path, parameter, operation;
  };
  const std::vector<Row> rows{
      {"PUT", "/b", "accelerate", "PutBucketAccelerateConfiguration"},
      {"PUT", "/b", "acl", "PutBucketAcl"},
      {"PUT", "/b", "analytics", "PutBucketAnalyticsConfiguration"},
      {"PUT", "/b", "intelligent-tiering", "PutBucketIntelligentTieringConfiguration"},
      {"PUT", "/b", "inventory", "PutBucketInventoryConfiguration"},
      {"PUT", "/b", "logging", "PutBucketLogging"},
      {"PUT", "/b", "metrics", "PutBucketMetricsConfiguration"},
      {"PUT", "/b", "notification", "PutBucketNotificationConfiguration"},
      {"PUT", "/b", "object-lock", "PutObjectLockConfiguration"},
      {"PUT", "/b", "ownershipControls", "PutBucketOwnershipControls"},
      {"PUT", "/b", "policy", "PutBucketPolicy"},
      {"PUT", "/b", "publicAccessBlock", "PutPublicAccessBlock"},
      {"PUT", "/b", "replication", "PutBucketReplication"},
      {"PUT", "/b", "requestPayment", "PutBucketRequestPayment"},
      {"PUT", "/b", "tagging", "PutBucketTagging"},
      {"PUT", "/b", "website", "PutBucketWebsite"},
      {"PUT", "/b", "cors", "PutBucketCors"},
      {"PUT", "/b", "encryption", "PutBucketEncryption"},
      {"PUT", "/b", "lifecycle", "PutBucketLifecycleConfiguration"},
      {"PUT", "/b", "versioning", "PutBucketVersioning"},
      {"DELETE", "/b", "analytics", "DeleteBucketAnalyticsConfiguration"},
      {"DELETE", "/b", "intelligent-tiering", "DeleteBucketIntelligentTieringConfiguration"},
      {"DELETE", "/b", "inventory", "DeleteBucketInventoryConfiguration"},
      {"DELETE", "/b", "metrics", "DeleteBucketMetricsConfiguration"},
      {"DELETE", "/b", "ownershipControls", "DeleteBucketOwnershipControls"},
      {"DELETE", "/b", "policy", "DeleteBucketPolicy"},
      {"DELETE", "/b", "replication", "DeleteBucketReplication"},
      {"DELETE", "/b", "tagging", "DeleteBucketTagging"},
      {"DELETE", "/b", "website", "DeleteBucketWebsite"},
      {"DELETE", "/b", "cors", "DeleteBucketCors"},
      {"DELETE", "/b", "encryption", "DeleteBucketEncryption"},
      {"DELETE", "/b", "lifecycle", "DeleteBucketLifecycle"},
      {"GET", "/b", "versions", "ListObjectVersions"},
      {"GET", "/b", "policy", "GetBucketPolicy"},
      {"GET", "/b", "website", "GetBucketWebsite"},
      {"GET", "/b", "notification", "GetBucketNotificationConfiguration"},
      {"GET", "/b", "requestPayment", "GetBucketRequestPayment"},
      {"GET", "/b", "logging", "GetBucketLogging"},
      {"GET", "/b", "accelerate", "GetBucketAccelerateConfiguration"},
      {"GET", "/b", "publicAccessBlock", "GetPublicAccessBlock"},
      {"GET", "/b", "ownershipControls", "GetBucketOwnershipControls"},
      {"GET", "/b", "intelligent-tiering", "GetBucketIntelligentTieringConfiguration"},
      {"GET", "/b", "inventory", "GetBucketInventoryConfiguration"},
      {"GET", "/b", "metrics", "GetBucketMetricsConfiguration"},
      {"GET", "/b", "analytics", "GetBucketAnalyticsConfiguration"},
      {"GET", "/b", "policyStatus", "GetGetBucketPolicyStatus"},
      {"GET", "/b", "acl", "GetBucketAcl"},
      {"GET", "/b", "cors", "GetBucketCors"},
      {"GET", "/b", "lifecycle", "GetBucketLifecycleConfiguration"},
      {"GET", "/b/k", "tagging", "GetObjectTagging"},
      {"GET", "/b/k", "acl", "GetObjectAcl"},
      {"GET", "/b/k", "attributes", "GetObjectAttributes"},
      {"GET", "/b/k", "torrent", "GetObjectTorrent"},
      {"GET", "/b/k", "retention", "GetObjectRetention"},
      {"GET", "/b/k", "legal-hold", "GetObjectLegalHold"},
      {"PUT", "/b/k", "tagging", "PutObjectTagging"},
      {"PUT", "/b/k", "acl", "PutObjectAcl"},
      {"PUT", "/b/k", "retention", "PutObjectRetention"},
      {"PUT", "/b/k", "legal-hold", "PutObjectLegalHold"},
  };
  for (const Row& row : rows) {
    expect_routes({{row.method, row.path, row.parameter, missing(row.operation)}});
  }
}

// r2-observed.md 1.2e
TEST(Routing, Lists) {
  expect_routes({
      {"GET", "/b", "", "ListObjectsV1"},
      {"GET", "/b", "prefix=a&delimiter=/&marker=m&max-keys=1&encoding-type=url", "ListObjectsV1"},
      {"GET", "/b", "list-type=2", "ListObjectsV2"},
      {"GET", "/b",
       "list-type=2&prefix=&delimiter=&continuation-token=&start-after=&max-keys=&encoding-type=&"
       "fetch-owner=",
       "ListObjectsV2"},
      {"GET", "/b", "list-type=1", missing("ListObjectsV1")},
      {"GET", "/b", "list-type=", missing("ListObjectsV")},
      {"GET", "/b", "list-type=3&continuation-token=x", missing("ListObjectsV3")},
      {"GET", "/b", "continuation-token=x&foo",
       "InvalidArgument: continuation-token not supported in ListObjects"},
      {"GET", "/b", "start-after=x", missing("ListObjectsV1 search parameter start-after")},
      {"GET", "/b", "list-type=2&marker=x", missing("ListObjectsV2 search parameter marker")},
      {"GET", "/b", "x-id=ListObjects&X-Amz-Expires=1&y",
       missing("ListObjectsV1 search parameter y")},
  });
}

// r2-observed.md 1.3
TEST(Routing, ObjectLevel) {
  expect_routes({
      {"GET", "/b/k", "uploadId=u&partNumber=1.0", kNoRoute},
      {"PUT", "/b/k", "uploadId=u&partNumber=abc", kNoRoute},
      {"DELETE", "/b/k", "uploadId=u&partNumber=1%20", kNoRoute},
      {"PUT", "/b/k", "uploadId=u&partNumber=01", "UploadPart"},
      {"PUT", "/b/k", "uploadId=u&partNumber=+1", "UploadPart"},
      {"PUT", "/b/k", "uploadId=u&partNumber=-1", "UploadPart"},
      {"PUT", "/b/k", "uploadId=u&partNumber=", "UploadPart"},
      {"PUT", "/b/k", "uploadId=u&partNumber=1", "UploadPartCopy", true},
      {"GET", "/b/k", "uploadId=u", "ListParts"},
      {"GET", "/b/k", "uploadId=u&partNumber=1", "ListParts"},
      {"PUT", "/b/k", "uploadId=u", "PutObject"},
      {"PUT", "/b/k", "uploadId=u", "CopyObject", true},
      {"PUT", "/b/k", "uploadId=u&tagging", missing("PutObjectTagging")},
      {"POST", "/b/k", "uploadId=u&uploads", "CompleteMultipartUpload"},
      {"DELETE", "/b/k", "uploadId=u", "AbortMultipartUpload"},
      {"HEAD", "/b/k", "uploadId=u", "HeadObject"},
      {"PATCH", "/b/k", "uploadId=u", kNoRoute},
      {"POST", "/b/k", "uploads", "CreateMultipartUpload"},
      {"GET", "/b/k", "uploads", "ListMultipartUploads"},
      {"PUT", "/b/k", "uploads", "PutObject"},
      {"DELETE", "/b/k", "uploads", "DeleteObject"},
      {"HEAD", "/b/k", "uploads", "HeadObject"},
      {"GET", "/b/k", "partNumber=2", "GetObject"},
      {"HEAD", "/b/k", "partNumber=2", "HeadObject"},
      {"GET", "/b/k", "partNumber=2&tagging", "GetObject"},
      {"GET", "/b/k", "attributes&partNumber=x", "GetObject"},
      {"GET", "/b/k", "partNumber=2&uploads", "ListMultipartUploads"},
      {"PUT", "/b/k", "partNumber=2&tagging", missing("PutObjectTagging")},
      {"GET", "/b/k", "", "GetObject"},
      {"GET", "/b/k", "versionId=1&response-content-type=a&restore", "GetObject"},
      {"GET", "/b/k", "restore&attributes&tagging", missing("GetObjectAttributes")},
      {"HEAD", "/b/k", "tagging", "HeadObject"},
      {"PUT", "/b/k", "", "PutObject"},
      {"PUT", "/b/k", "attributes", "PutObject"},
      {"PUT", "/b/k", "", "CopyObject", true},
      {"POST", "/b/k", "", "PutObject"},
      {"POST", "/b/k", "restore", "PutObject"},
      {"POST", "/b/k", "select&tagging", "PutObject", true},
      {"DELETE", "/b/k", "tagging", "DeleteObject"},
      {"PATCH", "/b/k", "", kNoRoute},
  });
}

TEST(Routing, AnswersBeforeAuthentication) {
  struct Row {
    std::string method, path, query;
    bool authorization;
    std::string expected;
  };
  const std::string form =
      "NotImplemented: Presigned post requests are not yet implemented not "
      "implemented";
  const std::vector<Row> rows{
      {"POST", "/", "", false, kNoRoute},
      {"PATCH", "/", "", true, kNoRoute},
      {"GET", "/", "", false, ""},
      {"POST", "/b", "", false, form},
      {"POST", "/b", "other=1", false, form},
      {"POST", "/b", "delete", false, ""},
      {"POST", "/b", "", true, ""},
      {"POST", "/b", "X-Amz-Credential=x", false, ""},
      {"POST", "/b/k", "", false, ""},
      {"PATCH", "/b", "", false, ""},
  };
  for (const Row& row : rows) {
    const auto target = parse_target("127.0.0.1", row.path, {}, Jurisdiction::Default).value();
    const Query query(row.query);
    HeaderList headers;
    headers.add("Authorization", row.authorization ? "x" : "");
    const RequestShape shape{
        .method = row.method, .target = target, .query = query, .headers = headers};
    const auto refused = refuse_before_authentication(shape);
    const std::string text =
        refused ? std::string(to_string(refused->code())) + ": " + refused->message() : "";
    EXPECT_EQ(text, row.expected) << row.method << " " << row.path << "?" << row.query;
  }
}

TEST(Accesses, ACopyNeedsItsSourceAndAMissingBucketItsCreation) {
  const AccountId account = *AccountId::parse("0123456789abcdef0123456789abcdef");
  const ObjectKey key = ObjectKey::parse("k").value();
  HeaderList headers;
  const Operation copy(CopyObject{parse_copy_source("/from/some%20key")});
  auto accesses =
      required_accesses(copy, headers, Query(""), account, Jurisdiction::Eu, "to", &key);
  ASSERT_EQ(accesses.size(), 2U);
  EXPECT_EQ(accesses[0].action, auth::Action::ObjectWrite);
  EXPECT_EQ(accesses[0].resource.bucket, "to");
  EXPECT_EQ(accesses[0].resource.key, "k");
  EXPECT_EQ(accesses[1].action, auth::Action::ObjectRead);
  EXPECT_EQ(accesses[1].resource.bucket, "from");
  EXPECT_EQ(accesses[1].resource.key, "some key");
  EXPECT_EQ(accesses[1].resource.jurisdiction, Jurisdiction::Eu);

  // A source that does not parse is refused by its operation; the target is asked for all the same.
  const Operation broken(CopyObject{parse_copy_source("nothing")});
  EXPECT_EQ(
      required_accesses(broken, headers, Query(""), account, Jurisdiction::Eu, "to", &key).size(),
      1U);

  headers.add("cf-create-bucket-if-missing", "true");
  accesses = required_accesses(PutObject(), headers, Query(""), account, Jurisdiction::Default,
                               "to", &key);
  ASSERT_EQ(accesses.size(), 2U);
  EXPECT_EQ(accesses[1].action, auth::Action::BucketCreate);
  EXPECT_EQ(
      required_accesses(GetObject(), headers, Query(""), account, Jurisdiction::Default, "to", &key)
          .size(),
      1U);
  EXPECT_TRUE(required_accesses(PostNothing(), headers, Query(""), account, Jurisdiction::Default,
                                "to", &key)
                  .empty());
}

TEST(Accesses, AListingOfKeysCarriesItsPrefixAsItIsCompared) {
  const AccountId account;
  const HeaderList headers;
  const auto prefix = [&](const Operation& operation, std::string_view query) {
    const auto accesses = required_accesses(operation, headers, Query(query), account,
                                            Jurisdiction::Default, "bucket", nullptr);
    EXPECT_EQ(accesses.size(), 1U);
    return accesses.front().list_prefix;
  };
  for (const Operation& listing : {Operation(ListObjectsV1()), Operation(ListObjectsV2()),
                                   Operation(ListMultipartUploads())}) {
    EXPECT_EQ(prefix(listing, ""), "");
    EXPECT_EQ(prefix(listing, "prefix=a%2Fb+c&prefix=other"), "a/b c");
    EXPECT_EQ(prefix(listing, "prefix=e%CC%81"), "\xc3\xa9") << "composed";
    EXPECT_EQ(prefix(listing, "prefix=%FF"), std::nullopt) << "its handler refuses it";
  }
  EXPECT_EQ(prefix(GetBucketLocation(), "prefix=a"), std::nullopt);
  EXPECT_EQ(prefix(DeleteObjects(), "prefix=a"), std::nullopt);
}

}  // namespace
}  // namespace coffer::s3
