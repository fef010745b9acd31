#include "records/account_record.h"

#include "records/codec.h"

namespace coffer::records {
namespace {

constexpr std::uint8_t kLayoutVersion = 1;
constexpr std::string_view kWhat = "account record";

void write_limit(Writer& writer, const std::optional<std::uint64_t>& limit) {
  writer.flag(limit.has_value());
  if (limit) writer.varint(*limit);
}
std::optional<std::uint64_t> read_limit(Reader& reader) {
  if (!reader.flag()) return std::nullopt;
  return reader.varint();
}

}  // namespace

std::string encode(const AccountRecord& record) {
  Writer writer(kLayoutVersion);
  writer.bytes(record.name);
  writer.time(record.created);
  writer.flag(record.r2_enabled);
  write_limit(writer, record.quota.bytes_max);
  write_limit(writer, record.quota.objects_max);
  write_limit(writer, record.quota.buckets_max);
  return std::move(writer).take();
}

Result<AccountRecord> decode_account(std::string_view bytes) {
  Reader reader(bytes);
  TRY_VOID(reader.layout_version(kLayoutVersion, kWhat));
  AccountRecord record;
  record.name = reader.bytes();
  record.created = reader.time();
  record.r2_enabled = reader.flag();
  record.quota.bytes_max = read_limit(reader);
  record.quota.objects_max = read_limit(reader);
  record.quota.buckets_max = read_limit(reader);
  TRY_VOID(reader.finish(kWhat));
  return record;
}

}  // namespace coffer::records
