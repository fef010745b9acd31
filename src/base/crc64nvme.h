#pragma once

#include "base/bytes.h"

#include <cstdint>

namespace coffer::detail {

/// `crc64nvme` as machines without a carry-less multiplier compute it; here so that a test holds
/// the two against each other.
std::uint64_t crc64nvme_by_tables(std::uint64_t crc, ByteView bytes);

}  // namespace coffer::detail
