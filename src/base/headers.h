#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer {

/// One header field as received or to be sent: the value has no surrounding white space.
struct Header {
  std::string name;
  std::string value;
};

/// Header fields in their order on the wire. Names compare without regard to ASCII case.
class HeaderList {
 public:
  /// The first field of that name, or nothing.
  std::optional<std::string_view> find(std::string_view name) const;
  /// Every value of that name, in order.
  std::vector<std::string_view> find_all(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name).has_value(); }
  void add(std::string name, std::string value) {
    fields_.push_back(Header{std::move(name), std::move(value)});
  }
  /// Replaces every field of that name by one.
  void set(std::string_view name, std::string value);
  void remove(std::string_view name);
  void clear() { fields_.clear(); }
  std::size_t size() const { return fields_.size(); }
  bool empty() const { return fields_.empty(); }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  std::vector<Header> fields_;
};

/// ASCII case-insensitive equality; no locale.
bool equals_ignore_case(std::string_view a, std::string_view b);
std::string to_lower_ascii(std::string_view text);
/// Without spaces and tabs at both ends.
std::string_view trim_ascii(std::string_view text);

}  // namespace coffer
