#include "http/chunked.h"

namespace coffer::http {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_text(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

}  // namespace

ChunkedDecoder::State ChunkedDecoder::step_size(char c) {
  const int digit = hex_digit(c);
  if (digit >= 0) {
    if (++digits_ > kSizeDigitsMax) return State::Broken;
    left_ = left_ * 16 + static_cast<unsigned>(digit);
    return State::Size;
  }
  if (digits_ == 0) return State::Broken;
  if (c == '\r') return State::SizeLf;
  return c == ';' ? State::Extension : State::Broken;
}

ChunkedDecoder::State ChunkedDecoder::step(char c) {
  switch (state_) {
    case State::SizeFirst:
      digits_ = 0;
      left_ = 0;
      return step_size(c);
    case State::Size:
      return step_size(c);
    case State::Extension:
      if (c == '\r') return State::SizeLf;
      return is_text(c) && ++extension_bytes_ <= kExtensionBytesMax ? State::Extension
                                                                    : State::Broken;
    case State::SizeLf:
      if (c != '\n') return State::Broken;
      return left_ == 0 ? State::TrailerFirst : State::Data;
    case State::DataCr:
      return c == '\r' ? State::DataLf : State::Broken;
    case State::DataLf:
      return c == '\n' ? State::SizeFirst : State::Broken;
    case State::TrailerFirst:
      if (c == '\r') return State::LastLf;
      if (c == ' ' || c == '\t') return State::Broken;  // a folded line
      [[fallthrough]];
    case State::Trailer:
      if (c == '\r') return State::TrailerLf;
      return is_text(c) && ++trailer_bytes_ <= kTrailerBytesMax ? State::Trailer : State::Broken;
    case State::TrailerLf:
      return c == '\n' ? State::TrailerFirst : State::Broken;
    case State::LastLf:
      return c == '\n' ? State::Done : State::Broken;
    case State::Data:
    case State::Done:
    case State::Broken:
      break;
  }
  return state_;
}

std::size_t ChunkedDecoder::consume_framing(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && state_ != State::Data && state_ != State::Done &&
         state_ != State::Broken) {
    state_ = step(bytes[taken++]);
  }
  return taken;
}

void ChunkedDecoder::consume_data(std::uint64_t count) {
  left_ -= count;
  if (left_ == 0) state_ = State::DataCr;
}

}  // namespace coffer::http
