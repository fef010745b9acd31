#include "records/audit_record.h"

#include "records/codec.h"

#include <algorithm>

namespace coffer::records {
namespace {

constexpr std::uint8_t kLayoutVersion = 1;
constexpr std::string_view kWhat = "audit entry";
constexpr std::string_view kKeyPrefix = "audit/";

template <class Id>
void write_optional(Writer& writer, const std::optional<Id>& id) {
  writer.flag(id.has_value());
  if (id) writer.id(*id);
}
template <class Id>
std::optional<Id> read_optional(Reader& reader) {
  if (!reader.flag()) return std::nullopt;
  return reader.id<Id>();
}

std::string key_prefix(const std::optional<AccountId>& account) {
  return std::string(kKeyPrefix).append(account.value_or(AccountId()).bytes());
}

/// After every key of the account.
std::string after_all(const std::optional<AccountId>& account) {
  std::string key = key_prefix(account);
  while (key.back() == '\xff') key.pop_back();
  key.back() = static_cast<char>(static_cast<unsigned char>(key.back()) + 1);
  return key;
}

/// Later times first. A time that no record can hold counts as the nearest that one can.
std::string counted_backwards(Timestamp time) {
  const Timestamp nearest = std::clamp(time, kFirstTime, kLastTime);
  Writer writer;
  writer.u64(~static_cast<std::uint64_t>((nearest - kFirstTime).count()));
  return std::move(writer).take();
}

/// What every key of a time before `time` begins at, or later.
std::string from_before(const std::optional<AccountId>& account, Timestamp time) {
  if (time <= kFirstTime) return after_all(account);
  return key_prefix(account) + counted_backwards(time - std::chrono::milliseconds(1));
}

}  // namespace

std::string encode(const AuditEntry& entry) {
  Writer writer(kLayoutVersion);
  writer.id(entry.id);
  writer.time(entry.time);
  write_optional(writer, entry.account);
  writer.u8(static_cast<std::uint8_t>(entry.actor.kind));
  write_optional(writer, entry.actor.token);
  write_optional(writer, entry.actor.user);
  writer.bytes(entry.actor.email);
  writer.bytes(entry.actor.address);
  writer.bytes(entry.actor.interface);
  writer.bytes(entry.actor.request_id);
  writer.bytes(entry.action);
  writer.bytes(entry.resource_type);
  writer.bytes(entry.resource_id);
  writer.bytes(entry.before);
  writer.bytes(entry.after);
  return std::move(writer).take();
}

Result<AuditEntry> decode_audit_entry(std::string_view bytes) {
  Reader reader(bytes);
  TRY_VOID(reader.layout_version(kLayoutVersion, kWhat));
  AuditEntry entry;
  entry.id = reader.id<AuditId>();
  entry.time = reader.time();
  entry.account = read_optional<AccountId>(reader);
  const std::uint8_t kind = reader.u8();
  if (kind < 1 || kind > static_cast<std::uint8_t>(Actor::Kind::User)) reader.fail();
  entry.actor.kind = static_cast<Actor::Kind>(kind);
  entry.actor.token = read_optional<TokenId>(reader);
  entry.actor.user = read_optional<UserId>(reader);
  entry.actor.email = reader.bytes();
  entry.actor.address = reader.bytes();
  entry.actor.interface = reader.bytes();
  entry.actor.request_id = reader.bytes();
  entry.action = reader.bytes();
  entry.resource_type = reader.bytes();
  entry.resource_id = reader.bytes();
  entry.before = reader.bytes();
  entry.after = reader.bytes();
  TRY_VOID(reader.finish(kWhat));
  return entry;
}

std::string audit_key(const AuditEntry& entry) {
  std::string id(entry.id.bytes());
  for (char& byte : id) byte = static_cast<char>(~byte);
  return key_prefix(entry.account) + counted_backwards(entry.time) + id;
}

std::string audit_key_from(std::optional<AccountId> account, std::optional<Timestamp> before) {
  return before ? from_before(account, *before) : key_prefix(account);
}

std::string audit_key_end(std::optional<AccountId> account, std::optional<Timestamp> since) {
  return since ? from_before(account, *since) : after_all(account);
}

}  // namespace coffer::records
