#include "auth/token.h"

#include "auth/identity.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace coffer::auth {
namespace {

constexpr std::uint32_t bits(std::initializer_list<Action> actions) {
  std::uint32_t set = 0;
  for (Action action : actions) set |= 1U << static_cast<unsigned>(action);
  return set;
}

// The columns of r2-s3.md section 3: admin-ro, admin-rw, object-ro, object-rw.
constexpr std::uint32_t kStorageRead =
    bits({Action::BucketsList, Action::BucketHead, Action::BucketLocationRead,
          Action::BucketConfigRead, Action::ObjectsList, Action::ObjectRead});
constexpr std::uint32_t kStorageWrite =
    kStorageRead | bits({Action::BucketCreate, Action::BucketDelete, Action::BucketConfigWrite,
                         Action::ObjectWrite});
constexpr std::uint32_t kItemRead =
    bits({Action::BucketLocationRead, Action::ObjectsList, Action::ObjectRead});
constexpr std::uint32_t kItemWrite = kItemRead | bits({Action::ObjectWrite});

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

const std::vector<PermissionGroup>& permission_groups() {
  // Ids: cloudflare-api.md 2.4.
  static const std::vector<PermissionGroup> groups{
      {"bf7481a1826f439697cb59a20b22293e", "Workers R2 Storage Write", ResourceScope::Account,
       kStorageWrite},
      {"b4992e1108244f5d8bfbd5744320c2e1", "Workers R2 Storage Read", ResourceScope::Account,
       kStorageRead},
      {"2efd5506f9c8494dacb1fa10a3e7d5b6", "Workers R2 Storage Bucket Item Write",
       ResourceScope::Bucket, kItemWrite},
      {"6a018a9f2fc74eb6b293b0c548f38b39", "Workers R2 Storage Bucket Item Read",
       ResourceScope::Bucket, kItemRead},
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
  const PermissionGroup* group = find_permission_group(row_of(preset).group);
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
