#include "jobs/usage_writer.h"

#include "meta/memory_engine.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <optional>

namespace coffer::jobs {
namespace {

class FixedClock final : public Clock {
 public:
  Timestamp now() const override { return Timestamp(std::chrono::seconds(1'795'530'877)); }
  std::chrono::steady_clock::time_point monotonic() const override { return {}; }
};

Task<> read(const store::RequestUsage& usage, Timestamp now,
            std::optional<std::vector<store::RequestUsage::Point>>& out) {
  store::RequestUsage::Query query;
  query.since = now - std::chrono::hours(1);
  query.until = now;
  auto points = co_await usage.read(std::move(query));
  if (points) out = *std::move(points);
}

TEST(UsageWriter, WritesWhatWasCountedWhenItIsStopped) {
  FixedClock clock;
  const auto engine = meta::make_memory_engine();
  std::vector<store::RequestUsage::Source> sources;
  sources.emplace_back(Jurisdiction::Default, *engine);
  store::RequestUsage usage(sources, clock);
  boost::asio::io_context loop;
  UsageWriter writer(loop, usage);
  writer.start();
  loop.poll();
  store::FinishedRequest request;
  request.status = 200;
  usage.count(request);
  writer.stop();
  loop.restart();
  loop.run();  // ends, since nothing is left on it

  std::optional<std::vector<store::RequestUsage::Point>> points;
  auto rethrow = [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  };
  // By another one, which knows only what was written.
  const store::RequestUsage later(std::move(sources), clock);
  boost::asio::co_spawn(loop, read(later, clock.now(), points), rethrow);
  loop.restart();
  loop.run();
  ASSERT_TRUE(points);
  ASSERT_EQ(points->size(), 1U);
  EXPECT_EQ(points->front().counts.requests, 1U);
}

}  // namespace
}  // namespace coffer::jobs
