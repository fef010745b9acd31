#include "auth/identity_impl.h"
#include "auth/identity_json.h"
#include "auth/quote.h"
#include "auth/token_rules.h"
#include "base/codec.h"
#include "base/headers.h"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <tuple>

namespace coffer::auth {
namespace {

/// RFC 5321 4.5.3.1.3.
constexpr std::size_t kEmailBytesMax = 254;
/// Of one user: what keeps its record below what `meta` takes as a value.
constexpr std::size_t kMembershipsMax = 500;

Error refuse(std::string message) {
  return Error::with_message(ErrorCode::InvalidArgument, std::move(message));
}
Error conflict(std::string message) {
  return Error::with_message(ErrorCode::InvalidRequest, std::move(message));
}

/// Something, an @, something; no white space. Whether mail arrives is for the person to know.
Result<> check_email(std::string_view email) {
  const std::size_t at = email.find('@');
  const bool shaped = at != std::string_view::npos && at > 0 && at + 1 < email.size() &&
                      email.find('@', at + 1) == std::string_view::npos;
  if (!shaped || email.size() > kEmailBytesMax || !is_valid_utf8(email) ||
      has_control_characters(email) || email.find(' ') != std::string_view::npos) {
    return refuse("email must be an address like name@example.com of at most " +
                  std::to_string(kEmailBytesMax) + " bytes");
  }
  return ok();
}

Result<> check_roles(const std::vector<const Role*>& roles) {
  if (roles.empty()) return refuse("a member must have at least one role");
  for (const Role* role : roles) {
    if (!role) return refuse("a role does not exist");
  }
  return ok();
}

bool administers(const Membership& membership) {
  return membership.status == Membership::Status::Accepted &&
         std::find(membership.roles.begin(), membership.roles.end(), &super_administrator()) !=
             membership.roles.end();
}

std::string in_json(const User& user) { return boost::json::serialize(to_json(user)); }
std::string in_json(const std::shared_ptr<const User>& user, MembershipId membership) {
  for (const Membership& one : user->memberships) {
    if (one.id == membership) return boost::json::serialize(to_json(Member{user, &one}));
  }
  return "";
}

}  // namespace

const Membership* User::membership_of(AccountId account) const {
  for (const Membership& membership : memberships) {
    if (membership.account == account) return &membership;
  }
  return nullptr;
}

ActionSet User::actions_in(AccountId account) const {
  const Membership* membership = membership_of(account);
  ActionSet actions;
  // Whoever owns the installation sees its accounts and sets them up, without a role in them.
  if (is_operator) actions = ActionSet{Action::AccountRead, Action::AccountWrite};
  if (!membership || membership->status != Membership::Status::Accepted) return actions;
  for (const Role* role : membership->roles) actions = actions | role->actions;
  return actions;
}

Result<User> to_user(UserId id, const records::UserRecord& record) {
  User user;
  user.id = id;
  user.email = record.email;
  user.name = record.name;
  user.created = record.created;
  user.is_operator = record.is_operator;
  user.suspended = record.suspended;
  user.password_hash = record.password_hash;
  for (const records::MembershipRecord& stored : record.memberships) {
    Membership membership;
    membership.id = stored.id;
    membership.account = stored.account;
    membership.status = stored.status == records::MembershipStatusCode::Accepted
                            ? Membership::Status::Accepted
                            : Membership::Status::Pending;
    membership.created = stored.created;
    for (const records::RoleId& role : stored.roles) {
      const Role* known = find_role(role.hex());
      if (!known) return make_error(ErrorCode::Corrupt, "unknown role " + role.hex());
      membership.roles.push_back(known);
    }
    user.memberships.push_back(std::move(membership));
  }
  return user;
}

records::UserRecord to_record(const User& user) {
  records::UserRecord record;
  record.email = user.email;
  record.name = user.name;
  record.created = user.created;
  record.is_operator = user.is_operator;
  record.suspended = user.suspended;
  record.password_hash = user.password_hash;
  for (const Membership& membership : user.memberships) {
    records::MembershipRecord stored;
    stored.id = membership.id;
    stored.account = membership.account;
    stored.status = membership.status == Membership::Status::Accepted
                        ? records::MembershipStatusCode::Accepted
                        : records::MembershipStatusCode::Pending;
    stored.created = membership.created;
    for (const Role* role : membership.roles) {
      stored.roles.push_back(records::RoleId::parse(role->id).value());
    }
    record.memberships.push_back(std::move(stored));
  }
  return record;
}

Task<KeyLocks::Guard> Identity::Impl::lock_users() { return locks_.lock("users"); }

Task<Result<>> Identity::Impl::replace_user(std::shared_ptr<const User> before,
                                            std::shared_ptr<const User> after, ChangeNote what,
                                            std::vector<Token> tokens_to_delete) {
  const UserId id = before ? before->id : after->id;
  meta::Commit change{"", ""};
  if (before) {
    change.checks.push_back(meta::Check::present(user_key(id)));
  } else {
    change.checks.push_back(meta::Check::absent(user_key(id)));
    change.checks.push_back(meta::Check::absent(email_key(after->email)));
    change.puts.emplace_back(email_key(after->email), std::string(id.bytes()));
  }
  if (after) {
    change.puts.emplace_back(user_key(id), records::encode(to_record(*after)));
  } else {
    change.deletes.push_back(user_key(id));
    change.deletes.push_back(email_key(before->email));
  }
  std::vector<std::unique_ptr<TokenSnapshot::Change>> publications;
  for (const Token& token : tokens_to_delete) {
    publications.push_back(std::make_unique<TokenSnapshot::Change>(tokens_, token.id));
    change.deletes.push_back(token_key(token.id));
    change.deletes.push_back(last_use_key(token.id));
  }
  note(change, std::move(what));
  CO_TRY(const meta::CommitOutcome outcome, co_await commit(std::move(change)));
  if (!outcome.committed()) {
    co_return make_error(before ? ErrorCode::Busy : ErrorCode::AlreadyExists, "user " + id.hex());
  }
  for (std::size_t i = 0; i < publications.size(); ++i) {
    const auto last = tokens_.find(tokens_to_delete[i].id);
    publications[i]->publish_revocation();
    if (last) values_.remove(last->secret_access_key, last->token.id);
  }
  Users next = *users_.load();
  if (after) {
    next.by_email[to_lower_ascii(after->email)] = id;
    next.by_id[id] = std::move(after);
  } else {
    next.by_email.erase(to_lower_ascii(before->email));
    next.by_id.erase(id);
  }
  users_.store(std::make_shared<const Users>(std::move(next)));
  co_return ok();
}

Result<User> Identity::Impl::make_user(NewUser request) {
  TRY_VOID(check_email(request.email));
  if (!request.name.empty()) TRY_VOID(check_name(request.name, "user"));
  if (users_.load()->by_email.contains(to_lower_ascii(request.email))) {
    return Error::with_message(ErrorCode::AlreadyExists, "a user has this e-mail address already");
  }
  User user;
  user.id = UserId::make(random_);
  user.email = std::move(request.email);
  user.name = std::move(request.name);
  user.created = clock_.now();
  user.is_operator = request.is_operator;
  return user;
}

Task<Result<User>> Identity::Impl::create_user(NewUser request, Actor actor) {
  const KeyLocks::Guard turn = co_await lock_users();
  CO_TRY(User made, make_user(std::move(request)));
  auto user = std::make_shared<const User>(std::move(made));
  ChangeNote what{actor, "user_create", std::nullopt, "user", user->id.hex(), "", in_json(*user)};
  CO_TRY_VOID(co_await replace_user(nullptr, user, std::move(what)));
  co_return *user;
}

Task<Result<User>> Identity::Impl::change_user(UserId id, UserChange change, Actor actor) {
  const KeyLocks::Guard turn = co_await lock_users();
  const auto snapshot = users_.load();
  const auto found = snapshot->by_id.find(id);
  if (found == snapshot->by_id.end()) {
    co_return make_error(ErrorCode::NoSuchUser, "user " + id.hex());
  }
  User next = *found->second;
  if (change.expected_password_hash && *change.expected_password_hash != next.password_hash) {
    co_return make_error(ErrorCode::Unauthorized, "the password was changed meanwhile");
  }
  if (change.name) {
    if (!change.name->empty()) CO_TRY_VOID(check_name(*change.name, "user"));
    next.name = *std::move(change.name);
  }
  if (change.is_operator) next.is_operator = *change.is_operator;
  if (change.suspended) {
    if (*change.suspended && !next.suspended) {
      for (const Membership& membership : next.memberships) {
        if (administers(membership)) CO_TRY_VOID(check_others_administer(membership.account, id));
      }
    }
    next.suspended = *change.suspended;
  }
  // The hash is no part of the entry, so its change has a name of its own.
  std::string action = change.password_hash ? "user_password_set" : "user_update";
  if (change.password_hash) next.password_hash = *std::move(change.password_hash);
  auto after = std::make_shared<const User>(std::move(next));
  ChangeNote what{actor,    std::move(action),       std::nullopt,   "user",
                  id.hex(), in_json(*found->second), in_json(*after)};
  CO_TRY_VOID(co_await replace_user(found->second, after, std::move(what)));
  co_return *after;
}

Task<Result<>> Identity::Impl::delete_user(UserId id, Actor actor) {
  const KeyLocks::Guard turn = co_await lock_users();
  const auto snapshot = users_.load();
  const auto found = snapshot->by_id.find(id);
  if (found == snapshot->by_id.end()) {
    co_return make_error(ErrorCode::NoSuchUser, "user " + id.hex());
  }
  for (const Membership& membership : found->second->memberships) {
    if (administers(membership)) CO_TRY_VOID(check_others_administer(membership.account, id));
  }
  ChangeNote what{actor, "user_delete", std::nullopt, "user", id.hex(), in_json(*found->second),
                  ""};
  std::vector<Token> tokens = tokens_of(id);
  co_return co_await replace_user(found->second, nullptr, std::move(what), std::move(tokens));
}

Task<Result<>> Identity::Impl::note_user_event(UserId id, std::string action, Actor actor) {
  const KeyLocks::Guard turn = co_await lock_users();
  meta::Commit change{"", ""};
  change.checks.push_back(meta::Check::present(user_key(id)));
  ChangeNote what{actor, std::move(action), std::nullopt, "user", id.hex(), "", ""};
  note(change, std::move(what));
  CO_TRY(const meta::CommitOutcome outcome, co_await commit(std::move(change)));
  if (!outcome.committed()) co_return make_error(ErrorCode::NoSuchUser, "user " + id.hex());
  co_return ok();
}

Result<> Identity::Impl::check_others_administer(AccountId account, UserId user) const {
  for (const auto& [id, other] : users_.load()->by_id) {
    if (id == user || other->suspended) continue;
    const Membership* membership = other->membership_of(account);
    if (membership && administers(*membership)) return ok();
  }
  return conflict("account " + account.hex() +
                  " would be left without a Super Administrator; name another first");
}

Result<Member> Identity::Impl::find_member(AccountId account, MembershipId id) const {
  for (const auto& [user_id, user] : users_.load()->by_id) {
    const Membership* membership = user->membership_of(account);
    if (membership && membership->id == id) return Member{user, membership};
  }
  return make_error(ErrorCode::NoSuchMember, "member " + id.hex());
}

Task<Result<Member>> Identity::Impl::add_member(AccountId account, std::string email,
                                                std::vector<const Role*> roles,
                                                Membership::Status status, Actor actor) {
  CO_TRY_VOID(check_roles(roles));
  const KeyLocks::Guard turn = co_await lock_users();
  if (!accounts_.load()->contains(account)) {
    co_return make_error(ErrorCode::NoSuchAccount, "account " + account.hex());
  }
  std::shared_ptr<const User> before;
  User next;
  const auto snapshot = users_.load();
  if (const auto found = snapshot->by_email.find(to_lower_ascii(email));
      found != snapshot->by_email.end()) {
    before = snapshot->by_id.at(found->second);
    next = *before;
  } else {
    NewUser request;
    request.email = std::move(email);
    CO_TRY(next, make_user(std::move(request)));
  }
  if (next.membership_of(account)) {
    co_return Error::with_message(ErrorCode::AlreadyExists,
                                  "this user is a member of the account already");
  }
  if (next.memberships.size() >= kMembershipsMax) {
    co_return refuse("a user may be a member of at most " + std::to_string(kMembershipsMax) +
                     " accounts");
  }
  Membership membership;
  membership.id = MembershipId::make(random_);
  membership.account = account;
  membership.status = status;
  membership.roles = std::move(roles);
  membership.created = clock_.now();
  const MembershipId id = membership.id;
  next.memberships.push_back(std::move(membership));
  auto after = std::make_shared<const User>(std::move(next));
  ChangeNote what{actor, "member_add", account, "member", id.hex(), "", in_json(after, id)};
  CO_TRY_VOID(co_await replace_user(before, after, std::move(what)));
  co_return Member{after, &after->memberships.back()};
}

Task<Result<Member>> Identity::Impl::set_member_roles(AccountId account, MembershipId id,
                                                      std::vector<const Role*> roles, Actor actor) {
  CO_TRY_VOID(check_roles(roles));
  const KeyLocks::Guard turn = co_await lock_users();
  CO_TRY(const Member member, find_member(account, id));
  User next = *member.user;
  for (Membership& membership : next.memberships) {
    if (membership.id == id) membership.roles = roles;
  }
  auto after = std::make_shared<const User>(std::move(next));
  if (administers(*member.membership) && !administers(*after->membership_of(account))) {
    CO_TRY_VOID(check_others_administer(account, member.user->id));
  }
  ChangeNote what{actor,    "member_update",          account,           "member",
                  id.hex(), in_json(member.user, id), in_json(after, id)};
  CO_TRY_VOID(co_await replace_user(member.user, after, std::move(what)));
  co_return Member{after, after->membership_of(account)};
}

Task<Result<>> Identity::Impl::remove_member(AccountId account, MembershipId id, Actor actor) {
  const KeyLocks::Guard turn = co_await lock_users();
  CO_TRY(const Member member, find_member(account, id));
  if (administers(*member.membership)) {
    CO_TRY_VOID(check_others_administer(account, member.user->id));
  }
  User next = *member.user;
  std::erase_if(next.memberships, [id](const Membership& one) { return one.id == id; });
  auto after = std::make_shared<const User>(std::move(next));
  ChangeNote what{actor,    "member_remove",          account, "member",
                  id.hex(), in_json(member.user, id), ""};
  co_return co_await replace_user(member.user, after, std::move(what));
}

Task<Result<Member>> Identity::Impl::accept_membership(UserId user, MembershipId id, Actor actor) {
  const KeyLocks::Guard turn = co_await lock_users();
  const auto snapshot = users_.load();
  const auto found = snapshot->by_id.find(user);
  if (found == snapshot->by_id.end()) {
    co_return make_error(ErrorCode::NoSuchUser, "user " + user.hex());
  }
  User next = *found->second;
  const auto membership = std::find_if(next.memberships.begin(), next.memberships.end(),
                                       [id](const Membership& one) { return one.id == id; });
  if (membership == next.memberships.end()) {
    co_return make_error(ErrorCode::NoSuchMember, "membership " + id.hex());
  }
  membership->status = Membership::Status::Accepted;
  const AccountId account = membership->account;
  auto after = std::make_shared<const User>(std::move(next));
  ChangeNote what{actor,
                  "member_accept",
                  account,
                  "member",
                  id.hex(),
                  in_json(found->second, id),
                  in_json(after, id)};
  CO_TRY_VOID(co_await replace_user(found->second, after, std::move(what)));
  co_return Member{after, after->membership_of(account)};
}

std::vector<Member> Identity::Impl::members(AccountId account) const {
  std::vector<Member> members;
  for (const auto& [id, user] : users_.load()->by_id) {
    if (const Membership* membership = user->membership_of(account)) {
      members.push_back(Member{user, membership});
    }
  }
  std::sort(members.begin(), members.end(), [](const Member& a, const Member& b) {
    return std::tie(a.membership->created, a.membership->id) <
           std::tie(b.membership->created, b.membership->id);
  });
  return members;
}

}  // namespace coffer::auth
