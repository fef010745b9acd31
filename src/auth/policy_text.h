#pragma once

#include "auth/principal.h"
#include "auth/token.h"

#include <string>

/// Identity in words, for the command line, the log and `coffer explain`: plain text, one line.
namespace coffer::auth {

/// "bucket photos (eu)", "all buckets of account 00ab...", "account 00ab...".
std::string describe(const PolicyResource& resource);

/// "<policy id>: allow Workers R2 Storage Bucket Item Read on bucket photos (eu)"
std::string describe(const Policy& policy);

/// What was asked for: `key "a/b" of bucket "photos" (eu)`, `bucket "photos" (eu)`,
/// `account 00ab... (eu)`. Names come from clients, so they are quoted.
std::string describe(const Resource& resource);

}  // namespace coffer::auth
