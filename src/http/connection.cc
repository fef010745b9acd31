#include "http/connection.h"

#include "base/log.h"
#include "http/access_log.h"
#include "http/client_address.h"
#include "http/response_head.h"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>

namespace coffer::http {
namespace {

using std::chrono::steady_clock;

/// Longest request target. S3 keys take up to 3 KiB percent-encoded, a presigned URL's session
/// token a few more.
constexpr std::size_t kTargetBytesMax = 16 * 1024;

/// After the last answer a client that still sends is read for this long, so that the answer
/// reaches it before a reset does (RFC 9112 9.6); and this many bytes, some seconds of a fast
/// upload.
constexpr std::chrono::seconds kLingerTimeout{5};
constexpr std::uint64_t kLingerBytesMax = 256ULL << 20;
/// A body that is only drained must come faster than one that is wanted.
constexpr std::chrono::seconds kDrainTimeout{5};

HeadLimits head_limits(const Limits& limits) {
  return HeadLimits{limits.head_bytes_max, std::min(kTargetBytesMax, limits.head_bytes_max),
                    limits.header_count_max};
}

/// RFC 9110 6.4.1: answers that have no body whatever the handler gave.
bool has_no_body(int status) { return status < 200 || status == 204 || status == 304; }

Response plain_text(int status, std::string_view reason) {
  Response response(status);
  response.headers.add("Content-Type", "text/plain");
  response.body = reason;
  response.body += '\n';
  response.close = true;
  return response;
}

/// Fills `out` from the stream. An end before that is an error too: the length was announced.
Task<Result<>> fill(ByteSource& stream, MutableBytes out) {
  while (!out.empty()) {
    CO_TRY(const std::size_t count, co_await stream.read(out));
    if (count == 0) {
      co_return Error(ErrorCode::Internal, "the stream ended before the announced length");
    }
    out = out.subspan(count);
  }
  co_return ok();
}

}  // namespace

/// One request and its answer.
struct Connection::Exchange {
  Exchange(const Head& head, Connection& connection)
      : body(head, connection.transport_, connection.buffer_, connection.loop_.wheel(),
             connection.loop_.limits().body_stall_timeout),
        http_1_0(head.http_1_0),
        client_keep_alive(head.keep_alive) {}

