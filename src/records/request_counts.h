#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace coffer::records {

/// What a request did, for those who look at usage over time.
enum class RequestKind : std::uint8_t { Other, Read, Write, List, Delete };

/// Requests of some time, added up. Sums stop at the largest number, and do not wrap.
struct RequestCounts {
  std::uint64_t requests = 0;
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
  std::uint64_t lists = 0;
  std::uint64_t deletes = 0;
  std::uint64_t errors_client = 0;  ///< answered with 4xx
  std::uint64_t errors_server = 0;  ///< answered with 5xx
  std::uint64_t bytes_in = 0;       ///< of bodies that were taken
  std::uint64_t bytes_out = 0;      ///< of bodies that were answered
  RequestCounts& operator+=(const RequestCounts& more);
  bool operator==(const RequestCounts&) const = default;
};

std::string encode(const RequestCounts& counts);
/// Corrupt, NewerFormat.
Result<RequestCounts> decode_request_counts(std::string_view bytes);

}  // namespace coffer::records
