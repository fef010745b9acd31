#pragma once

#include <cstdint>
#include <string_view>

namespace coffer::http {

/// The framing of a chunked body (RFC 9112 7.1), strictly: CRLF only, at most 15 hex digits of
/// size, extensions skipped but bounded over the whole body, trailers bounded and dropped. It sees
/// the framing only; the caller moves data from the wire to the reader without a copy in between:
///
///   while (!done() && !broken()) {
///     if (data_left() > 0) { move n <= data_left() bytes; consume_data(n); }
///     else drop consume_framing(bytes at hand) bytes;
///   }
class ChunkedDecoder {
 public:
  static constexpr unsigned kSizeDigitsMax = 15;
  static constexpr std::size_t kExtensionBytesMax = 16 * 1024;  ///< of a whole body
  static constexpr std::size_t kTrailerBytesMax = 16 * 1024;

  /// Takes framing bytes off the front of `bytes` until data comes next, the body ends, or it
  /// proves broken; returns how many it took. Call only while data_left() is 0.
  std::size_t consume_framing(std::string_view bytes);
  /// Bytes of the current chunk still to come.
  std::uint64_t data_left() const { return state_ == State::Data ? left_ : 0; }
  void consume_data(std::uint64_t count);
  bool done() const { return state_ == State::Done; }
  bool broken() const { return state_ == State::Broken; }

 private:
  enum class State : std::uint8_t {
    SizeFirst,  ///< at least one digit
    Size,
    Extension,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    TrailerFirst,  ///< the first byte of a trailer line, or the CR of the last line
    Trailer,
    TrailerLf,
    LastLf,
    Done,
    Broken,
  };
  State step(char c);
  State step_size(char c);

  State state_ = State::SizeFirst;
  unsigned digits_ = 0;
  std::uint64_t left_ = 0;
  std::size_t extension_bytes_ = 0;
  std::size_t trailer_bytes_ = 0;
};

}  // namespace coffer::http
