#include "api/identity_calls.h"
#include "api/paging.h"
#include "auth/delegation.h"
#include "auth/identity_json.h"

#include <array>

/// Members of an account and the roles they can have.
namespace coffer::api {
namespace {

constexpr PageLimits kPageLimits{.fallback = 20, .min = 1, .max = 1000};

json::object describe(const auth::Member& member) { return auth::to_json(member); }

Result<const auth::Role*> role_of(const Fields& fields, std::string_view id) {
  const auth::Role* role = auth::find_role(id);
  if (!role) return fields.error("roles", "names a role that does not exist");
  return role;
}

/// Texts on invitation, objects with an id on update; both are taken in both.
Result<std::vector<const auth::Role*>> read_roles(const Fields& fields) {
  const json::value* value = fields.find("roles");
  if (!value || !value->is_array() || value->get_array().empty()) {
    return fields.error("roles", "must be a list of at least one role");
  }
  std::vector<const auth::Role*> roles;
  for (const json::value& item : value->get_array()) {
    if (item.is_string()) {
      TRY(roles.emplace_back(), role_of(fields, item.get_string()));
      continue;
    }
    TRY(const Fields object, Fields::of(item, fields.path_of("roles")));
    TRY(const std::string id, object.text("id"));
    TRY(roles.emplace_back(), role_of(fields, id));
  }
  return roles;
}

Result<auth::Member> find_member(const Call& call) {
  const auto id = call.id<MembershipId>("member_id");
  for (auth::Member& member : call.identity().members(call.account())) {
    if (member.membership->id == id) return std::move(member);
  }
  return make_error(ErrorCode::NoSuchMember, "member " + id.hex());
}

Task<Result<Reply>> list_members(Call& call) {
  CO_TRY_VOID(call.authorize(auth::Action::MembersRead));
  CO_TRY(const PageRequest page, read_page(call.query, kPageLimits));
  co_return page_of(call.identity().members(call.account()), page, describe);
}

Task<Result<Reply>> get_member(Call& call) {
  CO_TRY_VOID(call.authorize(auth::Action::MembersRead));
  CO_TRY(const auth::Member member, find_member(call));
  co_return Reply(describe(member));
}

Task<Result<Reply>> add_member(Call& call) {
  CO_TRY_VOID(call.authorize(auth::Action::MembersWrite));
  CO_TRY(const json::value body, co_await call.json());
  CO_TRY(const Fields fields, Fields::of(body));
  CO_TRY(std::string email, fields.text("email"));
  CO_TRY(std::vector<const auth::Role*> roles, read_roles(fields));
  CO_TRY(const auto status, fields.optional_text("status"));
  if (status && *status != "accepted" && *status != "pending") {
    co_return fields.error("status", "must be accepted or pending");
  }
  CO_TRY_VOID(auth::check_role_grant(call.identity(), call.principal, call.account(), roles));
  const auto as = status && *status == "accepted" ? auth::Membership::Status::Accepted
                                                  : auth::Membership::Status::Pending;
  CO_TRY(const auth::Member member,
         co_await call.identity().add_member(call.account(), std::move(email), std::move(roles), as,
                                             call.actor()));
  co_return Reply(describe(member));
}

Task<Result<Reply>> put_member(Call& call) {
  CO_TRY_VOID(call.authorize(auth::Action::MembersWrite));
  CO_TRY(const json::value body, co_await call.json());
  CO_TRY(const Fields fields, Fields::of(body));
  CO_TRY(std::vector<const auth::Role*> roles, read_roles(fields));
  CO_TRY_VOID(auth::check_role_grant(call.identity(), call.principal, call.account(), roles));
  CO_TRY(const auth::Member member,
         co_await call.identity().set_member_roles(
             call.account(), call.id<MembershipId>("member_id"), std::move(roles), call.actor()));
  co_return Reply(describe(member));
}

Task<Result<Reply>> delete_member(Call& call) {
  CO_TRY_VOID(call.authorize(auth::Action::MembersWrite));
  const auto id = call.id<MembershipId>("member_id");
  CO_TRY_VOID(co_await call.identity().remove_member(call.account(), id, call.actor()));
  json::object out;
  out["id"] = id.hex();
  co_return Reply(std::move(out));
}

Task<Result<Reply>> list_roles(Call& call) {
  CO_TRY_VOID(call.authorize(auth::Action::MembersRead));
  CO_TRY(const PageRequest page, read_page(call.query, kPageLimits));
  co_return page_of(auth::roles(), page,
                    [](const auth::Role& role) { return auth::to_json(role); });
}

Task<Result<Reply>> get_role(Call& call) {
  CO_TRY_VOID(call.authorize(auth::Action::MembersRead));
  const auth::Role* role = auth::find_role(call.parameter("role_id"));
  if (!role) co_return Error::with_message(ErrorCode::NoSuchMember, "there is no such role");
  co_return Reply(auth::to_json(*role));
}

using auth::Action;
constexpr std::array kRoutes{
    Route{.method = "GET",
          .pattern = "/accounts/{account_id}/members",
          .operation_id = "account-members-list",
          .summary = "List members",
          .family = Family::Iam,
          .handler = list_members,
          .actions = {Action::MembersRead},
          .paging = Paging::Pages,
          .result_schema = "Member[]"},
    Route{.method = "POST",
          .pattern = "/accounts/{account_id}/members",
          .operation_id = "account-members-add",
          .summary = "Invite a member",
          .family = Family::Iam,
          .handler = add_member,
          .actions = {Action::MembersWrite},
          .body = Body::Json,
          .body_schema = "{email: string, roles: string[], status?: 'accepted'|'pending'}",
          .result_schema = "Member"},
    Route{.method = "GET",
          .pattern = "/accounts/{account_id}/members/{member_id}",
          .operation_id = "account-members-get",
          .summary = "Get a member",
          .family = Family::Iam,
          .handler = get_member,
          .actions = {Action::MembersRead},
          .result_schema = "Member"},
    Route{.method = "PUT",
          .pattern = "/accounts/{account_id}/members/{member_id}",
          .operation_id = "account-members-update",
          .summary = "Change a member's roles",
          .family = Family::Iam,
          .handler = put_member,
          .actions = {Action::MembersWrite},
          .body = Body::Json,
          .body_schema = "{roles: {id: string}[]}",
          .result_schema = "Member"},
    Route{.method = "DELETE",
          .pattern = "/accounts/{account_id}/members/{member_id}",
          .operation_id = "account-members-remove",
          .summary = "Remove a member",
          .family = Family::Iam,
          .handler = delete_member,
          .actions = {Action::MembersWrite},
          .result_schema = "{id: id}"},
    Route{.method = "GET",
          .pattern = "/accounts/{account_id}/roles",
          .operation_id = "account-roles-list",
          .summary = "List the roles that a member can have",
          .family = Family::Iam,
          .handler = list_roles,
          .actions = {Action::MembersRead},
          .paging = Paging::Pages,
          .result_schema = "Role[]"},
    Route{.method = "GET",
          .pattern = "/accounts/{account_id}/roles/{role_id}",
          .operation_id = "account-roles-get",
          .summary = "Get a role",
          .family = Family::Iam,
          .handler = get_role,
          .actions = {Action::MembersRead},
          .result_schema = "Role"},
};

}  // namespace

std::span<const Route> member_routes() { return kRoutes; }

}  // namespace coffer::api
