#include "s3/query.h"

#include <algorithm>
#include <charconv>

namespace coffer::s3 {

const std::string* Query::find(std::string_view name) const {
  const auto found = std::find_if(parameters_.begin(), parameters_.end(),
                                  [name](const QueryParameter& p) { return p.name == name; });
  return found == parameters_.end() ? nullptr : &found->value;
}

std::string_view Query::value(std::string_view name) const {
  const std::string* found = find(name);
  return found ? std::string_view(*found) : std::string_view();
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, status] = std::from_chars(text.data(), end, value);
  if (text.empty() || rest != end || status != std::errc()) return std::nullopt;
  return value;
}

}  // namespace coffer::s3
