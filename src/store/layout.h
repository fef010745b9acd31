#pragma once

#include "base/ids.h"
#include "meta/engine.h"
#include "store/types.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Where everything of the store lies in `meta`: partitions, groups and keys. The grammar with its
/// reasons is docs/formats/store.md.
namespace coffer::store {

/// What a reference keeps alive: the id of a blob, or of a completed upload's manifest.
using DataId = Id128<struct DataTag>;

inline DataId data_id(BlobId id) { return *DataId::from_bytes(id.bytes()); }
inline DataId data_id(UploadId id) { return *DataId::from_bytes(id.bytes()); }

namespace layout {

/// The longest NFC of an object's key: normalising makes UTF-8 up to three times as long
/// (unicode.org/faq/normalization.html, U+1D160). What clients compare keys with may be longer, and
/// is cut to this before it becomes a key of `meta`, whose limit is 8 KiB.
inline constexpr std::size_t kKeyBytesMax = 3 * ObjectKey::kMaxBytes;

/// A marker as keys of at most `longest` bytes compare with it: what is longer sorts among them as
/// its first `longest` + 1 bytes do, and equals none of them.
inline std::string_view cut_marker(std::string_view marker, std::size_t longest) {
  return marker.substr(0, longest + 1);
}

/// The partition that maps (account, name) to a bucket's incarnation; one per placement.
inline constexpr std::string_view kDirectory = "directory";

meta::Partition directory();
meta::Partition bucket_partition(BucketId id);

// Directory partition, group "".
meta::Key directory_key(const AccountId& account, std::string_view name);
/// A deleted bucket whose partition still holds garbage, or bytes that others refer to.
meta::Key deleted_bucket_key(BucketId id);
std::string deleted_bucket_prefix();
/// The id in a key made by `deleted_bucket_key`.
std::optional<BucketId> deleted_bucket_of(std::string_view key);
/// Present after a clean stop only.
meta::Key clean_stop_key();
/// Counter of one account's buckets.
std::string bucket_counter(const AccountId& account);

// Bucket partition.
meta::Key header_key();
inline constexpr std::string_view kObjectCounter = "objects";
inline constexpr std::string_view kByteCounter = "bytes";
inline constexpr std::string_view kMetadataCounter = "metadata-bytes";
inline constexpr std::string_view kUploadCounter = "uploads";
inline constexpr std::string_view kPartCounter = "parts";
inline constexpr std::string_view kPartByteCounter = "part-bytes";
/// Counts what of `whole` is of class InfrequentAccess; the rest is Standard.
std::string infrequent_access_counter(std::string_view whole);

/// Order-preserving form of a key's bytes: 0x00 becomes 0x00 0xFF. What begins with escape(p) is
/// exactly what escapes something that begins with p.
std::string escape(std::string_view nfc);
/// The group of an object key: its escaped form and the terminator 0x00 0x01, so that no group is
/// a prefix of another and groups sort as their keys do.
std::string group_of(std::string_view nfc);
/// The key of a group, or nothing when `group` is not one.
std::optional<std::string> key_of_group(std::string_view group);

/// The smallest string greater than everything that begins with `prefix`; empty when there is none
/// (as the `end` of a range: to the end of the family).
std::string after_prefix(std::string_view prefix);

meta::Key record_key(const std::string& group);
meta::Key upload_key(const std::string& group, UploadId id);
/// Splits an upload's key into its group and id.
struct UploadKeyParts {
  std::string_view group;
  UploadId id;
};
std::optional<UploadKeyParts> split_upload_key(std::string_view key);
meta::Key part_key(const std::string& group, UploadId id, std::uint32_t number);
std::string part_prefix(const std::string& group, UploadId id);
/// The part number at the end of a part's key.
std::optional<std::uint32_t> part_number_of(std::string_view key);
meta::Key reference_key(const std::string& group, DataId data, RefId ref);
std::string reference_prefix(const std::string& group, DataId data);
/// Dropped data that waits for its references to go.
meta::Key parked_key(const std::string& group, DataId data);
meta::Key body_key(const std::string& group, BlobId id);
meta::Key garbage_key(const std::string& group, DataId data);
meta::Key unreference_key(const std::string& group, RefId ref);
meta::Key intent_key(const std::string& group, RefId ref);

/// A key of Family::Queue taken apart.
struct QueueKeyParts {
  std::string_view group;
  char kind = 0;
  std::string_view id;  ///< 16 bytes
};
inline constexpr char kGarbage = 'g';
inline constexpr char kUnreference = 'u';
inline constexpr char kIntent = 'i';
std::optional<QueueKeyParts> split_queue_key(std::string_view key);

/// A key of Family::Detail taken apart.
struct DetailKeyParts {
  std::string_view group;
  char kind = 0;
  std::string_view id;    ///< 16 bytes: of the upload (parts) or the data
  std::string_view rest;  ///< part number or reference id
};
inline constexpr char kPart = 'p';
inline constexpr char kReference = 'r';
inline constexpr char kParked = 'd';
std::optional<DetailKeyParts> split_detail_key(std::string_view key);

}  // namespace layout
}  // namespace coffer::store
