#include "base/stream.h"

#include <algorithm>
#include <cstring>

namespace coffer {
namespace {

/// The first piece `read_all` makes room for; the room doubles from there, up to the limit.
constexpr std::size_t kFirstPieceBytes = std::size_t{4} << 10;

}  // namespace

Task<Result<std::size_t>> read_full(ByteSource& source, MutableBytes out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    CO_TRY(const std::size_t count, co_await source.read(out.subspan(filled)));
    if (count == 0) break;
    filled += count;
  }
  co_return filled;
}

Task<Result<std::string>> read_all(ByteSource& source, std::size_t limit_bytes) {
  std::string body;
  std::size_t filled = 0;
  std::size_t room = std::min(kFirstPieceBytes, limit_bytes);
  for (;;) {
    body.resize(room);
    CO_TRY(const std::size_t count,
           co_await read_full(source, std::as_writable_bytes(std::span(body)).subspan(filled)));
    filled += count;
    if (filled < room) break;
    if (room == limit_bytes) {
      // Full to the limit: only the end may follow.
      std::byte extra{};
      CO_TRY(const std::size_t more, co_await source.read(MutableBytes(&extra, 1)));
      if (more > 0) {
        co_return make_error(ErrorCode::EntityTooLarge,
                             "body longer than " + std::to_string(limit_bytes) + " bytes");
      }
      break;
    }
    room = room > limit_bytes / 2 ? limit_bytes : room * 2;
  }
  body.resize(filled);
  co_return body;
}

Task<Result<std::size_t>> StringSource::read(MutableBytes out) {
  const std::size_t count = std::min(out.size(), text_.size() - position_);
  if (count > 0) std::memcpy(out.data(), text_.data() + position_, count);
  position_ += count;
  co_return count;
}

}  // namespace coffer
