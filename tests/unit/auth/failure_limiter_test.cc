#include "auth/failure_limiter.h"

#include "auth_fixture.h"

namespace coffer::auth::test {
namespace {

using std::chrono::milliseconds;

class FailureLimiterTest : public ::testing::Test {
 protected:
  FailureLimiterTest() {
    limits_.burst = 3;
    limits_.per_second = 0.5;
    limits_.delay_max = milliseconds(5'000);
    limits_.delayed_max = 2;
    limits_.addresses_max = 4;
  }
  static IpAddress address(std::string_view text) { return *IpAddress::parse(text); }

  FailureLimits limits_;
  FakeClock clock_;
};

TEST_F(FailureLimiterTest, GivesEachAddressAFewFailures) {
  FailureLimiter limiter(limits_, clock_);
  for (int i = 0; i < 3; ++i) {
    const auto ruling = limiter.failed(address("192.0.2.1"));
    EXPECT_FALSE(ruling.refused);
    EXPECT_EQ(ruling.delay.count(), 0);
  }
  EXPECT_GT(limiter.failed(address("192.0.2.1")).delay.count(), 0);
  EXPECT_EQ(limiter.failed(address("192.0.2.2")).delay.count(), 0);
}

TEST_F(FailureLimiterTest, RefusesWhenTooManyWait) {
  FailureLimiter limiter(limits_, clock_);
  for (int i = 0; i < 3; ++i) limiter.failed(address("192.0.2.1"));
  auto first = limiter.failed(address("192.0.2.1"));
  auto second = limiter.failed(address("192.0.2.1"));
  EXPECT_GT(second.delay, first.delay);
  EXPECT_TRUE(limiter.failed(address("192.0.2.1")).refused);
  first.wait = FailureLimiter::Wait();  // its answer went out
  EXPECT_FALSE(limiter.failed(address("192.0.2.1")).refused);
}

TEST_F(FailureLimiterTest, NeverHoldsBackForLongerThanItsLimit) {
  limits_.delayed_max = 100;
  FailureLimiter limiter(limits_, clock_);
  std::vector<FailureLimiter::Ruling> rulings;
  for (int i = 0; i < 100; ++i) rulings.push_back(limiter.failed(address("192.0.2.1")));
  EXPECT_EQ(rulings.back().delay, limits_.delay_max);
}

TEST_F(FailureLimiterTest, ForgivesWithTime) {
  FailureLimiter limiter(limits_, clock_);
  for (int i = 0; i < 4; ++i) limiter.failed(address("192.0.2.1"));
  clock_.advance(std::chrono::minutes(1));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(limiter.failed(address("192.0.2.1")).delay.count(), 0) << i;
  }
  EXPECT_GT(limiter.failed(address("192.0.2.1")).delay.count(), 0);
}

TEST_F(FailureLimiterTest, TakesAnIpv6NetworkForOneClient) {
  FailureLimiter limiter(limits_, clock_);
  for (const char* text : {"2001:db8::1", "2001:db8::2", "2001:db8::ffff:1"}) {
    EXPECT_EQ(limiter.failed(address(text)).delay.count(), 0);
  }
  EXPECT_GT(limiter.failed(address("2001:db8::3")).delay.count(), 0);
  EXPECT_EQ(limiter.failed(address("2001:db8:0:1::1")).delay.count(), 0);
}

TEST_F(FailureLimiterTest, RemembersABoundedNumberOfAddresses) {
  FailureLimiter limiter(limits_, clock_);
  for (int i = 0; i < 4; ++i) limiter.failed(address("192.0.2.1"));
  const auto waiting = limiter.failed(address("192.0.2.1"));
  for (int i = 0; i < 100; ++i) {
    limiter.failed(address("198.51.100." + std::to_string(i)));
  }
  EXPECT_EQ(limiter.addresses(), 4U);
  // One that somebody waits for is kept.
  EXPECT_GT(limiter.failed(address("192.0.2.1")).delay.count(), 0);
}

TEST_F(FailureLimiterTest, LivesWithAnAddressForgottenWhileItWaits) {
  limits_.addresses_max = 1;
  FailureLimiter limiter(limits_, clock_);
  for (int i = 0; i < 3; ++i) limiter.failed(address("192.0.2.1"));
  {
    const auto waiting = limiter.failed(address("192.0.2.1"));
    limiter.failed(address("192.0.2.2"));
  }
  EXPECT_EQ(limiter.addresses(), 1U);
}

}  // namespace
}  // namespace coffer::auth::test
