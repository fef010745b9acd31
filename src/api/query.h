#pragma once

#include "base/clock.h"
#include "base/codec.h"
#include "base/result.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::api {

/// The parameters of a request, decoded by form rules. Of a repeated one the first value counts.
/// Readers give InvalidArgument with a message that names the parameter.
class Query {
 public:
  explicit Query(std::string_view raw) : parameters_(parse_query(raw)) {}
  /// The first value; null when there is none of that (exact) name.
  const std::string* find(std::string_view name) const;
  /// The first value; empty when there is none.
  std::string_view value(std::string_view name) const;
  /// Every value, each split at commas: `a=1,2&a=3`. Empty pieces are left out.
  std::vector<std::string> list(std::string_view name) const;
  /// Whether any of these is given.
  bool has_any(std::span<const std::string_view> names) const;

  Result<std::uint64_t> integer(std::string_view name, std::uint64_t fallback, std::uint64_t min,
                                std::uint64_t max) const;
  /// "true", "false", "1", "0".
  Result<bool> boolean(std::string_view name, bool fallback) const;
  /// One of `choices`; the first when absent.
  Result<std::string> choice(std::string_view name,
                             std::span<const std::string_view> choices) const;
  /// RFC 3339, or a date alone, which is its first moment in UTC.
  Result<std::optional<Timestamp>> time(std::string_view name) const;
  auto begin() const { return parameters_.begin(); }
  auto end() const { return parameters_.end(); }

 private:
  std::vector<QueryParameter> parameters_;
};

/// RFC 3339, or a date alone.
std::optional<Timestamp> parse_time(std::string_view text);
/// Digits only, within 64 bits; nothing otherwise.
std::optional<std::uint64_t> parse_decimal(std::string_view text);

}  // namespace coffer::api
