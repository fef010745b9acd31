#pragma once

#include "base/byte_range.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/ids.h"
#include "base/stream.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Values that go into and out of the store. No HTTP, no XML, no JSON.
namespace coffer::store {

/// A bucket's name in full.
struct BucketAddress {
  BucketAddress(AccountId a, Jurisdiction j, BucketName n)
      : account(a), jurisdiction(j), name(std::move(n)) {}
  AccountId account;
  Jurisdiction jurisdiction;
  BucketName name;
};

struct ObjectAddress {
  ObjectAddress(BucketAddress b, ObjectKey k) : bucket(std::move(b)), key(std::move(k)) {}
  BucketAddress bucket;
  ObjectKey key;
};

enum class StorageClass : std::uint8_t { Standard, InfrequentAccess };

struct Bucket {
  BucketName name;
  BucketId id;
  Timestamp created;
  std::string location;  ///< location hint in upper case ("ENAM"), empty when none was given
  StorageClass storage_class = StorageClass::Standard;
};

struct CreateBucketOptions {
  std::string location;  ///< as Bucket::location
  StorageClass storage_class = StorageClass::Standard;
};

struct ListBucketsQuery {
  std::string prefix;
  std::string start_after;  ///< exclusive, in the direction; also carries the continuation
  std::size_t limit = 1000;
  std::string name_contains = {};
  /// From the last name to the first. An index is read forward only, so every page reads all names
  /// between `prefix` and `start_after`, and holds one page of them.
  bool descending = false;
};
struct BucketPage {
  std::vector<Bucket> buckets;
  bool truncated = false;
};

/// System metadata (r2-s3.md 5.2); empty means not set.
struct SystemMetadata {
  std::string content_type;
  std::string cache_control;
  std::string content_disposition;
  std::string content_encoding;
  std::string content_language;
  std::string expires;
};
/// Decoded values under lower-case names.
using UserMetadata = std::vector<std::pair<std::string, std::string>>;

struct Metadata {
  SystemMetadata system;
  UserMetadata user;
};

enum class ChecksumAlgorithm : std::uint8_t { None, Crc32, Crc32c, Crc64nvme, Sha1, Sha256 };
enum class ChecksumType : std::uint8_t { FullObject, Composite };
/// `value` is the raw digest, big-endian for CRCs, as S3 puts it into base64.
struct Checksum {
  ChecksumAlgorithm algorithm = ChecksumAlgorithm::None;
  ChecksumType type = ChecksumType::FullObject;
  std::string value;
};

/// MD5 of the body, or MD5 of the parts' MD5s with their number.
struct ETag {
  Md5Digest md5{};
  std::uint32_t parts = 0;  ///< 0: a single body
  /// Without quotes: "<hex>" or "<hex>-<parts>".
  std::string text() const;
  bool operator==(const ETag&) const = default;
};

/// One tag of If-Match or If-None-Match, without quotes; `*` is `any`.
struct ETagCondition {
  bool any = false;
  struct Tag {
    std::string text;
    bool weak = false;
  };
  std::vector<Tag> tags;
};

/// Conditions of reads and writes (r2-observed.md 5.1). Times at whole seconds.
struct Conditions {
  std::optional<ETagCondition> if_match;
  std::optional<ETagCondition> if_none_match;
  std::optional<std::chrono::sys_seconds> if_modified_since;
  std::optional<std::chrono::sys_seconds> if_unmodified_since;
  bool empty() const {
    return !if_match && !if_none_match && !if_modified_since && !if_unmodified_since;
  }
};

struct ObjectInfo {
  ObjectKey key;
  std::uint64_t size_bytes = 0;
  ETag etag;
  Timestamp last_modified;
  VersionId version;
  StorageClass storage_class = StorageClass::Standard;
  Metadata metadata;
  Checksum checksum;
  std::uint32_t parts_count = 0;  ///< 0 unless multipart
};

/// A body on its way in, together with everything that must hold before it may be committed.
class UploadBody : public ByteSource {
 public:
  /// Called once, after `read` returned 0 and right before the commit: settles the declared
  /// digests (Content-MD5, x-amz-content-sha256, header and trailer checksums) and authorizes
  /// again. `md5` is of the bytes read. Returns the checksum to store with the object.
  virtual Result<Checksum> settle(const Md5Digest& md5) = 0;
  /// Bytes that will come, when the client declared it.
  virtual std::optional<std::uint64_t> size_bytes() const = 0;
};

/// Asked right before a commit that has no body of its own (copy, complete): may it still happen?
using CommitGate = std::function<Result<>()>;

struct PutOptions {
  Metadata metadata;
  std::optional<StorageClass> storage_class;  ///< none: the bucket's default
  Conditions conditions;
};

/// Syntax errors are the dialect's.
using RangeRequest = ByteRange;

struct ReadOptions {
  Conditions conditions;
  std::optional<RangeRequest> range;
  std::optional<std::uint32_t> part_number;  ///< 1-based; reads that part only
  bool want_body = true;                     ///< false for HEAD
};

struct ReadOutcome {
  enum class Kind : std::uint8_t { Body, NotModified };
  Kind kind = Kind::Body;
  ObjectInfo info;
  bool partial = false;              ///< a range or part was asked: 206
  std::uint64_t first = 0;           ///< of the range served
  std::uint64_t length = 0;          ///< bytes that `body` yields
  std::unique_ptr<ByteSource> body;  ///< null when not wanted or not modified
};

struct CopyOptions {
  enum class Directive : std::uint8_t { Copy, Replace, Merge };
  Directive directive = Directive::Copy;
  Metadata metadata;  ///< with Replace and Merge
  std::optional<StorageClass> storage_class;
  Conditions source_conditions;       ///< any failure: PreconditionFailed
  Conditions destination_conditions;  ///< evaluated at the commit
};

struct CopiedObject {
  ObjectInfo object;
  VersionId source_version;  ///< of the source that was copied
};

struct DeleteFailure {
  ObjectKey key;
  Error error;
};

/// Prefixes, delimiters and markers may be of any length.
struct ListObjectsQuery {
  std::string prefix;     ///< nfc
  std::string delimiter;  ///< nfc; empty: no grouping
  /// nfc, exclusive in the order of keys. What is exactly a common prefix skips its whole group;
  /// from a key inside a group the group is shown while later keys of it are there.
  std::string start_after;
  std::size_t limit = 1000;
  /// `next` of the page before; the later of this and `start_after` counts.
  std::string continuation = {};
};
struct ListedObject {
  std::string key;  ///< original
  std::uint64_t size_bytes = 0;
  ETag etag;
  Timestamp last_modified;
  StorageClass storage_class = StorageClass::Standard;
  ChecksumAlgorithm checksum_algorithm = ChecksumAlgorithm::None;
  ChecksumType checksum_type = ChecksumType::FullObject;
};
struct ObjectPage {
  std::vector<ListedObject> objects;
  std::vector<std::string> common_prefixes;
  bool truncated = false;
  /// nfc of the last item of the page (key or common prefix): the next one's `continuation`, or
  /// its `start_after`, where a client carries it.
  std::string next;
};

struct CreateUploadOptions {
  Metadata metadata;
  std::optional<StorageClass> storage_class;
  Conditions conditions;  ///< checked at start only
  ChecksumAlgorithm checksum_algorithm = ChecksumAlgorithm::None;
  ChecksumType checksum_type = ChecksumType::Composite;
};
struct UploadInfo {
  ObjectKey key;
  UploadId id;
  Timestamp initiated;
  StorageClass storage_class = StorageClass::Standard;
  ChecksumAlgorithm checksum_algorithm = ChecksumAlgorithm::None;
  ChecksumType checksum_type = ChecksumType::Composite;
};
struct PartInfo {
  std::uint32_t number = 0;
  std::uint64_t size_bytes = 0;
  Md5Digest md5{};
  Timestamp last_modified;
  Checksum checksum;
};
struct PartRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;  ///< inclusive; clamped to the source
};
struct CompletedPart {
  std::uint32_t number = 0;
  std::string etag;   ///< without quotes
  Checksum checksum;  ///< None when the client did not name one
};
struct CompleteOptions {
  std::vector<CompletedPart> parts;  ///< in request order
  Conditions conditions;             ///< a failure aborts the upload (release notes 2023-08-11)
  Checksum expected;                 ///< full-object checksum the client expects, or None
  std::optional<std::uint64_t> expected_size_bytes;
};
struct PartPage {
  UploadInfo upload;
  std::vector<PartInfo> parts;
  bool truncated = false;
};
struct ListUploadsQuery {
  std::string prefix;
  std::string delimiter;
  std::string key_marker;  ///< as ListObjectsQuery::start_after, but with upload_id_marker
  std::optional<UploadId> upload_id_marker;  ///< only with key_marker: exclusive among its uploads
  std::size_t limit = 1000;
};
struct UploadPage {
  std::vector<UploadInfo> uploads;
  std::vector<std::string> common_prefixes;
  bool truncated = false;
  std::string next_key_marker;
  std::optional<UploadId> next_upload_id_marker;
};

/// What one storage class holds. Everything here is exact when nothing is under way: counted in the
/// commits that change it.
struct ClassUsage {
  std::int64_t objects = 0;
  std::int64_t bytes = 0;           ///< of objects: what a GET of each would yield
  std::int64_t metadata_bytes = 0;  ///< of objects: their user and system metadata, as encoded
  std::int64_t parts = 0;           ///< of uploads in progress
  std::int64_t part_bytes = 0;      ///< of these parts
};

struct BucketUsage {
  std::int64_t objects = 0;  ///< of both classes, as `bytes`
  std::int64_t bytes = 0;
  std::int64_t uploads = 0;  ///< in progress
  ClassUsage standard = {};
  ClassUsage infrequent_access = {};

  const ClassUsage& of(StorageClass storage_class) const {
    return storage_class == StorageClass::Standard ? standard : infrequent_access;
  }
};

/// The buckets of an account in one placement, and what they hold together.
struct AccountUsage {
  std::int64_t buckets = 0;
  BucketUsage total = {};
};

}  // namespace coffer::store
