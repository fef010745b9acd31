#include "app/operator_commands.h"
#include "base/log.h"

#include <boost/json/array.hpp>

#include <array>

namespace coffer::app {
namespace {

namespace json = boost::json;
using Answer = CommandAnswer;
using Arguments = CommandArguments;

std::string_view to_string(auth::Membership::Status status) {
  return status == auth::Membership::Status::Accepted ? "accepted" : "pending";
}

std::string role_names(const auth::Membership& membership) {
  std::string out;
  for (const auth::Role* role : membership.roles) {
    out.append(out.empty() ? "" : ", ").append(role->name);
  }
  return out;
}

json::object describe(const auth::User& user) {
  json::array memberships;
  for (const auth::Membership& membership : user.memberships) {
    memberships.emplace_back(membership.account.hex() + " (" +
                             std::string(to_string(membership.status)) +
                             "): " + role_names(membership));
  }
  json::object out;
  out["id"] = user.id.hex();
  out["email"] = user.email;
  out["name"] = user.name;
  out["created"] = format_iso8601_ms(user.created);
  out["operator"] = user.is_operator;
  out["suspended"] = user.suspended;
  out["memberships"] = std::move(memberships);
  return out;
}

json::object describe(const auth::Member& member) {
  json::object out;
  out["id"] = member.membership->id.hex();
  out["email"] = member.user->email;
  out["status"] = to_string(member.membership->status);
  out["roles"] = role_names(*member.membership);
  return out;
}

Result<std::shared_ptr<const auth::User>> user_of(const Arguments& arguments,
                                                  const auth::Identity& identity) {
  TRY(const std::string email, arguments.required("email"));
  auto user = identity.find_user_by_email(email);
  if (!user) return Error::with_message(ErrorCode::NoSuchUser, "there is no user " + email);
  return user;
}

/// `--role`, each a name or an id; Super Administrator in short as "Super Administrator".
Result<std::vector<const auth::Role*>> roles_of(const Arguments& arguments) {
  std::vector<const auth::Role*> roles;
  for (const std::string& text : arguments.texts("role")) {
    const auth::Role* role = auth::find_role(text);
    if (!role && text == "Super Administrator") role = &auth::super_administrator();
    if (!role) {
      std::string known;
      for (const auth::Role& one : auth::roles()) {
        known.append(known.empty() ? "" : ", ").append(one.name);
      }
      std::string message = "--role: '" + text;
      return bad_argument(message.append("' is none of ").append(known));
    }
    roles.push_back(role);
  }
  if (roles.empty()) return bad_argument("--role is required");
  return roles;
}

/// The membership of `--email` in the account.
Result<auth::Member> member_of(const Arguments& arguments, const auth::Identity& identity,
                               AccountId account) {
  TRY(const auto user, user_of(arguments, identity));
  const auth::Membership* membership = user->membership_of(account);
  if (!membership) {
    return Error::with_message(ErrorCode::NoSuchMember,
                               user->email + " is no member of account " + account.hex());
  }
  return auth::Member{user, membership};
}

Task<Answer> user_create(const Administered& services, const Arguments& arguments) {
  auth::NewUser request;
  CO_TRY(request.email, arguments.required("email"));
  request.name = arguments.text("name").value_or("");
  CO_TRY(request.is_operator, arguments.boolean("operator"));
  CO_TRY(const auth::User user,
         co_await services.identity.create_user(std::move(request), command_line_actor()));
  log_info("user created: " + user.id.hex());
  co_return json::value(describe(user));
}

Task<Answer> user_list(const Administered& services, const Arguments&) {
  json::array out;
  for (const auto& user : services.identity.users()) out.emplace_back(describe(*user));
  co_return json::value(std::move(out));
}

Task<Answer> user_show(const Administered& services, const Arguments& arguments) {
  CO_TRY(const auto user, user_of(arguments, services.identity));
  co_return json::value(describe(*user));
}

Task<Answer> change_user(const Administered& services, const Arguments& arguments,
                         auth::UserChange change) {
  CO_TRY(const auto user, user_of(arguments, services.identity));
  CO_TRY(const auth::User changed,
         co_await services.identity.change_user(user->id, std::move(change), command_line_actor()));
  log_info("user changed: " + changed.id.hex());
  co_return json::value(describe(changed));
}

Task<Answer> user_suspend(const Administered& services, const Arguments& arguments) {
  auth::UserChange change;
  change.suspended = true;
  co_return co_await change_user(services, arguments, std::move(change));
}

Task<Answer> user_resume(const Administered& services, const Arguments& arguments) {
  auth::UserChange change;
  change.suspended = false;
  co_return co_await change_user(services, arguments, std::move(change));
}

Task<Answer> user_set_operator(const Administered& services, const Arguments& arguments) {
  auth::UserChange change;
  CO_TRY(change.is_operator, arguments.boolean("operator"));
  co_return co_await change_user(services, arguments, std::move(change));
}

Task<Answer> user_delete(const Administered& services, const Arguments& arguments) {
  CO_TRY(const auto user, user_of(arguments, services.identity));
  CO_TRY_VOID(co_await services.identity.delete_user(user->id, command_line_actor()));
  log_info("user deleted: " + user->id.hex());
  json::object out;
  out["id"] = user->id.hex();
  out["status"] = "deleted";
  co_return json::value(std::move(out));
}

Task<Answer> user_setup_link(const Administered& services, const Arguments& arguments) {
  CO_TRY(const auto user, user_of(arguments, services.identity));
  CO_TRY(const auth::SetupLink link,
         co_await services.sessions.make_setup_link(user->id, command_line_actor()));
  log_info("set-up link made for user " + user->id.hex());
  json::object out;
  out["email"] = user->email;
  out["link"] = services.dashboard_url + "/setup#" + link.token;
  out["expires"] = format_iso8601_ms(link.expires);
  co_return json::value(std::move(out));
}

Task<Answer> user_sign_out(const Administered& services, const Arguments& arguments) {
  CO_TRY(const auto user, user_of(arguments, services.identity));
  CO_TRY_VOID(co_await services.sessions.end_all(user->id));
  log_info("sessions ended of user " + user->id.hex());
  json::object out;
  out["email"] = user->email;
  out["sessions"] = 0;
  co_return json::value(std::move(out));
}

Task<Answer> member_add(const Administered& services, const Arguments& arguments) {
  CO_TRY(const AccountId account, account_of(arguments, services.identity));
  CO_TRY(std::string email, arguments.required("email"));
  CO_TRY(std::vector<const auth::Role*> roles, roles_of(arguments));
  CO_TRY(const auth::Member member, co_await services.identity.add_member(
                                        account, std::move(email), std::move(roles),
                                        auth::Membership::Status::Accepted, command_line_actor()));
  log_info("member added to account " + account.hex());
  co_return json::value(describe(member));
}

Task<Answer> member_list(const Administered& services, const Arguments& arguments) {
  CO_TRY(const AccountId account, account_of(arguments, services.identity));
  json::array out;
  for (const auto& member : services.identity.members(account)) out.push_back(describe(member));
  co_return json::value(std::move(out));
}

Task<Answer> member_set_roles(const Administered& services, const Arguments& arguments) {
  CO_TRY(const AccountId account, account_of(arguments, services.identity));
  CO_TRY(const auth::Member before, member_of(arguments, services.identity, account));
  CO_TRY(std::vector<const auth::Role*> roles, roles_of(arguments));
  CO_TRY(const auth::Member member,
         co_await services.identity.set_member_roles(account, before.membership->id,
                                                     std::move(roles), command_line_actor()));
  log_info("roles of a member changed in account " + account.hex());
  co_return json::value(describe(member));
}

Task<Answer> member_remove(const Administered& services, const Arguments& arguments) {
  CO_TRY(const AccountId account, account_of(arguments, services.identity));
  CO_TRY(const auth::Member member, member_of(arguments, services.identity, account));
  CO_TRY_VOID(co_await services.identity.remove_member(account, member.membership->id,
                                                       command_line_actor()));
  log_info("member removed from account " + account.hex());
  json::object out;
  out["id"] = member.membership->id.hex();
  out["status"] = "removed";
  co_return json::value(std::move(out));
}

constexpr std::array<NamedCommand, 13> kCommands{{
    {"user.create", user_create},
    {"user.list", user_list},
    {"user.show", user_show},
    {"user.suspend", user_suspend},
    {"user.resume", user_resume},
    {"user.set-operator", user_set_operator},
    {"user.setup-link", user_setup_link},
    {"user.sign-out", user_sign_out},
    {"user.delete", user_delete},
    {"member.add", member_add},
    {"member.list", member_list},
    {"member.set-roles", member_set_roles},
    {"member.remove", member_remove},
}};

}  // namespace

std::span<const NamedCommand> user_commands() { return kCommands; }

}  // namespace coffer::app
