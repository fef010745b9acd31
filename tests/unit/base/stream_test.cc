#include "base/stream.h"

#include "support/run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace coffer {
namespace {

using test::run_task;

/// Gives its text in pieces of one size, then the end or an error.
class PiecewiseSource final : public ByteSource {
 public:
  PiecewiseSource(std::string text, std::size_t piece, bool fails = false)
      : text_(std::move(text)), piece_(piece), fails_(fails) {}
  Task<Result<std::size_t>> read(MutableBytes out) override {
    EXPECT_FALSE(out.empty());
    ++reads;
    const std::size_t count = std::min({out.size(), piece_, text_.size() - at_});
    if (count == 0 && fails_) co_return make_error(ErrorCode::ClientDisconnect);
    std::memcpy(out.data(), text_.data() + at_, count);
    at_ += count;
    co_return count;
  }
  std::size_t given() const { return at_; }
  int reads = 0;

 private:
  std::string text_;
  std::size_t piece_;
  bool fails_;
  std::size_t at_ = 0;
};

TEST(ReadFull, FillsAcrossShortReadsAndStopsAtTheEnd) {
  PiecewiseSource source("0123456789", 3);
  std::string out(7, ' ');
  EXPECT_EQ(run_task(read_full(source, std::as_writable_bytes(std::span(out)))).value(), 7U);
  EXPECT_EQ(out, "0123456");
  EXPECT_EQ(run_task(read_full(source, std::as_writable_bytes(std::span(out)))).value(), 3U);
  EXPECT_EQ(out.substr(0, 3), "789");
  EXPECT_EQ(run_task(read_full(source, std::as_writable_bytes(std::span(out)))).value(), 0U);
}

TEST(ReadAll, TakesABodyOfExactlyTheLimit) {
  for (const std::size_t size : {0U, 1U, 4095U, 4096U, 4097U, 10000U}) {
    const std::string text(size, 'x');
    PiecewiseSource source(text, 1000);
    EXPECT_EQ(run_task(read_all(source, size)).value(), text) << size;
    PiecewiseSource again(text, 1000);
    EXPECT_EQ(run_task(read_all(again, 1 << 20)).value(), text) << size;
  }
}

TEST(ReadAll, RefusesOneByteMoreWithoutReadingTheRest) {
  PiecewiseSource source(std::string(100'000, 'x'), 1000);
  const auto result = run_task(read_all(source, 5000));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::EntityTooLarge);
  EXPECT_EQ(source.given(), 5001U);
}

TEST(ReadAll, PassesTheSourcesErrorOn) {
  PiecewiseSource source("abc", 1, true);
  const auto result = run_task(read_all(source, 100));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::ClientDisconnect);
}

TEST(StringSource, EndsAgainAndAgain) {
  StringSource source("ab");
  std::string out(8, ' ');
  const MutableBytes room = std::as_writable_bytes(std::span(out));
  EXPECT_EQ(run_task(source.read(room)).value(), 2U);
  EXPECT_EQ(run_task(source.read(room)).value(), 0U);
  EXPECT_EQ(run_task(source.read(room)).value(), 0U);
}

}  // namespace
}  // namespace coffer
