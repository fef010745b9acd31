#include "base/ip_address.h"

#include <algorithm>
#include <arpa/inet.h>

namespace coffer {
namespace {

constexpr unsigned kV4Bits = 32;
constexpr unsigned kV6Bits = 128;
constexpr unsigned kMappedBits = kV6Bits - kV4Bits;
/// ::ffff:0:0/96 (RFC 4291 2.5.5.2).
constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/// The bits of byte `index` that lie within the first `prefix_length` bits of an address.
std::uint8_t prefix_mask(unsigned prefix_length, std::size_t index) {
  const std::size_t first_bit = index * 8;
  if (prefix_length >= first_bit + 8) return 0xff;
  if (prefix_length <= first_bit) return 0;
  return static_cast<std::uint8_t>(0xff << (8 - (prefix_length - first_bit)));
}

std::optional<unsigned> parse_prefix_length(std::string_view text) {
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  unsigned value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

}  // namespace

IpAddress IpAddress::v4(std::uint32_t host_order) {
  IpAddress address;
  for (std::size_t i = 0; i < 4; ++i) {
    address.bytes_[i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
  }
  return address;
}

IpAddress IpAddress::v6(const std::array<std::uint8_t, 16>& bytes) {
  IpAddress address;
  if (std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin())) {
    std::copy(bytes.begin() + kMappedPrefix.size(), bytes.end(), address.bytes_.begin());
  } else {
    address.v4_ = false;
    address.bytes_ = bytes;
  }
  return address;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  // inet_pton reads to a NUL, so one inside the text would hide what follows it.
  if (text.empty() || text.size() >= INET6_ADDRSTRLEN || text.find('\0') != text.npos) {
    return std::nullopt;
  }
  const std::string terminated(text);
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) return v6(bytes);
  IpAddress address;
  if (inet_pton(AF_INET, terminated.c_str(), address.bytes_.data()) == 1) return address;
  return std::nullopt;
}

std::string IpAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(v4_ ? AF_INET : AF_INET6, bytes_.data(), text.data(),
            static_cast<socklen_t>(text.size()));
  return text.data();
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view address_text = text.substr(0, slash);
  const std::optional<IpAddress> address = IpAddress::parse(address_text);
  if (!address) return std::nullopt;

  IpNetwork network;
  network.base_ = *address;
  const unsigned bits = address->is_v4() ? kV4Bits : kV6Bits;
  network.prefix_length_ = bits;
  if (slash != std::string_view::npos) {
    std::optional<unsigned> length = parse_prefix_length(text.substr(slash + 1));
    if (!length) return std::nullopt;
    if (address->is_v4() && address_text.find(':') != std::string_view::npos) {
      // Written as IPv4-mapped. A block wider than the mapped range would be half v4, half v6.
      if (*length < kMappedBits) return std::nullopt;
      *length -= kMappedBits;
    }
    if (*length > bits) return std::nullopt;
    network.prefix_length_ = *length;
  }
  std::array<std::uint8_t, 16> bytes = network.base_.bytes();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] &= prefix_mask(network.prefix_length_, i);
  }
  if (address->is_v4()) {
    network.base_ = IpAddress::v4(std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
                                  std::uint32_t{bytes[2]} << 8 | std::uint32_t{bytes[3]});
  } else {
    network.base_ = IpAddress::v6(bytes);
  }
  return network;
}

bool IpNetwork::contains(const IpAddress& address) const {
  if (address.is_v4() != base_.is_v4()) return false;
  for (std::size_t i = 0; i < base_.bytes().size(); ++i) {
    const unsigned differing = base_.bytes()[i] ^ address.bytes()[i];
    if ((differing & prefix_mask(prefix_length_, i)) != 0) return false;
  }
  return true;
}

std::string IpNetwork::to_string() const {
  return base_.to_string() + "/" + std::to_string(prefix_length_);
}

}  // namespace coffer
