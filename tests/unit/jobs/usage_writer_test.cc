#include "jobs/usage_writer.h"

#include "meta/memory_engine.h"
#include "support/fake_clock.h"
#include "support/run.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace coffer::jobs {
namespace {

TEST(UsageWriter, WritesWhatWasCountedWhenItIsStopped) {
  test::FakeClock clock;
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

  // By another one, which knows only what was written.
  const store::RequestUsage later(std::move(sources), clock);
  store::RequestUsage::Query query;
  query.since = clock.now() - std::chrono::hours(1);
  query.until = clock.now();
  const auto points = test::run(loop, later.read(std::move(query)));
  ASSERT_TRUE(points);
  ASSERT_EQ(points->size(), 1U);
  EXPECT_EQ(points->front().counts.requests, 1U);
}

}  // namespace
}  // namespace coffer::jobs
