#pragma once

#include "blob/sealed_blobs.h"
#include "store/conditions.h"
#include "store/layout.h"
#include "store/types.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::store {

/// Where bytes that belong to somebody else live: the group they were written for, what they are
/// there, and the name under which they are kept for us.
struct Home {
  BucketId bucket;
  std::string group;
  DataId data;
  RefId ref;
  bool operator==(const Home&) const = default;
};

/// The parts of a completed upload, which stay under the upload's id where they were written.
/// Enough to find the part of any byte without reading the list.
struct Manifest {
  UploadId id;
  std::uint32_t parts = 0;
  std::uint64_t part_size_bytes = 0;  ///< of every part but the last
  std::uint32_t first_number = 0;
  bool contiguous = false;  ///< part numbers are first_number, first_number + 1, ...
  bool operator==(const Manifest&) const = default;
};

/// The bytes of an object.
struct ObjectData {
  enum class Kind : std::uint8_t {
    Empty = 0,
    Inline = 1,  ///< `blob`, sealed, under the object's own Body key
    Blob = 2,    ///< the whole of `blob`
    Parts = 3,   ///< `manifest`
  };
  Kind kind = Kind::Empty;
  blob::SealedRef blob;
  Manifest manifest;
  std::optional<Home> home;  ///< Blob and Parts only: the bytes are another's

  /// Of Blob and Parts: what references to it name.
  DataId id() const { return kind == Kind::Parts ? data_id(manifest.id) : data_id(blob.id); }
  bool operator==(const ObjectData&) const = default;
};

/// What a key of Family::Record holds.
struct ObjectRecord {
  std::string original_key;
  std::uint64_t size_bytes = 0;
  ETag etag;
  Timestamp last_modified;
  StorageClass storage_class = StorageClass::Standard;
  Checksum checksum;
  VersionId version;
  Metadata metadata;
  ObjectData data;

  Validator validator() const { return Validator{etag, last_modified}; }
  /// `nfc` is the normalised key.
  ObjectInfo info(std::string nfc) const;
};

/// Encoded records are at most this long, so that they fit a value of `meta` (64 KiB).
inline constexpr std::size_t kRecordBytesMax = 60 * 1024;

std::string encode(const ObjectRecord& record);
/// Corrupt for anything that `encode` did not write.
Result<ObjectRecord> decode_object(std::string_view bytes);
/// Only what a listing shows; reads no metadata.
Result<ListedObject> decode_listed(std::string_view bytes);

/// A piece of a blob.
struct Slice {
  blob::SealedRef blob;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  bool operator==(const Slice&) const = default;
};

/// One part of an upload. Its bytes are one blob of its own, or, for a copied part, slices of
/// another object's blobs kept by `home`.
struct PartRecord {
  std::uint64_t size_bytes = 0;
  Md5Digest md5{};
  Timestamp last_modified;
  Checksum checksum;
  std::vector<Slice> slices;
  std::optional<Home> home;
};
/// A copied part that would need more is rewritten: the record must fit a value of `meta`.
inline constexpr std::size_t kPartSlicesMax = 256;

std::string encode(const PartRecord& record);
Result<PartRecord> decode_part(std::string_view bytes);

/// An upload in progress.
struct UploadRecord {
  std::string original_key;
  Timestamp initiated;
  StorageClass storage_class = StorageClass::Standard;
  ChecksumAlgorithm checksum_algorithm = ChecksumAlgorithm::None;
  ChecksumType checksum_type = ChecksumType::Composite;
  Metadata metadata;

  UploadInfo info(std::string nfc, UploadId id) const;
};

std::string encode(const UploadRecord& record);
Result<UploadRecord> decode_upload(std::string_view bytes);

}  // namespace coffer::store
