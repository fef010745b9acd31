#include "records/account_record.h"

#include "records/codec.h"

namespace coffer::records {
namespace {

constexpr std::uint8_t kLayoutVersion = 1;
constexpr std::string_view kWhat = "account record";

}  // namespace

std::string encode(const AccountRecord& record) {
  Writer writer(kLayoutVersion);
  writer.bytes(record.name);
  writer.time(record.created);
  writer.flag(record.r2_enabled);
  return std::move(writer).take();
}

Result<AccountRecord> decode_account(std::string_view bytes) {
  Reader reader(bytes);
  TRY_VOID(reader.layout_version(kLayoutVersion, kWhat));
  AccountRecord record;
  record.name = reader.bytes();
  record.created = reader.time();
  record.r2_enabled = reader.flag();
  TRY_VOID(reader.finish(kWhat));
  return record;
}

}  // namespace coffer::records
