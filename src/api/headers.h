#pragma once

#include "base/headers.h"
#include "base/result.h"
#include "store/types.h"

#include <optional>
#include <string>
#include <string_view>

/// What the headers of objects mean, in and out (cloudflare-api.md 3.2).
namespace coffer::api {

/// A value of Expires as the date it means; what is no date stays.
std::string normal_date(std::string text);
/// Content-Type and its kin. Expires is kept as the date it means, whatever form it came in.
store::SystemMetadata read_system_metadata(const HeaderList& headers);
/// If-Match, If-None-Match and the dates. A date that is none is ignored (RFC 9110 13.1.3).
store::Conditions read_conditions(const HeaderList& headers);

/// Range. Several ranges at once, and units other than bytes, are ignored, as RFC 9110 14.2 leaves
/// it to the server: the answer is the whole. InvalidArgument, InvalidRange.
Result<std::optional<store::RangeRequest>> read_range(const HeaderList& headers);

/// A value of Content-Disposition that makes a browser save what it got, under the key's last part.
std::string attachment(std::string_view key);

}  // namespace coffer::api
