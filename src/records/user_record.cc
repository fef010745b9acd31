#include "records/user_record.h"

#include "records/codec.h"

namespace coffer::records {
namespace {

constexpr std::uint8_t kLayoutVersion = 1;
constexpr std::string_view kWhat = "user record";
/// The fewest bytes that a membership takes: what bounds their count by the record.
constexpr std::size_t kMembershipBytesMin = MembershipId::kSizeBytes + AccountId::kSizeBytes + 3;

void write_membership(Writer& writer, const MembershipRecord& membership) {
  writer.id(membership.id);
  writer.id(membership.account);
  writer.u8(static_cast<std::uint8_t>(membership.status));
  writer.varint(membership.roles.size());
  for (const RoleId& role : membership.roles) writer.id(role);
  writer.time(membership.created);
}

MembershipRecord read_membership(Reader& reader) {
  MembershipRecord membership;
  membership.id = reader.id<MembershipId>();
  membership.account = reader.id<AccountId>();
  const std::uint8_t status = reader.u8();
  if (status < 1 || status > 2) reader.fail();
  membership.status = static_cast<MembershipStatusCode>(status);
  for (std::size_t left = reader.count(RoleId::kSizeBytes); left > 0 && reader.ok(); --left) {
    membership.roles.push_back(reader.id<RoleId>());
  }
  membership.created = reader.time();
  return membership;
}

}  // namespace

std::string encode(const UserRecord& record) {
  Writer writer(kLayoutVersion);
  writer.bytes(record.email);
  writer.bytes(record.name);
  writer.time(record.created);
  writer.flag(record.is_operator);
  writer.flag(record.suspended);
  writer.bytes(record.password_hash);
  writer.varint(record.memberships.size());
  for (const MembershipRecord& membership : record.memberships) {
    write_membership(writer, membership);
  }
  return std::move(writer).take();
}

Result<UserRecord> decode_user(std::string_view bytes) {
  Reader reader(bytes);
  TRY_VOID(reader.layout_version(kLayoutVersion, kWhat));
  UserRecord record;
  record.email = reader.bytes();
  record.name = reader.bytes();
  record.created = reader.time();
  record.is_operator = reader.flag();
  record.suspended = reader.flag();
  record.password_hash = reader.bytes();
  for (std::size_t left = reader.count(kMembershipBytesMin); left > 0 && reader.ok(); --left) {
    record.memberships.push_back(read_membership(reader));
  }
  TRY_VOID(reader.finish(kWhat));
  return record;
}

}  // namespace coffer::records
