#pragma once

#include "auth/identity.h"

namespace coffer::auth {

/// Nobody gives away more than they have (DESIGN.md section 3). Says whether `caller` may make,
/// change or roll a token: it must hold every (action, resource) of the token before the change
/// (`before`, null when it is new) and after it. Of a caller that is a token, its denies, IP
/// condition, dates and temporary scope bound what it makes. The groups that manage tokens are only
/// for a user to grant. AccessDenied, with a message for the client that names what is missing.
Result<> check_delegation(const Identity& identity, const Principal& caller, const Token* before,
                          const Token& after);

/// Whether `caller` may give somebody these roles in the account. A token must hold all that they
/// grant, and may not make others managers of tokens; of a user who signed in, the roles decide.
Result<> check_role_grant(const Identity& identity, const Principal& caller, AccountId account,
                          const std::vector<const Role*>& roles);

/// Everything `token` could ever do, `caller` may do as well: of a temporary credential's parent.
Result<> check_covers(const Identity& identity, const Principal& caller, const Token& token);

}  // namespace coffer::auth
