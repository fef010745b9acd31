#pragma once

#include "auth/identity.h"

#include <optional>

namespace coffer::auth {

/// Whether an allowing policy of the token is about something in the account.
bool names_account(const Token& token, AccountId account);

/// Whether the token is the account's own, or of a user who is a member of it or is invited to.
bool belongs_to(const Identity& identity, const Token& token, AccountId account);

/// The account of a request that names none itself: an account token's own; of a user's token the
/// only one that both its policies name and its user is a member of. Nothing when there are
/// several, or none.
std::optional<AccountId> only_account(const Identity& identity, const Token& token);

}  // namespace coffer::auth
