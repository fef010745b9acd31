#include "http/access_log.h"

#include <gmock/gmock.h>

namespace coffer::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(AccessLog, CutsWhatCarriesACredential) {
  EXPECT_EQ(redact_query("a=b&X-Amz-Signature=abc&c"), "a=b&X-Amz-Signature=-&c");
  EXPECT_EQ(redact_query("x-amz-security-token=t"), "x-amz-security-token=-");
  EXPECT_EQ(redact_query("cf-r2-jurisdiction=eu&ticket=1.ab"), "cf-r2-jurisdiction=eu&ticket=-");
  EXPECT_EQ(redact_query("X-Amz%2DCredential=k%2F2026&X-Amz-Date=d"),
            "X-Amz%2DCredential=-&X-Amz-Date=d");
  EXPECT_EQ(redact_query("AWSAccessKeyId=k&Signature=s&Expires=1"),
            "AWSAccessKeyId=-&Signature=-&Expires=1");
  EXPECT_EQ(redact_query("X-Amz-Signature"), "X-Amz-Signature");
  EXPECT_EQ(redact_query("&&a=%zz&"), "&&a=%zz&");
}

TEST(AccessLog, WritesOneJsonObject) {
  AccessRecord record;
  record.time = Timestamp(std::chrono::milliseconds(1'795'531'477'123));
  record.id = "0123";
  record.listener = "s3";
  record.client = IpAddress::v4(0x7f000001);
  record.method = "GET";
  record.path = "/b/k";
  record.query = "X-Amz-Signature=abc";
  record.status = 206;
  record.bytes_in = 1;
  record.bytes_out = 2;
  record.duration = std::chrono::microseconds(3);
  record.operation = "GetObject";
  record.user_agent = "agent";
  EXPECT_EQ(
      format_access_line(record),
      R"({"time":"2026-11-24T14:44:37.123Z","id":"0123","listener":"s3","client":"127.0.0.1",)"
      R"("method":"GET","path":"/b/k?X-Amz-Signature=-","status":206,"bytes_in":1,)"
      R"("bytes_out":2,"duration_us":3,"operation":"GetObject","principal":"","error":"",)"
      R"("user_agent":"agent"})");
}

TEST(AccessLog, EscapesWhatClientsChoose) {
  AccessRecord record;
  record.path = "/\"\\\xc3\xa9\xff\x7f";
  record.user_agent = "a\n\tb";
  const std::string line = format_access_line(record);
  EXPECT_THAT(line, HasSubstr("\"path\":\"/\\\"\\\\\xc3\xa9\\ufffd\\u007f\""));
  EXPECT_THAT(line, HasSubstr("a\\u000a\\u0009b"));
  EXPECT_THAT(line, Not(HasSubstr("\n")));
}

TEST(AccessLog, CutsLongUserAgents) {
  AccessRecord record;
  const std::string agent(100'000, 'a');
  record.user_agent = agent;
  EXPECT_LT(format_access_line(record).size(), 1000U);
}

}  // namespace
}  // namespace coffer::http
