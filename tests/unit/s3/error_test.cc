#include "s3/error.h"

#include <gtest/gtest.h>

#include <set>

namespace coffer::s3 {
namespace {

TEST(ErrorTable, HasARowForEveryCode) {
  const std::set<int> statuses{400, 401, 403, 404, 409, 411, 412, 416, 500, 501, 503};
  for (int i = 0; i < kErrorCodeCount; ++i) {
    const auto code = static_cast<ErrorCode>(i);
    const ErrorRow& row = error_row(code);
    EXPECT_TRUE(statuses.contains(row.status)) << to_string(code) << " " << row.status;
    EXPECT_FALSE(row.code.empty()) << to_string(code);
    EXPECT_FALSE(row.message.empty()) << to_string(code);
  }
}

// r2-observed.md 1.4 and r2-s3.md section 17
TEST(ErrorTable, SpeaksR2sWords) {
  struct Row {
    ErrorCode code;
    int status;
    std::string name, message;
  };
  const std::vector<Row> rows{
      {ErrorCode::NoSuchBucket, 404, "NoSuchBucket", "The specified bucket does not exist."},
      {ErrorCode::NoSuchKey, 404, "NoSuchKey", "The specified key does not exist."},
      {ErrorCode::NoSuchUpload, 404, "NoSuchUpload",
       "The specified multipart upload does not exist."},
      {ErrorCode::RouteNotFound, 404, "RouteNotFound", "No route matches this url."},
      {ErrorCode::Unauthorized, 401, "Unauthorized", "Unauthorized"},
      {ErrorCode::AccessDenied, 403, "AccessDenied", "Access Denied"},
      {ErrorCode::PreconditionFailed, 412, "PreconditionFailed",
       "At least one of the pre-conditions you specified did not hold."},
      {ErrorCode::InvalidRange, 416, "InvalidRange", "The requested range is not satisfiable"},
      {ErrorCode::MalformedXML, 400, "MalformedXML",
       "The XML you provided was not well formed or did not validate against our published "
       "schema."},
      {ErrorCode::InvalidDigest, 400, "InvalidDigest",
       "The checksum or Content-MD5 you specified is not valid."},
      {ErrorCode::InvalidPart, 400, "InvalidPart",
       "One or more of the specified parts could not be found."},
      {ErrorCode::EntityTooSmall, 400, "EntityTooSmall",
       "Your proposed upload is smaller than the minimum allowed object size."},
      {ErrorCode::EntityTooLarge, 400, "EntityTooLarge",
       "Your proposed upload exceeds the maximum allowed object size."},
      {ErrorCode::InvalidStorageClass, 400, "InvalidStorageClass",
       "The storage class specified is not valid."},
      {ErrorCode::InvalidMaxKeys, 400, "InvalidMaxKeys",
       "MaxKeys params must be positive integer <= 1000."},
      {ErrorCode::InvalidObjectName, 400, "InvalidObjectName",
       "The specified object name is not valid."},
      {ErrorCode::MetadataTooLarge, 400, "MetadataTooLarge",
       "Your metadata headers exceed the maximum allowed metadata size."},
      {ErrorCode::MissingContentLength, 411, "MissingContentLength",
       "You must provide the Content-Length HTTP header."},
      {ErrorCode::ExpiredRequest, 403, "ExpiredRequest", "Request has expired"},
      {ErrorCode::BucketAlreadyOwnedByYou, 409, "BucketAlreadyOwnedByYou",
       "The bucket you tried to create already exists, and you own it."},
      {ErrorCode::InvalidEncryptionAlgorithm, 400, "InvalidEncryptionAlgorithmError",
       "The encryption request that you specified is not valid. The valid value is AES256."},
      {ErrorCode::Internal, 500, "InternalError",
       "We encountered an internal error. Please try again."},
      {ErrorCode::Corrupt, 500, "InternalError",
       "We encountered an internal error. Please try again."},
      {ErrorCode::SlowDown, 503, "SlowDown", "Please reduce your request rate."},
      {ErrorCode::NoSpace, 503, "ServiceUnavailable", "The server's disk is full."},
  };
  for (const Row& row : rows) {
    const ErrorRow& found = error_row(row.code);
    EXPECT_EQ(found.status, row.status) << row.name;
    EXPECT_EQ(found.code, row.name);
    EXPECT_EQ(found.message, row.message) << row.name;
  }
}

TEST(ErrorDocument, HasNoNamespaceAndEscapesEverything) {
  Error error = Error::with_message(
      ErrorCode::NotImplemented, "Header 'x-amz-tagging' with value '<a>&\"b\"' not implemented");
  error.add_field("StringToSign", "a\nb");
  const http::Response response = error_response(error, false);
  EXPECT_EQ(response.status, 501);
  EXPECT_EQ(response.headers.find("content-type"), "application/xml");
  EXPECT_EQ(response.body,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>NotImplemented</Code>"
            "<Message>Header &apos;x-amz-tagging&apos; with value "
            "&apos;&lt;a&gt;&amp;&quot;b&quot;&apos; not implemented</Message>"
            "<StringToSign>a\nb</StringToSign></Error>");
}

TEST(ErrorDocument, IsBareForHead) {
  const http::Response response = error_response(Error(ErrorCode::NoSuchKey), true);
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.headers.find("content-type"), "application/xml");
  EXPECT_TRUE(response.body.empty());
  EXPECT_FALSE(response.head_content_length);
}

TEST(ErrorDocument, KeepsInnerWordsInside) {
  const http::Response internal = error_response(
      Error::with_message(ErrorCode::IoError, "/var/lib/coffer: permission denied"), false);
  EXPECT_EQ(internal.body.find("/var/lib"), std::string::npos);
  const http::Response detail = error_response(Error(ErrorCode::NoSuchKey, "secret detail"), false);
  EXPECT_EQ(detail.body.find("secret detail"), std::string::npos);
}

}  // namespace
}  // namespace coffer::s3
