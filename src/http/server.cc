#include "http/server.h"

#include "base/log.h"
#include "http/connection.h"
#include "http/listen.h"
#include "http/loop.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <pthread.h>
#include <sys/socket.h>
#include <thread>

namespace coffer::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

/// When descriptors or memory run out, accepting again at once would only spin.
constexpr std::chrono::milliseconds kAcceptPause{100};

constexpr std::string_view kTooManyConnections =
    "HTTP/1.1 503 Service Unavailable\r\nServer: coffer\r\nContent-Type: text/plain\r\n"
    "Content-Length: 21\r\nRetry-After: 1\r\nConnection: close\r\n\r\ntoo many connections\n";

IpAddress to_ip_address(const asio::ip::address& address) {
  if (address.is_v4()) return IpAddress::v4(address.to_v4().to_uint());
  const asio::ip::address_v6 v6 = address.to_v6();
  if (v6.is_v4_mapped()) {
    return IpAddress::v4(asio::ip::make_address_v4(asio::ip::v4_mapped, v6).to_uint());
  }
  return IpAddress::v6(v6.to_bytes());
}

/// Signals belong to the main thread: a loop's thread starts with all of them blocked. That also
/// keeps SIGPIPE away when OpenSSL writes to a closed socket.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

/// One listener's socket on one loop.
class Accepting {
 public:
  Accepting(Loop& loop, const ListenerConfig& listener, tcp::acceptor acceptor)
      : loop_(loop), listener_(listener), acceptor_(std::move(acceptor)), pause_(loop.context()) {}

  void start() {
    // Ends by itself once the acceptor is closed; the loop's run() waits for it.
    asio::co_spawn(loop_.context(), run(), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
  }
  /// On the loop.
  void stop() {
    stopped_ = true;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  }
  tcp::endpoint local_endpoint() const { return acceptor_.local_endpoint(); }

 private:
  Task<> run() {
    while (!stopped_) {
      tcp::endpoint peer;
      auto [code, socket] = co_await acceptor_.async_accept(peer, kTuple);
      if (stopped_) co_return;
      if (!code) {
        greet(std::move(socket), peer);
      } else if (code == boost::system::errc::too_many_files_open ||
                 code == boost::system::errc::too_many_files_open_in_system ||
                 code == boost::system::errc::not_enough_memory ||
                 code == boost::system::errc::no_buffer_space) {
        log_warn("listener=" + listener_.name + " cannot accept: " + code.message() +
                 "; raise the limit of open files");
        pause_.expires_after(kAcceptPause);
        co_await pause_.async_wait(kTuple);
      }
      // Any other error is the new connection's own: it was gone before we came to it.
    }
  }

  void greet(tcp::socket socket, const tcp::endpoint& peer) {
    Shared& shared = loop_.shared();
    boost::system::error_code code;
    socket.native_non_blocking(true, code);
    if (code) return;
    if (!shared.open_connection()) {
      if (!listener_.tls) {
        ::send(socket.native_handle(), kTooManyConnections.data(), kTooManyConnections.size(),
               MSG_NOSIGNAL);
      }
      return;
    }
    socket.set_option(tcp::no_delay(true), code);
    SslPtr ssl;
    if (listener_.tls && !(ssl = shared.tls.open(socket.native_handle()))) {
      shared.close_connection();
      return;
    }
    loop_.adopt(std::make_unique<Connection>(loop_, listener_, std::move(socket), std::move(ssl),
                                             to_ip_address(peer.address())));
  }

  Loop& loop_;
  const ListenerConfig& listener_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  bool stopped_ = false;
};

void run_loop(Loop& loop) {
  for (;;) {
    try {
      loop.context().run();
      return;
    } catch (const std::exception& error) {
      log_error(std::string("exception on an event loop: ") + error.what());
    }
  }
}

}  // namespace

class Server::Impl {
 public:
  Impl(ServerConfig config, Clock& clock, Random& random)
      : shared_(std::move(config), clock, random) {}

