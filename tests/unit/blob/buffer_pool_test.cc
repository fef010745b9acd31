#include "blob/buffer_pool.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <thread>

namespace coffer::blob {
namespace {

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kMiB = 1024 * kKiB;

TEST(BufferPool, GivesTheNextPowerOfTwoBetweenItsLimits) {
  const auto pool = BufferPool::make(100 * kMiB, 0);
  struct Case {
    std::size_t wanted, given;
  };
  for (const auto& [wanted, given] :
       {Case{0, 64 * kKiB}, Case{1, 64 * kKiB}, Case{64 * kKiB, 64 * kKiB},
        Case{64 * kKiB + 1, 128 * kKiB}, Case{500 * kKiB, 512 * kKiB}, Case{kMiB, kMiB},
        Case{kMiB + 1, kMiB}, Case{SIZE_MAX, kMiB}}) {
    const auto buffer = pool->take(wanted);
    EXPECT_EQ(buffer.bytes().size(), given) << wanted;
    EXPECT_EQ(std::bit_cast<std::uintptr_t>(buffer.bytes().data()) % BufferPool::kAlignment, 0U);
    std::memset(buffer.bytes().data(), 1, buffer.bytes().size());
  }
}

TEST(BufferPool, GivesSmallBuffersOnceItsBudgetIsTaken) {
  const auto pool = BufferPool::make(2 * kMiB, 0);
  auto first = pool->take(kMiB);
  const auto second = pool->take(kMiB);
  EXPECT_EQ(pool->take(kMiB).bytes().size(), 64 * kKiB);
  first = BufferPool::Buffer();
  EXPECT_EQ(pool->take(kMiB).bytes().size(), kMiB);
}

TEST(BufferPool, KeepsNoMoreThanItIsTold) {
  const auto pool = BufferPool::make(100 * kMiB, 64 * kKiB);
  const std::byte* kept = nullptr;
  {
    const auto first = pool->take(1);
    const auto second = pool->take(1);
    kept = second.bytes().data();  // given back first
  }
  const auto again = pool->take(1);
  EXPECT_EQ(again.bytes().data(), kept);
}

TEST(BufferPool, LetsBuffersOutliveItsOwner) {
  auto pool = BufferPool::make(100 * kMiB, kMiB);
  auto buffer = pool->take(1);
  pool.reset();
  std::memset(buffer.bytes().data(), 1, buffer.bytes().size());
  buffer = BufferPool::Buffer();
  EXPECT_FALSE(buffer);
}

TEST(BufferPool, GivesEachBufferBackOnceHoweverItMoves) {
  const auto pool = BufferPool::make(128 * kKiB, 0);
  {
    auto first = pool->take(1);
    auto second = std::move(first);
    EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): what a move leaves is the point
    auto& same = second;
    second = std::move(same);
    EXPECT_TRUE(second);
    second = pool->take(1);
  }
  // Had one not come back, or come back twice, the budget would not be whole.
  EXPECT_EQ(pool->take(128 * kKiB).bytes().size(), 128 * kKiB);
  const auto all = pool->take(128 * kKiB);
  EXPECT_EQ(pool->take(128 * kKiB).bytes().size(), 64 * kKiB);
}

TEST(BufferPool, ServesManyThreads) {
  const auto pool = BufferPool::make(kMiB, 512 * kKiB);
  constexpr int kThreads = 4;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&pool, i] {
      for (std::size_t round = 0; round < 500; ++round) {
        const auto buffer = pool->take((round % 5) * 100 * kKiB);
        std::memset(buffer.bytes().data(), i, 16);
        EXPECT_EQ(buffer.bytes()[7], static_cast<std::byte>(i));
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace coffer::blob
