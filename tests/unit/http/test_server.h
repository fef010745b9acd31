#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "http/server.h"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::http {

/// The machine's time plus what a test adds.
class ShiftedClock final : public Clock {
 public:
  Timestamp now() const override { return system_.now() + std::chrono::milliseconds(shift_); }
  std::chrono::steady_clock::time_point monotonic() const override {
    return system_.monotonic() + std::chrono::milliseconds(shift_);
  }
  void advance(std::chrono::milliseconds by) { shift_ += by.count(); }

 private:
  SystemClock system_;
  std::atomic<std::int64_t> shift_{0};
};

/// The pattern that big bodies are made of: every position has its own byte, so that a lost,
/// doubled or moved piece shows.
char pattern_byte(std::uint64_t position);
std::string pattern(std::size_t size);

/// Answers by path; the tests' whole application:
///   /hello            200 "hello"
///   /head             200 announcing 1234 bytes for HEAD
///   /request          what the handler was given, one `name=value` a line
///   /sink             reads the body; "ok <bytes>" when it is the pattern, "bad <bytes>", or an
///                     error
///   /early            403 "no" without touching the body
///   /read-some        reads one piece of the body, then answers
///   /stream/<n>       n bytes of the pattern, streamed
///   /breaks/<n>/<at>  the same, with an error after `at` bytes
///   /short/<n>/<at>   the same, ending after `at` bytes
///   /throw            throws
///   /evil-header      a header value with a line break in it
///   /204, /304        with a body that must not be sent
///   /wait             answers when `release` is called or the request is cancelled
class TestHandler final : public Handler {
 public:
  Task<Response> handle(Request& request) override;
  /// The name of the error's code.
  Response instead_of_broken(const Request& request, const Error& error) override;
  /// Lets every waiting request go.
  void release() { released_ = true; }
  int waiting() const { return waiting_; }
  int calls() const { return calls_; }

 private:
  Task<Response> wait();

  std::atomic<bool> released_{false};
  std::atomic<int> waiting_{0};
  std::atomic<int> calls_{0};
};

/// A running server with one listener, and what it logged.
class TestServer {
 public:
  struct Options {
    Limits limits;
    unsigned loops = 1;
    std::vector<IpNetwork> trusted_proxies;
    std::optional<TlsConfig> tls;
  };
  TestServer() : TestServer(Options()) {}
  explicit TestServer(Options options);

  std::uint16_t port() const;
  Server& server() { return *server_; }
  TestHandler& handler() { return handler_; }
  ShiftedClock& clock() { return clock_; }
  std::vector<std::string> log_lines() const;
  /// Waits until that many lines are there.
  std::vector<std::string> wait_for_log(std::size_t count) const;

 private:
  ShiftedClock clock_;
  SystemRandom random_;
  TestHandler handler_;
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;  // guarded by mutex_
  std::unique_ptr<Server> server_;
};

struct Answer {
  int status = 0;
  std::string head;  ///< status line and fields
  std::string body;
  bool whole = false;  ///< the announced length arrived
  /// The value of a field, in any case; empty when absent.
  std::string field(std::string_view name) const;
};

/// A socket and nothing else: sends exactly the bytes it is told to.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False when the peer has closed.
  bool send(std::string_view bytes);
  void send_byte_by_byte(std::string_view bytes);
  /// The next answer; `head_only` for HEAD.
  Answer receive(bool head_only = false);
  Answer request(std::string_view bytes, bool head_only = false) {
    send(bytes);
    return receive(head_only);
  }
  /// Everything until the peer closes; "<timeout>" or "<reset>" at the end when it did not so in
  /// order.
  std::string receive_all();
  /// The peer has closed, and sent nothing more before.
  bool at_end() { return receive_all().empty(); }
  bool readable_within(std::chrono::milliseconds limit);
  void end_sending();
  /// Reads more into `pending`; false at the end.
  bool read_more();
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_ = -1;
  std::string pending_;
  std::string end_;  ///< why there is no more
};

/// `method target HTTP/1.1` with a Host and these further lines, each ended by CRLF.
std::string make_request(std::string_view method, std::string_view target,
                         std::string_view more = {}, std::string_view body = {});

}  // namespace coffer::http
