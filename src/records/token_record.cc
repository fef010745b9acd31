#include "records/token_record.h"

#include "records/codec.h"

namespace coffer::records {
namespace {

constexpr std::uint8_t kLayoutVersion = 1;
constexpr std::string_view kWhat = "token record";

// The fewest bytes that an element of each list takes: what bounds a list's count by its record.
constexpr std::size_t kNetworkBytesMin = 1;
constexpr std::size_t kGroupBytesMin = PermissionGroupId::kSizeBytes;
constexpr std::size_t kResourceBytesMin = 1;
constexpr std::size_t kPolicyBytesMin = PolicyId::kSizeBytes + 3;

/// An enum whose numbers run from 1 to `last`.
template <class Enum>
Enum read_code(Reader& reader, Enum last) {
  const std::uint8_t value = reader.u8();
  if (value >= 1 && value <= static_cast<std::uint8_t>(last)) return static_cast<Enum>(value);
  reader.fail();
  return last;
}
template <class Enum>
void write_code(Writer& writer, Enum value) {
  writer.u8(static_cast<std::uint8_t>(value));
}

void write_networks(Writer& writer, const std::vector<IpNetwork>& networks) {
  writer.varint(networks.size());
  for (const IpNetwork& network : networks) writer.bytes(network.to_string());
}
std::vector<IpNetwork> read_networks(Reader& reader) {
  std::vector<IpNetwork> networks;
  for (std::size_t left = reader.count(kNetworkBytesMin); left > 0 && reader.ok(); --left) {
    const std::string_view text = reader.bytes();
    const auto network = IpNetwork::parse(text);
    if (network && network->to_string() == text) {
      networks.push_back(*network);
    } else {
      reader.fail();
    }
  }
  return networks;
}

bool has_account(ResourceKind kind) {
  return kind == ResourceKind::Account || kind == ResourceKind::Bucket ||
         kind == ResourceKind::AllBuckets;
}

void write_resource(Writer& writer, const ResourceRecord& resource) {
  write_code(writer, resource.kind);
  if (has_account(resource.kind)) writer.id(resource.account);
  if (resource.kind == ResourceKind::User) writer.id(resource.user);
  if (resource.kind != ResourceKind::Bucket) return;
  writer.bytes(to_string(resource.jurisdiction));
  writer.bytes(resource.bucket);
}
ResourceRecord read_resource(Reader& reader) {
  ResourceRecord resource;
  resource.kind = read_code(reader, ResourceKind::User);
  if (has_account(resource.kind)) resource.account = reader.id<AccountId>();
  if (resource.kind == ResourceKind::User) resource.user = reader.id<UserId>();
  if (resource.kind != ResourceKind::Bucket) return resource;
  const auto jurisdiction = parse_jurisdiction(reader.bytes());
  if (jurisdiction) {
    resource.jurisdiction = *jurisdiction;
  } else {
    reader.fail();
  }
  const std::string_view bucket = reader.bytes();
  if (!BucketName::parse(bucket)) reader.fail();
  resource.bucket = bucket;
  return resource;
}

void write_policy(Writer& writer, const PolicyRecord& policy) {
  writer.id(policy.id);
  write_code(writer, policy.effect);
  writer.varint(policy.resources.size());
  for (const ResourceRecord& resource : policy.resources) write_resource(writer, resource);
  writer.varint(policy.groups.size());
  for (const PermissionGroupId& group : policy.groups) writer.id(group);
}
PolicyRecord read_policy(Reader& reader) {
  PolicyRecord policy;
  policy.id = reader.id<PolicyId>();
  policy.effect = read_code(reader, EffectCode::Deny);
  for (std::size_t left = reader.count(kResourceBytesMin); left > 0 && reader.ok(); --left) {
    policy.resources.push_back(read_resource(reader));
  }
  for (std::size_t left = reader.count(kGroupBytesMin); left > 0 && reader.ok(); --left) {
    policy.groups.push_back(reader.id<PermissionGroupId>());
  }
  return policy;
}

}  // namespace

std::string encode(const TokenRecord& record) {
  Writer writer(kLayoutVersion);
  write_code(writer, record.owner_kind);
  if (record.owner_kind == OwnerKind::Account) {
    writer.id(record.account);
  } else {
    writer.id(record.user);
  }
  writer.bytes(record.name);
  write_code(writer, record.status);
  writer.time(record.issued_on);
  writer.time(record.modified_on);
  writer.optional_time(record.not_before);
  writer.optional_time(record.expires_on);
  write_networks(writer, record.ip_in);
  write_networks(writer, record.ip_not_in);
  writer.varint(record.policies.size());
  for (const PolicyRecord& policy : record.policies) write_policy(writer, policy);
  writer.varint(record.secret_generation);
  writer.bytes(record.sealed_digest);
  return std::move(writer).take();
}

Result<TokenRecord> decode_token(std::string_view bytes) {
  Reader reader(bytes);
  TRY_VOID(reader.layout_version(kLayoutVersion, kWhat));
  TokenRecord record;
  record.owner_kind = read_code(reader, OwnerKind::User);
  if (record.owner_kind == OwnerKind::Account) {
    record.account = reader.id<AccountId>();
  } else {
    record.user = reader.id<UserId>();
  }
  record.name = reader.bytes();
  record.status = read_code(reader, TokenStatusCode::Disabled);
  record.issued_on = reader.time();
  record.modified_on = reader.time();
  record.not_before = reader.optional_time();
  record.expires_on = reader.optional_time();
  record.ip_in = read_networks(reader);
  record.ip_not_in = read_networks(reader);
  for (std::size_t left = reader.count(kPolicyBytesMin); left > 0 && reader.ok(); --left) {
    record.policies.push_back(read_policy(reader));
  }
  record.secret_generation = reader.varint();
  record.sealed_digest = reader.bytes();
  TRY_VOID(reader.finish(kWhat));
  return record;
}

}  // namespace coffer::records
