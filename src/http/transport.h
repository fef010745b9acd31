#pragma once

#include "base/bytes.h"
#include "base/task.h"
#include "http/timer_wheel.h"
#include "http/tls.h"

#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <atomic>

namespace coffer::http {

/// Bytes through one loop; written by that loop only, read by anyone.
struct TrafficCounters {
  std::atomic<std::uint64_t> bytes_in{0};
  std::atomic<std::uint64_t> bytes_out{0};

  /// A plain add: with one writer no locked instruction is needed.
  static void add(std::atomic<std::uint64_t>& counter, std::uint64_t count) {
    counter.store(counter.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  }
};

enum class IoStatus : std::uint8_t {
  Ok,
  WouldBlock,
  Eof,     ///< the peer ended its side in order
  Failed,  ///< reset, or a TLS failure
  TimedOut,
  Stopped,  ///< by stop()
};

struct IoResult {
  IoStatus status;
  std::size_t bytes;
};

/// Two pieces written with one call: a head and its body.
class Pieces {
 public:
  Pieces() = default;
  explicit Pieces(ByteView first, ByteView second = {}) : parts_{first, second} {}
  bool empty() const { return parts_[0].empty() && parts_[1].empty(); }
  const std::array<ByteView, 2>& parts() const { return parts_; }
  std::size_t size() const { return parts_[0].size() + parts_[1].size(); }
  /// Drops what was written.
  void advance(std::size_t count);

 private:
  std::array<ByteView, 2> parts_;
};

/// One connected socket, plain or under TLS. OpenSSL works on the descriptor itself: no second copy
/// through memory BIOs, and no buffers while idle. Reads and writes are tried at once, and only
/// when the kernel has nothing (or no room) does a coroutine wait, with a deadline. One reader and
/// one writer at a time, on one loop.
class Transport final : private TimerWheel::Owner {
 public:
  using TimePoint = TimerWheel::TimePoint;

  /// `ssl` is null for plain TCP and outlives nothing: it works on `socket`'s descriptor.
  Transport(boost::asio::ip::tcp::socket socket, SslPtr ssl, TimerWheel& wheel,
            TrafficCounters& counters);

  bool tls() const { return ssl_ != nullptr; }
  /// The TLS handshake; nothing to do without TLS.
  Task<IoStatus> handshake(TimePoint at);

  /// Never waits. `out` is not empty.
  IoResult try_read(MutableBytes out);
  /// Never waits; advances `pieces` by what went out.
  IoStatus try_write(Pieces& pieces);
  /// Waits until a read may succeed.
  Task<IoStatus> wait_readable(TimePoint at);
  /// Writes everything; `stall` is how long it may make no progress.
  Task<IoStatus> write_all(Pieces pieces, std::chrono::milliseconds stall);

  /// After many operations without a wait a fast peer would keep the loop for itself: the caller
  /// then awaits `yield`.
  bool tired() const { return streak_ >= kStreakMax; }
  Task<> yield();

  /// Every wait, present and future, ends with Stopped.
  void stop();
  /// Says that nothing more will be sent (TLS close_notify, FIN).
  void shutdown_write();
  /// Reads and throws away what has come, past TLS. Never waits. Eof or Failed: the peer is done.
  IoResult try_discard();
  /// Closes so that the peer sees a reset and cannot take what it got for a whole answer.
  void reset();

 private:
  enum class Direction : std::uint8_t { Read, Write };
  static constexpr unsigned kStreakMax = 16;

  void on_deadline() override;
  Task<IoStatus> wait(Direction direction, TimerWheel::Deadline& deadline, TimePoint at);
  IoStatus tls_status(int result, Direction& needs);

  boost::asio::ip::tcp::socket socket_;
  SslPtr ssl_;
  TimerWheel& wheel_;
  TrafficCounters& counters_;
  TimerWheel::Deadline read_deadline_;
  TimerWheel::Deadline write_deadline_;
  unsigned streak_ = 0;
  // What a blocked TLS operation waits for; it may need the other direction.
  Direction read_needs_ = Direction::Read;
  Direction write_needs_ = Direction::Write;
  bool stopped_ = false;
  bool tls_broken_ = false;  ///< OpenSSL forbids further calls after a fatal error
};

}  // namespace coffer::http
