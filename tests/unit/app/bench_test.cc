#include "bench/client.h"
#include "bench/load.h"
#include "bench/null_server.h"
#include "bench/statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace coffer::bench {
namespace {

TEST(Endpoint, IsTakenApart) {
  const struct {
    const char* url;
    const char* host;
    const char* port;
    const char* host_header;
    bool tls;
  } rows[] = {
      {"http://127.0.0.1:9000", "127.0.0.1", "9000", "127.0.0.1:9000", false},
      {"http://127.0.0.1:9000/", "127.0.0.1", "9000", "127.0.0.1:9000", false},
      {"http://s3.example.com", "s3.example.com", "80", "s3.example.com", false},
      {"https://s3.example.com/bucket?x", "s3.example.com", "443", "s3.example.com", true},
      {"https://s3.example.com:8443", "s3.example.com", "8443", "s3.example.com:8443", true},
      {"http://[::1]:9000", "::1", "9000", "[::1]:9000", false},
      {"http://[2001:db8::1]", "2001:db8::1", "80", "[2001:db8::1]", false},
  };
  for (const auto& row : rows) {
    const auto target = parse_endpoint(row.url);
    ASSERT_TRUE(target) << row.url;
    EXPECT_EQ(target->host, row.host);
    EXPECT_EQ(target->port, row.port);
    EXPECT_EQ(target->host_header, row.host_header);
    EXPECT_EQ(target->tls, row.tls);
  }
}

TEST(Endpoint, IsRefused) {
  for (const char* url : {"", "127.0.0.1:9000", "ftp://host", "http://", "http://:9000",
                          "http://host:", "http://host:port", "http:///path"}) {
    const auto target = parse_endpoint(url);
    ASSERT_FALSE(target) << url;
    EXPECT_EQ(target.error().code(), ErrorCode::InvalidArgument);
  }
}

TEST(Percentile, IsTheNearestRank) {
  std::vector<float> values;
  EXPECT_EQ(percentile(values, 0.5), 0);
  for (int i = 1; i <= 100; ++i) values.push_back(static_cast<float>(i));
  EXPECT_EQ(percentile(values, 0.0), 1);
  EXPECT_EQ(percentile(values, 0.5), 50);
  EXPECT_EQ(percentile(values, 0.99), 99);
  EXPECT_EQ(percentile(values, 1.0), 100);
  EXPECT_EQ(percentile({7}, 0.5), 7);
  EXPECT_EQ(percentile({1, 2, 3}, 0.5), 2);
  EXPECT_EQ(percentile({1, 2, 3, 4}, 0.9), 4);
}

TEST(Median, IsTheMiddle) {
  EXPECT_EQ(median({}), 0);
  EXPECT_EQ(median({3, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 2, 3}), 2.5);
}

TEST(AnswerHead, SaysWhereTheAnswerEnds) {
  const AnswerHead plain = parse_answer_head(
      "HTTP/1.1 206 Partial Content\r\nX: y\r\nCONTENT-length:  12 \r\nConnection: Close\r\n\r\n");
  EXPECT_EQ(plain.status, 206);
  EXPECT_EQ(plain.content_length, 12U);
  EXPECT_TRUE(plain.close);
  EXPECT_FALSE(plain.chunked);
  const AnswerHead chunked =
      parse_answer_head("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_TRUE(chunked.chunked);
  EXPECT_FALSE(chunked.close);
  EXPECT_TRUE(parse_answer_head("HTTP/1.0 200 OK\r\n\r\n").close);
  EXPECT_EQ(parse_answer_head("SSH-2.0-OpenSSH\r\n\r\n").status, 0);
}

/// Short, as it only has to happen.
Plan short_plan(Operation operation) {
  Plan plan;
  plan.operation = operation;
  plan.concurrency = 3;
  plan.threads = 2;
  plan.objects = 10;
  plan.warm_up = std::chrono::milliseconds(0);
  plan.duration = std::chrono::milliseconds(50);
  return plan;
}

TEST(Load, MeasuresEveryOperation) {
  for (const Operation operation :
       {Operation::Put, Operation::Get, Operation::Head, Operation::List}) {
    const Plan plan = short_plan(operation);
    // A body of more than one read; HEAD's answer announces it and has none.
    const NullServer server(operation == Operation::Get ? 300'000 : 0);
    Target target = server.target();
    target.access_key_id = "access";
    target.secret_access_key = "secret";
    ASSERT_TRUE(prepare(target, plan));
    const Report report = run(target, plan);
    EXPECT_GT(report.requests, 0U);
    EXPECT_EQ(report.errors, 0U);
    EXPECT_GT(report.p50_us, 0);
    EXPECT_LE(report.p50_us, report.p99_us);
    EXPECT_LE(report.p99_us, report.max_us);
    clean_up(target, plan, true);
  }
}

TEST(Load, CountsAnEndpointThatIsNotThere) {
  Target target;
  {
    const NullServer server(0);
    target = server.target();
  }
  const Report report = run(target, short_plan(Operation::Put));
  EXPECT_EQ(report.requests, 0U);
  EXPECT_GT(report.errors, 0U);
  EXPECT_EQ(report.first_error_status, 0);
  EXPECT_FALSE(prepare(target, short_plan(Operation::Get)));
}

}  // namespace
}  // namespace coffer::bench
