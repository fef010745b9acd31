#include "auth/role.h"

namespace coffer::auth {
namespace {

constexpr ActionSet kStorageReads{
    Action::BucketsList, Action::BucketHead, Action::BucketLocationRead, Action::BucketConfigRead,
    Action::ObjectsList, Action::ObjectRead, Action::ManageStorage,      Action::UsageRead};
constexpr ActionSet kStorageAll =
    kStorageReads | ActionSet{Action::BucketCreate, Action::BucketDelete, Action::BucketConfigWrite,
                              Action::ObjectWrite};
constexpr ActionSet kAccountReads{Action::AccountRead, Action::MembersRead, Action::AuditLogRead};

}  // namespace

const std::vector<Role>& roles() {
  static const std::vector<Role> table{
      {"33666b9c79b9a5273fc7344ff42f953d", "Super Administrator - All Privileges",
       "Can do everything in the account, members and API tokens included",
       kStorageAll | kAccountReads |
           ActionSet{Action::AccountWrite, Action::MembersWrite, Action::AccountTokensRead,
                     Action::AccountTokensWrite}},
      {"05784afa30c1afe1440e79d9351c7430", "Administrator",
       "Can do everything in the account but manage members and the account's API tokens",
       kStorageAll | kAccountReads | ActionSet{Action::AccountWrite}},
      {"f2b20eaa1a5d4af42b53ac16238c99c7", "Administrator Read Only",
       "Can view everything in the account but its API tokens", kStorageReads | kAccountReads},
      {"cf5e1dd1c1ad4b0e9c5d3f2a7b6e8f01", "Cloudflare R2 Admin",
       "Can create and delete buckets, edit their configuration, and write and read objects",
       kStorageAll | ActionSet{Action::AccountRead}},
      {"cf5e1dd1c1ad4b0e9c5d3f2a7b6e8f02", "Cloudflare R2 Read",
       "Can view buckets and their configuration, and list and read objects",
       kStorageReads | ActionSet{Action::AccountRead}},
  };
  return table;
}

const Role* find_role(std::string_view id_or_name) {
  for (const Role& role : roles()) {
    if (role.id == id_or_name || role.name == id_or_name) return &role;
  }
  return nullptr;
}

const Role& super_administrator() { return roles().front(); }

}  // namespace coffer::auth
