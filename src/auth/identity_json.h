#pragma once

#include "auth/identity.h"

#include <boost/json/object.hpp>

/// Identity as JSON in Cloudflare's shapes (cloudflare-api.md sections 2 and 4): what the
/// management API answers and the audit log keeps. Never a secret.
namespace coffer::auth {

/// Without the value. `status` as it is at `now`: active, disabled or expired.
boost::json::object to_json(const Token& token, std::optional<Timestamp> last_used_on,
                            Timestamp now);
boost::json::object to_json(const Policy& policy);
boost::json::object to_json(const Account& account);
boost::json::object to_json(const User& user);
boost::json::object to_json(const Role& role);
/// A member of an account: the user and its membership there.
boost::json::object to_json(const Member& member);
boost::json::object to_json(const PermissionGroup& group);

/// "2026-11-26T14:38:04Z": whole seconds, as Cloudflare prints the times of identity.
std::string format_seconds(Timestamp time);

}  // namespace coffer::auth
