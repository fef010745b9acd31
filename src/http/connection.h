#pragma once

#include "base/ip_address.h"
#include "http/body_reader.h"
#include "http/loop.h"
#include "http/message.h"
#include "http/transport.h"

#include <boost/asio/cancellation_signal.hpp>

#include <memory>

namespace coffer::http {

/// One client's connection, from accept to close; owned by its loop and touched only there. While
/// it waits between requests it holds no buffer and no request, a few kilobytes in all.
class Connection {
 public:
  Connection(Loop& loop, const ListenerConfig& listener, boost::asio::ip::tcp::socket socket,
             SslPtr ssl, IpAddress peer);

  /// Serves requests until either side ends the connection.
  Task<> run();

  boost::asio::cancellation_slot cancel_slot() { return signal_.slot(); }
  /// Ends it at once when it is between requests.
  void stop_if_idle();
  /// Cancels whatever it awaits, the handler included.
  void cancel();
  bool cancelled() const { return cancelled_; }

 private:
  struct Exchange;
  /// What follows an answer.
  enum class Next : std::uint8_t { Continue, Close, Linger, Reset };

  Task<Next> serve_one();
  Task<IoStatus> read_head(HeadScanner& scanner, HeadScanner::State& state);
  Task<Response> call_handler(Exchange& exchange);
  Task<Next> answer(Exchange& exchange, Response response);
  /// Decides whether the connection can serve another request after this answer.
  bool decide_keep_alive(Exchange& exchange, const Response& response);
  Task<bool> send_plain(Exchange& exchange, std::string_view head, std::string_view body);
  Task<bool> send_stream(Exchange& exchange, Response& response, std::string head);
  Task<Next> refuse(HeadRefusal refusal, std::chrono::steady_clock::time_point started);
  Task<> linger();
  void log_access(const Exchange& exchange);

  Loop& loop_;
  const ListenerConfig& listener_;
  Transport transport_;
  ReadBuffer buffer_;
  const IpAddress peer_;
  boost::asio::cancellation_signal signal_;
  bool idle_ = true;
  bool cancelled_ = false;
};

}  // namespace coffer::http
