#include "s3/screening.h"

#include <gtest/gtest.h>

namespace coffer::s3 {
namespace {

const std::vector<std::string> kWrite{"x-amz-expected-bucket-owner",
                                      "x-amz-tagging",
                                      "x-amz-grant-full-control",
                                      "x-amz-grant-read",
                                      "x-amz-grant-read-acp",
                                      "x-amz-grant-write",
                                      "x-amz-grant-write-acp",
                                      "x-amz-website-redirect-location",
                                      "x-amz-object-lock-mode",
                                      "x-amz-object-lock-retain-until-date",
                                      "x-amz-object-lock-legal-hold",
                                      "x-amz-server-side-encryption-aws-kms-key-id",
                                      "x-amz-server-side-encryption-context",
                                      "x-amz-server-side-encryption-bucket-key-enabled"};
const std::vector<std::string> kOwner{"x-amz-expected-bucket-owner"};

std::vector<std::string> with(std::vector<std::string> names,
                              const std::vector<std::string>& more) {
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

Operation copy() { return CopyObject{parse_copy_source("b/k")}; }
Operation part_copy() { return UploadPartCopy{"1", "u", parse_copy_source("b/k")}; }

/// One row of the table of r2-observed.md section 3.
struct Row {
  Operation operation;
  std::vector<std::string> refused;
  bool values;
};
std::vector<Row> table() {
  return {
      {PutObject(), kWrite, true},
      {copy(),
       with(kWrite, {"x-amz-source-expected-bucket-owner", "x-amz-tagging-directive",
                     "x-amz-checksum-algorithm"}),
       true},
      {CreateMultipartUpload(), kWrite, true},
      {UploadPart{"1", "u"},
       {"x-amz-expected-bucket-owner", "x-amz-server-side-encryption"},
       false},
      {part_copy(),
       {"x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner",
        "x-amz-copy-source-if-match", "x-amz-copy-source-if-none-match",
        "x-amz-copy-source-if-modified-since", "x-amz-copy-source-if-unmodified-since"},
       false},
      {CompleteMultipartUpload{"u"}, kOwner, false},
      {AbortMultipartUpload{"u"}, {}, false},
      {GetObject(), kOwner, false},
      {HeadObject(), kOwner, false},
      {DeleteObject(), with(kOwner, {"x-amz-mfa", "x-amz-bypass-governance-retention"}), false},
      {DeleteObjects(), with(kOwner, {"x-amz-mfa", "x-amz-bypass-governance-retention"}), false},
      {HeadBucket(), kOwner, false},
      {GetBucketLocation(), kOwner, false},
      {GetBucketEncryption(), kOwner, false},
      {ListObjectsV1(), kOwner, false},
      {ListObjectsV2(), kOwner, false},
  };
}

Result<> screen(const Operation& operation, const std::string& name, const std::string& value) {
  HeaderList headers;
  headers.add(name, value);
  return screen_headers(operation, headers, true);
}

std::string not_implemented(const std::string& name, const std::string& value) {
  return "Header '" + name + "' with value '" + value + "' not implemented";
}

TEST(Screening, RefusesEachHeaderOfEachOperationAndNoOther) {
  std::vector<std::string> all =
      with(kWrite, {"x-amz-source-expected-bucket-owner", "x-amz-tagging-directive",
                    "x-amz-checksum-algorithm", "x-amz-copy-source-if-match",
                    "x-amz-copy-source-if-none-match", "x-amz-copy-source-if-modified-since",
                    "x-amz-copy-source-if-unmodified-since", "x-amz-mfa",
                    "x-amz-bypass-governance-retention", "x-amz-request-payer", "x-amz-foobar"});
  for (const Row& row : table()) {
    const auto operation = auth::to_string(*name_of(row.operation));
    for (const std::string& name : all) {
      const bool refused =
          std::find(row.refused.begin(), row.refused.end(), name) != row.refused.end();
      const auto result = screen(row.operation, name, "Some Value");
      EXPECT_EQ(result.has_value(), !refused) << operation << " " << name;
      if (!refused || result) continue;
      EXPECT_EQ(result.error().code(), ErrorCode::NotImplemented);
      EXPECT_EQ(result.error().message(), not_implemented(name, "Some Value"));
    }
  }
}

TEST(Screening, ChecksEncryptionAndAclValuesOfWritesOnly) {
  const std::string encryption = "x-amz-server-side-encryption";
  const std::string acl = "x-amz-acl";
  for (const Row& row : table()) {
    const auto operation = auth::to_string(*name_of(row.operation));
    const bool is_part = std::holds_alternative<UploadPart>(row.operation);
    EXPECT_EQ(screen(row.operation, encryption, "AES256").has_value(), !is_part) << operation;
    EXPECT_EQ(screen(row.operation, encryption, "aws:kms").has_value(), !row.values && !is_part)
        << operation;
    EXPECT_TRUE(screen(row.operation, acl, "private")) << operation;
    EXPECT_EQ(screen(row.operation, acl, "Private").has_value(), !row.values) << operation;
  }
  for (const char* value : {"private", "public-read", "public-read-write", "authenticated-read",
                            "aws-exec-read", "bucket-owner-read", "bucket-owner-full-control"}) {
    EXPECT_TRUE(screen(PutObject(), acl, value)) << value;
  }
  for (const char* value : {"", "log-delivery-write", "PRIVATE"}) {
    const auto result = screen(PutObject(), acl, value);
    ASSERT_FALSE(result) << value;
    EXPECT_EQ(result.error().message(), not_implemented(acl, value));
  }
}

TEST(Screening, LeavesTheSessionTokenToAuthentication) {
  for (const Row& row : table()) {
    EXPECT_TRUE(screen(row.operation, "X-Amz-Security-Token", "x"));
  }
}

TEST(Screening, LetsAPartCopyHaveConditionsUnlessStrict) {
  HeaderList headers;
  headers.add("x-amz-copy-source-if-match", "\"tag\"");
  EXPECT_TRUE(screen_headers(part_copy(), headers, false));
  EXPECT_EQ(screen_headers(part_copy(), headers, true).error().code(), ErrorCode::NotImplemented);
}

TEST(Screening, TakesTheFirstRefusedHeaderOfTheListNotOfTheRequest) {
  HeaderList headers;
  headers.add("x-amz-object-lock-mode", "COMPLIANCE");
  headers.add("x-amz-tagging", "a=b");
  const auto result = screen_headers(PutObject(), headers, true);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message(), not_implemented("x-amz-tagging", "a=b"));
}

TEST(Screening, CreateBucketAsksForNoLockAndNoGrants) {
  EXPECT_TRUE(screen(CreateBucket(), "x-amz-bucket-object-lock-enabled", "false"));
  EXPECT_TRUE(screen(CreateBucket(), "x-amz-acl", "private"));
  EXPECT_FALSE(screen(CreateBucket(), "x-amz-bucket-object-lock-enabled", "true"));
  EXPECT_FALSE(screen(CreateBucket(), "x-amz-grant-read", "x"));
  EXPECT_FALSE(screen(DeleteBucket(), "x-amz-expected-bucket-owner", "x"));
}

// r2-observed.md 10.1
TEST(Screening, ValidatesCustomerKeysInOrderAndNeverIgnoresThem) {
  const std::string base = "x-amz-server-side-encryption-customer-";
  const std::string source = "x-amz-copy-source-server-side-encryption-customer-";
  struct Case {
    Operation operation;
    std::vector<std::pair<std::string, std::string>> headers;
    ErrorCode code;
    std::string message;
  };
  const std::string need =
      "Requests specifying Server Side Encryption with Customer provided keys must provide ";
  const std::vector<Case> cases{
      {PutObject(),
       {{base + "algorithm", "x"}},
       ErrorCode::InvalidArgument,
       need + "an appropriate secret key."},
      {GetObject(),
       {{base + "key-MD5", "x"}},
       ErrorCode::InvalidArgument,
       need + "an appropriate secret key."},
      {PutObject(),
       {{base + "key", "x"}},
       ErrorCode::InvalidArgument,
       need + "the client calculated MD5 of the secret key."},
      {PutObject(),
       {{base + "key", "x"}, {base + "key-MD5", "x"}},
       ErrorCode::InvalidArgument,
       need + "a valid encryption algorithm."},
      {HeadObject(),
       {{base + "key", "x"}, {base + "key-MD5", "x"}, {base + "algorithm", "aes256"}},
       ErrorCode::InvalidEncryptionAlgorithm,
       ""},
      {GetObject(),
       {{base + "key", "x"}, {base + "key-MD5", "x"}, {base + "algorithm", "AES256"}},
       ErrorCode::InvalidRequest,
       "The encryption parameters are not applicable to this object."},
      {UploadPart{"1", "u"},
       {{base + "key", "x"}, {base + "key-MD5", "x"}, {base + "algorithm", "AES256"}},
       ErrorCode::NotImplemented,
       not_implemented(base + "algorithm", "AES256")},
      {copy(),
       {{source + "key", "x"}},
       ErrorCode::InvalidArgument,
       need + "the client calculated MD5 of the secret key."},
      {part_copy(),
       {{source + "key", "x"}, {source + "key-MD5", "x"}, {source + "algorithm", "AES256"}},
       ErrorCode::NotImplemented,
       not_implemented(source + "algorithm", "AES256")},
  };
  for (const Case& each : cases) {
    HeaderList headers;
    for (const auto& [name, value] : each.headers) headers.add(name, value);
    const auto result = screen_headers(each.operation, headers, true);
    ASSERT_FALSE(result) << each.message;
    EXPECT_EQ(result.error().code(), each.code) << each.message;
    EXPECT_EQ(result.error().message(), each.message);
  }
  EXPECT_TRUE(screen(CompleteMultipartUpload{"u"}, base + "key", "x"));
  EXPECT_TRUE(screen(DeleteObject(), base + "key", "x"));
  EXPECT_TRUE(screen(PutObject(), source + "key", "x"));
}

}  // namespace
}  // namespace coffer::s3