  Request request;
  BodyReader body;
  const bool http_1_0;
  const bool client_keep_alive;
  bool keep_alive = false;
  steady_clock::time_point started;
  int status = 0;
  std::uint64_t bytes_out = 0;
  std::string_view failure;  ///< of the transfer, for the log
};

Connection::Connection(Loop& loop, const ListenerConfig& listener,
                       boost::asio::ip::tcp::socket socket, SslPtr ssl, IpAddress peer)
    : loop_(loop),
      listener_(listener),
      transport_(std::move(socket), std::move(ssl), loop.wheel(), loop.traffic()),
      // Room for the longest head, and for one byte that proves it too long.
      buffer_(loop.small_blocks(),
              std::max(loop.limits().head_bytes_max + 1, loop.small_blocks().block_bytes())),
      peer_(peer) {}

void Connection::stop_if_idle() {
  if (idle_) transport_.stop();
}

void Connection::cancel() {
  cancelled_ = true;
  transport_.stop();
  signal_.emit(boost::asio::cancellation_type::terminal);
}

Task<> Connection::run() {
  const IoStatus shaken =
      co_await transport_.handshake(loop_.wheel().now() + loop_.limits().head_timeout);
  if (shaken != IoStatus::Ok) co_return;
  Next next = Next::Continue;
  while (next == Next::Continue) {
    if (buffer_.empty()) {
      buffer_.release();
      idle_ = true;
      if (loop_.stopping()) break;
      const IoStatus ready =
          co_await transport_.wait_readable(loop_.wheel().now() + loop_.limits().idle_timeout);
      if (ready != IoStatus::Ok) break;
      idle_ = false;
    } else if (transport_.tired()) {
      co_await transport_.yield();  // a pipelining client is not alone on this loop
    }
    next = co_await serve_one();
  }
  if (next == Next::Reset) {
    transport_.reset();
    co_return;
  }
  transport_.shutdown_write();
  if (next == Next::Linger) co_await linger();
}

Task<IoStatus> Connection::read_head(HeadScanner& scanner, HeadScanner::State& state) {
  const TimerWheel::TimePoint deadline = loop_.wheel().now() + loop_.limits().head_timeout;
  for (;;) {
    state = scanner.feed(buffer_.text());
    if (state != HeadScanner::State::Incomplete) co_return IoStatus::Ok;
    const MutableBytes space = buffer_.space();
    const IoResult result = transport_.try_read(space);
    if (result.status == IoStatus::Ok) {
      buffer_.commit(result.bytes);
      continue;
    }
    if (result.status != IoStatus::WouldBlock) co_return result.status;
    // The kernel's event may have been for bytes that are no data (a TLS record of another kind): a
    // connection stays idle until a first byte is there.
    idle_ = buffer_.empty();
    if (idle_ && loop_.stopping()) co_return IoStatus::Stopped;
    const IoStatus waited = co_await transport_.wait_readable(deadline);
    idle_ = false;
    if (waited != IoStatus::Ok) co_return waited;
  }
}

Task<Connection::Next> Connection::serve_one() {
  HeadScanner scanner(head_limits(loop_.limits()));
  HeadScanner::State state = HeadScanner::State::Incomplete;
  const IoStatus status = co_await read_head(scanner, state);
  const steady_clock::time_point started = loop_.shared().clock.monotonic();
  if (status == IoStatus::TimedOut) {
    if (buffer_.empty()) co_return Next::Close;
    co_return co_await refuse(HeadRefusal{408, "the request head took too long"}, started);
  }
  if (status != IoStatus::Ok) co_return Next::Close;
  if (state == HeadScanner::State::Refused) co_return co_await refuse(scanner.refusal(), started);

  Head& head = loop_.scratch_head();
  const std::string_view bytes =
      buffer_.text().substr(scanner.begin(), scanner.end() - scanner.begin());
  const std::optional<HeadRefusal> refused = parse_head(bytes, head_limits(loop_.limits()), head);
  if (refused) co_return co_await refuse(*refused, started);

  Exchange exchange(head, *this);
  exchange.started = started;
  Request& request = exchange.request;
  request.method = head.method;
  request.path = head.path;
  request.query = head.query;
  for (const HeadField& field : head.fields) {
    request.headers.add(std::string(field.name), std::string(field.value));
  }
  request.host = to_lower_ascii(head.host);
  request.content_length = head.content_length;
  request.has_body = exchange.body.has_body();
  request.client = client_address(peer_, request.headers, loop_.shared().config.trusted_proxies);
  request.tls = transport_.tls();
  request.id = loop_.next_request_id();
  request.body = &exchange.body;
  buffer_.consume(scanner.end());  // the views in `head` end here
  TrafficCounters::add(loop_.requests_total, 1);

  Response response = co_await call_handler(exchange);
  const Next next = co_await answer(exchange, std::move(response));
  log_access(exchange);
  co_return next;
}

Task<Response> Connection::call_handler(Exchange& exchange) {
  if (exchange.request.path == "*") {
    // `OPTIONS *` asks about the server, not about anything a handler has (RFC 9110 9.3.7).
    co_return Response(200);
  }
  std::string what;
  try {
    co_return co_await listener_.handler->handle(exchange.request);
  } catch (const std::exception& error) {
    if (cancelled_) throw;
    what = error.what();
  }
  log_error("request_id=" + exchange.request.id + " listener=" + listener_.name +
            " unexpected exception: " + what);
  exchange.request.log_error = "exception";
  Response response(500);
  response.close = true;
  co_return response;
}

bool Connection::decide_keep_alive(Exchange& exchange, const Response& response) {
  if (response.close || loop_.stopping() || !exchange.client_keep_alive) return false;
  BodyReader& body = exchange.body;
  if (body.finished()) return true;
  // Whether a client that was not told to continue sends its body is its own choice: the next bytes
  // could be either.
  if (body.failed() || body.awaits_continue()) return false;
  const std::size_t budget = loop_.limits().drain_bytes_max;
  if (const auto remaining = body.remaining(); remaining && *remaining > budget) return false;
  const BlockPool::Block scratch = loop_.small_blocks().take();
  body.discard_arrived(budget, scratch.bytes());
  if (body.finished()) return true;
  // The rest of a short body is read after the answer; a chunked one of unknown length is not.
  return !body.failed() && body.remaining().has_value();
}

Task<Connection::Next> Connection::answer(Exchange& exchange, Response response) {
  const bool head_only = exchange.request.method == "HEAD";
  const bool no_body = has_no_body(response.status);
  ResponseFraming framing;
  framing.request_id = exchange.request.id;
  if (head_only) {
    framing.content_length = no_body ? std::nullopt : response.head_content_length;
  } else if (!no_body) {
    framing.content_length = response.stream ? response.content_length : response.body.size();
  }
  exchange.keep_alive = decide_keep_alive(exchange, response);
  framing.close = !exchange.keep_alive;
  framing.keep_alive = exchange.http_1_0;
  framing.date = loop_.http_date();
  std::optional<std::string> head = render_response_head(response, framing);
  if (!head) {
    log_error("request_id=" + exchange.request.id + " listener=" + listener_.name +
              " a header of the answer holds control bytes");
    exchange.request.log_error = "invalid response header";
    response = Response(500);
    exchange.keep_alive = false;
    framing.close = true;
    framing.content_length = 0;
    head = render_response_head(response, framing);
  }
  exchange.status = response.status;

  bool sent = false;
  if (response.stream && response.content_length > 0 && !head_only && !no_body) {
    sent = co_await send_stream(exchange, response, *std::move(head));
  } else {
    const bool with_body = !head_only && !no_body && !response.stream;
    const std::string_view body = with_body ? std::string_view(response.body) : std::string_view();
    sent = co_await send_plain(exchange, *head, body);
  }
  response.stream.reset();  // before the client's next request can arrive
  if (!sent) co_return Next::Reset;

  if (!exchange.body.finished() && exchange.keep_alive) {
    const BlockPool::Block scratch = loop_.small_blocks().take();
    exchange.keep_alive = co_await exchange.body.drain(
        loop_.limits().drain_bytes_max, scratch.bytes(), loop_.wheel().now() + kDrainTimeout);
  }
  if (exchange.keep_alive) co_return Next::Continue;
  // A client that announced the end itself, and has sent nothing more, cannot lose the answer.
  const bool quiet = exchange.body.finished() && buffer_.empty() && !exchange.client_keep_alive;
  co_return quiet ? Next::Close : Next::Linger;
}

Task<bool> Connection::send_plain(Exchange& exchange, std::string_view head,
                                  std::string_view body) {
  const IoStatus status = co_await transport_.write_all(Pieces(as_bytes(head), as_bytes(body)),
                                                        loop_.limits().body_stall_timeout);
  if (status == IoStatus::Ok) {
    exchange.bytes_out += body.size();
    co_return true;
  }
  exchange.failure = status == IoStatus::TimedOut ? "write timeout" : "client disconnected";
  co_return false;
}

Task<bool> Connection::send_stream(Exchange& exchange, Response& response, std::string head) {
  using boost::asio::experimental::awaitable_operators::operator&&;
  const std::chrono::milliseconds stall = loop_.limits().body_stall_timeout;
  std::uint64_t unread = response.content_length;
  BlockPool& pool =
      unread <= loop_.small_blocks().block_bytes() ? loop_.small_blocks() : loop_.large_blocks();
  BlockPool::Block current = pool.take();
  BlockPool::Block following;
  const auto next_piece = [&unread, &pool](const BlockPool::Block& block) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(unread, pool.block_bytes()));
    unread -= size;
    return block.bytes().first(size);
  };

  MutableBytes piece = next_piece(current);
  Result<> filled = co_await fill(*response.stream, piece);
  if (!filled) {
    // Nothing has been sent yet, so the client can still be told.
    log_error("request_id=" + exchange.request.id +
              " cannot read the answer's body: " + filled.error().describe());
    exchange.request.log_error = to_string(filled.error().code());
    exchange.keep_alive = false;
    const Response failure = listener_.handler->instead_of_broken(exchange.request, filled.error());
    exchange.status = failure.status;
    ResponseFraming framing;
    framing.date = loop_.http_date();
    framing.request_id = exchange.request.id;
    framing.content_length = failure.body.size();
    framing.close = true;
    const std::string failure_head = *render_response_head(failure, framing);
    co_return co_await send_plain(exchange, failure_head, failure.body);
  }

  Pieces out(as_bytes(head), piece);
  for (;;) {
    const std::size_t size = piece.size();
    IoStatus status = transport_.tls() ? IoStatus::WouldBlock : transport_.try_write(out);
    if (unread == 0) {
      if (status == IoStatus::WouldBlock) status = co_await transport_.write_all(out, stall);
    } else {
      if (!following) following = pool.take();
      piece = next_piece(following);
      Task<Result<>> filling = fill(*response.stream, piece);
      if (status == IoStatus::WouldBlock) {
        // The client takes its time: read the next piece meanwhile.
        Task<IoStatus> writing = transport_.write_all(out, stall);
        std::tie(status, filled) = co_await (std::move(writing) && std::move(filling));
      } else if (status == IoStatus::Ok) {
        filled = co_await std::move(filling);
      }
    }
    if (status != IoStatus::Ok) {
      exchange.failure = status == IoStatus::TimedOut ? "write timeout" : "client disconnected";
      co_return false;
    }
    exchange.bytes_out += size;
    if (!filled) {
      log_error("request_id=" + exchange.request.id +
                " the answer's body broke off: " + filled.error().describe());
      exchange.request.log_error = to_string(filled.error().code());
      co_return false;
    }
    if (exchange.bytes_out == response.content_length) co_return true;
    std::swap(current, following);
    out = Pieces(piece);
    if (transport_.tired()) co_await transport_.yield();
  }
}

