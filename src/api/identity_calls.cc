#include "api/identity_calls.h"

#include "auth/token_accounts.h"

#include <algorithm>

namespace coffer::api {
namespace {

bool is_visible(const auth::Account& account, const auth::Token* token, const auth::User* user) {
  if (token && token->account()) return *token->account() == account.id;
  if (!user || (token && !auth::names_account(*token, account.id))) return false;
  if (user->is_operator) return true;
  const auth::Membership* membership = user->membership_of(account.id);
  return membership && membership->status == auth::Membership::Status::Accepted;
}

}  // namespace

Result<std::shared_ptr<const auth::User>> require_user(const Call& call) {
  auto user = call.user();
  if (!user) {
    return error_with_code(ErrorCode::AccessDenied, 9109,
                           "Valid user-level authentication not found");
  }
  return user;
}

Result<> require_operator(const Call& call, AccountId account) {
  TRY(const auto user, require_user(call));
  if (!user->is_operator) {
    return Error::with_message(ErrorCode::AccessDenied,
                               "Only an operator of this installation may do this");
  }
  return call.authorize(auth::Action::AccountWrite, auth::Resource(account, Jurisdiction::Default));
}

bool belongs_to(const Call& call, AccountId account) {
  if (call.token) return auth::belongs_to(call.identity(), call.token->token, account);
  const auto user = call.user();
  return user && user->membership_of(account) != nullptr;
}

std::vector<auth::Account> visible_accounts(const Call& call) {
  const auto user = call.user();
  const auth::Token* token = call.token ? &call.token->token : nullptr;
  std::vector<auth::Account> accounts = call.identity().accounts();
  std::erase_if(accounts, [&](const auth::Account& account) {
    return !is_visible(account, token, user.get());
  });
  return accounts;
}

}  // namespace coffer::api
