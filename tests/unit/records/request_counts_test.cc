#include "records/request_counts.h"

#include <gtest/gtest.h>

#include <limits>

namespace coffer::records {
namespace {

RequestCounts sample() {
  RequestCounts counts;
  counts.requests = 1;
  counts.reads = 2;
  counts.writes = 3;
  counts.lists = 4;
  counts.deletes = 5;
  counts.errors_client = 6;
  counts.errors_server = 7;
  counts.bytes_in = 300;
  counts.bytes_out = std::numeric_limits<std::uint64_t>::max();
  return counts;
}

TEST(RequestCounts, ComeBackAsTheyWere) {
  const std::string bytes = encode(sample());
  const auto back = decode_request_counts(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, sample());
  // docs/formats/usage.md
  EXPECT_EQ(encode(RequestCounts()), std::string("\x01\0\0\0\0\0\0\0\0\0", 10));
}

TEST(RequestCounts, AreRefusedWhenTheyAreDamaged) {
  const std::string bytes = encode(sample());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_request_counts(bytes.substr(0, size))) << size;
  }
  EXPECT_EQ(decode_request_counts(bytes + "x").error().code(), ErrorCode::Corrupt);
  EXPECT_EQ(decode_request_counts("\x02" + bytes.substr(1)).error().code(), ErrorCode::NewerFormat);
}

TEST(RequestCounts, StopAtTheLargestNumber) {
  RequestCounts sum = sample();
  sum += sample();
  EXPECT_EQ(sum.requests, 2U);
  EXPECT_EQ(sum.bytes_in, 600U);
  EXPECT_EQ(sum.bytes_out, std::numeric_limits<std::uint64_t>::max());
}

}  // namespace
}  // namespace coffer::records
