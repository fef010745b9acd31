#include "http/transport.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>

namespace coffer::http {
namespace {

namespace asio = boost::asio;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

/// One TLS record.
constexpr std::size_t kRecordBytes = 16 * 1024;

}  // namespace

void Pieces::advance(std::size_t count) {
  for (ByteView& part : parts_) {
    const std::size_t taken = std::min(count, part.size());
    part = part.subspan(taken);
    count -= taken;
  }
}

Transport::Transport(asio::ip::tcp::socket socket, SslPtr ssl, TimerWheel& wheel,
                     TrafficCounters& counters)
    : socket_(std::move(socket)),
      ssl_(std::move(ssl)),
      wheel_(wheel),
      counters_(counters),
      read_deadline_(wheel, *this),
      write_deadline_(wheel, *this) {}

void Transport::on_deadline() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);  // each wait looks whether it was its own deadline
}

void Transport::stop() {
  stopped_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

Task<IoStatus> Transport::wait(Direction direction, TimerWheel::Deadline& deadline, TimePoint at) {
  streak_ = 0;
  deadline.arm(at);
  const auto kind = direction == Direction::Read ? asio::ip::tcp::socket::wait_read
                                                 : asio::ip::tcp::socket::wait_write;
  for (;;) {
    if (stopped_) co_return IoStatus::Stopped;
    const auto [code] = co_await socket_.async_wait(kind, kTuple);
    if (deadline.expired()) co_return IoStatus::TimedOut;
    if (code == asio::error::operation_aborted) continue;  // stopped, or the other's deadline
    deadline.disarm();
    co_return code ? IoStatus::Failed : IoStatus::Ok;
  }
}

Task<> Transport::yield() {
  streak_ = 0;
  co_await asio::post(socket_.get_executor(), asio::use_awaitable);
}

IoStatus Transport::tls_status(int result, Direction& needs) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_NONE:
      return IoStatus::Ok;
    case SSL_ERROR_WANT_READ:
      needs = Direction::Read;
      return IoStatus::WouldBlock;
    case SSL_ERROR_WANT_WRITE:
      needs = Direction::Write;
      return IoStatus::WouldBlock;
    case SSL_ERROR_ZERO_RETURN:
      return IoStatus::Eof;
    default:
      tls_broken_ = true;
      ERR_clear_error();
      return IoStatus::Failed;
  }
}

Task<IoStatus> Transport::handshake(TimePoint at) {
  if (!ssl_) co_return IoStatus::Ok;
  for (;;) {
    ERR_clear_error();
    const IoStatus status = tls_status(SSL_do_handshake(ssl_.get()), read_needs_);
    if (status != IoStatus::WouldBlock) co_return status;
    const IoStatus waited = co_await wait(read_needs_, read_deadline_, at);
    if (waited != IoStatus::Ok) co_return waited;
  }
}

IoResult Transport::try_read(MutableBytes out) {
  ++streak_;
  if (ssl_) {
    if (tls_broken_) return {IoStatus::Failed, 0};
    ERR_clear_error();
    std::size_t count = 0;
    const int result = SSL_read_ex(ssl_.get(), out.data(), out.size(), &count);
    if (result != 1) return {tls_status(result, read_needs_), 0};
    TrafficCounters::add(counters_.bytes_in, count);
    return {IoStatus::Ok, count};
  }
  for (;;) {
    const ssize_t count = ::recv(socket_.native_handle(), out.data(), out.size(), 0);
    if (count > 0) {
      TrafficCounters::add(counters_.bytes_in, static_cast<std::uint64_t>(count));
      return {IoStatus::Ok, static_cast<std::size_t>(count)};
    }
    if (count == 0) return {IoStatus::Eof, 0};
    if (errno == EINTR) continue;
    return {errno == EAGAIN ? IoStatus::WouldBlock : IoStatus::Failed, 0};
  }
}

Task<IoStatus> Transport::wait_readable(TimePoint at) {
  // Decrypted bytes that OpenSSL holds make no event.
  if (ssl_ && SSL_pending(ssl_.get()) > 0) co_return stopped_ ? IoStatus::Stopped : IoStatus::Ok;
  const Direction needs = std::exchange(read_needs_, Direction::Read);
  co_return co_await wait(needs, read_deadline_, at);
}

IoStatus Transport::try_write(Pieces& pieces) {
  while (!pieces.empty()) {
    ++streak_;
    std::size_t sent = 0;
    if (ssl_) {
      if (tls_broken_) return IoStatus::Failed;
      const ByteView part = pieces.parts()[0].empty() ? pieces.parts()[1] : pieces.parts()[0];
      ERR_clear_error();
      const int result = SSL_write_ex(ssl_.get(), part.data(), part.size(), &sent);
      if (result != 1) return tls_status(result, write_needs_);
    } else {
      std::array<iovec, 2> vectors{};
      std::size_t used = 0;
      for (const ByteView part : pieces.parts()) {
        if (part.empty()) continue;
        vectors[used++] = iovec{const_cast<std::byte*>(part.data()), part.size()};
      }
      msghdr message{};
      message.msg_iov = vectors.data();
      message.msg_iovlen = used;
      const ssize_t count = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL);
      if (count < 0) {
        if (errno == EINTR) continue;
        return errno == EAGAIN ? IoStatus::WouldBlock : IoStatus::Failed;
      }
      sent = static_cast<std::size_t>(count);
    }
    TrafficCounters::add(counters_.bytes_out, sent);
    pieces.advance(sent);
  }
  return IoStatus::Ok;
}

Task<IoStatus> Transport::write_all(Pieces pieces, std::chrono::milliseconds stall) {
  // Under TLS each piece is a record of its own; a small answer goes out as one.
  std::string joined;
  if (ssl_ && !pieces.parts()[1].empty() && pieces.size() <= kRecordBytes) {
    joined.reserve(pieces.size());
    for (const ByteView part : pieces.parts()) joined += as_text(part);
    pieces = Pieces(as_bytes(joined));
  }
  for (;;) {
    const IoStatus status = try_write(pieces);
    if (status != IoStatus::WouldBlock) co_return status;
    const Direction needs = std::exchange(write_needs_, Direction::Write);
    const IoStatus waited = co_await wait(needs, write_deadline_, wheel_.now() + stall);
    if (waited != IoStatus::Ok) co_return waited;
  }
}

void Transport::shutdown_write() {
  if (ssl_ && !tls_broken_ && SSL_is_init_finished(ssl_.get()) == 1) {
    ERR_clear_error();
    SSL_shutdown(
        ssl_.get());  // once and without waiting: a full socket buffer only loses the notice
    ERR_clear_error();
  }
  boost::system::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

IoResult Transport::try_discard() {
  ++streak_;
  // With MSG_TRUNC the kernel drops the bytes and copies nothing (tcp(7)).
  constexpr std::size_t kDiscardBytes = 1024 * 1024;
  const ssize_t count = ::recv(socket_.native_handle(), nullptr, kDiscardBytes, MSG_TRUNC);
  if (count > 0) return {IoStatus::Ok, static_cast<std::size_t>(count)};
  if (count == 0) return {IoStatus::Eof, 0};
  const bool again = errno == EAGAIN || errno == EINTR;
  return {again ? IoStatus::WouldBlock : IoStatus::Failed, 0};
}

void Transport::reset() {
  boost::system::error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

}  // namespace coffer::http
