#pragma once

#include "base/clock.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>

namespace coffer::http {

/// The deadlines of one loop's connections, at a granularity of one tick. Setting, moving and
/// clearing a deadline is a store: an entry stays where it is linked and is looked at again when
/// its slot comes round, so that thousands of requests a second do not each start and stop a timer.
/// Belongs to one loop; not thread-safe.
class TimerWheel {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds kTick{250};
  static constexpr std::size_t kSlots = 256;  ///< later deadlines are linked again every 64 s

  /// Told when one of its deadlines passes. It must not destroy the deadline in the call.
  class Owner {
   public:
    virtual void on_deadline() = 0;

   protected:
    ~Owner() = default;
  };

 private:
  struct Node {
    Node* previous = this;
    Node* next = this;
    void unlink();
    void insert_before(Node& position);
  };

 public:
  /// One deadline; embedded in what it guards. Starts disarmed.
  class Deadline : private Node {
   public:
    Deadline(TimerWheel& wheel, Owner& owner) : wheel_(wheel), owner_(owner) {}
    ~Deadline();
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;
    void arm(TimePoint at);
    void disarm() { armed_ = false; }
    /// The last `arm` ran out.
    bool expired() const { return expired_; }

   private:
    friend class TimerWheel;
    TimerWheel& wheel_;
    Owner& owner_;
    TimePoint at_{};
    std::uint64_t tick_ = 0;  ///< the slot it is linked at
    bool linked_ = false;
    bool armed_ = false;
    bool expired_ = false;
  };

  /// `start_ticking` is called when the wheel stops being empty; from then on `advance` must be
  /// called every tick until the wheel is empty again.
  TimerWheel(const Clock& clock, std::function<void()> start_ticking);
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  /// The time at the last tick: at most one tick behind, and free.
  TimePoint now();
  /// Reads the clock and fires what has passed.
  void advance();
  bool empty() const { return linked_count_ == 0; }

 private:
  std::uint64_t tick_of(TimePoint time) const;
  void link(Deadline& deadline);
  void unlink(Deadline& deadline);

  const Clock& clock_;
  std::function<void()> start_ticking_;
  TimePoint epoch_;
  TimePoint now_;
  std::uint64_t current_ = 0;  ///< every slot up to and including this tick has been looked at
  std::size_t linked_count_ = 0;
  std::array<Node, kSlots> slots_;
};

}  // namespace coffer::http
