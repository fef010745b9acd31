#include "api/query.h"

#include <algorithm>
#include <charconv>

namespace coffer::api {
namespace {

Error invalid(std::string_view name, const std::string& what) {
  return Error::with_message(ErrorCode::InvalidArgument,
                             "query parameter " + std::string(name) + " must be " + what);
}

}  // namespace

const std::string* Query::find(std::string_view name) const {
  const auto found = std::find_if(parameters_.begin(), parameters_.end(),
                                  [name](const QueryParameter& p) { return p.name == name; });
  return found == parameters_.end() ? nullptr : &found->value;
}

std::string_view Query::value(std::string_view name) const {
  const std::string* found = find(name);
  return found ? std::string_view(*found) : std::string_view();
}

std::vector<std::string> Query::list(std::string_view name) const {
  std::vector<std::string> out;
  for (const QueryParameter& parameter : parameters_) {
    if (parameter.name != name) continue;
    std::string_view rest = parameter.value;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      if (comma > 0) out.emplace_back(rest.substr(0, comma));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return out;
}

bool Query::has_any(std::span<const std::string_view> names) const {
  return std::any_of(names.begin(), names.end(),
                     [this](std::string_view name) { return find(name) != nullptr; });
}

Result<std::uint64_t> Query::integer(std::string_view name, std::uint64_t fallback,
                                     std::uint64_t min, std::uint64_t max) const {
  const std::string* text = find(name);
  if (!text || text->empty()) return fallback;
  // Cloudflare's SDK for Python writes whole numbers with a point.
  std::string_view digits = *text;
  if (digits.size() > 2 && digits.ends_with(".0")) digits.remove_suffix(2);
  const auto value = parse_decimal(digits);
  if (!value || *value < min || *value > max) {
    return invalid(name, "an integer from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return *value;
}

Result<bool> Query::boolean(std::string_view name, bool fallback) const {
  const std::string_view text = value(name);
  if (text.empty()) return fallback;
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return invalid(name, "true or false");
}

Result<std::string> Query::choice(std::string_view name,
                                  std::span<const std::string_view> choices) const {
  const std::string_view text = value(name);
  if (text.empty()) return std::string(choices.front());
  if (std::find(choices.begin(), choices.end(), text) != choices.end()) return std::string(text);
  std::string all;
  for (const std::string_view each : choices) {
    if (!all.empty()) all += ", ";
    all += each;
  }
  return invalid(name, "one of " + all);
}

Result<std::optional<Timestamp>> Query::time(std::string_view name) const {
  const std::string_view text = value(name);
  if (text.empty()) return std::optional<Timestamp>();
  const auto time = parse_time(text);
  if (!time) return invalid(name, "a date, or a time in the form of RFC 3339");
  return time;
}

std::optional<Timestamp> parse_time(std::string_view text) {
  constexpr std::size_t kDateLength = std::string_view("2026-11-24").size();
  Timestamp time;
  if (parse_rfc3339(text, time)) return time;
  if (text.size() == kDateLength && parse_rfc3339(std::string(text) + "T00:00:00Z", time)) {
    return time;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, status] = std::from_chars(text.data(), end, value);
  if (text.empty() || rest != end || status != std::errc()) return std::nullopt;
  return value;
}

}  // namespace coffer::api
