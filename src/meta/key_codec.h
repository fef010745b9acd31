#pragma once

#include "meta/engine.h"

#include <cstdint>
#include <string>
#include <string_view>

/// How partitions, families, keys, versions and counters become the keys and values of one RocksDB.
/// The grammar, with its reasons, is docs/formats/meta.md. Sizes are the callers' to check
/// (meta/rules.h).
namespace coffer::meta {

/// The layout below, as the key `format_key()` records it. A release that changes it counts this up
/// and goes on reading the older ones.
inline constexpr std::uint8_t kFormat = 1;

/// [begin, end) of stored keys.
struct StoredRange {
  std::string begin;
  std::string end;
};

std::string stored_key(const Partition& partition, Family family, std::string_view key);
std::string stored_counter_key(const Partition& partition, std::string_view counter);
StoredRange stored_range(const Partition& partition, const Range& range);
/// Everything of a partition: all families and the counters.
StoredRange stored_partition(const Partition& partition);
/// How many bytes stand before a key of a family of `partition`.
std::size_t stored_prefix_bytes(const Partition& partition);

/// Keys of the engine's own, outside of every partition.
std::string format_key();
std::string last_version_key();

std::string stored_value(Version version, std::string_view value);
/// What stands before the value.
inline constexpr std::size_t kVersionBytes = 8;
/// The version of a stored value; Corrupt when it is none.
Result<Version> version_of_stored(std::string_view stored);

std::string stored_number(std::uint64_t number);
Result<std::uint64_t> number_of_stored(std::string_view stored);

}  // namespace coffer::meta
