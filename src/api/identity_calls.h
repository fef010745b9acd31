#pragma once

#include "api/call.h"

/// What the routes of users, accounts, members and tokens share.
namespace coffer::api {

/// The user who asks. 403 9109 "Valid user-level authentication not found" for an account's token
/// (cloudflare-api.md 1.4).
Result<std::shared_ptr<const auth::User>> require_user(const Call& call);

/// Whether the operator of the installation asks: a user marked so, who signed in or whose token
/// may write the account's settings. No role of an account implies it (DESIGN.md section 3).
Result<> require_operator(const Call& call, AccountId account);

/// Whether who asks has anything to do with the account, so that it may hear how that one is.
bool belongs_to(const Call& call, AccountId account);

/// The accounts that who asks belongs to, in order of creation: an account token's own; of a user's
/// token those that its policies name and the user is a member of; an operator's all.
std::vector<auth::Account> visible_accounts(const Call& call);

}  // namespace coffer::api
