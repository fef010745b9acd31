#include "blob/free_space.h"

#include "blob_support.h"

namespace coffer::blob {
namespace {

using namespace test;

constexpr std::uint64_t kGiB = 1024 * 1024 * 1024;

class FreeSpaceTest : public ::testing::Test {
 protected:
  void pretend(std::uint64_t total, std::uint64_t free) {
    ops_.pretended_space = FileOps::Space{total, free};
    clock_.advance(FreeSpace::kAge);
  }

  WatchedOps ops_;
  FakeClock clock_{std::chrono::milliseconds(1'000)};
  FreeSpace space_{ops_, "/tmp", kGiB, clock_};
};

TEST_F(FreeSpaceTest, KeepsTheReserveFree) {
  struct Case {
    std::uint64_t free, wanted;
    bool fits;
  };
  for (const auto& [free, wanted, fits] :
       {Case{kGiB, 0, true}, Case{kGiB - 1, 0, false}, Case{0, 0, false}, Case{kGiB, 1, false},
        Case{kGiB + 10, 10, true}, Case{kGiB + 10, 11, false},
        Case{50 * kGiB, UINT64_MAX, false}}) {
    pretend(100 * kGiB, free);
    const auto checked = space_.check(wanted);
    EXPECT_EQ(code_of(checked), fits ? ErrorCode::Internal : ErrorCode::NoSpace)
        << free << " " << wanted;
  }
}

TEST_F(FreeSpaceTest, KeepsASixteenthOfASmallDisk) {
  pretend(kGiB, kGiB / 16);
  EXPECT_TRUE(space_.check(0));
  pretend(kGiB, kGiB / 16 - 1);
  EXPECT_FALSE(space_.check(0));
}

TEST_F(FreeSpaceTest, BelievesAFileSystemThatDoesNotTell) {
  pretend(0, 0);
  EXPECT_TRUE(space_.check(kGiB));
}

TEST_F(FreeSpaceTest, AsksAgainOnlyWhenWhatItKnowsIsStale) {
  EXPECT_TRUE(space_.is_stale());
  pretend(100 * kGiB, 0);
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(space_.check(0));
  EXPECT_EQ(ops_.count("space"), 1U);
  ops_.pretended_space->free_bytes = 50 * kGiB;
  EXPECT_FALSE(space_.is_stale());
  EXPECT_FALSE(space_.check(0));
  clock_.advance(FreeSpace::kAge);
  EXPECT_TRUE(space_.is_stale());
  EXPECT_TRUE(space_.check(0));
  EXPECT_EQ(ops_.count("space"), 2U);
}

TEST_F(FreeSpaceTest, PassesOnThatTheDiskDoesNotAnswer) {
  ops_.answer = [](std::string_view) { return -EIO; };
  EXPECT_EQ(code_of(space_.check(0)), ErrorCode::IoError);
  EXPECT_TRUE(space_.is_stale());
}

}  // namespace
}  // namespace coffer::blob
