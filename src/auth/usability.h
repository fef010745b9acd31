#pragma once

#include "auth/token.h"

namespace coffer::auth {

/// Whether a token that exists may be used at all, before any policy is read.
enum class Usability : std::uint8_t { Usable, Disabled, NotYetValid, Expired, AddressRefused };

/// Usable when active, `not_before <= now < expires_on`, and its IP condition admits `client`
/// (cloudflare-api.md 2.2). Otherwise the first reason in the order of the enumerators.
Usability usability_of(const Token& token, const IpAddress& client, Timestamp now);

}  // namespace coffer::auth
