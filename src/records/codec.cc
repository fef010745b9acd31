#include "records/codec.h"

#include <algorithm>

namespace coffer::records {
namespace {

constexpr unsigned kVarintPayloadBits = 7;
constexpr std::uint8_t kVarintMore = 0x80;

/// Small magnitudes of either sign become small unsigned numbers: 0, -1, 1, -2, ... to 0, 1, 2, 3.
std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0);
}
std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

}  // namespace

void Writer::big_endian(std::uint64_t value, int width) {
  for (int shift = (width - 1) * 8; shift >= 0; shift -= 8) {
    out_.push_back(static_cast<char>((value >> shift) & 0xff));
  }
}

void Writer::varint(std::uint64_t value) {
  while (value >= kVarintMore) {
    u8(static_cast<std::uint8_t>(value) | kVarintMore);
    value >>= kVarintPayloadBits;
  }
  u8(static_cast<std::uint8_t>(value));
}

void Writer::bytes(std::string_view value) {
  varint(value.size());
  raw(value);
}

void Writer::time(Timestamp value) {
  varint(zigzag(std::clamp(value, kFirstTime, kLastTime).time_since_epoch().count()));
}

void Writer::optional_time(const std::optional<Timestamp>& value) {
  flag(value.has_value());
  if (value) time(*value);
}

void Reader::fail() {
  ok_ = false;
  rest_ = {};
}

std::uint64_t Reader::big_endian(std::size_t width) {
  std::uint64_t value = 0;
  for (char byte : raw(width)) value = (value << 8) | static_cast<std::uint8_t>(byte);
  return value;
}

std::uint64_t Reader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += kVarintPayloadBits) {
    const std::uint8_t byte = u8();
    if (!ok_) return 0;
    const std::uint64_t payload = byte & ~kVarintMore & 0xffU;
    // The tenth byte has room for one bit, and a last byte of 0 makes a longer form of a number
    // that has a shorter one.
    const bool overflows = ((payload << shift) >> shift) != payload;
    const bool overlong = byte == 0 && shift > 0;
    if (overflows || overlong) break;
    value |= payload << shift;
    if ((byte & kVarintMore) == 0) return value;
  }
  fail();
  return 0;
}

bool Reader::flag() {
  const std::uint8_t value = u8();
  if (value > 1) fail();
  return ok_ && value == 1;
}

std::string_view Reader::raw(std::size_t size) {
  if (size > rest_.size()) {
    fail();
    return {};
  }
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

std::string_view Reader::bytes() {
  const std::uint64_t size = varint();
  if (size > rest_.size()) {
    fail();
    return {};
  }
  return raw(static_cast<std::size_t>(size));
}

Timestamp Reader::time() {
  const Timestamp value{std::chrono::milliseconds(unzigzag(varint()))};
  if (value >= kFirstTime && value <= kLastTime) return value;
  fail();
  return Timestamp();
}

std::optional<Timestamp> Reader::optional_time() {
  if (!flag()) return std::nullopt;
  const Timestamp value = time();
  return ok_ ? std::optional(value) : std::nullopt;
}

std::size_t Reader::count(std::size_t element_bytes_min) {
  const std::uint64_t value = varint();
  if (value > rest_.size() / element_bytes_min) {
    fail();
    return 0;
  }
  return static_cast<std::size_t>(value);
}

Result<std::uint8_t> Reader::layout_version(std::uint8_t newest, std::string_view what) {
  const std::uint8_t version = u8();
  if (version > newest) {
    return make_error(ErrorCode::NewerFormat,
                      std::string(what) + " has layout " + std::to_string(version) +
                          ", this program reads up to " + std::to_string(newest));
  }
  if (version == 0) {
    return make_error(ErrorCode::Corrupt, std::string(what) + " has no layout version");
  }
  return version;
}

Result<> Reader::finish(std::string_view what) const {
  if (ok_ && rest_.empty()) return {};
  return make_error(ErrorCode::Corrupt, std::string(what) + " cannot be decoded");
}

}  // namespace coffer::records
