#include "base/clock.h"

#include <gtest/gtest.h>

namespace coffer {
namespace {

using std::chrono::milliseconds;

constexpr Timestamp at_ms(long long since_epoch_ms) {
  return Timestamp(milliseconds(since_epoch_ms));
}

// RFC 9110 5.6.7 shows these three spellings of one moment.
TEST(HttpDate, ReadsAllThreeFormsOfRfc9110) {
  for (const char* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994"}) {
    Timestamp out;
    ASSERT_TRUE(parse_http_date(text, out)) << text;
    EXPECT_EQ(out, at_ms(784111777000)) << text;
  }
}

TEST(HttpDate, ReadsTwoDigitYearsOfThisCentury) {
  Timestamp out;
  ASSERT_TRUE(parse_http_date("Tuesday, 24-Nov-26 14:34:37 GMT", out));
  EXPECT_EQ(format_http_date(out), "Tue, 24 Nov 2026 14:34:37 GMT");
}

TEST(HttpDate, CountsLeapSecondAsTheNext) {
  Timestamp out;
  ASSERT_TRUE(parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT", out));
  EXPECT_EQ(format_http_date(out), "Sun, 01 Jan 2017 00:00:00 GMT");
}

TEST(HttpDate, RefusesWhatIsNoDate) {
  for (const char* text :
       {"", "Sun", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 6 Nov 1994 08:49:37 GMT", "sun, 06 nov 1994 08:49:37 gmt",
        "Sun, 06 Nov 1994 08:49:37 GMT ", " Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
        "Xxx, 06 Nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "784111777",
        "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun Nov 6 08:49:37 1994"}) {
    Timestamp out = at_ms(7);
    EXPECT_FALSE(parse_http_date(text, out)) << text;
    EXPECT_EQ(out, at_ms(7)) << "left alone: " << text;
  }
}

TEST(HttpDate, SurvivesRoundTripOnEveryDayOfFourYears) {
  for (long long day = 19000; day < 19000 + 4 * 366; ++day) {
    const Timestamp time = at_ms((day * 86400 + 45296) * 1000);
    Timestamp out;
    ASSERT_TRUE(parse_http_date(format_http_date(time), out)) << format_http_date(time);
    ASSERT_EQ(out, time);
  }
}

TEST(AmzDate, ReadsExactlyItsOwnForm) {
  Timestamp out;
  ASSERT_TRUE(parse_amz_date("20261124T143437Z", out));
  EXPECT_EQ(format_amz_date(out), "20261124T143437Z");
  EXPECT_EQ(format_iso8601_ms(out), "2026-11-24T14:34:37.000Z");
  for (const char* text :
       {"", "20261124T143437", "20261124T143437z", "20261124t143437Z", "20261324T143437Z",
        "20260230T143437Z", "20261124T243437Z", "20261124T146037Z", "20261124T143460Z",
        "20261124T143437ZZ", " 20261124T143437Z", "2026-11-24T14:34:37Z", "2026112 T143437Z",
        "+0261124T143437Z"}) {
    EXPECT_FALSE(parse_amz_date(text, out)) << text;
  }
}

// The examples of RFC 3339 5.8, but for its leap second with an offset, which follows.
TEST(Rfc3339, ReadsTheExamplesOfTheRfc) {
  const struct {
    const char* text;
    const char* utc;
  } rows[] = {
      {"1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.520Z"},
      {"1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57.000Z"},
      {"1990-12-31T23:59:60Z", "1991-01-01T00:00:00.000Z"},
      {"1990-12-31T15:59:60-08:00", "1991-01-01T00:00:00.000Z"},
      {"1937-01-01T12:00:27.87+00:20", "1937-01-01T11:40:27.870Z"},
      {"2026-11-24t14:34:37.123456789z", "2026-11-24T14:34:37.123Z"},
      {"0000-01-01T00:00:00+23:59", "-001-12-31T00:01:00.000Z"},
  };
  for (const auto& row : rows) {
    Timestamp out;
    ASSERT_TRUE(parse_rfc3339(row.text, out)) << row.text;
    EXPECT_EQ(format_iso8601_ms(out), row.utc) << row.text;
  }
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2026-11-24", "2026-11-24 14:34:37Z", "2026-11-24T14:34:37", "2026-11-24T14:34Z",
        "2026-11-24T14:34:37.Z", "2026-11-24T14:34:37+0100", "2026-11-24T14:34:37+24:00",
        "2026-11-24T14:34:37+01:60", "2026-11-24T14:34:37Zx", "2026-02-29T00:00:00Z",
        "26-11-24T14:34:37Z", "2026-11-24T14:34:37+01:0", "2026-11-24T14:34:37,5Z"}) {
    Timestamp out;
    EXPECT_FALSE(parse_rfc3339(text, out)) << text;
  }
}

TEST(Clock, FormatsTimesBeforeTheEpoch) {
  EXPECT_EQ(format_iso8601_ms(at_ms(-1)), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(format_http_date(at_ms(-1)), "Wed, 31 Dec 1969 23:59:59 GMT");
}

TEST(SystemClock, AgreesWithTheMachine) {
  const SystemClock clock;
  const auto before = std::chrono::system_clock::now() - milliseconds(1);
  const Timestamp now = clock.now();
  EXPECT_LE(before, now);
  EXPECT_LE(now, std::chrono::system_clock::now());
  const auto earlier = clock.monotonic();
  EXPECT_LE(earlier, clock.monotonic());
}

}  // namespace
}  // namespace coffer
