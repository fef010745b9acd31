#pragma once

#include "auth/identity.h"

#include <string_view>

/// What a new account or token must be: cloudflare-api.md 2.2 to 2.5. Every refusal is
/// InvalidArgument with a message for the client that names the rule.
namespace coffer::auth {

inline constexpr std::size_t kNameCharactersMax = 120;  // cloudflare-api.md 2.2

/// 1 to 120 characters of UTF-8 without control characters. `what`: "token", "account".
Result<> check_name(std::string_view name, std::string_view what);

/// The name; the dates (`not_before` < `expires_on`, which lies in the future); at least one
/// policy; and of each policy: groups and resources there, resources of the token's own account,
/// every group of the scope of every resource, valid bucket names.
Result<> check_new_token(const NewToken& request, Timestamp now);

}  // namespace coffer::auth
