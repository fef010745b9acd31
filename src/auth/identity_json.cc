#include "auth/identity_json.h"

#include "auth/resource_name.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace coffer::auth {
namespace {

namespace json = boost::json;

json::value optional_time(const std::optional<Timestamp>& time) {
  return time ? json::value(format_seconds(*time)) : json::value();
}

json::array networks(const std::vector<IpNetwork>& list) {
  json::array out;
  for (const IpNetwork& network : list) out.emplace_back(network.to_string());
  return out;
}

std::string_view status_of(const Token& token, Timestamp now) {
  if (token.status == TokenStatus::Disabled) return "disabled";
  return token.expires_on && now >= *token.expires_on ? "expired" : "active";
}

/// Names in the order of the policy; what lies inside of a name is an object of its own.
json::object resources(const Policy& policy) {
  json::object out;
  for (const PolicyResource& resource : policy.resources) {
    const ResourceName name = print_resource(resource);
    if (name.nested.empty()) {
      out[name.name] = "*";
    } else {
      json::object inside;
      inside[name.nested] = "*";
      out[name.name] = std::move(inside);
    }
  }
  return out;
}

json::value optional_number(const std::optional<std::uint64_t>& number) {
  return number ? json::value(*number) : json::value();
}

}  // namespace

std::string format_seconds(Timestamp time) {
  // "2026-11-26T14:38:04.123Z" without the fraction.
  constexpr std::size_t kSecondsEnd = 19;
  return format_iso8601_ms(time).substr(0, kSecondsEnd) + "Z";
}

json::object to_json(const Policy& policy) {
  json::array groups;
  for (const PermissionGroup* group : policy.groups) {
    json::object one;
    one["id"] = group->id;
    one["name"] = group->name;
    groups.push_back(std::move(one));
  }
  json::object out;
  out["id"] = policy.id.hex();
  out["effect"] = policy.effect == Effect::Allow ? "allow" : "deny";
  out["resources"] = resources(policy);
  out["permission_groups"] = std::move(groups);
  return out;
}

json::object to_json(const Token& token, std::optional<Timestamp> last_used_on, Timestamp now) {
  json::array policies;
  for (const Policy& policy : token.policies) policies.push_back(to_json(policy));
  json::object out;
  out["id"] = token.id.hex();
  out["name"] = token.name;
  out["status"] = status_of(token, now);
  out["issued_on"] = format_seconds(token.issued_on);
  out["modified_on"] = format_seconds(token.modified_on);
  out["last_used_on"] = optional_time(last_used_on);
  // What was not asked for is not invented: clients that compare would see a drift.
  if (token.not_before) out["not_before"] = format_seconds(*token.not_before);
  if (token.expires_on) out["expires_on"] = format_seconds(*token.expires_on);
  out["policies"] = std::move(policies);
  if (!token.ip.empty()) {
    json::object ip;
    if (!token.ip.in.empty()) ip["in"] = networks(token.ip.in);
    if (!token.ip.not_in.empty()) ip["not_in"] = networks(token.ip.not_in);
    json::object condition;
    condition["request_ip"] = std::move(ip);
    out["condition"] = std::move(condition);
  }
  return out;
}

json::object to_json(const Account& account) {
  json::object settings;
  settings["enforce_twofactor"] = false;
  settings["abuse_contact_email"] = nullptr;
  json::object quota;
  quota["bytes_max"] = optional_number(account.quota.bytes_max);
  quota["objects_max"] = optional_number(account.quota.objects_max);
  quota["buckets_max"] = optional_number(account.quota.buckets_max);
  json::object r2;  // ours
  r2["enabled"] = account.r2_enabled;
  r2["quota"] = std::move(quota);
  json::object out;
  out["id"] = account.id.hex();
  out["name"] = account.name;
  out["type"] = "standard";
  out["created_on"] = format_seconds(account.created);
  out["settings"] = std::move(settings);
  out["r2"] = std::move(r2);
  return out;
}

json::object to_json(const User& user) {
  json::object out;
  out["id"] = user.id.hex();
  out["email"] = user.email;
  out["first_name"] = user.name.empty() ? json::value() : json::value(user.name);
  out["last_name"] = nullptr;
  out["username"] = user.id.hex();
  out["created_on"] = format_seconds(user.created);
  out["suspended"] = user.suspended;
  out["two_factor_authentication_enabled"] = false;
  out["is_operator"] = user.is_operator;  // ours
  return out;
}

json::object to_json(const Role& role) {
  json::object out;
  out["id"] = role.id;
  out["name"] = role.name;
  out["description"] = role.description;
  const auto both = [&role](Action read, Action write) {
    json::object pair;
    pair["read"] = role.actions.contains(read);
    pair["write"] = role.actions.contains(write);
    return pair;
  };
  json::object permissions;
  permissions["account"] = both(Action::AccountRead, Action::AccountWrite);
  permissions["members"] = both(Action::MembersRead, Action::MembersWrite);
  permissions["account_tokens"] = both(Action::AccountTokensRead, Action::AccountTokensWrite);
  permissions["r2"] = both(Action::BucketConfigRead, Action::BucketConfigWrite);
  out["permissions"] = std::move(permissions);
  return out;
}

json::object to_json(const Member& member) {
  json::array roles;
  for (const Role* role : member.membership->roles) roles.push_back(to_json(*role));
  json::object user;
  user["id"] = member.user->id.hex();
  user["email"] = member.user->email;
  user["first_name"] = member.user->name.empty() ? json::value() : json::value(member.user->name);
  user["last_name"] = nullptr;
  user["two_factor_authentication_enabled"] = false;
  user["has_password"] = !member.user->password_hash.empty();  // ours
  json::object out;
  out["id"] = member.membership->id.hex();
  out["email"] = member.user->email;
  out["status"] =
      member.membership->status == Membership::Status::Accepted ? "accepted" : "pending";
  out["user"] = std::move(user);
  out["roles"] = std::move(roles);
  return out;
}

json::object to_json(const PermissionGroup& group) {
  json::array scopes;
  scopes.emplace_back(to_string(group.scope));
  json::object out;
  out["id"] = group.id;
  out["name"] = group.name;
  out["description"] = group.description;
  out["category"] =
      group.name.starts_with("Workers R2") ? "developer_platform" : "account_and_billing";
  out["is_selectable"] = true;
  out["scopes"] = std::move(scopes);
  return out;
}

}  // namespace coffer::auth
