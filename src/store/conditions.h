#pragma once

#include "store/types.h"

#include <optional>

namespace coffer::store {

/// What conditions are compared with.
struct Validator {
  ETag etag;
  Timestamp last_modified;
};

/// A read's answer to its conditions: `Failed` (412) beats `NotModified` (304).
enum class ReadVerdict : std::uint8_t { Pass, NotModified, Failed };

/// r2-observed.md 5.1 with r2-s3.md section 20 item 11: If-Unmodified-Since equal to the object's
/// second passes, as RFC 9110 13.1.4 says.
ReadVerdict evaluate_read(const Conditions& conditions, const Validator& object);

/// For writes, copy sources and destinations: all four must hold. A missing object passes unless
/// If-Match or If-Modified-Since is present.
bool allows_write(const Conditions& conditions, const std::optional<Validator>& object);

}  // namespace coffer::store
