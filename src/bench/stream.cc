#include "bench/stream.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>

namespace coffer::bench {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto kAwaitTuple = asio::as_tuple(asio::use_awaitable);

Task<bool> connect_socket(tcp::socket& socket, const Target& target) {
  tcp::resolver resolver(socket.get_executor());
  auto [resolve_code, endpoints] =
      co_await resolver.async_resolve(target.host, target.port, kAwaitTuple);
  if (resolve_code) co_return false;
  auto [connect_code, endpoint] = co_await asio::async_connect(socket, endpoints, kAwaitTuple);
  if (connect_code) co_return false;
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  co_return true;
}

/// What both kinds have in common once they are connected.
template <class AsyncStream>
Task<bool> write_pieces(AsyncStream& stream, std::string_view head, std::string_view body) {
  const std::array<asio::const_buffer, 2> pieces{asio::buffer(head), asio::buffer(body)};
  auto [code, count] = co_await asio::async_write(stream, pieces, kAwaitTuple);
  co_return !code;
}

template <class AsyncStream>
Task<std::size_t> read_piece(AsyncStream& stream, asio::mutable_buffer out) {
  auto [code, count] = co_await stream.async_read_some(out, kAwaitTuple);
  co_return code ? 0 : count;
}

class PlainStream final : public Stream {
 public:
  PlainStream(const asio::any_io_executor& executor, const Target& target)
      : target_(target), socket_(executor) {}
  Task<bool> connect() override { return connect_socket(socket_, target_); }
  Task<bool> write(std::string_view head, std::string_view body) override {
    return write_pieces(socket_, head, body);
  }
  Task<std::size_t> read_some(asio::mutable_buffer out) override {
    return read_piece(socket_, out);
  }

 private:
  const Target target_;
  tcp::socket socket_;
};

class TlsStream final : public Stream {
 public:
  TlsStream(const asio::any_io_executor& executor, const Target& target)
      : target_(target), context_(asio::ssl::context::tls_client), stream_(executor, context_) {
    if (target.verify_certificate) {
      boost::system::error_code ignored;
      context_.set_default_verify_paths(ignored);
      stream_.set_verify_mode(asio::ssl::verify_peer, ignored);
      stream_.set_verify_callback(asio::ssl::host_name_verification(target.host), ignored);
    }
    SSL_set_tlsext_host_name(stream_.native_handle(), target.host.c_str());
  }
  Task<bool> connect() override {
    const bool connected = co_await connect_socket(stream_.next_layer(), target_);
    if (!connected) co_return false;
    auto [code] = co_await stream_.async_handshake(asio::ssl::stream_base::client, kAwaitTuple);
    co_return !code;
  }
  Task<bool> write(std::string_view head, std::string_view body) override {
    return write_pieces(stream_, head, body);
  }
  Task<std::size_t> read_some(asio::mutable_buffer out) override {
    return read_piece(stream_, out);
  }

 private:
  const Target target_;
  asio::ssl::context context_;
  asio::ssl::stream<tcp::socket> stream_;
};

}  // namespace

std::unique_ptr<Stream> make_stream(const asio::any_io_executor& executor, const Target& target) {
  if (target.tls) return std::make_unique<TlsStream>(executor, target);
  return std::make_unique<PlainStream>(executor, target);
}

}  // namespace coffer::bench
