#include "auth/delegation.h"

#include "auth/policy_text.h"

#include <algorithm>

namespace coffer::auth {
namespace {

/// What a resource of a policy has inside. Which level of it an action is about, the action knows.
struct Region {
  std::optional<UserId> user;        ///< this user; nothing of an account then
  std::optional<AccountId> account;  ///< none: all
  std::optional<std::pair<Jurisdiction, std::string>> bucket;  ///< none: all, and the account
};

Region region_of(const PolicyResource& resource) {
  Region region;
  if (const auto* account = std::get_if<AccountResource>(&resource)) {
    region.account = account->account;
  } else if (const auto* all = std::get_if<AllBucketsResource>(&resource)) {
    region.account = all->account;
  } else if (const auto* bucket = std::get_if<BucketResource>(&resource)) {
    region.account = bucket->account;
    region.bucket.emplace(bucket->jurisdiction, bucket->bucket);
  } else if (const auto* user = std::get_if<UserResource>(&resource)) {
    region.user = user->user;
  }
  return region;
}

bool contains(const Region& outer, const Region& inner) {
  if (outer.user || inner.user) return outer.user == inner.user;
  if (outer.account && outer.account != inner.account) return false;
  return !outer.bucket || outer.bucket == inner.bucket;
}

bool overlap(const Region& a, const Region& b) {
  if (a.user || b.user) return a.user == b.user;
  if (a.account && b.account && a.account != b.account) return false;
  return !a.bucket || !b.bucket || a.bucket == b.bucket;
}

/// Whether policies of `effect` speak of `action` on a region for which `test` holds.
template <class Test>
bool any_policy(const std::vector<Policy>& policies, Effect effect, Action action,
                const Test& test) {
  for (const Policy& policy : policies) {
    if (policy.effect != effect) continue;
    for (const PermissionGroup* group : policy.groups) {
      if (!group->grants(action)) continue;
      for (const PolicyResource& resource : policy.resources) {
        if (scope_of(resource) == group->scope && test(region_of(resource))) return true;
      }
    }
  }
  return false;
}

/// Whether a token's policies give `action` on all of `region`, less what `child` denies itself.
bool token_holds(const Token& token, Action action, const Region& region, const Token& child) {
  const bool allowed =
      any_policy(token.policies, Effect::Allow, action,
                 [&region](const Region& named) { return contains(named, region); });
  if (!allowed) return false;
  return !any_policy(token.policies, Effect::Deny, action, [&](const Region& denied) {
    if (!overlap(denied, region)) return false;
    return !any_policy(child.policies, Effect::Deny, action,
                       [&denied](const Region& also) { return contains(also, denied); });
  });
}

bool user_holds(const User& user, Action action, const Region& region, const Token& child) {
  if (region.user) return *region.user == user.id;
  if (region.account) return user.actions_in(*region.account).contains(action);
  // Everywhere: of the user's own token that is wherever the user may, at the moment it is used.
  const UserId* owner = child.user();
  return owner && *owner == user.id;
}

Error refuse(std::string message) {
  return Error::with_message(ErrorCode::AccessDenied, std::move(message));
}

/// Who asks, looked up once.
struct Caller {
  std::shared_ptr<const TokenEntry> token;  ///< null: a user who signed in
  std::shared_ptr<const User> user;         ///< null: an account's token
};

Result<Caller> look_up(const Identity& identity, const Principal& principal) {
  Caller caller;
  std::optional<UserId> user;
  if (principal.kind == Principal::Kind::Token) {
    caller.token = identity.find(principal.token);
    if (!caller.token || principal.scope) return Error(ErrorCode::Unauthorized);
    if (const UserId* owner = caller.token->token.user()) user = *owner;
  } else {
    user = principal.user;
  }
  if (user) {
    caller.user = identity.find_user(*user);
    if (!caller.user || caller.user->suspended) return Error(ErrorCode::Unauthorized);
  }
  return caller;
}

bool holds(const Caller& caller, Action action, const Region& region, const Token& child) {
  if (caller.token && !token_holds(caller.token->token, action, region, child)) return false;
  return !caller.user || user_holds(*caller.user, action, region, child);
}

Result<> check_rights(const Caller& caller, const Token& token) {
  for (const Policy& policy : token.policies) {
    if (policy.effect != Effect::Allow) continue;
    for (const PermissionGroup* group : policy.groups) {
      for (const PolicyResource& resource : policy.resources) {
        if (scope_of(resource) != group->scope) continue;  // without effect
        for (int i = 0; i < kActionCount; ++i) {
          const auto action = static_cast<Action>(i);
          if (!group->grants(action) || holds(caller, action, region_of(resource), token)) continue;
          return refuse("Failed common permission check against resources. (Permission group: \"" +
                        std::string(group->name) + "\" on " + describe(resource) +
                        " is more than the caller may do)");
        }
      }
    }
  }
  return ok();
}

Result<> check_manages_no_tokens(const Token& token) {
  for (const Policy& policy : token.policies) {
    if (policy.effect != Effect::Allow) continue;
    for (const PermissionGroup* group : policy.groups) {
      if (group->manages_tokens) {
        return refuse("Only a user who signed in may grant \"" + std::string(group->name) + "\"");
      }
    }
  }
  return ok();
}

bool any_contains(const std::vector<IpNetwork>& outer, const IpNetwork& inner) {
  return std::any_of(outer.begin(), outer.end(),
                     [&inner](const IpNetwork& one) { return one.contains(inner); });
}

/// A token that makes another binds it to its own conditions.
Result<> check_conditions(const Token& caller, const Token& child) {
  if (caller.expires_on && (!child.expires_on || *child.expires_on > *caller.expires_on)) {
    return refuse("expires_on must be no later than that of the calling token, " +
                  format_iso8601_ms(*caller.expires_on));
  }
  if (!caller.ip.in.empty()) {
    const bool inside =
        !child.ip.in.empty() &&
        std::all_of(child.ip.in.begin(), child.ip.in.end(),
                    [&caller](const IpNetwork& one) { return any_contains(caller.ip.in, one); });
    if (!inside) {
      return refuse("condition.request_ip.in must lie inside that of the calling token");
    }
  }
  for (const IpNetwork& excluded : caller.ip.not_in) {
    if (!any_contains(child.ip.not_in, excluded)) {
      return refuse("condition.request_ip.not_in must contain " + excluded.to_string() +
                    ", as that of the calling token does");
    }
  }
  return ok();
}

}  // namespace

Result<> check_delegation(const Identity& identity, const Principal& principal, const Token* before,
                          const Token& after) {
  TRY(const Caller caller, look_up(identity, principal));
  for (const Token* token : {before, &after}) {
    if (!token) continue;
    TRY_VOID(check_rights(caller, *token));
    if (!caller.token) continue;
    TRY_VOID(check_manages_no_tokens(*token));
    TRY_VOID(check_conditions(caller.token->token, *token));
  }
  return ok();
}

Result<> check_role_grant(const Identity& identity, const Principal& principal, AccountId account,
                          const std::vector<const Role*>& roles) {
  TRY(const Caller caller, look_up(identity, principal));
  Region region;
  region.account = account;
  const Token nobody;
  for (const Role* role : roles) {
    if (caller.token && role->actions.contains(Action::AccountTokensWrite)) {
      return refuse("Only a user who signed in may grant \"" + std::string(role->name) + "\"");
    }
    for (int i = 0; i < kActionCount; ++i) {
      const auto action = static_cast<Action>(i);
      if (!role->actions.contains(action) || holds(caller, action, region, nobody)) continue;
      return refuse("The role \"" + std::string(role->name) + "\" is more than the caller may do");
    }
  }
  return ok();
}

Result<> check_covers(const Identity& identity, const Principal& principal, const Token& token) {
  TRY(const Caller caller, look_up(identity, principal));
  return check_rights(caller, token);
}

}  // namespace coffer::auth
