#pragma once

#include "base/random.h"

#include <cstdint>
#include <mutex>
#include <random>

namespace coffer::test {

/// The same bytes in every run, and good enough for ids. Thread-safe; who gets which bytes is then
/// up to the threads.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed = 1) : engine_(seed) {}

  void fill(MutableBytes out) override {
    const std::lock_guard lock(mutex_);
    for (std::byte& byte : out) byte = static_cast<std::byte>(engine_() & 0xff);
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_;  ///< guarded by mutex_
};

}  // namespace coffer::test
