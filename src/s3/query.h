#pragma once

#include "base/codec.h"

#include <string>
#include <string_view>
#include <vector>

namespace coffer::s3 {

/// The parameters of a request in their order, decoded by form rules. Of a repeated one the first
/// value counts.
class Query {
 public:
  explicit Query(std::string_view raw) : parameters_(parse_query(raw)) {}
  /// The first value; null when there is none of that (exact) name.
  const std::string* find(std::string_view name) const;
  bool has(std::string_view name) const { return find(name) != nullptr; }
  /// The first value, or nothing as an empty text.
  std::string_view value(std::string_view name) const;
  auto begin() const { return parameters_.begin(); }
  auto end() const { return parameters_.end(); }

 private:
  std::vector<QueryParameter> parameters_;
};

/// Digits only, within 64 bits; nothing otherwise.
std::optional<std::uint64_t> parse_decimal(std::string_view text);

}  // namespace coffer::s3
