#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coffer {

/// An IPv4 or IPv6 address. IPv4-mapped IPv6 addresses are turned into IPv4 when parsed, so that a
/// dual-stack listener and a policy written for v4 agree.
class IpAddress {
 public:
  IpAddress() = default;  ///< 0.0.0.0
  static std::optional<IpAddress> parse(std::string_view text);
  static IpAddress v4(std::uint32_t host_order);
  static IpAddress v6(const std::array<std::uint8_t, 16>& bytes);
  bool is_v4() const { return v4_; }
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }  ///< v4: the first four
  std::string to_string() const;
  bool operator==(const IpAddress&) const = default;

 private:
  bool v4_ = true;
  std::array<std::uint8_t, 16> bytes_{};
};

/// A CIDR block; a bare address is /32 or /128.
class IpNetwork {
 public:
  static std::optional<IpNetwork> parse(std::string_view text);
  bool contains(const IpAddress& address) const;
  /// Whether every address of `other` is in this.
  bool contains(const IpNetwork& other) const {
    return other.prefix_length_ >= prefix_length_ && contains(other.base_);
  }
  std::string to_string() const;
  bool operator==(const IpNetwork&) const = default;

 private:
  IpAddress base_;
  unsigned prefix_length_ = 0;
};

}  // namespace coffer
