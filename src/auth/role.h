#pragma once

#include "auth/operation.h"

#include <string_view>
#include <vector>

namespace coffer::auth {

/// What a membership gives a user in its account (DESIGN.md section 3). Roles and permission groups
/// expand to the same actions.
struct Role {
  std::string_view id;  ///< 32 hex
  std::string_view name;
  std::string_view description;
  ActionSet actions;
};

/// Super Administrator, Administrator, Administrator Read Only, R2 Admin and R2 Read. The first
/// three have Cloudflare's ids; those of the other two are not public, so these are ours.
const std::vector<Role>& roles();
/// Null when there is none. The table is static, so the pointer stays good.
const Role* find_role(std::string_view id_or_name);
const Role& super_administrator();

}  // namespace coffer::auth
