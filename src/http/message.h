#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "base/headers.h"
#include "base/ip_address.h"
#include "base/stream.h"
#include "base/task.h"

#include <memory>
#include <optional>
#include <string>

namespace coffer::http {

/// One request, head already read and screened for smuggling shapes; body still on the wire.
/// Lives on its connection's loop; not thread-safe.
class Request {
 public:
  std::string method;  ///< as sent, e.g. "GET"
  std::string path;    ///< raw target before `?`; starts with `/`
  std::string query;   ///< raw target after `?`; empty when none
  HeaderList headers;
  std::string host;  ///< the one Host header, lower case, with port when sent
  /// Absent with chunked transfer coding or without a body (then `has_body` is false).
  std::optional<std::uint64_t> content_length;
  bool has_body = false;
  IpAddress client;  ///< after trusted proxies' X-Forwarded-For
  bool tls = false;
  std::string id;  ///< request id, 32 hex
  /// Never null. The first read sends `100 Continue` when the client expects it. Errors:
  /// IncompleteBody (the peer ended early), RequestTimeout, ClientDisconnect, InvalidRequest
  /// (broken chunk framing).
  ByteSource* body = nullptr;
  /// For the access log; set by the handler.
  std::string log_operation;
  std::string log_principal;
  std::string log_error;
};

/// An answer. With `stream`, exactly `content_length` bytes are taken from it; an error in between
/// closes the connection (never a short answer that looks whole). Otherwise `body` is sent.
class Response {
 public:
  Response() = default;
  explicit Response(int status_code) : status(status_code) {}
  int status = 200;
  HeaderList headers;  ///< without Content-Length, Date, Connection: the server adds them
  std::string body;
  std::unique_ptr<ByteSource> stream;
  std::uint64_t content_length = 0;  ///< with `stream`
  /// HEAD answers: the Content-Length to announce while no body is sent; unset: none is announced.
  std::optional<std::uint64_t> head_content_length;
  bool close = false;  ///< end the connection after this answer
};

/// An API behind a listener. Called on the connection's loop; one call per request.
class Handler {
 public:
  virtual ~Handler() = default;
  /// Every failure is a response; an exception is a bug and becomes a bare 500.
  virtual Task<Response> handle(Request& request) = 0;
  /// The answer in place of one whose stream failed before its first byte was sent; without a
  /// stream itself. The connection ends after it.
  virtual Response instead_of_broken(const Request&, const Error&) { return Response(500); }
};

}  // namespace coffer::http
