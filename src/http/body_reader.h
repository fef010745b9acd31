#pragma once

#include "base/stream.h"
#include "http/buffers.h"
#include "http/chunked.h"
#include "http/head_check.h"
#include "http/transport.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace coffer::http {

/// The body of one request, off the wire into the reader's own buffer: only what was read together
/// with the head, or together with chunk framing, is copied. Belongs to its connection's loop.
class BodyReader final : public ByteSource {
 public:
  /// `stall` is how long the peer may send nothing while the body is read.
  BodyReader(const Head& head, Transport& transport, ReadBuffer& buffer, TimerWheel& wheel,
             std::chrono::milliseconds stall);

  /// See Request::body. InvalidRequest: the chunk framing is broken.
  Task<Result<std::size_t>> read(MutableBytes out) override;

  bool has_body() const { return has_body_; }
  /// The body has been read to its end: the next byte on the wire begins another request.
  bool finished() const { return !has_body_ || state_ == State::Finished; }
  /// The client waits for `100 Continue` and may never send the body.
  bool awaits_continue() const { return awaits_continue_; }
  /// Bytes still to come; unknown with chunked coding.
  std::optional<std::uint64_t> remaining() const;
  std::uint64_t bytes_read() const { return bytes_read_; }
  bool failed() const { return state_ == State::Failed; }

  /// Reads and drops up to `budget` bytes of what has already arrived. Never waits.
  void discard_arrived(std::size_t budget, MutableBytes scratch);
  /// Reads and drops the rest; false when it is longer than `budget`, late or broken.
  Task<bool> drain(std::size_t budget, MutableBytes scratch, TimerWheel::TimePoint deadline);

 private:
  enum class State : std::uint8_t { Reading, Finished, Failed };

  /// One step without waiting: {Ok, n > 0} data, {Ok, 0} the end, WouldBlock, or why it failed,
  /// with `error_` set.
  IoResult try_read(MutableBytes out);
  IoResult take_data(MutableBytes out, std::uint64_t limit);
  IoResult fail(IoStatus status, ErrorCode code, std::string detail);

  Transport& transport_;
  ReadBuffer& buffer_;
  TimerWheel& wheel_;
  const std::chrono::milliseconds stall_;
  const bool has_body_;
  const bool chunked_;
  bool awaits_continue_;
  State state_ = State::Reading;
  std::uint64_t left_;  ///< of a body with a length
  ChunkedDecoder decoder_;
  std::uint64_t bytes_read_ = 0;
  std::optional<Error> error_;
};

}  // namespace coffer::http
