#include "bench/null_server.h"

#include "base/task.h"
#include "bench/client.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <string>
#include <thread>
#include <vector>

namespace coffer::bench {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto kAwaitTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kBufferBytes = 256 * 1024;

/// A connection ends when its peer does; what goes wrong on it is of no interest.
void forget(std::exception_ptr) {}

}  // namespace

class NullServer::Impl {
 public:
  explicit Impl(std::uint64_t answer_bytes)
      : answer_("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(answer_bytes) + "\r\n\r\n"),
        acceptor_(loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    answer_.append(answer_bytes, 'x');
    asio::co_spawn(loop_, accept(), forget);
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Impl() {
    loop_.stop();
    thread_.join();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  Task<> accept() {
    for (;;) {
      auto [code, socket] = co_await acceptor_.async_accept(kAwaitTuple);
      if (code) co_return;
      asio::co_spawn(loop_, serve(std::move(socket)), forget);
    }
  }

  Task<> serve(tcp::socket socket) {
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    std::string head;
    std::vector<char> buffer(kBufferBytes);
    for (;;) {
      auto [code, bytes] = co_await asio::async_read_until(
          socket, asio::dynamic_buffer(head, kBufferBytes), "\r\n\r\n", kAwaitTuple);
      if (code) co_return;
      std::uint64_t left = content_length_of(std::string_view(head).substr(0, bytes));
      const std::uint64_t arrived = std::min<std::uint64_t>(left, head.size() - bytes);
      head.erase(0, bytes + static_cast<std::size_t>(arrived));
      left -= arrived;
      while (left > 0) {
        const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(left, buffer.size()));
        auto [read_code, count] =
            co_await socket.async_read_some(asio::buffer(buffer.data(), piece), kAwaitTuple);
        if (read_code) co_return;
        left -= count;
      }
      auto [write_code, written] =
          co_await asio::async_write(socket, asio::buffer(answer_), kAwaitTuple);
      if (write_code) co_return;
    }
  }

  std::string answer_;
  asio::io_context loop_{1};
  tcp::acceptor acceptor_;
  std::thread thread_;
};

NullServer::NullServer(std::uint64_t answer_bytes) : impl_(std::make_unique<Impl>(answer_bytes)) {}
NullServer::~NullServer() = default;

Target NullServer::target() const {
  Target target;
  target.host = "127.0.0.1";
  target.port = std::to_string(impl_->port());
  target.host_header = target.host + ":" + target.port;
  target.bucket = "null";
  return target;
}

}  // namespace coffer::bench
