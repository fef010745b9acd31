#include "http/loop.h"

#include "base/codec.h"
#include "base/log.h"
#include "http/connection.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

namespace coffer::http {
namespace {

namespace asio = boost::asio;

/// A head with room for what a client sends together with it.
constexpr std::size_t kSmallBlockBytes = 16 * 1024;
constexpr std::size_t kSmallBlocksKept = 64;
/// limits.md 4.2: streamed answers are fastest in pieces of this size.
constexpr std::size_t kLargeBlockBytes = 256 * 1024;
constexpr std::size_t kLargeBlocksKept = 16;
constexpr std::size_t kIdBytes = 16;

}  // namespace

bool Shared::open_connection() {
  if (connections_open.fetch_add(1) < config.limits.connections_max) return true;
  close_connection();
  return false;
}

void Shared::close_connection() {
  if (connections_open.fetch_sub(1) != 1) return;
  const std::lock_guard lock(mutex_);  // so that a waiter is either before its test or asleep
  drained_.notify_all();
}

bool Shared::wait_until_drained(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  return drained_.wait_for(lock, limit, [this] { return connections_open.load() == 0; });
}

Loop::Loop(Shared& shared)
    : shared_(shared),
      wheel_(shared.clock,
             [this] {
               if (!ticking_) tick();
             }),
      small_blocks_(kSmallBlockBytes, kSmallBlocksKept),
      large_blocks_(kLargeBlockBytes, kLargeBlocksKept) {}

void Loop::tick() {
  ticking_ = true;
  ticker_.expires_after(TimerWheel::kTick);
  ticker_.async_wait([this](boost::system::error_code) {
    wheel_.advance();
    if (wheel_.empty()) {
      ticking_ = false;
    } else {
      tick();
    }
  });
}

std::string_view Loop::http_date() {
  const Timestamp now = shared_.clock.now();
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  if (date_.empty() || second != date_of_) {
    date_ = format_http_date(now);
    date_of_ = second;
  }
  return date_;
}

std::string Loop::next_request_id() {
  if (entropy_used_ + kIdBytes > entropy_.size()) {
    shared_.random.fill(entropy_);
    entropy_used_ = 0;
  }
  const ByteView bytes = ByteView(entropy_).subspan(entropy_used_, kIdBytes);
  entropy_used_ += kIdBytes;
  return hex_encode(bytes);
}

void Loop::adopt(std::unique_ptr<Connection> connection) {
  Connection* raw = connection.release();
  connections_.insert(raw);
  TrafficCounters::add(connections_total, 1);
  auto completed = [this, raw](std::exception_ptr failure) {
    if (failure) {
      try {
        std::rethrow_exception(failure);
      } catch (const std::exception& error) {
        if (!raw->cancelled()) {
          log_error(std::string("connection ended by exception: ") + error.what());
        }
      }
    }
    // Later, because the coroutine's last frame still refers to the connection's signal.
    asio::post(context_, [this, raw] { finish(raw); });
  };
  asio::co_spawn(context_, raw->run(),
                 asio::bind_cancellation_slot(raw->cancel_slot(), std::move(completed)));
}

void Loop::finish(Connection* connection) {
  connections_.erase(connection);
  delete connection;
  shared_.close_connection();
  // Nothing is left to time: do not hold up the join until the next tick.
  if (stopping_ && connections_.empty()) ticker_.cancel();
}

void Loop::begin_stop() {
  stopping_ = true;
  for (Connection* connection : connections_) connection->stop_if_idle();
}

void Loop::cancel_all() {
  for (Connection* connection : connections_) connection->cancel();
}

}  // namespace coffer::http
