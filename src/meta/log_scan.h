#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace coffer::meta {

/// What a file in RocksDB's log format holds.
enum class LogKind : std::uint8_t {
  WriteAhead,  ///< records are write batches: sequence number LE64, count LE32, changes
  Manifest,
};

/// How far such a file can be read, and why no further.
struct LogScan {
  /// The end of the last record that is there as a whole. The file's size, when all of it can be
  /// read.
  std::uint64_t whole_bytes = 0;
  /// Where reading stopped, records begin again: here. A write that was cut off is the last of its
  /// file, so this is damage in the middle.
  std::optional<std::uint64_t> resumes_at;
  /// WriteAhead only: the sequence number after the last whole record; 0 when there is no record.
  std::uint64_t next_sequence = 0;
};

/// Reads the file as strictly as it can be read. RocksDB itself does not: whatever its recovery
/// mode, a length that points beyond the end of the file, or a type of recycled records, is taken
/// for the end, and what follows is dropped without a word (db/log_reader.cc, kBadRecordLen and
/// kOldRecord). A pure function of the bytes.
LogScan scan_log(std::string_view file, LogKind kind);

}  // namespace coffer::meta
