// A chunked body, from bytes: however it is cut into pieces, the same data comes out of it, and its
// end is at the same byte.

#include "http/chunked.h"

#include <algorithm>
#include <cstdlib>
#include <string>

namespace {

struct Decoded {
  std::string data;
  std::size_t taken = 0;
  bool done = false;
  bool broken = false;
  bool operator==(const Decoded&) const = default;
};

Decoded decode(std::string_view bytes, std::size_t piece) {
  coffer::http::ChunkedDecoder decoder;
  Decoded out;
  while (out.taken < bytes.size() && !decoder.done() && !decoder.broken()) {
    const std::string_view at_hand = bytes.substr(out.taken, piece);
    if (decoder.data_left() > 0) {
      const auto count =
          static_cast<std::size_t>(std::min<std::uint64_t>(decoder.data_left(), at_hand.size()));
      out.data += at_hand.substr(0, count);
      decoder.consume_data(count);
      out.taken += count;
      continue;
    }
    const std::size_t count = decoder.consume_framing(at_hand);
    if (count == 0) std::abort();  // would never end
    out.taken += count;
  }
  out.done = decoder.done();
  out.broken = decoder.broken();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const Decoded whole = decode(bytes, std::max<std::size_t>(size, 1));
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{64}}) {
    if (decode(bytes, piece) != whole) std::abort();
  }
  return 0;
}
