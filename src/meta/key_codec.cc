// stored key    = partition-length[1] partition kind[1] key
// kind          = 00 the engine's own (of the empty partition) | 01..7F a Family | 80 a counter
// stored value  = version[8] value          of a Family
//               = number[8]                 of a counter, and of 00 "last-version"
//               = format[1]                 of 00 "format"
//
// Integers are big-endian. A partition's length stands first, so that no partition's keys lie
// between those of another, whatever its name; within one, order is by family, then by the key's
// bytes.
#include "meta/key_codec.h"

#include "records/codec.h"

#include <utility>

namespace coffer::meta {
namespace {

constexpr std::uint8_t kOwnKind = 0x00;
constexpr std::uint8_t kFirstKind = 0x01;
constexpr std::uint8_t kCounterKind = 0x80;

std::string join(const Partition& partition, std::uint8_t kind, std::string_view key) {
  std::string out;
  out.reserve(stored_prefix_bytes(partition) + key.size());
  out.push_back(static_cast<char>(partition.size()));
  out.append(partition);
  out.push_back(static_cast<char>(kind));
  out.append(key);
  return out;
}

}  // namespace

std::string stored_key(const Partition& partition, Family family, std::string_view key) {
  return join(partition, static_cast<std::uint8_t>(family), key);
}

std::string stored_counter_key(const Partition& partition, std::string_view counter) {
  return join(partition, kCounterKind, counter);
}

StoredRange stored_range(const Partition& partition, const Range& range) {
  const auto kind = static_cast<std::uint8_t>(range.family);
  std::string end =
      range.end.empty() ? join(partition, kind + 1, {}) : join(partition, kind, range.end);
  return StoredRange{join(partition, kind, range.begin), std::move(end)};
}

StoredRange stored_partition(const Partition& partition) {
  return StoredRange{join(partition, kFirstKind, {}), join(partition, kCounterKind + 1, {})};
}

std::size_t stored_prefix_bytes(const Partition& partition) { return partition.size() + 2; }

std::string format_key() { return join({}, kOwnKind, "format"); }
std::string last_version_key() { return join({}, kOwnKind, "last-version"); }

std::string stored_value(Version version, std::string_view value) {
  records::Writer out;
  out.u64(version);
  out.raw(value);
  return std::move(out).take();
}

Result<Version> version_of_stored(std::string_view stored) {
  records::Reader in(stored);
  const Version version = in.u64();
  if (version != 0 && !in.at_end()) return version;
  return make_error(ErrorCode::Corrupt, "a stored value of " + std::to_string(stored.size()) +
                                            " bytes and version " + std::to_string(version));
}

std::string stored_number(std::uint64_t number) {
  records::Writer out;
  out.u64(number);
  return std::move(out).take();
}

Result<std::uint64_t> number_of_stored(std::string_view stored) {
  records::Reader in(stored);
  const std::uint64_t number = in.u64();
  TRY_VOID(in.finish("a stored number"));
  return number;
}

}  // namespace coffer::meta
