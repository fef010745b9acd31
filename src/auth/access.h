#pragma once

#include "auth/principal.h"

#include <optional>
#include <vector>

namespace coffer::auth {

/// CopyObject and UploadPartCopy, which read a second object.
bool has_copy_source(OperationName operation);

/// Everything `operation` needs to be allowed: its action on `target` and, for a copy, ObjectRead
/// on `copy_source`. Never empty. A source given to an operation that has none is ignored; a copy
/// whose source is not given yields the target's access alone, so who serves requests gives it
/// always.
std::vector<Access> accesses_of(OperationName operation, Resource target,
                                std::optional<Resource> copy_source = std::nullopt);

}  // namespace coffer::auth
