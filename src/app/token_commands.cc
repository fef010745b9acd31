#include "app/operator_commands.h"
#include "auth/policy_text.h"
#include "base/log.h"

#include <boost/json/array.hpp>

#include <array>

namespace coffer::app {
namespace {

namespace json = boost::json;
using Answer = CommandAnswer;
using Arguments = CommandArguments;

/// What `--account` says for a user's token that is about every account of the user.
constexpr std::string_view kAllAccounts = "all";

json::array describe(const std::vector<IpNetwork>& networks) {
  json::array out;
  for (const IpNetwork& network : networks) out.emplace_back(network.to_string());
  return out;
}

json::object describe(const auth::Token& token) {
  json::array policies;
  for (const auth::Policy& policy : token.policies) policies.emplace_back(auth::describe(policy));
  json::object out;
  out["id"] = token.id.hex();
  if (const AccountId* account = token.account()) out["account"] = account->hex();
  if (const UserId* user = token.user()) out["user"] = user->hex();
  out["name"] = token.name;
  out["status"] = token.status == auth::TokenStatus::Active ? "active" : "disabled";
  out["issued_on"] = format_iso8601_ms(token.issued_on);
  out["modified_on"] = format_iso8601_ms(token.modified_on);
  out["not_before"] = app::describe(token.not_before);
  out["expires_on"] = app::describe(token.expires_on);
  out["ip"] = describe(token.ip.in);
  out["not_ip"] = describe(token.ip.not_in);
  out["policies"] = std::move(policies);
  return out;
}

json::object describe(const auth::IssuedToken& issued) {
  json::object out = describe(issued.token);
  out["value"] = issued.value;
  out["access_key_id"] = issued.token.id.hex();
  out["secret_access_key"] = issued.secret_access_key;
  return out;
}

/// What a new token's permissions are about. `account` none: every account of the user.
struct Subject {
  auth::TokenOwner owner;
  std::optional<AccountId> account;
};

Result<Subject> subject_of(const Arguments& arguments, const auth::Identity& identity) {
  Subject subject;
  if (const auto email = arguments.text("user")) {
    const auto user = identity.find_user_by_email(*email);
    if (!user) {
      return Error::with_message(ErrorCode::NoSuchUser, "there is no user " + *email);
    }
    subject.owner = user->id;
    if (arguments.text("account") == kAllAccounts) return subject;
    TRY(subject.account, account_of(arguments, identity));
    return subject;
  }
  TRY(const AccountId account, account_of(arguments, identity));
  subject.owner = account;
  subject.account = account;
  return subject;
}

/// The resources that a permission group acts on: the account, its buckets (all, or those named),
/// or the user.
Result<std::vector<auth::PolicyResource>> resources_of(
    const auth::PermissionGroup& group, const Subject& subject,
    const std::vector<std::pair<Jurisdiction, BucketName>>& buckets) {
  std::vector<auth::PolicyResource> out;
  switch (group.scope) {
    case auth::ResourceScope::User: {
      const auto* user = std::get_if<UserId>(&subject.owner);
      if (!user) {
        return bad_argument("--permission: " + std::string(group.name) +
                            " is about a user; name one with --user");
      }
      out.emplace_back(auth::UserResource{*user});
      break;
    }
    case auth::ResourceScope::Account:
      if (subject.account) {
        out.emplace_back(auth::AccountResource{*subject.account});
      } else {
        out.emplace_back(auth::AllAccountsResource{});
      }
      break;
    case auth::ResourceScope::Bucket:
      if (!subject.account) {
        out.emplace_back(auth::AllBucketsOfAllAccountsResource{});
      } else if (buckets.empty()) {
        out.emplace_back(auth::AllBucketsResource{*subject.account});
      }
      for (const auto& [jurisdiction, name] : buckets) {
        if (!subject.account) return bad_argument("--bucket: name the account, not all of them");
        out.emplace_back(auth::BucketResource{*subject.account, jurisdiction, name.text()});
      }
      break;
  }
  return out;
}

/// One policy for each `--permission`.
Result<std::vector<auth::Policy>> policies_of(const Arguments& arguments, const Subject& subject) {
  TRY(const auto groups, arguments.permission_groups());
  TRY(const auto buckets, arguments.scoped_buckets());
  const bool any_of_buckets = std::any_of(groups.begin(), groups.end(), [](const auto* group) {
    return group->scope == auth::ResourceScope::Bucket;
  });
  if (!buckets.empty() && !any_of_buckets) {
    return bad_argument("--bucket: " + std::string(groups.front()->name) +
                        " covers the whole account and may not be limited to buckets; use "
                        "object-read-write or object-read-only");
  }
  std::vector<auth::Policy> policies;
  for (const auth::PermissionGroup* group : groups) {
    auth::Policy policy;
    policy.groups = {group};
    TRY(policy.resources, resources_of(*group, subject, buckets));
    policies.push_back(std::move(policy));
  }
  return policies;
}

Task<Answer> token_create(const Administered& services, const Arguments& arguments) {
  CO_TRY(const Subject subject, subject_of(arguments, services.identity));
  auth::NewToken request;
  request.owner = subject.owner;
  CO_TRY(request.name, arguments.required("name"));
  CO_TRY(request.policies, policies_of(arguments, subject));
  CO_TRY(request.not_before, arguments.time("not-before"));
  CO_TRY(request.expires_on, arguments.time("expires"));
  CO_TRY(request.ip.in, arguments.networks("ip"));
  CO_TRY(request.ip.not_in, arguments.networks("not-ip"));
  CO_TRY(const auth::IssuedToken issued,
         co_await services.identity.create_token(std::move(request), command_line_actor()));
  log_info("token created: " + issued.token.id.hex() + " name=" + issued.token.name);
  co_return json::value(describe(issued));
}

Task<Answer> token_list(const Administered& services, const Arguments& arguments) {
  std::vector<AccountId> accounts;
  if (arguments.text("account")) {
    CO_TRY(const AccountId account, account_of(arguments, services.identity));
    accounts.push_back(account);
  } else {
    for (const auto& account : services.identity.accounts()) accounts.push_back(account.id);
  }
  json::array out;
  for (const AccountId account : accounts) {
    for (const auto& token : services.identity.tokens(account)) out.emplace_back(describe(token));
  }
  if (!arguments.text("account")) {
    for (const auto& user : services.identity.users()) {
      for (const auto& token : services.identity.tokens(user->id)) out.push_back(describe(token));
    }
  }
  co_return json::value(std::move(out));
}

Task<Answer> token_show(const Administered& services, const Arguments& arguments) {
  CO_TRY(const TokenId id, arguments.token());
  const auto entry = services.identity.find(id);
  if (!entry) {
    co_return Error::with_message(ErrorCode::NoSuchToken, "there is no token " + id.hex());
  }
  co_return json::value(describe(entry->token));
}

Task<Answer> token_roll(const Administered& services, const Arguments& arguments) {
  CO_TRY(const TokenId id, arguments.token());
  CO_TRY(const auth::IssuedToken issued,
         co_await services.identity.roll_token(id, command_line_actor()));
  log_info("token rolled: " + id.hex());
  co_return json::value(describe(issued));
}

Task<Answer> token_disable(const Administered& services, const Arguments& arguments) {
  CO_TRY(const TokenId id, arguments.token());
  CO_TRY(const auth::Token token, co_await services.identity.set_token_status(
                                      id, auth::TokenStatus::Disabled, command_line_actor()));
  log_info("token disabled: " + id.hex());
  co_return json::value(describe(token));
}

Task<Answer> token_enable(const Administered& services, const Arguments& arguments) {
  CO_TRY(const TokenId id, arguments.token());
  CO_TRY(const auth::Token token, co_await services.identity.set_token_status(
                                      id, auth::TokenStatus::Active, command_line_actor()));
  log_info("token enabled: " + id.hex());
  co_return json::value(describe(token));
}

Task<Answer> token_revoke(const Administered& services, const Arguments& arguments) {
  CO_TRY(const TokenId id, arguments.token());
  CO_TRY_VOID(co_await services.identity.revoke_token(id, command_line_actor()));
  log_info("token revoked: " + id.hex());
  json::object out;
  out["id"] = id.hex();
  out["status"] = "revoked";
  co_return json::value(std::move(out));
}

constexpr std::array<NamedCommand, 7> kCommands{{
    {"token.create", token_create},
    {"token.list", token_list},
    {"token.show", token_show},
    {"token.roll", token_roll},
    {"token.disable", token_disable},
    {"token.enable", token_enable},
    {"token.revoke", token_revoke},
}};

}  // namespace

std::span<const NamedCommand> token_commands() { return kCommands; }

}  // namespace coffer::app
