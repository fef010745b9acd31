#include "store/object_record.h"

#include "store/record_codec.h"

namespace coffer::store {
namespace {

constexpr std::uint8_t kObjectLayout = 1;
constexpr std::uint8_t kPartLayout = 1;
constexpr std::uint8_t kUploadLayout = 1;
/// A sealed reference with its size, an offset and a length.
constexpr std::size_t kSliceBytesMin = BlobId::kSizeBytes + blob::WrappedKey::kSizeBytes + 3;

ListedObject read_listed(RecordReader& reader) {
  ListedObject object;
  object.key = reader.text();
  object.size_bytes = reader.varint();
  object.etag.md5 = reader.digest();
  object.etag.parts = reader.small_number();
  object.last_modified = reader.time();
  object.storage_class = reader.storage_class();
  return object;
}

void write_data(RecordWriter& writer, const ObjectData& data) {
  writer.choice(data.kind);
  switch (data.kind) {
    case ObjectData::Kind::Empty:
      break;
    case ObjectData::Kind::Inline:
      writer.sealed_ref(data.blob);
      break;
    case ObjectData::Kind::Blob:
      writer.sealed_ref(data.blob);
      writer.optional_home(data.home);
      break;
    case ObjectData::Kind::Parts:
      writer.id(data.manifest.id);
      writer.varint(data.manifest.parts);
      writer.varint(data.manifest.part_size_bytes);
      writer.varint(data.manifest.first_number);
      writer.flag(data.manifest.contiguous);
      writer.optional_home(data.home);
      break;
  }
}

ObjectData read_data(RecordReader& reader) {
  ObjectData data;
  data.kind = reader.choice(ObjectData::Kind::Empty, ObjectData::Kind::Parts);
  switch (data.kind) {
    case ObjectData::Kind::Empty:
      break;
    case ObjectData::Kind::Inline:
      data.blob = reader.sealed_ref();
      break;
    case ObjectData::Kind::Blob:
      data.blob = reader.sealed_ref();
      data.home = reader.optional_home();
      break;
    case ObjectData::Kind::Parts:
      data.manifest.id = reader.id<UploadId>();
      data.manifest.parts = reader.small_number();
      data.manifest.part_size_bytes = reader.varint();
      data.manifest.first_number = reader.small_number();
      data.manifest.contiguous = reader.flag();
      data.home = reader.optional_home();
      if (data.manifest.parts == 0) reader.fail();
      break;
  }
  return data;
}

/// Readers compute offsets from these numbers, so they have to agree.
bool is_consistent(const ObjectRecord& record) {
  switch (record.data.kind) {
    case ObjectData::Kind::Empty:
      return record.size_bytes == 0;
    case ObjectData::Kind::Inline:
    case ObjectData::Kind::Blob:
      return record.size_bytes == record.data.blob.size_bytes && record.size_bytes > 0;
    case ObjectData::Kind::Parts: {
      const Manifest& manifest = record.data.manifest;
      // All parts but the last have one size, and the last is no larger.
      const std::uint64_t full = manifest.parts - 1;
      if (manifest.part_size_bytes == 0) return full == 0 && record.size_bytes == 0;
      if (full > record.size_bytes / manifest.part_size_bytes) return false;
      return record.size_bytes - full * manifest.part_size_bytes <= manifest.part_size_bytes;
    }
  }
  return false;
}

}  // namespace

ObjectInfo ObjectRecord::info(std::string nfc) const {
  return ObjectInfo{.key = ObjectKey::from_stored(std::move(nfc), original_key),
                    .size_bytes = size_bytes,
                    .etag = etag,
                    .last_modified = last_modified,
                    .version = version,
                    .storage_class = storage_class,
                    .metadata = metadata,
                    .checksum = checksum,
                    .parts_count = data.kind == ObjectData::Kind::Parts ? data.manifest.parts : 0};
}

std::string encode(const ObjectRecord& record) {
  RecordWriter writer(kObjectLayout);
  // What listings show comes first, so that they need not read on.
  writer.bytes(record.original_key);
  writer.varint(record.size_bytes);
  writer.digest(record.etag.md5);
  writer.varint(record.etag.parts);
  writer.time(record.last_modified);
  writer.choice(record.storage_class);
  writer.checksum(record.checksum);
  writer.id(record.version);
  writer.metadata(record.metadata);
  write_data(writer, record.data);
  return std::move(writer).take();
}

Result<ObjectRecord> decode_object(std::string_view bytes) {
  RecordReader reader(bytes, kObjectLayout, "object record");
  ListedObject listed = read_listed(reader);
  ObjectRecord record;
  record.original_key = std::move(listed.key);
  record.size_bytes = listed.size_bytes;
  record.etag = listed.etag;
  record.last_modified = listed.last_modified;
  record.storage_class = listed.storage_class;
  record.checksum = reader.checksum();
  record.version = reader.id<VersionId>();
  record.metadata = reader.metadata();
  record.data = read_data(reader);
  TRY_VOID(reader.finish());
  if (!is_consistent(record)) {
    return make_error(ErrorCode::Corrupt, "object record contradicts itself");
  }
  return record;
}

Result<ListedObject> decode_listed(std::string_view bytes) {
  RecordReader reader(bytes, kObjectLayout, "object record");
  ListedObject object = read_listed(reader);
  const Checksum checksum = reader.checksum();
  object.checksum_algorithm = checksum.algorithm;
  object.checksum_type = checksum.type;
  TRY_VOID(reader.finish_early());
  return object;
}

std::string encode(const PartRecord& record) {
  RecordWriter writer(kPartLayout);
  writer.varint(record.size_bytes);
  writer.digest(record.md5);
  writer.time(record.last_modified);
  writer.checksum(record.checksum);
  writer.optional_home(record.home);
  writer.varint(record.slices.size());
  for (const Slice& slice : record.slices) {
    writer.sealed_ref(slice.blob);
    writer.varint(slice.offset);
    writer.varint(slice.length);
  }
  return std::move(writer).take();
}

Result<PartRecord> decode_part(std::string_view bytes) {
  RecordReader reader(bytes, kPartLayout, "part record");
  PartRecord record;
  record.size_bytes = reader.varint();
  record.md5 = reader.digest();
  record.last_modified = reader.time();
  record.checksum = reader.checksum();
  record.home = reader.optional_home();
  std::uint64_t unaccounted = record.size_bytes;
  const std::size_t slices = reader.count(/*element_bytes_min=*/kSliceBytesMin);
  record.slices.reserve(slices);
  for (std::size_t i = 0; i < slices; ++i) {
    Slice slice;
    slice.blob = reader.sealed_ref();
    slice.offset = reader.varint();
    slice.length = reader.varint();
    const std::uint64_t size = slice.blob.size_bytes;
    if (slice.offset > size || slice.length > size - slice.offset || slice.length == 0 ||
        slice.length > unaccounted) {
      reader.fail();
      break;
    }
    unaccounted -= slice.length;
    record.slices.push_back(slice);
  }
  if (unaccounted != 0) reader.fail();
  TRY_VOID(reader.finish());
  return record;
}

UploadInfo UploadRecord::info(std::string nfc, UploadId id) const {
  return UploadInfo{.key = ObjectKey::from_stored(std::move(nfc), original_key),
                    .id = id,
                    .initiated = initiated,
                    .storage_class = storage_class,
                    .checksum_algorithm = checksum_algorithm,
                    .checksum_type = checksum_type};
}

std::string encode(const UploadRecord& record) {
  RecordWriter writer(kUploadLayout);
  writer.bytes(record.original_key);
  writer.time(record.initiated);
  writer.choice(record.storage_class);
  writer.choice(record.checksum_algorithm);
  writer.choice(record.checksum_type);
  writer.metadata(record.metadata);
  return std::move(writer).take();
}

Result<UploadRecord> decode_upload(std::string_view bytes) {
  RecordReader reader(bytes, kUploadLayout, "upload record");
  UploadRecord record;
  record.original_key = reader.text();
  record.initiated = reader.time();
  record.storage_class = reader.storage_class();
  record.checksum_algorithm = reader.choice(ChecksumAlgorithm::None, ChecksumAlgorithm::Sha256);
  record.checksum_type = reader.choice(ChecksumType::FullObject, ChecksumType::Composite);
  record.metadata = reader.metadata();
  TRY_VOID(reader.finish());
  return record;
}

}  // namespace coffer::store
