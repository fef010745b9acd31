#include "http/body_reader.h"

#include <algorithm>
#include <cstring>

namespace coffer::http {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

BodyReader::BodyReader(const Head& head, Transport& transport, ReadBuffer& buffer,
                       TimerWheel& wheel, std::chrono::milliseconds stall)
    : transport_(transport),
      buffer_(buffer),
      wheel_(wheel),
      stall_(stall),
      has_body_(head.chunked || head.content_length.value_or(0) > 0),
      chunked_(head.chunked),
      awaits_continue_(has_body_ && head.expect_continue),
      left_(head.content_length.value_or(0)) {
  if (!has_body_) state_ = State::Finished;
}

std::optional<std::uint64_t> BodyReader::remaining() const {
  if (finished()) return 0;
  if (chunked_) return std::nullopt;
  return left_;
}

IoResult BodyReader::fail(IoStatus status, ErrorCode code, std::string detail) {
  state_ = State::Failed;
  error_ = Error(code, std::move(detail));
  return {status, 0};
}

IoResult BodyReader::take_data(MutableBytes out, std::uint64_t limit) {
  out = out.first(static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), limit)));
  IoResult result{IoStatus::Ok, std::min(out.size(), buffer_.size())};
  if (result.bytes > 0) {
    std::memcpy(out.data(), buffer_.text().data(), result.bytes);
    buffer_.consume(result.bytes);
  } else {
    result = transport_.try_read(out);
  }
  bytes_read_ += result.bytes;
  return result;
}

IoResult BodyReader::try_read(MutableBytes out) {
  if (state_ == State::Finished) return {IoStatus::Ok, 0};
  if (state_ == State::Failed) return {IoStatus::Failed, 0};
  IoResult result{IoStatus::Ok, 0};
  if (!chunked_) {
    result = take_data(out, left_);
    left_ -= result.bytes;
    if (left_ == 0) state_ = State::Finished;
  } else {
    for (;;) {
      if (decoder_.data_left() > 0) {
        result = take_data(out, decoder_.data_left());
        if (result.bytes > 0) decoder_.consume_data(result.bytes);
        break;
      }
      if (buffer_.empty()) {
        result = transport_.try_read(buffer_.space());
        if (result.status != IoStatus::Ok) break;
        buffer_.commit(result.bytes);
      }
      buffer_.consume(decoder_.consume_framing(buffer_.text()));
      if (decoder_.done()) {
        state_ = State::Finished;
        return {IoStatus::Ok, 0};
      }
      if (decoder_.broken()) {
        return fail(IoStatus::Failed, ErrorCode::InvalidRequest, "broken chunked framing");
      }
    }
  }
  switch (result.status) {
    case IoStatus::Ok:
    case IoStatus::WouldBlock:
      return result;
    case IoStatus::Eof:
      return fail(result.status, ErrorCode::IncompleteBody,
                  "the body ended after " + std::to_string(bytes_read_) + " bytes");
    default:
      return fail(result.status, ErrorCode::ClientDisconnect, "connection lost in the body");
  }
}

Task<Result<std::size_t>> BodyReader::read(MutableBytes out) {
  if (awaits_continue_) {
    awaits_continue_ = false;
    // RFC 9110 10.1.1: not needed when the body is already coming.
    if (buffer_.empty()) {
      const IoStatus sent = co_await transport_.write_all(Pieces(as_bytes(kContinue)), stall_);
      if (sent != IoStatus::Ok) {
        fail(sent, ErrorCode::ClientDisconnect, "connection lost before the body");
      }
    }
  }
  for (;;) {
    const IoResult result = try_read(out);
    if (result.status == IoStatus::Ok) {
      if (transport_.tired()) co_await transport_.yield();
      co_return result.bytes;
    }
    if (result.status != IoStatus::WouldBlock) co_return *error_;
    const IoStatus waited = co_await transport_.wait_readable(wheel_.now() + stall_);
    if (waited == IoStatus::TimedOut) {
      fail(waited, ErrorCode::RequestTimeout,
           "no byte of the body for " + std::to_string(stall_.count()) + " ms");
    } else if (waited != IoStatus::Ok) {
      fail(waited, ErrorCode::ClientDisconnect, "connection lost in the body");
    }
  }
}

void BodyReader::discard_arrived(std::size_t budget, MutableBytes scratch) {
  while (!finished() && budget > 0) {
    const IoResult result = try_read(scratch.first(std::min(scratch.size(), budget)));
    if (result.status != IoStatus::Ok) return;
    budget -= result.bytes;
  }
}

Task<bool> BodyReader::drain(std::size_t budget, MutableBytes scratch,
                             TimerWheel::TimePoint deadline) {
  while (!finished()) {
    const IoResult result = try_read(scratch);
    if (result.status == IoStatus::Ok) {
      if (result.bytes > budget) co_return false;
      budget -= result.bytes;
      if (transport_.tired()) co_await transport_.yield();
      continue;
    }
    if (result.status != IoStatus::WouldBlock) co_return false;
    if (co_await transport_.wait_readable(deadline) != IoStatus::Ok) co_return false;
  }
  co_return true;
}

}  // namespace coffer::http
