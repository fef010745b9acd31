#include "records/session_record.h"

#include "records/codec.h"

#include <algorithm>

namespace coffer::records {
namespace {

constexpr std::uint8_t kLayoutVersion = 1;
constexpr std::string_view kWhat = "session record";

}  // namespace

std::string encode(const SessionRecord& record) {
  Writer writer(kLayoutVersion);
  writer.id(record.id);
  writer.id(record.user);
  writer.time(record.created);
  writer.time(record.last_seen);
  writer.raw(std::string_view(record.password_mark.data(), record.password_mark.size()));
  writer.bytes(record.address);
  writer.bytes(record.user_agent);
  return std::move(writer).take();
}

Result<SessionRecord> decode_session(std::string_view bytes) {
  Reader reader(bytes);
  TRY_VOID(reader.layout_version(kLayoutVersion, kWhat));
  SessionRecord record;
  record.id = reader.id<SessionId>();
  record.user = reader.id<UserId>();
  record.created = reader.time();
  record.last_seen = reader.time();
  const std::string_view mark = reader.raw(record.password_mark.size());
  std::copy(mark.begin(), mark.end(), record.password_mark.begin());
  record.address = reader.bytes();
  record.user_agent = reader.bytes();
  TRY_VOID(reader.finish(kWhat));
  return record;
}

}  // namespace coffer::records
