#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "http/buffers.h"
#include "http/head_check.h"
#include "http/server.h"
#include "http/timer_wheel.h"
#include "http/tls.h"
#include "http/transport.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_set>

namespace coffer::http {

class Connection;

/// What all loops of a server share. Const or thread-safe after the start.
struct Shared {
  Shared(ServerConfig config_in, Clock& clock_in, Random& random_in)
      : config(std::move(config_in)), clock(clock_in), random(random_in) {}

  /// One more connection; false when that would be over the limit.
  bool open_connection();
  void close_connection();
  /// Waits until no connection is left; false when that takes longer than `limit`.
  bool wait_until_drained(std::chrono::milliseconds limit);

  const ServerConfig config;
  Clock& clock;
  Random& random;
  TlsStore tls;
  std::atomic<std::size_t> connections_open{0};

 private:
  std::mutex mutex_;
  std::condition_variable drained_;
};

/// One thread's event loop and all that its connections use without locks.
class Loop {
 public:
  explicit Loop(Shared& shared);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  boost::asio::io_context& context() { return context_; }
  Shared& shared() { return shared_; }
  const Limits& limits() const { return shared_.config.limits; }
  TimerWheel& wheel() { return wheel_; }
  BlockPool& small_blocks() { return small_blocks_; }
  BlockPool& large_blocks() { return large_blocks_; }
  TrafficCounters& traffic() { return traffic_; }
  /// Where heads are parsed; free again as soon as the parsed one has been copied.
  Head& scratch_head() { return scratch_head_; }
  /// The Date header, made once a second.
  std::string_view http_date();
  /// 32 hex digits.
  std::string next_request_id();

  /// Starts serving a connection on this loop.
  void adopt(std::unique_ptr<Connection> connection);

  bool stopping() const { return stopping_; }
  /// Closes idle connections; busy ones end after their request. Runs on the loop.
  void begin_stop();
  /// Cancels what still runs. Runs on the loop.
  void cancel_all();

  std::atomic<std::uint64_t> connections_total{0};
  std::atomic<std::uint64_t> requests_total{0};

 private:
  void tick();
  void finish(Connection* connection);

  Shared& shared_;
  boost::asio::io_context context_{1};
  boost::asio::steady_timer ticker_{context_};
  bool ticking_ = false;
  TimerWheel wheel_;
  BlockPool small_blocks_;
  BlockPool large_blocks_;
  TrafficCounters traffic_;
  Head scratch_head_;
  std::string date_;
  std::chrono::sys_seconds date_of_{};
  std::array<std::byte, 1024> entropy_;  ///< drawn in bulk: a draw costs more than it yields
  std::size_t entropy_used_ = sizeof(entropy_);
  std::unordered_set<Connection*> connections_;  ///< owned; see finish()
  bool stopping_ = false;
};

}  // namespace coffer::http
