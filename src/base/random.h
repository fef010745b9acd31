#pragma once

#include "base/bytes.h"

namespace coffer {

/// Where randomness comes from. Injected. Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  /// Fills `out`. The system source aborts the process rather than return weak bytes.
  virtual void fill(MutableBytes out) = 0;

  std::uint64_t next_u64() {
    std::uint64_t value = 0;
    fill(std::as_writable_bytes(std::span(&value, 1)));
    return value;
  }
};

/// OpenSSL's CSPRNG.
class SystemRandom final : public Random {
 public:
  void fill(MutableBytes out) override;
};

}  // namespace coffer
