// The forms of dates: what parses is a moment that our own form carries unchanged.

#include "base/clock.h"

#include <cstdint>
#include <cstdlib>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace coffer;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // A time zone may carry a date out of the four-digit years.
  const auto four_digit_year = [](Timestamp time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const int year = static_cast<int>(std::chrono::year_month_day(day).year());
    return year >= 0 && year <= 9999;
  };
  Timestamp time;
  Timestamp again;
  if (parse_amz_date(text, time)) require(format_amz_date(time) == text);
  if (parse_http_date(text, time) && four_digit_year(time)) {
    require(parse_http_date(format_http_date(time), again) && again == time);
  }
  if (parse_rfc3339(text, time) && four_digit_year(time)) {
    require(parse_rfc3339(format_iso8601_ms(time), again) && again == time);
  }
  return 0;
}
