#include "auth/token.h"

#include "auth/identity.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace coffer::auth {
namespace {

// The columns of r2-s3.md section 3: admin-ro, admin-rw, object-ro, object-rw.
constexpr ActionSet kStorageRead{
    Action::BucketsList, Action::BucketHead, Action::BucketLocationRead, Action::BucketConfigRead,
    Action::ObjectsList, Action::ObjectRead, Action::ManageStorage,      Action::UsageRead};
constexpr ActionSet kStorageWrite =
    kStorageRead | ActionSet{Action::BucketCreate, Action::BucketDelete, Action::BucketConfigWrite,
                             Action::ObjectWrite};
constexpr ActionSet kItemRead{Action::BucketLocationRead, Action::ObjectsList, Action::ObjectRead};
constexpr ActionSet kItemWrite = kItemRead | ActionSet{Action::ObjectWrite};

struct PresetRow {
  Preset preset;
  std::string_view name;
  std::string_view group;
};
/// The names are those of R2's temporary credential scopes (r2-s3.md 2.6), the groups those of
/// cloudflare-api.md 2.4.
constexpr std::array kPresets{
    PresetRow{Preset::AdminReadWrite, "admin-read-write", "Workers R2 Storage Write"},
    PresetRow{Preset::AdminReadOnly, "admin-read-only", "Workers R2 Storage Read"},
    PresetRow{Preset::ObjectReadWrite, "object-read-write", "Workers R2 Storage Bucket Item Write"},
    PresetRow{Preset::ObjectReadOnly, "object-read-only", "Workers R2 Storage Bucket Item Read"},
};

const PresetRow& row_of(Preset preset) {
  return *std::find_if(kPresets.begin(), kPresets.end(),
                       [preset](const PresetRow& row) { return row.preset == preset; });
}

bool any_contains(const std::vector<IpNetwork>& networks, const IpAddress& address) {
  return std::any_of(networks.begin(), networks.end(),
                     [&address](const IpNetwork& network) { return network.contains(address); });
}

}  // namespace

std::string_view to_string(ResourceScope scope) {
  switch (scope) {
    case ResourceScope::Account:
      return "com.cloudflare.api.account";
    case ResourceScope::Bucket:
      return "com.cloudflare.edge.r2.bucket";
    case ResourceScope::User:
      return "com.cloudflare.api.user";
  }
  return "";
}

ResourceScope scope_of(const PolicyResource& resource) {
  if (std::holds_alternative<AccountResource>(resource) ||
      std::holds_alternative<AllAccountsResource>(resource)) {
    return ResourceScope::Account;
  }
  return std::holds_alternative<UserResource>(resource) ? ResourceScope::User
                                                        : ResourceScope::Bucket;
}

