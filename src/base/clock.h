#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace coffer {

/// Wall time in milliseconds since the Unix epoch, UTC: what records and protocols carry.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// Where the time comes from. Injected, so that tests and the simulation own it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall time; may jump.
  virtual Timestamp now() const = 0;
  /// Monotonic time, for deadlines and durations.
  virtual std::chrono::steady_clock::time_point monotonic() const = 0;
};

/// The machine's own clocks.
class SystemClock final : public Clock {
 public:
  Timestamp now() const override;
  std::chrono::steady_clock::time_point monotonic() const override;
};

/// "2026-11-24T14:34:37.123Z"
std::string format_iso8601_ms(Timestamp time);
/// "Tue, 24 Nov 2026 14:34:37 GMT" (RFC 9110 IMF-fixdate).
std::string format_http_date(Timestamp time);
/// IMF-fixdate, RFC 850 and asctime forms (RFC 9110 5.6.7); false when it is none of them.
bool parse_http_date(std::string_view text, Timestamp& out);
/// "20261124T143437Z"
std::string format_amz_date(Timestamp time);
/// Exactly `YYYYMMDDTHHMMSSZ`, a real calendar time; false otherwise.
bool parse_amz_date(std::string_view text, Timestamp& out);
/// RFC 3339 with optional fraction, `Z` or a numeric offset; false otherwise.
bool parse_rfc3339(std::string_view text, Timestamp& out);

}  // namespace coffer
