#include "api/identity_calls.h"
#include "api/paging.h"
#include "auth/identity_json.h"

#include <array>

/// The user who asks, and their memberships: cloudflare-api.md section 4.
namespace coffer::api {
namespace {

constexpr PageLimits kPageLimits{.fallback = 20, .min = 1, .max = 1000};

/// What wrangler takes as "then look at /accounts" (cloudflare-api.md 1.4).
Error no_memberships() {
  return error_with_code(ErrorCode::InvalidRequest, 9106, "Authentication failed (status: 400)");
}

Result<std::shared_ptr<const auth::User>> user_of_memberships(const Call& call,
                                                              auth::Action action) {
  const auto user = call.user();
  if (!user) return no_memberships();
  if (!call.authorize(action, auth::Resource(user->id))) {
    return error_with_code(ErrorCode::AccessDenied, 10000, "Authentication error");
  }
  return user;
}

json::object describe(const Call& call, const auth::Membership& membership) {
  json::array roles;
  json::object permissions;
  for (const auth::Role* role : membership.roles) {
    roles.emplace_back(role->name);
    const json::object granted = auth::to_json(*role);
    for (const auto& [name, pair] : granted.at("permissions").as_object()) {
      if (!permissions.contains(name)) permissions[name] = pair;
      json::object& both = permissions[name].as_object();
      for (const auto& [access, value] : pair.as_object()) {
        both[access] = both[access].as_bool() || value.as_bool();
      }
    }
  }
  json::object out;
  out["id"] = membership.id.hex();
  out["status"] = membership.status == auth::Membership::Status::Accepted ? "accepted" : "pending";
  out["api_access_enabled"] = true;
  out["roles"] = std::move(roles);
  out["permissions"] = std::move(permissions);
  if (const auto account = call.identity().find_account(membership.account)) {
    out["account"] = auth::to_json(*account);
  }
  return out;
}

/// NoSuchMember when it is not the user's.
Result<const auth::Membership*> find_membership(const auth::User& user, MembershipId id) {
  for (const auth::Membership& membership : user.memberships) {
    if (membership.id == id) return &membership;
  }
  return make_error(ErrorCode::NoSuchMember, "membership " + id.hex());
}

Task<Result<Reply>> get_user(Call& call) {
  CO_TRY(const auto user, require_user(call));
  CO_TRY_VOID(call.authorize(auth::Action::UserRead, auth::Resource(user->id)));
  co_return Reply(auth::to_json(*user));
}

Task<Result<Reply>> patch_user(Call& call) {
  CO_TRY(const auto user, require_user(call));
  CO_TRY_VOID(call.authorize(auth::Action::UserWrite, auth::Resource(user->id)));
  CO_TRY(const json::value body, co_await call.json());
  CO_TRY(const Fields fields, Fields::of(body));
  auth::UserChange change;
  CO_TRY(change.name, fields.optional_text("first_name"));
  CO_TRY(const auth::User changed,
         co_await call.identity().change_user(user->id, std::move(change), call.actor()));
  co_return Reply(auth::to_json(changed));
}

Task<Result<Reply>> list_memberships(Call& call) {
  CO_TRY(const auto user, user_of_memberships(call, auth::Action::MembershipsRead));
  CO_TRY(const PageRequest page, read_page(call.query, kPageLimits));
  const std::string_view status = call.query.value("status");
  std::vector<auth::Membership> memberships = user->memberships;
  if (!status.empty()) {
    std::erase_if(memberships, [status](const auth::Membership& one) {
      const bool accepted = one.status == auth::Membership::Status::Accepted;
      return status != (accepted ? "accepted" : "pending");
    });
  }
  co_return page_of(memberships, page,
                    [&call](const auth::Membership& one) { return describe(call, one); });
}

Task<Result<Reply>> get_membership(Call& call) {
  CO_TRY(const auto user, user_of_memberships(call, auth::Action::MembershipsRead));
  CO_TRY(const auth::Membership* membership,
         find_membership(*user, call.id<MembershipId>("membership_id")));
  co_return Reply(describe(call, *membership));
}

/// `status: accepted` takes an invitation; `rejected` declines it.
Task<Result<Reply>> put_membership(Call& call) {
  CO_TRY(const auto user, user_of_memberships(call, auth::Action::MembershipsWrite));
  CO_TRY(const json::value body, co_await call.json());
  CO_TRY(const Fields fields, Fields::of(body));
  CO_TRY(const std::string status, fields.text("status"));
  const auto id = call.id<MembershipId>("membership_id");
  CO_TRY(const auth::Membership* membership, find_membership(*user, id));
  if (status == "rejected") {
    json::object gone = describe(call, *membership);
    gone["status"] = "rejected";
    CO_TRY_VOID(co_await call.identity().remove_member(membership->account, id, call.actor()));
    co_return Reply(std::move(gone));
  }
  if (status != "accepted") co_return fields.error("status", "must be accepted or rejected");
  CO_TRY(const auth::Member member,
         co_await call.identity().accept_membership(user->id, id, call.actor()));
  co_return Reply(describe(call, *member.membership));
}

Task<Result<Reply>> delete_membership(Call& call) {
  CO_TRY(const auto user, user_of_memberships(call, auth::Action::MembershipsWrite));
  const auto id = call.id<MembershipId>("membership_id");
  CO_TRY(const auth::Membership* membership, find_membership(*user, id));
  CO_TRY_VOID(co_await call.identity().remove_member(membership->account, id, call.actor()));
  json::object out;
  out["id"] = id.hex();
  co_return Reply(std::move(out));
}

constexpr std::array kMembershipParameters{
    Parameter{.name = "status", .schema = "'accepted'|'pending'"}};

using auth::Action;
constexpr std::array kRoutes{
    Route{.method = "GET",
          .pattern = "/user",
          .operation_id = "user-details",
          .summary = "Get the user",
          .family = Family::Core,
          .handler = get_user,
          .actions = {Action::UserRead},
          .result_schema = "User"},
    Route{.method = "PATCH",
          .pattern = "/user",
          .operation_id = "user-edit",
          .summary = "Change the user's name",
          .family = Family::Core,
          .handler = patch_user,
          .actions = {Action::UserWrite},
          .body = Body::Json,
          .body_schema = "{first_name?: string}",
          .result_schema = "User"},
    Route{.method = "GET",
          .pattern = "/memberships",
          .operation_id = "memberships-list",
          .summary = "List the user's memberships",
          .family = Family::Core,
          .handler = list_memberships,
          .actions = {Action::MembershipsRead},
          .parameters = kMembershipParameters,
          .paging = Paging::Pages,
          .result_schema = "Membership[]"},
    Route{.method = "GET",
          .pattern = "/memberships/{membership_id}",
          .operation_id = "memberships-get",
          .summary = "Get a membership",
          .family = Family::Core,
          .handler = get_membership,
          .actions = {Action::MembershipsRead},
          .result_schema = "Membership"},
    Route{.method = "PUT",
          .pattern = "/memberships/{membership_id}",
          .operation_id = "memberships-update",
          .summary = "Accept or reject an invitation",
          .family = Family::Core,
          .handler = put_membership,
          .actions = {Action::MembershipsWrite},
          .body = Body::Json,
          .body_schema = "{status: 'accepted'|'rejected'}",
          .result_schema = "Membership"},
    Route{.method = "DELETE",
          .pattern = "/memberships/{membership_id}",
          .operation_id = "memberships-delete",
          .summary = "Leave an account",
          .family = Family::Core,
          .handler = delete_membership,
          .actions = {Action::MembershipsWrite},
          .result_schema = "{id: id}"},
};

}  // namespace

std::span<const Route> user_routes() { return kRoutes; }

}  // namespace coffer::api
