#pragma once

#include "base/result.h"
#include "store/types.h"

#include <cstddef>

namespace coffer::store {

/// The size R2 charges custom metadata with: over names and values, the length in UTF-16 units,
/// doubled for a string with any unit of 256 or more (r2-observed.md section 13).
std::size_t metadata_size(const UserMetadata& metadata);

/// MetadataTooLarge when custom metadata is above `limit`.
Result<> check_metadata(const Metadata& metadata, std::size_t limit);

/// `base` with everything that `changes` sets put over it (directive MERGE, r2-s3.md section 7).
Metadata merge_metadata(const Metadata& base, const Metadata& changes);

}  // namespace coffer::store
