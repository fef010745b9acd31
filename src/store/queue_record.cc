#include "store/queue_record.h"

#include "store/record_codec.h"

namespace coffer::store {
namespace {

constexpr std::uint8_t kGarbageLayout = 1;
constexpr std::uint8_t kUnreferenceLayout = 1;
constexpr std::uint8_t kIntentLayout = 1;
constexpr std::uint8_t kReferenceLayout = 1;

}  // namespace

std::string encode(const GarbageRecord& record) {
  RecordWriter writer(kGarbageLayout);
  writer.choice(record.kind);
  writer.time(record.dropped);
  return std::move(writer).take();
}

Result<GarbageRecord> decode_garbage(std::string_view bytes) {
  RecordReader reader(bytes, kGarbageLayout, "garbage entry");
  GarbageRecord record;
  record.kind = reader.choice(GarbageRecord::Kind::Blob, GarbageRecord::Kind::Parts);
  record.dropped = reader.time();
  TRY_VOID(reader.finish());
  return record;
}

std::string encode(const UnreferenceRecord& record) {
  RecordWriter writer(kUnreferenceLayout);
  writer.home(record.home);
  return std::move(writer).take();
}

Result<UnreferenceRecord> decode_unreference(std::string_view bytes) {
  RecordReader reader(bytes, kUnreferenceLayout, "unreference entry");
  UnreferenceRecord record;
  record.home = reader.home();
  TRY_VOID(reader.finish());
  return record;
}

std::string encode(const IntentRecord& record) {
  RecordWriter writer(kIntentLayout);
  writer.id(record.data);
  writer.time(record.created);
  writer.id(record.destination);
  writer.key(record.holder);
  writer.id(record.made_by);
  return std::move(writer).take();
}

Result<IntentRecord> decode_intent(std::string_view bytes) {
  RecordReader reader(bytes, kIntentLayout, "intent entry");
  IntentRecord record;
  record.data = reader.id<DataId>();
  record.created = reader.time();
  record.destination = reader.id<BucketId>();
  record.holder = reader.key();
  record.made_by = reader.id<GatewayId>();
  TRY_VOID(reader.finish());
  return record;
}

std::string encode(const ReferenceRecord& record) {
  RecordWriter writer(kReferenceLayout);
  writer.id(record.holder_bucket);
  writer.key(record.holder);
  return std::move(writer).take();
}

Result<ReferenceRecord> decode_reference(std::string_view bytes) {
  RecordReader reader(bytes, kReferenceLayout, "reference");
  ReferenceRecord record;
  record.holder_bucket = reader.id<BucketId>();
  record.holder = reader.key();
  TRY_VOID(reader.finish());
  return record;
}

}  // namespace coffer::store
