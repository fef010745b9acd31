#pragma once

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// The encoding that every stored record is made of. A record is its fields in order, without names
/// or tags; its first byte is the version of its layout. Fields are:
///
///   u8          one byte
///   u16 u32 u64 big-endian, so that they may also stand in keys
///   varint      unsigned LEB128, at most 10 bytes, always the shortest form
///   raw         bytes of a length that the layout knows (ids, digests)
///   bytes       varint length, then so many bytes
///   flag        u8, 0 or 1
///   time        varint of the zigzag of milliseconds since the Unix epoch
///   optional    flag, then the field when it is 1
///   list        varint count, then the fields
///
/// There is one encoding of a value, and decoders take no other: decode, then encode, gives the
/// same bytes back.
namespace coffer::records {

/// The range of dates that records hold: what every printed form of a date can show, years 0 to
/// 9999.
inline constexpr Timestamp kFirstTime{std::chrono::milliseconds(-62'167'219'200'000)};
inline constexpr Timestamp kLastTime{std::chrono::milliseconds(253'402'300'799'999)};

/// Builds a record. A value type; one thread at a time.
class Writer {
 public:
  Writer() = default;
  explicit Writer(std::uint8_t layout_version) { u8(layout_version); }

  void u8(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void u16(std::uint16_t value) { big_endian(value, 2); }
  void u32(std::uint32_t value) { big_endian(value, 4); }
  void u64(std::uint64_t value) { big_endian(value, 8); }
  void varint(std::uint64_t value);
  void flag(bool value) { u8(value ? 1 : 0); }
  /// The bytes alone; the reader has to know how many.
  void raw(std::string_view value) { out_.append(value); }
  /// Length, then the bytes.
  void bytes(std::string_view value);
  template <class Tag>
  void id(const Id128<Tag>& value) {
    raw(value.bytes());
  }
  /// A time outside [kFirstTime, kLastTime] is written as the nearer end.
  void time(Timestamp value);
  void optional_time(const std::optional<Timestamp>& value);

  std::size_t size() const { return out_.size(); }
  const std::string& text() const { return out_; }
  std::string take() && { return std::move(out_); }

 private:
  void big_endian(std::uint64_t value, int width);

  std::string out_;
};

/// Reads a record. The first thing that cannot be (an end that comes too early, a varint that is
/// too long or not in its shortest form, a flag that is neither 0 nor 1) makes the reader *fail*:
/// from then on every read returns a default and takes nothing. So a decoder reads straight through
/// and asks once, with `finish`. Never reads past the bytes it was given and never allocates by
/// what a length says before it has checked that so many bytes are there.
///
/// Borrows the bytes; the views it returns live as long as they do. One thread at a time.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  /// A temporary would be gone before the first read.
  template <std::same_as<std::string> Text>
  explicit Reader(Text&& temporary) = delete;  // NOLINT(bugprone-forwarding-reference-overload)

  std::uint8_t u8() { return static_cast<std::uint8_t>(big_endian(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(big_endian(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(big_endian(4)); }
  std::uint64_t u64() { return big_endian(8); }
  std::uint64_t varint();
  bool flag();
  /// Exactly `size` bytes; empty after a failure.
  std::string_view raw(std::size_t size);
  /// What `Writer::bytes` wrote.
  std::string_view bytes();
  /// As in `reader.id<TokenId>()`; all zero after a failure.
  template <class Id>
  Id id() {
    return Id::from_bytes(raw(Id::kSizeBytes)).value_or(Id());
  }
  Timestamp time();
  std::optional<Timestamp> optional_time();
  /// The count of a list whose elements take at least `element_bytes_min` bytes each (one or more).
  /// Fails when the rest of the record cannot hold so many, so the result is safe to reserve by.
  std::size_t count(std::size_t element_bytes_min);

  /// For a value that the layout does not allow.
  void fail();
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  std::size_t remaining() const { return rest_.size(); }

  /// Reads the layout's version, which must come first. NewerFormat when it is above `newest`: a
  /// later release of this program wrote the record. Corrupt when there is none or it is 0.
  Result<std::uint8_t> layout_version(std::uint8_t newest, std::string_view what);
  /// Corrupt, naming `what`, unless everything was read and nothing failed.
  Result<> finish(std::string_view what) const;

 private:
  std::uint64_t big_endian(std::size_t width);

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace coffer::records
