#include "base/byte_range.h"

#include <charconv>
#include <limits>

namespace coffer {
namespace {

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::uint64_t saturated(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [rest, status] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return status == std::errc() ? value : std::numeric_limits<std::uint64_t>::max();
}

Error invalid_argument(const char* message) {
  return Error::with_message(ErrorCode::InvalidArgument, message);
}

}  // namespace

Result<ByteRange> parse_byte_range(std::string_view text) {
  constexpr std::string_view kUnit = "bytes=";
  const bool unit = text.starts_with(kUnit);
  if (unit) text.remove_prefix(kUnit.size());
  const std::size_t dash = text.find('-');
  const std::string_view first = text.substr(0, dash);
  const std::string_view last =
      dash == std::string_view::npos ? std::string_view() : text.substr(dash + 1);
  const bool well_formed = unit && dash != std::string_view::npos &&
                           (is_digits(first) || is_digits(last)) &&
                           (first.empty() || is_digits(first)) && (last.empty() || is_digits(last));
  if (!well_formed) {
    // The stray .' is R2's.
    return invalid_argument(
        "range must be in format 'bytes=start-end', 'bytes=start-' or 'bytes=-suffix'.'");
  }
  ByteRange range;
  if (!first.empty()) range.first = saturated(first);
  if (!last.empty()) range.last = saturated(last);
  if (range.first && range.last && *range.first > *range.last) {
    return invalid_argument("range must be positive.");
  }
  if (!range.first && *range.last == 0) return make_error(ErrorCode::InvalidRange, "bytes=-0");
  return range;
}

}  // namespace coffer
