#pragma once

#include "base/clock.h"

#include <atomic>
#include <chrono>
#include <cstdint>

namespace coffer::test {

/// Time that moves when a test says so, both of its clocks together. Thread-safe.
class FakeClock final : public Clock {
 public:
  /// 2026-11-24T14:34:37.123Z: milliseconds that are not zero show where a format drops them.
  static constexpr std::chrono::milliseconds kStart{1'795'530'877'123};

  explicit FakeClock(std::chrono::milliseconds since_epoch = kStart)
      : milliseconds_(since_epoch.count()) {}

  Timestamp now() const override { return Timestamp(since_epoch()); }
  std::chrono::steady_clock::time_point monotonic() const override {
    return std::chrono::steady_clock::time_point(since_epoch());
  }
  void advance(std::chrono::milliseconds by) { milliseconds_ += by.count(); }

 private:
  std::chrono::milliseconds since_epoch() const {
    return std::chrono::milliseconds(milliseconds_.load());
  }

  std::atomic<std::int64_t> milliseconds_;
};

}  // namespace coffer::test
