#include "app/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace coffer::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Metrics, CountsOperationsByNameAndStatus) {
  Metrics metrics;
  metrics.finished("PutObject", 200, std::chrono::milliseconds(3));
  metrics.finished("PutObject", 200, std::chrono::milliseconds(3));
  metrics.finished("PutObject", 403, std::chrono::milliseconds(1));
  const std::string text = metrics.expose({});
  EXPECT_THAT(text,
              HasSubstr("coffer_s3_operations_total{operation=\"PutObject\",status=\"200\"} 2"));
  EXPECT_THAT(text,
              HasSubstr("coffer_s3_operations_total{operation=\"PutObject\",status=\"403\"} 1"));
  EXPECT_THAT(text, HasSubstr("coffer_s3_operation_seconds_count{operation=\"PutObject\"} 3"));
  EXPECT_THAT(text, Not(HasSubstr("GetObject")));
}

// A label is kept for ever, so that no client may choose one.
TEST(Metrics, PutsUnknownNamesUnderOne) {
  Metrics metrics;
  metrics.finished("Invented", 400, std::chrono::milliseconds(1));
  const std::string text = metrics.expose({});
  EXPECT_THAT(text, HasSubstr("operation=\"Unknown\",status=\"400\"} 1"));
  EXPECT_THAT(text, Not(HasSubstr("Invented")));
}

TEST(Metrics, FollowsTheServersSums) {
  Metrics metrics;
  http::Server::Stats stats;
  stats.connections_open = 3;
  stats.requests_total = 10;
  metrics.expose(stats);
  stats.connections_open = 2;
  stats.requests_total = 15;
  const std::string text = metrics.expose(stats);
  EXPECT_THAT(text, HasSubstr("coffer_http_connections_open 2"));
  EXPECT_THAT(text, HasSubstr("coffer_http_requests_total 15"));
}

TEST(Metrics, LosesNothingBetweenThreads) {
  Metrics metrics;
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&metrics] {
      for (int i = 0; i < 1000; ++i)
        metrics.finished("GetObject", 200, std::chrono::milliseconds(1));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(metrics.expose({}), HasSubstr("operation=\"GetObject\",status=\"200\"} 4000"));
}

}  // namespace
}  // namespace coffer::app
