#include "app/descriptors.h"

#include <gtest/gtest.h>

namespace coffer::app {
namespace {

TEST(Descriptors, AreSharedOut) {
  const struct {
    std::size_t limit;
    std::size_t connections_max;
    std::size_t cached_blobs_max;
  } rows[] = {
      {256, 128, 8},         {1024, 512, 32},       {4096, 2048, 128},
      {20'000, 15'904, 256}, {65'536, 20'000, 256}, {1'048'576, 20'000, 256},
  };
  for (const auto& row : rows) {
    const DescriptorPlan plan = plan_descriptors(row.limit);
    EXPECT_EQ(plan.connections_max, row.connections_max) << row.limit;
    EXPECT_EQ(plan.cached_blobs_max, row.cached_blobs_max) << row.limit;
  }
}

TEST(Descriptors, AreNeverFewerAfterRaising) {
  const std::size_t limit = raise_descriptor_limit();
  EXPECT_GT(limit, 0U);
  EXPECT_EQ(raise_descriptor_limit(), limit);
}

}  // namespace
}  // namespace coffer::app