  Result<> start() {
    const ServerConfig& config = shared_.config;
    for (const ListenerConfig& listener : config.listeners) {
      if (listener.handler == nullptr) {
        return Error(ErrorCode::InvalidConfiguration,
                     "listener " + listener.name + " has no handler");
      }
    }
    TRY_VOID(load_tls());
    unsigned count = config.loops;
    if (count == 0) count = std::max(1U, std::thread::hardware_concurrency());
    std::vector<asio::io_context*> contexts;
    for (unsigned i = 0; i < count; ++i) {
      loops_.push_back(std::make_unique<Loop>(shared_));
      contexts.push_back(&loops_.back()->context());
    }
    for (const ListenerConfig& listener : config.listeners) {
      TRY(const tcp::endpoint endpoint, parse_endpoint(listener.address));
      TRY(std::vector<tcp::acceptor> acceptors, listen_on(contexts, endpoint));
      addresses_.push_back(format_endpoint(acceptors.front().local_endpoint()));
      for (std::size_t i = 0; i < acceptors.size(); ++i) {
        accepting_.push_back(
            std::make_unique<Accepting>(*loops_[i], listener, std::move(acceptors[i])));
      }
    }
    for (const auto& accepting : accepting_) accepting->start();
    const BlockedSignals blocked;
    for (const auto& loop : loops_) {
      guards_.emplace_back(asio::make_work_guard(loop->context()));
      threads_.emplace_back([raw = loop.get()] { run_loop(*raw); });
    }
    return ok();
  }

  Result<> load_tls() {
    const ServerConfig& config = shared_.config;
    if (config.tls) return shared_.tls.load(*config.tls);
    for (const ListenerConfig& listener : config.listeners) {
      if (listener.tls) {
        return Error(ErrorCode::InvalidConfiguration,
                     "listener " + listener.name + " needs a TLS certificate and key");
      }
    }
    return ok();
  }

  void stop(std::chrono::milliseconds grace) {
    if (threads_.empty()) return;
    for (std::size_t i = 0; i < accepting_.size(); ++i) {
      Loop& loop = *loops_[i % loops_.size()];
      asio::post(loop.context(), [accepting = accepting_[i].get()] { accepting->stop(); });
    }
    for (const auto& loop : loops_) {
      asio::post(loop->context(), [raw = loop.get()] { raw->begin_stop(); });
    }
    if (!shared_.wait_until_drained(grace)) {
      for (const auto& loop : loops_) {
        asio::post(loop->context(), [raw = loop.get()] { raw->cancel_all(); });
      }
    }
    guards_.clear();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  std::vector<std::string> addresses() const { return addresses_; }

  Stats stats() const {
    Stats stats;
    stats.connections_open = shared_.connections_open.load();
    for (const auto& loop : loops_) {
      stats.connections_total += loop->connections_total.load(std::memory_order_relaxed);
      stats.requests_total += loop->requests_total.load(std::memory_order_relaxed);
      stats.bytes_in += loop->traffic().bytes_in.load(std::memory_order_relaxed);
      stats.bytes_out += loop->traffic().bytes_out.load(std::memory_order_relaxed);
    }
    return stats;
  }

 private:
  Shared shared_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::vector<std::unique_ptr<Accepting>> accepting_;  ///< listener by listener, each loop by loop
  std::vector<std::string> addresses_;
  std::vector<asio::executor_work_guard<asio::io_context::executor_type>> guards_;
  std::vector<std::thread> threads_;
};

Server::Server(ServerConfig config, Clock& clock, Random& random)
    : impl_(std::make_unique<Impl>(std::move(config), clock, random)) {}

Server::~Server() { stop(std::chrono::milliseconds(0)); }

Result<> Server::start() { return impl_->start(); }

std::vector<std::string> Server::addresses() const { return impl_->addresses(); }

Result<> Server::reload_tls() { return impl_->load_tls(); }

void Server::stop(std::chrono::milliseconds grace) { impl_->stop(grace); }

Server::Stats Server::stats() const { return impl_->stats(); }

}  // namespace coffer::http
