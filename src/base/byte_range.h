#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace coffer {

/// One byte range as asked: `bytes=a-b`, `bytes=a-` or `bytes=-n`. Of what, it does not know.
struct ByteRange {
  std::optional<std::uint64_t> first;
  std::optional<std::uint64_t> last;  ///< inclusive; with no `first`: suffix length
};

/// The value of a header Range, as R2 reads it (r2-observed.md 5.2) as far as the object is not
/// needed: InvalidArgument for another form, InvalidRange for `bytes=-0`. Positions beyond 64 bits
/// are beyond every object, and stay so.
Result<ByteRange> parse_byte_range(std::string_view text);

}  // namespace coffer
