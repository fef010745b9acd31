#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "records/codec.h"
#include "store/object_record.h"

#include <optional>
#include <string>
#include <string_view>

namespace coffer::store {

/// `records::Writer` with the types that this folder's records are made of.
class RecordWriter : public records::Writer {
 public:
  using records::Writer::Writer;

  template <class Enum>
  void choice(Enum value) {
    u8(static_cast<std::uint8_t>(value));
  }
  void digest(const Md5Digest& value) { raw(as_text(value)); }
  void checksum(const Checksum& value);
  void metadata(const Metadata& value);
  void sealed_ref(const blob::SealedRef& value);
  void key(const meta::Key& value);
  void home(const Home& value);
  void optional_home(const std::optional<Home>& value);
};

/// Reads what RecordWriter wrote, straight through: after the first thing that cannot be, every
/// value is a default, and `finish` tells.
class RecordReader : public records::Reader {
 public:
  /// `what` names the record in errors; it is a literal.
  RecordReader(std::string_view record, std::uint8_t newest_layout, std::string_view what);

  std::uint32_t small_number();
  std::string text() { return std::string(bytes()); }
  template <class Enum>
  Enum choice(Enum first, Enum last) {
    const std::uint8_t value = u8();
    if (value >= static_cast<std::uint8_t>(first) && value <= static_cast<std::uint8_t>(last)) {
      return static_cast<Enum>(value);
    }
    fail();
    return first;
  }
  Md5Digest digest();
  Checksum checksum();
  StorageClass storage_class() {
    return choice(StorageClass::Standard, StorageClass::InfrequentAccess);
  }
  Metadata metadata();
  blob::SealedRef sealed_ref();
  meta::Key key();
  Home home();
  std::optional<Home> optional_home();

  /// Corrupt unless everything was read and made sense, NewerFormat for a layout of the future.
  Result<> finish() const;
  /// The same for a reader that stops on purpose before the end.
  Result<> finish_early() const;

 private:
  std::string_view what_;
  Result<> layout_;
};

}  // namespace coffer::store