Task<Connection::Next> Connection::refuse(HeadRefusal refusal, steady_clock::time_point started) {
  Head empty;
  Exchange exchange(empty, *this);
  exchange.started = started;
  exchange.request.id = loop_.next_request_id();
  exchange.request.client = peer_;
  exchange.request.log_error = refusal.reason;
  TrafficCounters::add(loop_.requests_total, 1);
  Response response = plain_text(refusal.status, refusal.reason);
  const Next next = co_await answer(exchange, std::move(response));
  log_access(exchange);
  co_return next == Next::Reset ? Next::Reset : Next::Linger;
}

Task<> Connection::linger() {
  const TimerWheel::TimePoint deadline = loop_.wheel().now() + kLingerTimeout;
  std::uint64_t budget = kLingerBytesMax;
  while (loop_.wheel().now() < deadline) {
    const IoResult result = transport_.try_discard();
    if (result.status == IoStatus::Ok) {
      if (result.bytes >= budget) co_return;
      budget -= result.bytes;
      if (transport_.tired()) co_await transport_.yield();
      continue;
    }
    if (result.status != IoStatus::WouldBlock) co_return;
    if (co_await transport_.wait_readable(deadline) != IoStatus::Ok) co_return;
  }
}

void Connection::log_access(const Exchange& exchange) {
  const AccessLog& sink = loop_.shared().config.access_log;
  if (!sink) return;
  const Request& request = exchange.request;
  const Clock& clock = loop_.shared().clock;
  AccessRecord record;
  record.time = clock.now();
  record.id = request.id;
  record.listener = listener_.name;
  record.client = request.client;
  record.method = request.method;
  record.path = request.path;
  record.query = request.query;
  record.status = exchange.status;
  record.bytes_in = exchange.body.bytes_read();
  record.bytes_out = exchange.bytes_out;
  record.duration =
      std::chrono::duration_cast<std::chrono::microseconds>(clock.monotonic() - exchange.started);
  record.operation = request.log_operation;
  record.principal = request.log_principal;
  record.error = request.log_error.empty() ? exchange.failure : std::string_view(request.log_error);
  record.user_agent = request.headers.find("user-agent").value_or(std::string_view());
  sink(format_access_line(record));
}

}  // namespace coffer::http