const std::vector<PermissionGroup>& permission_groups() {
  using Scope = ResourceScope;
  // Ids: cloudflare-api.md 2.4.
  static const std::vector<PermissionGroup> groups{
      {"bf7481a1826f439697cb59a20b22293e", "Workers R2 Storage Write",
       "Create, list and delete buckets, edit their configuration, list, write and read objects",
       Scope::Account, kStorageWrite},
      {"b4992e1108244f5d8bfbd5744320c2e1", "Workers R2 Storage Read",
       "List buckets, view their configuration, list and read objects", Scope::Account,
       kStorageRead},
      {"2efd5506f9c8494dacb1fa10a3e7d5b6", "Workers R2 Storage Bucket Item Write",
       "Read, write and list objects in buckets", Scope::Bucket, kItemWrite},
      {"6a018a9f2fc74eb6b293b0c548f38b39", "Workers R2 Storage Bucket Item Read",
       "Read and list objects in buckets", Scope::Bucket, kItemRead},
      {"5bc3f8b21c554832afc660159ab75fa4", "Account API Tokens Write",
       "Create, view, edit, roll and delete the account's API tokens", Scope::Account,
       ActionSet{Action::AccountTokensRead, Action::AccountTokensWrite}, true},
      {"eb56a6953c034b9d97dd838155666f06", "Account API Tokens Read",
       "View the account's API tokens", Scope::Account, ActionSet{Action::AccountTokensRead}, true},
      {"1af1fa2adc104452b74a9a3364202f20", "Account Settings Write",
       "View and edit the account, its members and its audit log", Scope::Account,
       ActionSet{Action::AccountRead, Action::AccountWrite, Action::MembersRead,
                 Action::MembersWrite, Action::AuditLogRead}},
      {"c1fde68c7bcc44588cbb6ddbc16d6480", "Account Settings Read",
       "View the account, its members and its audit log", Scope::Account,
       ActionSet{Action::AccountRead, Action::MembersRead, Action::AuditLogRead}},
      {"b89a480218d04ceb98b4fe57ca29dc1f", "Account Analytics Read", "View the account's metrics",
       Scope::Account, ActionSet{Action::UsageRead}},
      {"686d18d5ac6c441c867cbf6771e58a0a", "API Tokens Write",
       "Create, view, edit, roll and delete the user's API tokens", Scope::User,
       ActionSet{Action::UserTokensRead, Action::UserTokensWrite}, true},
      {"0cc3a61731504c89b99ec1be78b77aa0", "API Tokens Read", "View the user's API tokens",
       Scope::User, ActionSet{Action::UserTokensRead}, true},
      {"55a5e17cc99e4a3fa1f3432d262f2e55", "User Details Write", "View and edit the user",
       Scope::User, ActionSet{Action::UserRead, Action::UserWrite}},
      {"8acbe5bb0d54464ab867149d7f7cf8ac", "User Details Read", "View the user", Scope::User,
       ActionSet{Action::UserRead}},
      {"9201bc6f42d440968aaab0c6f17ebb1d", "Memberships Write",
       "View the user's memberships, accept, decline and end them", Scope::User,
       ActionSet{Action::MembershipsRead, Action::MembershipsWrite}},
      {"3518d0f75557482e952c6762d3e64903", "Memberships Read", "View the user's memberships",
       Scope::User, ActionSet{Action::MembershipsRead}},
  };
  return groups;
}

const PermissionGroup* find_permission_group(std::string_view id_or_name) {
  for (const PermissionGroup& group : permission_groups()) {
    if (group.id == id_or_name || group.name == id_or_name) return &group;
  }
  return nullptr;
}

std::string_view to_string(Preset preset) { return row_of(preset).name; }

const PermissionGroup* group_of_preset(Preset preset) {
  return find_permission_group(row_of(preset).group);
}

std::optional<Preset> parse_preset(std::string_view text) {
  const auto found = std::find_if(kPresets.begin(), kPresets.end(),
                                  [text](const PresetRow& row) { return row.name == text; });
  if (found == kPresets.end()) return std::nullopt;
  return found->preset;
}

bool IpCondition::admits(const IpAddress& address) const {
  return (in.empty() || any_contains(in, address)) && !any_contains(not_in, address);
}

Result<std::vector<Policy>> policies_of_preset(
    Preset preset, AccountId account,
    const std::vector<std::pair<Jurisdiction, BucketName>>& buckets) {
  const PermissionGroup* group = group_of_preset(preset);
  Policy policy;
  policy.groups = {group};
  if (group->scope == ResourceScope::Account) {
    if (!buckets.empty()) {
      return Error::with_message(
          ErrorCode::InvalidArgument,
          std::string(to_string(preset)) +
              " covers the whole account and may not be limited to buckets; use "
              "object-read-write or object-read-only");
    }
    policy.resources.emplace_back(AccountResource{account});
  } else if (buckets.empty()) {
    policy.resources.emplace_back(AllBucketsResource{account});
  } else {
    for (const auto& [jurisdiction, name] : buckets) {
      policy.resources.emplace_back(BucketResource{account, jurisdiction, name.text()});
    }
  }
  return std::vector<Policy>{std::move(policy)};
}

}  // namespace coffer::auth
