#include "base/clock.h"

#include <array>
#include <cstdio>
#include <optional>

namespace coffer {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::array<std::string_view, 7> kDayNames{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                    "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonthNames{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::size_t kShortName = 3;

/// Two digits of a year say no century. RFC 9110 5.6.7 wants the nearest century by the current
/// time; a parser has no clock, so this is POSIX's rule, which agrees with the RFC's for every date
/// of this century up to 2069 and leaves no date before the epoch.
constexpr int kFirstTwoDigitYearOf1900s = 70;

struct Fields {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int millisecond = 0;
};

struct Broken {
  year_month_day date;
  std::chrono::hh_mm_ss<milliseconds> time;
  std::size_t day_of_week;

  explicit Broken(Timestamp at)
      : date(floor<days>(at)),
        time(at - floor<days>(at)),
        day_of_week(std::chrono::weekday(floor<days>(at)).c_encoding()) {}
  int year() const { return static_cast<int>(date.year()); }
  unsigned month() const { return static_cast<unsigned>(date.month()); }
  unsigned day() const { return static_cast<unsigned>(date.day()); }
  int hour() const { return static_cast<int>(time.hours().count()); }
  int minute() const { return static_cast<int>(time.minutes().count()); }
  int second() const { return static_cast<int>(time.seconds().count()); }
  int millisecond() const { return static_cast<int>(time.subseconds().count()); }
};

/// Room for the longest form with a year of any int.
using Text = std::array<char, 64>;

/// Reads one text from left to right; every step says whether it matched.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool literal(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }
  bool one_of(std::string_view characters) {
    if (rest_.empty() || characters.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Exactly `width` digits.
  bool digits(std::size_t width, int& out) {
    if (rest_.size() < width) return false;
    int value = 0;
    for (const char c : rest_.substr(0, width)) {
      if (c < '0' || c > '9') return false;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(width);
    out = value;
    return true;
  }
  /// One or more digits after the point; what is finer than a millisecond is cut off.
  bool fraction(int& out_milliseconds) {
    int value = 0;
    std::size_t count = 0;
    for (; count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9'; ++count) {
      if (count < 3) value = value * 10 + (rest_[count] - '0');
    }
    if (count == 0) return false;
    for (std::size_t i = count; i < 3; ++i) value *= 10;
    rest_.remove_prefix(count);
    out_milliseconds = value;
    return true;
  }
  bool month_name(int& out) {
    for (std::size_t i = 0; i < kMonthNames.size(); ++i) {
      if (literal(kMonthNames[i])) {
        out = static_cast<int>(i) + 1;
        return true;
      }
    }
    return false;
  }
  bool day_name(std::size_t length = std::string_view::npos) {
    for (const std::string_view name : kDayNames) {
      if (literal(name.substr(0, length))) return true;
    }
    return false;
  }
  bool clock_time(Fields& fields) {
    return digits(2, fields.hour) && literal(":") && digits(2, fields.minute) && literal(":") &&
           digits(2, fields.second);
  }
  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

/// `last_second` is 60 where the format admits a leap second (it counts as the next second),
/// else 59.
bool assemble(const Fields& fields, int last_second, Timestamp& out) {
  const year_month_day date{std::chrono::year(fields.year),
                            std::chrono::month(static_cast<unsigned>(fields.month)),
                            std::chrono::day(static_cast<unsigned>(fields.day))};
  if (!date.ok() || fields.hour > 23 || fields.minute > 59 || fields.second > last_second) {
    return false;
  }
  out = Timestamp(sys_days(date)) + hours(fields.hour) + minutes(fields.minute) +
        seconds(fields.second) + milliseconds(fields.millisecond);
  return true;
}

std::optional<Fields> parse_imf_fixdate(std::string_view text) {
  Reader in(text);
  Fields f;
  const bool matched = in.day_name(kShortName) && in.literal(", ") && in.digits(2, f.day) &&
                       in.literal(" ") && in.month_name(f.month) && in.literal(" ") &&
                       in.digits(4, f.year) && in.literal(" ") && in.clock_time(f) &&
                       in.literal(" GMT") && in.done();
  return matched ? std::optional(f) : std::nullopt;
}

std::optional<Fields> parse_rfc850(std::string_view text) {
  Reader in(text);
  Fields f;
  const bool matched = in.day_name() && in.literal(", ") && in.digits(2, f.day) &&
                       in.literal("-") && in.month_name(f.month) && in.literal("-") &&
                       in.digits(2, f.year) && in.literal(" ") && in.clock_time(f) &&
                       in.literal(" GMT") && in.done();
  if (!matched) return std::nullopt;
  f.year += f.year >= kFirstTwoDigitYearOf1900s ? 1900 : 2000;
  return f;
}

std::optional<Fields> parse_asctime(std::string_view text) {
  Reader in(text);
  Fields f;
  const bool matched =
      in.day_name(kShortName) && in.literal(" ") && in.month_name(f.month) && in.literal(" ") &&
      (in.literal(" ") ? in.digits(1, f.day) : in.digits(2, f.day)) && in.literal(" ") &&
      in.clock_time(f) && in.literal(" ") && in.digits(4, f.year) && in.done();
  return matched ? std::optional(f) : std::nullopt;
}

}  // namespace

Timestamp SystemClock::now() const { return floor<milliseconds>(std::chrono::system_clock::now()); }

std::chrono::steady_clock::time_point SystemClock::monotonic() const {
  return std::chrono::steady_clock::now();
}

std::string format_iso8601_ms(Timestamp time) {
  const Broken t(time);
  Text text;
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", t.year(),
                t.month(), t.day(), t.hour(), t.minute(), t.second(), t.millisecond());
  return text.data();
}

std::string format_http_date(Timestamp time) {
  const Broken t(time);
  Text text;
  std::snprintf(text.data(), text.size(), "%.3s, %02u %s %04d %02d:%02d:%02d GMT",
                kDayNames[t.day_of_week].data(), t.day(), kMonthNames[t.month() - 1].data(),
                t.year(), t.hour(), t.minute(), t.second());
  return text.data();
}

std::string format_amz_date(Timestamp time) {
  const Broken t(time);
  Text text;
  std::snprintf(text.data(), text.size(), "%04d%02u%02uT%02d%02d%02dZ", t.year(), t.month(),
                t.day(), t.hour(), t.minute(), t.second());
  return text.data();
}

bool parse_http_date(std::string_view text, Timestamp& out) {
  for (const auto form : {parse_imf_fixdate, parse_rfc850, parse_asctime}) {
    if (const auto fields = form(text)) return assemble(*fields, 60, out);
  }
  return false;
}

bool parse_amz_date(std::string_view text, Timestamp& out) {
  Reader in(text);
  Fields f;
  const bool matched = in.digits(4, f.year) && in.digits(2, f.month) && in.digits(2, f.day) &&
                       in.literal("T") && in.digits(2, f.hour) && in.digits(2, f.minute) &&
                       in.digits(2, f.second) && in.literal("Z") && in.done();
  return matched && assemble(f, 59, out);
}

bool parse_rfc3339(std::string_view text, Timestamp& out) {
  Reader in(text);
  Fields f;
  // RFC 3339 5.6 lets `T` and `Z` be lower case.
  if (!in.digits(4, f.year) || !in.literal("-") || !in.digits(2, f.month) || !in.literal("-") ||
      !in.digits(2, f.day) || !in.one_of("Tt") || !in.clock_time(f)) {
    return false;
  }
  if (in.literal(".") && !in.fraction(f.millisecond)) return false;
  minutes offset{0};
  if (!in.one_of("Zz")) {
    const bool behind = in.literal("-");
    int offset_hours = 0;
    int offset_minutes = 0;
    if (!(behind || in.literal("+")) || !in.digits(2, offset_hours) || !in.literal(":") ||
        !in.digits(2, offset_minutes) || offset_hours > 23 || offset_minutes > 59) {
      return false;
    }
    offset = hours(offset_hours) + minutes(offset_minutes);
    if (behind) offset = -offset;
  }
  if (!in.done()) return false;
  Timestamp local;
  if (!assemble(f, 60, local)) return false;
  out = local - offset;
  return true;
}

}  // namespace coffer
