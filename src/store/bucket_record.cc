#include "store/bucket_record.h"

#include "store/record_codec.h"

namespace coffer::store {
namespace {

constexpr std::uint8_t kDirectoryLayout = 1;
constexpr std::uint8_t kHeaderLayout = 1;

/// The last field of a record, left out when there is none.
void write_audit(RecordWriter& writer, const std::string& audit) {
  if (!audit.empty()) writer.bytes(audit);
}
std::string read_audit(RecordReader& reader) {
  if (reader.at_end()) return {};
  std::string audit = reader.text();
  if (audit.empty()) reader.fail();
  return audit;
}

}  // namespace

std::string encode(const DirectoryEntry& entry) {
  RecordWriter writer(kDirectoryLayout);
  writer.choice(entry.state);
  writer.id(entry.id);
  writer.time(entry.created);
  writer.bytes(entry.location);
  writer.choice(entry.storage_class);
  write_audit(writer, entry.audit);
  return std::move(writer).take();
}

Result<DirectoryEntry> decode_directory_entry(std::string_view bytes) {
  RecordReader reader(bytes, kDirectoryLayout, "directory entry");
  DirectoryEntry entry;
  entry.state = reader.choice(DirectoryEntry::State::Creating, DirectoryEntry::State::Live);
  entry.id = reader.id<BucketId>();
  entry.created = reader.time();
  entry.location = reader.text();
  entry.storage_class = reader.storage_class();
  entry.audit = read_audit(reader);
  TRY_VOID(reader.finish());
  return entry;
}

std::string encode(const BucketHeader& header) {
  RecordWriter writer(kHeaderLayout);
  writer.choice(header.state);
  writer.id(header.account);
  writer.bytes(header.name);
  writer.time(header.created);
  writer.bytes(header.location);
  writer.choice(header.storage_class);
  write_audit(writer, header.audit);
  return std::move(writer).take();
}

Result<BucketHeader> decode_bucket_header(std::string_view bytes) {
  RecordReader reader(bytes, kHeaderLayout, "bucket header");
  BucketHeader header;
  header.state = reader.choice(BucketHeader::State::Live, BucketHeader::State::Deleting);
  header.account = reader.id<AccountId>();
  header.name = reader.text();
  header.created = reader.time();
  header.location = reader.text();
  header.storage_class = reader.storage_class();
  header.audit = read_audit(reader);
  TRY_VOID(reader.finish());
  return header;
}

}  // namespace coffer::store
