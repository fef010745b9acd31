#include "auth/identity.h"
#include "auth/policy_text.h"
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
  if (scope == ResourceScope::Account) {
    const auto* account = std::get_if<AccountResource>(&named);
    return account && account->account == asked.account;
  }
  if (asked.bucket.empty()) return false;
  if (const auto* bucket = std::get_if<BucketResource>(&named)) {
    return bucket->jurisdiction == asked.jurisdiction && bucket->account == asked.account &&
           bucket->bucket == asked.bucket;
  }
  const auto* all = std::get_if<AllBucketsResource>(&named);
  return all && all->account == asked.account;
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
  if (access.resource.account != token.account) return {.cause = DecisionCause::OtherAccount};
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

/// Why the token may not be used by `principal`, or AllowedByPolicy when it may.
DecisionCause check_token(const TokenEntry* entry, const Principal& principal, Timestamp now) {
  if (!entry) return DecisionCause::TokenUnknown;
  const Token& token = entry->token;
  const Usability usability = usability_of(token, principal.client, now);
  if (usability != Usability::Usable) return cause_of(usability);
  if (token.secret_generation != principal.secret_generation) return DecisionCause::TokenRolled;
  if (token.account != principal.account) return DecisionCause::OtherAccount;
  return DecisionCause::AllowedByPolicy;
}

std::string token_in_words(DecisionCause cause, const TokenEntry* entry,
                           const Principal& principal) {
  const std::string subject = "token " + principal.token.hex();
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
      return subject + " belongs to account " + entry->token.account.hex() + ", not to " +
             principal.account.hex();
    case DecisionCause::NothingAsked:
      return subject + " asked for nothing";
    case DecisionCause::AllowedByPolicy:
    case DecisionCause::DeniedByPolicy:
    case DecisionCause::NotGranted:
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
      return "token " + token.id.hex() + " belongs to account " + token.account.hex() +
             " and has no rights in account " + access.resource.account.hex();
    default:
      return "no policy of token " + token.id.hex() + " grants " +
             std::string(to_string(access.action)) + " on " + describe(access.resource);
  }
}

bool is_of_token(DecisionCause cause) {
  return cause >= DecisionCause::TokenUnknown && cause <= DecisionCause::TokenRolled;
}

}  // namespace

std::string_view to_string(DecisionCause cause) {
  switch (cause) {
    case DecisionCause::AllowedByPolicy:
      return "AllowedByPolicy";
    case DecisionCause::TokenUnknown:
      return "TokenUnknown";
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
  return decide(principal, accesses, false);
}

Decision Authorizer::explain(const Principal& principal,
                             const std::vector<Access>& accesses) const {
  return decide(principal, accesses, true);
}

Decision Authorizer::decide(const Principal& principal, const std::vector<Access>& accesses,
                            bool in_words) const {
  Decision decision;
  const std::shared_ptr<const TokenEntry> entry = identity_.find(principal.token);
  decision.cause = check_token(entry.get(), principal, clock_.now());
  if (decision.cause == DecisionCause::AllowedByPolicy && accesses.empty()) {
    decision.cause = DecisionCause::NothingAsked;
  }
  if (decision.cause != DecisionCause::AllowedByPolicy) {
    if (is_of_token(decision.cause)) decision.code = ErrorCode::Unauthorized;
    decision.reason = token_in_words(decision.cause, entry.get(), principal);
    return decision;
  }

  for (const Access& access : accesses) {
    const Verdict verdict = judge(entry->token, access);
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
