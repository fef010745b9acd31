#include "store/bucket_record.h"

#include "store/record_codec.h"

namespace coffer::store {
namespace {

constexpr std::uint8_t kDirectoryLayout = 1;
constexpr std::uint8_t kHeaderLayout = 1;

}  // namespace

std::string encode(const DirectoryEntry& entry) {
  RecordWriter writer(kDirectoryLayout);
  writer.choice(entry.state);
  writer.id(entry.id);
  writer.time(entry.created);
  writer.bytes(entry.location);
  writer.choice(entry.storage_class);
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
  TRY_VOID(reader.finish());
  return header;
}

}  // namespace coffer::store
