#include "auth/identity.h"
#include "auth/policy_text.h"
#include "auth/temporary_scope.h"
#include "auth/usability.h"

namespace coffer::auth {
namespace {

/// What the policies of a token say about one access; the pointers are into the token.
struct Verdict {
  DecisionCause cause = DecisionCause::NotGranted;
  const Policy* policy = nullptr;
  const PermissionGroup* group = nullptr;
  const PolicyResource* resource = nullptr;
};

/// Whether `named` is of the kind that groups of `scope` act on, and has `asked` inside. A group
/// only takes effect on resources of its own scope (cloudflare-api.md 2.3). An account has every
/// bucket of every jurisdiction inside.
bool covers(ResourceScope scope, const PolicyResource& named, const Resource& asked) {
  if (scope != scope_of(named)) return false;
  if (scope == ResourceScope::User) {
    return asked.user && std::get<UserResource>(named).user == *asked.user;
  }
  if (asked.user) return false;
  if (const auto* account = std::get_if<AccountResource>(&named)) {
    return account->account == asked.account;
  }
  if (std::holds_alternative<AllAccountsResource>(named)) return true;
  if (asked.bucket.empty()) return false;
  if (const auto* bucket = std::get_if<BucketResource>(&named)) {
    return bucket->jurisdiction == asked.jurisdiction && bucket->account == asked.account &&
           bucket->bucket == asked.bucket;
  }
  const auto* all = std::get_if<AllBucketsResource>(&named);
  return all ? all->account == asked.account
             : std::holds_alternative<AllBucketsOfAllAccountsResource>(named);
}

/// Fills group and resource when the policy speaks of the access.
bool matches(const Policy& policy, const Access& access, Verdict& verdict) {
  for (const PermissionGroup* group : policy.groups) {
    if (!group->grants(access.action)) continue;
    for (const PolicyResource& resource : policy.resources) {
      if (!covers(group->scope, resource, access.resource)) continue;
      verdict.policy = &policy;
      verdict.group = group;
      verdict.resource = &resource;
      return true;
    }
  }
  return false;
}

/// Explicit deny, then explicit allow, then default deny (cloudflare-api.md 2.3).
Verdict judge(const Token& token, const Access& access) {
  const AccountId* owner = token.account();
  if (owner && !access.resource.user && access.resource.account != *owner) {
    return {.cause = DecisionCause::OtherAccount};
  }
  Verdict verdict;
  for (const Policy& policy : token.policies) {
    const bool allows = policy.effect == Effect::Allow;
    if (allows && verdict.policy) continue;  // allowed already; only a deny can change that
    if (!matches(policy, access, verdict)) continue;
    verdict.cause = allows ? DecisionCause::AllowedByPolicy : DecisionCause::DeniedByPolicy;
    if (!allows) break;
  }
  return verdict;
}

DecisionCause cause_of(Usability usability) {
  switch (usability) {
    case Usability::Usable:
      break;
    case Usability::Disabled:
      return DecisionCause::TokenDisabled;
    case Usability::NotYetValid:
      return DecisionCause::TokenNotYetValid;
    case Usability::Expired:
      return DecisionCause::TokenExpired;
    case Usability::AddressRefused:
      return DecisionCause::AddressRefused;
  }
  return DecisionCause::AllowedByPolicy;
}

/// What a user may do with what is asked for, by the roles of this moment. Every user may do
/// everything with themselves.
bool holds(const User& user, const Access& access) {
  if (access.resource.user) {
    return *access.resource.user == user.id && access.action >= kFirstUserAction;
  }
  return user.actions_in(access.resource.account).contains(access.action);
}

const Role* role_that_grants(const User& user, const Access& access) {
  if (access.resource.user) return nullptr;
  const Membership* membership = user.membership_of(access.resource.account);
  if (!membership || membership->status != Membership::Status::Accepted) return nullptr;
  for (const Role* role : membership->roles) {
    if (role->actions.contains(access.action)) return role;
  }
  return nullptr;
}

/// Why the token may not be used by `principal`, or AllowedByPolicy when it may.
DecisionCause check_token(const TokenEntry* entry, const Principal& principal, Timestamp now) {
  if (!entry) return DecisionCause::TokenUnknown;
  const Token& token = entry->token;
  const Usability usability = usability_of(token, principal.client, now);
  if (usability != Usability::Usable) return cause_of(usability);
  if (token.secret_generation != principal.secret_generation) return DecisionCause::TokenRolled;
  const AccountId* owner = token.account();
  if (owner && *owner != principal.account) return DecisionCause::OtherAccount;
  return DecisionCause::AllowedByPolicy;
}

std::string token_in_words(DecisionCause cause, const TokenEntry* entry,
                           const Principal& principal) {
  std::string subject = "token " + principal.token.hex();
  switch (cause) {
    case DecisionCause::TokenUnknown:
      return subject + " does not exist";
    case DecisionCause::TokenDisabled:
      return subject + " is disabled";
    case DecisionCause::TokenNotYetValid:
      return subject + " is valid from " + format_iso8601_ms(*entry->token.not_before);
    case DecisionCause::TokenExpired:
      return subject + " expired at " + format_iso8601_ms(*entry->token.expires_on);
    case DecisionCause::AddressRefused:
      return subject + " may not be used from " + principal.client.to_string();
    case DecisionCause::TokenRolled:
      return subject + " was rolled, and the signature was made with another of its secrets";
    case DecisionCause::OtherAccount:
      return subject + " belongs to account " + entry->token.account()->hex() + ", not to " +
             principal.account.hex();
    case DecisionCause::UserUnknown:
      return subject + " belongs to a user that is gone or suspended";
    case DecisionCause::NothingAsked:
      return subject + " asked for nothing";
    case DecisionCause::AllowedByPolicy:
    case DecisionCause::AllowedByRole:
    case DecisionCause::DeniedByPolicy:
    case DecisionCause::NotGranted:
    case DecisionCause::NotHeldByUser:
    case DecisionCause::OutsideOfScope:
      break;
  }
  return subject;
}

std::string verdict_in_words(const Verdict& verdict, const Token& token, const Access& access) {
  switch (verdict.cause) {
    case DecisionCause::AllowedByPolicy:
    case DecisionCause::DeniedByPolicy: {
      std::string out = verdict.cause == DecisionCause::AllowedByPolicy ? "allowed by policy "
                                                                        : "denied by policy ";
      out.append(verdict.policy->id.hex()).append(": ").append(verdict.group->name);
      return out.append(" on ").append(describe(*verdict.resource));
    }
    case DecisionCause::OtherAccount:
      return "token " + token.id.hex() + " belongs to account " + token.account()->hex() +
             " and has no rights in account " + access.resource.account.hex();
    case DecisionCause::NotHeldByUser:
      return "policy " + verdict.policy->id.hex() + " allows it, but user " + token.user()->hex() +
             " may not do " + std::string(to_string(access.action)) + " on " +
             describe(access.resource);
    case DecisionCause::OutsideOfScope:
      return "policy " + verdict.policy->id.hex() +
             " allows it, but it is outside of the temporary credential's scope: " +
             std::string(to_string(access.action)) + " on " + describe(access.resource);
    default:
      return "no policy of token " + token.id.hex() + " grants " +
             std::string(to_string(access.action)) + " on " + describe(access.resource);
  }
}

std::string role_in_words(const Role* role, const User& user, const Access& access) {
  if (access.resource.user && *access.resource.user == user.id) {
    return "user " + user.id.hex() + " asks about themselves";
  }
  if (role) {
    return "allowed by role " + std::string(role->name) + " of user " + user.id.hex() +
           " in account " + access.resource.account.hex();
  }
  return "no role of user " + user.id.hex() + " grants " + std::string(to_string(access.action)) +
         " on " + describe(access.resource);
}

bool is_of_token(DecisionCause cause) {
  return cause >= DecisionCause::TokenUnknown && cause <= DecisionCause::TokenRolled;
}

/// Of a user who signed in: roles alone decide.
Decision decide_for_user(const User* user, const Principal& principal,
                         const std::vector<Access>& accesses, bool in_words) {
  Decision decision;
  if (!user || user->suspended) {
    decision.cause = DecisionCause::UserUnknown;
    decision.code = ErrorCode::Unauthorized;
    decision.reason = "user " + principal.user.hex() + " is gone or suspended";
    return decision;
  }
  if (accesses.empty()) decision.reason = "user " + user->id.hex() + " asked for nothing";
  for (const Access& access : accesses) {
    decision.allowed = holds(*user, access);
    decision.role = role_that_grants(*user, access);
    decision.cause = decision.allowed ? DecisionCause::AllowedByRole : DecisionCause::NotGranted;
    if (!decision.allowed) {
      decision.reason = role_in_words(nullptr, *user, access);
      return decision;
    }
    if (in_words) {
      if (!decision.reason.empty()) decision.reason.append("; ");
      decision.reason.append(role_in_words(decision.role, *user, access));
    }
  }
  return decision;
}

}  // namespace

std::string_view to_string(DecisionCause cause) {
  switch (cause) {
    case DecisionCause::AllowedByPolicy:
      return "AllowedByPolicy";
    case DecisionCause::AllowedByRole:
      return "AllowedByRole";
    case DecisionCause::TokenUnknown:
      return "TokenUnknown";
    case DecisionCause::UserUnknown:
      return "UserUnknown";
    case DecisionCause::TokenDisabled:
      return "TokenDisabled";
    case DecisionCause::TokenNotYetValid:
      return "TokenNotYetValid";
    case DecisionCause::TokenExpired:
      return "TokenExpired";
    case DecisionCause::AddressRefused:
      return "AddressRefused";
    case DecisionCause::TokenRolled:
      return "TokenRolled";
    case DecisionCause::OtherAccount:
      return "OtherAccount";
    case DecisionCause::DeniedByPolicy:
      return "DeniedByPolicy";
    case DecisionCause::NotGranted:
      return "NotGranted";
    case DecisionCause::NotHeldByUser:
      return "NotHeldByUser";
    case DecisionCause::OutsideOfScope:
      return "OutsideOfScope";
    case DecisionCause::NothingAsked:
      return "NothingAsked";
  }
  return "unknown";
}

Result<> Decision::as_result() const {
  if (allowed) return ok();
  return make_error(code, reason);
}

Decision Authorizer::authorize(const Principal& principal,
                               const std::vector<Access>& accesses) const {
  return decide(principal, accesses, clock_.now(), false);
}

Decision Authorizer::explain(const Principal& principal, const std::vector<Access>& accesses,
                             std::optional<Timestamp> at) const {
  return decide(principal, accesses, at.value_or(clock_.now()), true);
}

Decision Authorizer::decide(const Principal& principal, const std::vector<Access>& accesses,
                            Timestamp now, bool in_words) const {
  if (principal.kind == Principal::Kind::User) {
    return decide_for_user(identity_.find_user(principal.user).get(), principal, accesses,
                           in_words);
  }
  Decision decision;
  const std::shared_ptr<const TokenEntry> entry = identity_.find(principal.token);
  std::shared_ptr<const User> user;
  decision.cause = check_token(entry.get(), principal, now);
  if (decision.cause == DecisionCause::AllowedByPolicy && entry->token.user()) {
    user = identity_.find_user(*entry->token.user());
    if (!user || user->suspended) decision.cause = DecisionCause::UserUnknown;
  }
  if (decision.cause == DecisionCause::AllowedByPolicy && accesses.empty()) {
    decision.cause = DecisionCause::NothingAsked;
  }
  if (decision.cause != DecisionCause::AllowedByPolicy) {
    if (is_of_token(decision.cause)) decision.code = ErrorCode::Unauthorized;
    decision.reason = token_in_words(decision.cause, entry.get(), principal);
    return decision;
  }
  if (principal.scope && now >= principal.scope->expires) {
    decision.cause = DecisionCause::TokenExpired;
    decision.code = ErrorCode::ExpiredRequest;
    decision.reason = "the temporary credential of token " + principal.token.hex() +
                      " expired at " + format_iso8601_ms(principal.scope->expires);
    return decision;
  }

  for (const Access& access : accesses) {
    Verdict verdict = judge(entry->token, access);
    if (verdict.cause == DecisionCause::AllowedByPolicy) {
      if (user && !holds(*user, access)) verdict.cause = DecisionCause::NotHeldByUser;
      if (principal.scope && !principal.scope->admits(access)) {
        verdict.cause = DecisionCause::OutsideOfScope;
      }
    }
    decision.allowed = verdict.cause == DecisionCause::AllowedByPolicy;
    decision.cause = verdict.cause;
    decision.group = verdict.group;
    decision.policy.reset();
    if (verdict.policy) decision.policy = verdict.policy->id;
    if (!decision.allowed) {
      decision.reason = verdict_in_words(verdict, entry->token, access);
      return decision;
    }
    if (in_words) {
      if (!decision.reason.empty()) decision.reason.append("; ");
      decision.reason.append(verdict_in_words(verdict, entry->token, access));
    }
  }
  return decision;
}

}  // namespace coffer::auth
