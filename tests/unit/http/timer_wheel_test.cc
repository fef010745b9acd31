#include "http/timer_wheel.h"

#include <gmock/gmock.h>

#include <memory>

namespace coffer::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class ManualClock final : public Clock {
 public:
  Timestamp now() const override { return Timestamp(); }
  std::chrono::steady_clock::time_point monotonic() const override { return time; }
  std::chrono::steady_clock::time_point time{seconds(1000)};
};

struct Counter final : TimerWheel::Owner {
  void on_deadline() override { ++fired; }
  int fired = 0;
};

struct Fixture {
  ManualClock clock;
  int started = 0;
  TimerWheel wheel{clock, [this] { ++started; }};
  Counter owner;
  void pass(milliseconds time) {
    clock.time += time;
    wheel.advance();
  }
};

TEST(TimerWheel, FiresAfterTheDeadlineAndWithinTwoTicks) {
  for (const milliseconds wait : {milliseconds(1), milliseconds(250), milliseconds(30'000),
                                  milliseconds(64'000), milliseconds(500'123)}) {
    Fixture f;
    TimerWheel::Deadline deadline(f.wheel, f.owner);
    deadline.arm(f.wheel.now() + wait);
    milliseconds passed(0);
    while (f.owner.fired == 0 && passed < wait + seconds(1)) {
      f.pass(milliseconds(50));
      passed += milliseconds(50);
    }
    EXPECT_TRUE(deadline.expired());
    EXPECT_GE(passed, wait);
    EXPECT_LE(passed, wait + 2 * TimerWheel::kTick + milliseconds(50));
  }
}

TEST(TimerWheel, MovesADeadlineBothWays) {
  Fixture f;
  TimerWheel::Deadline deadline(f.wheel, f.owner);
  deadline.arm(f.wheel.now() + seconds(10));
  deadline.arm(f.wheel.now() + seconds(20));
  f.pass(seconds(15));
  EXPECT_EQ(f.owner.fired, 0);
  deadline.arm(f.wheel.now() + seconds(1));
  f.pass(seconds(2));
  EXPECT_EQ(f.owner.fired, 1);
  f.pass(seconds(100));
  EXPECT_EQ(f.owner.fired, 1);
}

TEST(TimerWheel, ForgetsWhatIsDisarmedOrGone) {
  Fixture f;
  TimerWheel::Deadline disarmed(f.wheel, f.owner);
  disarmed.arm(f.wheel.now() + seconds(1));
  disarmed.disarm();
  auto gone = std::make_unique<TimerWheel::Deadline>(f.wheel, f.owner);
  gone->arm(f.wheel.now() + seconds(1));
  gone.reset();
  f.pass(seconds(5));
  EXPECT_EQ(f.owner.fired, 0);
  EXPECT_TRUE(f.wheel.empty());
}

TEST(TimerWheel, AsksForTicksOnlyWhenItHasDeadlines) {
  Fixture f;
  EXPECT_EQ(f.started, 0);
  {
    TimerWheel::Deadline one(f.wheel, f.owner);
    TimerWheel::Deadline two(f.wheel, f.owner);
    one.arm(f.wheel.now() + seconds(1));
    two.arm(f.wheel.now() + seconds(1));
    EXPECT_EQ(f.started, 1);
  }
  // Nobody ticked for an hour: a new deadline counts from now, not from the last tick.
  f.clock.time += std::chrono::hours(1);
  TimerWheel::Deadline late(f.wheel, f.owner);
  late.arm(f.wheel.now() + seconds(10));
  f.pass(seconds(9));
  EXPECT_EQ(f.owner.fired, 0);
  f.pass(seconds(2));
  EXPECT_EQ(f.owner.fired, 1);
}

TEST(TimerWheel, CatchesUpAfterALongGap) {
  Fixture f;
  TimerWheel::Deadline deadline(f.wheel, f.owner);
  deadline.arm(f.wheel.now() + seconds(3));
  f.pass(std::chrono::hours(5));
  EXPECT_EQ(f.owner.fired, 1);
}

}  // namespace
}  // namespace coffer::http
