#include "bench/client.h"

#include "auth/sigv4.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/headers.h"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace coffer::bench {
namespace {

/// Also the longest head of an answer.
constexpr std::size_t kBufferBytes = 256 * 1024;
constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";
/// "HTTP/1.1 200"
constexpr std::size_t kStatusAt = 9;
constexpr std::size_t kStatusLineMin = 12;

std::uint64_t parse_number(std::string_view text, int base) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

}  // namespace

const std::string& empty_payload_hash() {
  static const std::string hash = sha256_hex("");
  return hash;
}

std::string_view field_of(std::string_view head, std::string_view name) {
  std::size_t end = head.find(kLineEnd);
  while (end != std::string_view::npos) {
    head.remove_prefix(end + kLineEnd.size());
    end = head.find(kLineEnd);
    const std::string_view line = head.substr(0, end);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && equals_ignore_case(line.substr(0, colon), name)) {
      return trim_ascii(line.substr(colon + 1));
    }
  }
  return {};
}

std::uint64_t content_length_of(std::string_view head) {
  return parse_number(field_of(head, "content-length"), 10);
}

AnswerHead parse_answer_head(std::string_view head) {
  AnswerHead out;
  if (!head.starts_with("HTTP/1.") || head.size() < kStatusLineMin) return out;
  out.status = static_cast<int>(parse_number(head.substr(kStatusAt, 3), 10));
  out.content_length = content_length_of(head);
  out.chunked = !field_of(head, "transfer-encoding").empty();
  out.close =
      head.starts_with("HTTP/1.0") || equals_ignore_case(field_of(head, "connection"), "close");
  return out;
}

Client::Client(boost::asio::any_io_executor executor, const Target& target)
    : executor_(std::move(executor)), target_(target), buffer_(kBufferBytes) {}

std::string Client::head_of(const Request& request) const {
  std::string head;
  head.reserve(768);
  head.append(request.method).append(" ").append(request.path);
  if (!request.query.empty()) head.append("?").append(request.query);
  head.append(" HTTP/1.1\r\nhost: ").append(target_.host_header).append(kLineEnd);
  if (target_.is_signed()) {
    auth::SigningInput input;
    input.method = request.method;
    input.path = request.path;
    input.query = request.query;
    input.time = SystemClock().now();
    const std::string date = format_amz_date(input.time);
    input.headers.add("host", target_.host_header);
    input.headers.add("x-amz-content-sha256", request.payload_hash);
    input.headers.add("x-amz-date", date);
    input.payload_hash = request.payload_hash;
    input.access_key_id = target_.access_key_id;
    input.secret_access_key = target_.secret_access_key;
    input.region = target_.region;
    head.append("x-amz-content-sha256: ").append(request.payload_hash).append(kLineEnd);
    head.append("x-amz-date: ").append(date).append(kLineEnd);
    head.append("authorization: ").append(auth::sign_request(input)).append(kLineEnd);
  }
  if (!request.body.empty() || request.method == "PUT") {
    head.append("content-length: ").append(std::to_string(request.body.size())).append(kLineEnd);
  }
  return head.append(kLineEnd);
}

Task<int> Client::send(const Request& request) {
  if (!stream_) {
    stream_ = make_stream(executor_, target_);
    begin_ = end_ = 0;
    const bool connected = co_await stream_->connect();
    if (!connected) {
      stream_.reset();
      co_return 0;
    }
  }
  const int status = co_await exchange(request);
  if (status == 0) stream_.reset();
  co_return status;
}

Task<int> Client::exchange(const Request& request) {
  const std::string head = head_of(request);
  const bool written = co_await stream_->write(head, request.body);
  if (!written) co_return 0;
  const AnswerHead answer = co_await read_head();
  if (answer.status == 0) co_return 0;
  bool whole = true;
  if (request.method != "HEAD") {
    if (answer.chunked) {
      whole = co_await drop_chunks();
    } else {
      whole = co_await drop(answer.content_length);
    }
  }
  if (!whole) co_return 0;
  if (answer.close) stream_.reset();
  co_return answer.status;
}

Task<bool> Client::read_more() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (end_ == buffer_.size()) {
    if (begin_ == 0) co_return false;  // a head that does not fit
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  const auto space = boost::asio::buffer(buffer_.data() + end_, buffer_.size() - end_);
  const std::size_t count = co_await stream_->read_some(space);
  end_ += count;
  co_return count > 0;
}

Task<AnswerHead> Client::read_head() {
  for (;;) {
    const std::string_view text(buffer_.data() + begin_, end_ - begin_);
    const std::size_t end = text.find(kHeadEnd);
    if (end != std::string_view::npos) {
      const AnswerHead head = parse_answer_head(text.substr(0, end + kHeadEnd.size()));
      begin_ += end + kHeadEnd.size();
      co_return head;
    }
    const bool more = co_await read_more();
    if (!more) co_return AnswerHead();
  }
}

Task<bool> Client::drop(std::uint64_t count) {
  for (;;) {
    const std::uint64_t here = std::min<std::uint64_t>(count, end_ - begin_);
    begin_ += static_cast<std::size_t>(here);
    count -= here;
    if (count == 0) co_return true;
    const bool more = co_await read_more();
    if (!more) co_return false;
  }
}

Task<bool> Client::drop_chunks() {
  for (;;) {
    const std::string_view text(buffer_.data() + begin_, end_ - begin_);
    const std::size_t end = text.find(kLineEnd);
    if (end == std::string_view::npos) {
      const bool more = co_await read_more();
      if (!more) co_return false;
      continue;
    }
    const std::uint64_t size = parse_number(text.substr(0, end), 16);
    begin_ += end + kLineEnd.size();
    // The last chunk's line end is that of the trailer section, which no S3 server fills.
    const bool whole = co_await drop(size + kLineEnd.size());
    if (!whole || size == 0) co_return whole;
  }
}

}  // namespace coffer::bench
