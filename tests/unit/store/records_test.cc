#include "store/bucket_record.h"
#include "store/metadata_rules.h"
#include "store/object_record.h"
#include "store/queue_record.h"

#include <gtest/gtest.h>

#include <random>

namespace coffer::store {
namespace {

template <class Id>
Id id_of(char fill) {
  return *Id::from_bytes(std::string(16, fill));
}

blob::SealedRef sealed(char fill, std::uint64_t size) {
  blob::SealedRef ref;
  ref.id = id_of<BlobId>(fill);
  ref.key.bytes.fill(static_cast<std::uint8_t>(fill));
  ref.size_bytes = size;
  return ref;
}

Home some_home() {
  return Home{id_of<BucketId>('b'), std::string("k\0\1", 3), id_of<DataId>('d'), id_of<RefId>('r')};
}

ObjectRecord some_object(ObjectData data, std::uint64_t size) {
  ObjectRecord record;
  record.original_key = std::string("na\0me", 5);
  record.size_bytes = size;
  record.etag.md5.fill(std::byte{7});
  record.etag.parts = data.kind == ObjectData::Kind::Parts ? data.manifest.parts : 0;
  record.last_modified = Timestamp(std::chrono::milliseconds(1'700'000'000'123));
  record.storage_class = StorageClass::InfrequentAccess;
  record.checksum = Checksum{ChecksumAlgorithm::Crc32, ChecksumType::Composite, "\1\2\3\4"};
  record.version = id_of<VersionId>('v');
  record.metadata.system = {"text/plain", "no-store", "inline", "gzip", "de", "never"};
  record.metadata.user = {{"a", "1"}, {"b", ""}};
  record.data = std::move(data);
  return record;
}

ObjectData parts_data() {
  ObjectData data;
  data.kind = ObjectData::Kind::Parts;
  data.manifest = Manifest{id_of<UploadId>('u'), 3, 10, 1, true};
  data.home = some_home();
  return data;
}

std::vector<ObjectRecord> objects() {
  ObjectData inline_data;
  inline_data.kind = ObjectData::Kind::Inline;
  inline_data.blob = sealed('i', 4);
  ObjectData blob_data;
  blob_data.kind = ObjectData::Kind::Blob;
  blob_data.blob = sealed('x', 9'000'000'000);
  return {some_object(ObjectData(), 0), some_object(inline_data, 4),
          some_object(blob_data, 9'000'000'000), some_object(parts_data(), 25)};
}

PartRecord some_part() {
  PartRecord part;
  part.size_bytes = 30;
  part.md5.fill(std::byte{3});
  part.checksum = Checksum{ChecksumAlgorithm::Sha256, ChecksumType::FullObject, "digest"};
  part.slices = {Slice{sealed('s', 100), 90, 10}, Slice{sealed('t', 20), 0, 20}};
  part.home = some_home();
  return part;
}

TEST(Records, ObjectsRoundTrip) {
  for (const ObjectRecord& record : objects()) {
    const std::string bytes = encode(record);
    const auto decoded = decode_object(bytes);
    ASSERT_TRUE(decoded) << decoded.error().describe();
    EXPECT_EQ(encode(*decoded), bytes);
    EXPECT_EQ(decoded->data, record.data);
    EXPECT_EQ(decoded->original_key, record.original_key);
    EXPECT_EQ(decoded->metadata.user, record.metadata.user);

    const auto listed = decode_listed(bytes);
    ASSERT_TRUE(listed);
    EXPECT_EQ(listed->key, record.original_key);
    EXPECT_EQ(listed->size_bytes, record.size_bytes);
    EXPECT_EQ(listed->etag, record.etag);
    EXPECT_EQ(listed->last_modified, record.last_modified);
    EXPECT_EQ(listed->storage_class, record.storage_class);
    EXPECT_EQ(listed->checksum_algorithm, record.checksum.algorithm);
    EXPECT_EQ(listed->checksum_type, record.checksum.type);
  }
}

TEST(Records, OthersRoundTrip) {
  const std::string part = encode(some_part());
  ASSERT_TRUE(decode_part(part));
  EXPECT_EQ(encode(*decode_part(part)), part);

  UploadRecord upload;
  upload.original_key = "key";
  upload.checksum_algorithm = ChecksumAlgorithm::Crc64nvme;
  upload.checksum_type = ChecksumType::FullObject;
  upload.metadata.user = {{"x", "y"}};
  ASSERT_TRUE(decode_upload(encode(upload)));
  EXPECT_EQ(encode(*decode_upload(encode(upload))), encode(upload));

  DirectoryEntry entry;
  entry.state = DirectoryEntry::State::Live;
  entry.location = "ENAM";
  ASSERT_TRUE(decode_directory_entry(encode(entry)));
  EXPECT_EQ(encode(*decode_directory_entry(encode(entry))), encode(entry));

  BucketHeader header;
  header.state = BucketHeader::State::Deleting;
  header.name = "bucket";
  ASSERT_TRUE(decode_bucket_header(encode(header)));
  EXPECT_EQ(encode(*decode_bucket_header(encode(header))), encode(header));
  header.audit = "entry";
  EXPECT_EQ(decode_bucket_header(encode(header)).value().audit, "entry");
  entry.audit = "entry";
  EXPECT_EQ(decode_directory_entry(encode(entry)).value().audit, "entry");

  IntentRecord intent;
  intent.holder = layout::part_key(layout::group_of("k"), id_of<UploadId>('u'), 7);
  intent.made_by = id_of<GatewayId>('g');
  ASSERT_TRUE(decode_intent(encode(intent)));
  EXPECT_EQ(decode_intent(encode(intent))->holder, intent.holder);
  EXPECT_EQ(decode_intent(encode(intent))->made_by, intent.made_by);

  const UnreferenceRecord unreference{some_home()};
  ASSERT_TRUE(decode_unreference(encode(unreference)));
  EXPECT_EQ(decode_unreference(encode(unreference))->home, some_home());
}

/// Every decoder, on bytes that may be anything: an answer or an error, never more.
void decode_everything(std::string_view bytes) {
  const auto expect_corrupt = [](const auto& result) {
    EXPECT_TRUE(result || result.error().code() == ErrorCode::Corrupt ||
                result.error().code() == ErrorCode::NewerFormat);
  };
  expect_corrupt(decode_object(bytes));
  expect_corrupt(decode_listed(bytes));
  expect_corrupt(decode_part(bytes));
  expect_corrupt(decode_upload(bytes));
  expect_corrupt(decode_directory_entry(bytes));
  expect_corrupt(decode_bucket_header(bytes));
  expect_corrupt(decode_garbage(bytes));
  expect_corrupt(decode_unreference(bytes));
  expect_corrupt(decode_intent(bytes));
  expect_corrupt(decode_reference(bytes));
}

TEST(Records, DecodersSurviveGarbage) {
  std::mt19937 random(3);
  std::vector<std::string> seeds{encode(some_part())};
  for (const ObjectRecord& record : objects()) seeds.push_back(encode(record));
  for (const std::string& seed : seeds) {
    for (std::size_t length = 0; length < seed.size(); ++length) {
      EXPECT_FALSE(decode_object(std::string_view(seed).substr(0, length)));
      decode_everything(std::string_view(seed).substr(0, length));
    }
    for (int i = 0; i < 3'000; ++i) {
      std::string damaged = seed;
      for (int flips = 0; flips < 3; ++flips) {
        damaged[random() % damaged.size()] = static_cast<char>(random());
      }
      decode_everything(damaged);
    }
    EXPECT_FALSE(decode_object(seed + "x"));
  }
  for (int i = 0; i < 3'000; ++i) {
    std::string noise(random() % 200, ' ');
    for (char& c : noise) c = static_cast<char>(random());
    if (!noise.empty()) noise[0] = 1;
    decode_everything(noise);
  }
}

TEST(Records, RefusesNumbersThatContradictEachOther) {
  ObjectRecord record = some_object(parts_data(), 25);
  for (const std::uint64_t size : {std::uint64_t{19}, std::uint64_t{31}, UINT64_MAX}) {
    record.size_bytes = size;
    EXPECT_FALSE(decode_object(encode(record))) << size;
  }
  PartRecord part = some_part();
  part.size_bytes = 31;
  EXPECT_FALSE(decode_part(encode(part)));
  part = some_part();
  part.slices[0].offset = 91;
  EXPECT_FALSE(decode_part(encode(part)));
}

// The formula of r2-observed.md section 13.
TEST(Metadata, IsChargedInUtf16Units) {
  const std::vector<std::pair<UserMetadata, std::size_t>> rows{
      {{}, 0},
      {{{"name", "value"}}, 9},
      {{{"n", "\xc3\xa9"}}, 2},          // U+00E9 is below 256: one unit
      {{{"n", "\xc4\x80"}}, 3},          // U+0100 doubles its string
      {{{"n", "a\xe2\x82\xac"}}, 5},     // so does U+20AC, for all of it
      {{{"n", "\xf0\x9f\x98\x80"}}, 5},  // a surrogate pair is two units
      {{{"ab", "c"}, {"d", ""}}, 4},
  };
  for (const auto& [metadata, size] : rows) EXPECT_EQ(metadata_size(metadata), size);
}

TEST(Metadata, MergeOverridesAndKeepsTheRest) {
  Metadata base;
  base.system.content_type = "a/b";
  base.system.cache_control = "no-store";
  base.user = {{"x", "1"}, {"y", "2"}};
  Metadata changes;
  changes.system.content_type = "c/d";
  changes.user = {{"y", "3"}, {"z", "4"}};
  const Metadata merged = merge_metadata(base, changes);
  EXPECT_EQ(merged.system.content_type, "c/d");
  EXPECT_EQ(merged.system.cache_control, "no-store");
  EXPECT_EQ(merged.user, (UserMetadata{{"x", "1"}, {"y", "3"}, {"z", "4"}}));
}

}  // namespace
}  // namespace coffer::store
