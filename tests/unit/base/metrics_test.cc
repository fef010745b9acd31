#include "base/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace coffer {
namespace {

using testing::HasSubstr;

TEST(Metrics, ExposesWhatWasCounted) {
  MetricsRegistry registry;
  const MetricLabels put{{"operation", "PutObject"}, {"status", "200"}};
  registry.counter("coffer_requests_total", "Requests.", put).increment();
  registry.counter("coffer_requests_total", "Requests.", put).increment(2);
  registry.gauge("coffer_connections", "Open connections.").set(7);
  Histogram& seconds = registry.histogram("coffer_request_seconds", "Time.", {0.1, 1});
  seconds.observe(0.05);
  seconds.observe(5);

  const std::string text = registry.expose();
  EXPECT_THAT(text, HasSubstr("# HELP coffer_requests_total Requests.\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE coffer_requests_total counter\n"));
  EXPECT_THAT(text, HasSubstr("coffer_requests_total{operation=\"PutObject\",status=\"200\"} 3"));
  EXPECT_THAT(text, HasSubstr("coffer_connections 7"));
  EXPECT_THAT(text, HasSubstr("coffer_request_seconds_bucket{le=\"0.1\"} 1"));
  EXPECT_THAT(text, HasSubstr("coffer_request_seconds_bucket{le=\"+Inf\"} 2"));
}

TEST(Metrics, GivesTheSameMetricForTheSameLabels) {
  MetricsRegistry registry;
  Gauge& a = registry.gauge("g", "G.", {{"x", "1"}});
  EXPECT_EQ(&a, &registry.gauge("g", "G.", {{"x", "1"}}));
  EXPECT_NE(&a, &registry.gauge("g", "G.", {{"x", "2"}}));
  a.increment(3);
  a.decrement();
  EXPECT_EQ(a.value(), 2);
}

TEST(Metrics, EscapesLabelValues) {
  MetricsRegistry registry;
  registry.counter("c_total", "C.", {{"x", "a\"b\\c\nd"}}).increment();
  EXPECT_THAT(registry.expose(), HasSubstr("x=\"a\\\"b\\\\c\\nd\""));
}

TEST(Metrics, RefusesANameOfTwoKinds) {
  MetricsRegistry registry;
  registry.counter("same", "S.");
  EXPECT_THROW(registry.gauge("same", "S."), std::invalid_argument);
  EXPECT_THROW(registry.counter("not a name", "S."), std::invalid_argument);
}

}  // namespace
}  // namespace coffer
