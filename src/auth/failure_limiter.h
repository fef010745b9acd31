#pragma once

#include "base/clock.h"
#include "base/ip_address.h"
#include "base/task.h"

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <mutex>
#include <string>

namespace coffer::auth {

struct FailureLimits {
  double burst = 10;        ///< failures that an address has at once
  double per_second = 0.5;  ///< and gets back
  std::chrono::milliseconds delay_max{2'000};
  std::size_t delayed_max = 4;  ///< answers of one address that wait at the same time
  std::size_t addresses_max = 10'000;
};

/// Slows down whoever tries credentials. Each client address (of IPv6 its /64) has a bucket of
/// failures; once it is empty, failing answers are held back for a while, and beyond so many that
/// wait, refused at once. Only failing answers are ever asked about, so nobody can lock another
/// out who has a valid credential. Memory is bounded: the address that failed longest ago is
/// forgotten. Thread-safe.
class FailureLimiter {
 public:
  FailureLimiter(FailureLimits limits, const Clock& clock) : limits_(limits), clock_(clock) {}

  /// Holds one of an address's waiting places while it lives. Must not outlive the limiter.
  class Wait {
   public:
    Wait() = default;
    Wait(Wait&& other) noexcept { *this = std::move(other); }
    Wait& operator=(Wait&& other) noexcept;
    ~Wait() { release(); }

   private:
    friend class FailureLimiter;
    Wait(FailureLimiter& limiter, std::string address)
        : limiter_(&limiter), address_(std::move(address)) {}
    void release();

    FailureLimiter* limiter_ = nullptr;
    std::string address_;
  };

  struct Ruling {
    bool refused = false;                ///< too many of this address wait already
    std::chrono::milliseconds delay{0};  ///< how long the answer is to be held back
    Wait wait;                           ///< to be kept meanwhile
  };
  /// Takes note of a failure.
  Ruling failed(const IpAddress& client);

  /// Takes note of a failure and waits until it may be answered. False: it is to be refused at
  /// once.
  Task<bool> hold_back(IpAddress client);

  /// How many addresses are remembered.
  std::size_t addresses() const;

 private:
  struct Bucket {
    double failures_left = 0;
    std::chrono::steady_clock::time_point filled_at;
    std::size_t waiting = 0;
    std::list<std::string>::iterator place;
  };
  Bucket& bucket_of(const std::string& address, std::chrono::steady_clock::time_point now);
  void forget_one();

  const FailureLimits limits_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::map<std::string, Bucket, std::less<>> buckets_;
  std::list<std::string> by_last_failure_;  ///< oldest first
};

}  // namespace coffer::auth
