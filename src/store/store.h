#pragma once

#include "base/clock.h"
#include "base/offload.h"
#include "base/random.h"
#include "blob/sealed_blobs.h"
#include "meta/engine.h"
#include "records/account_record.h"
#include "records/audit_record.h"
#include "store/types.h"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace coffer::store {

/// The data root (or pools) of one jurisdiction. Borrowed engines outlive the store.
struct Placement {
  Placement(Jurisdiction j, meta::Engine& m, blob::SealedBlobs& b)
      : jurisdiction(j), meta(m), blobs(b) {}
  Jurisdiction jurisdiction;
  meta::Engine& meta;
  blob::SealedBlobs& blobs;
};

/// What the store may reach of the world.
struct Environment {
  Clock& clock;
  Random& random;
  WorkPool& pool;
  /// What an account may store, now; called on any thread, before every write. Null: no account has
  /// a quota.
  std::function<records::Quota(AccountId)> quota_of = {};
};

/// Where a placement keeps the audit entries of its buckets: in family Queue of this partition,
/// under `records::audit_key`.
meta::Partition audit_partition();

/// Named limits, each from r2-s3.md section 16; tests may lower them.
struct Limits {
  std::uint64_t single_write_bytes_max = 5'363'466'240;  // 5 GiB - 5 MiB
  std::uint64_t object_bytes_max = 5'492'786'135'040;    // 5 TiB - 5 GiB
  std::uint64_t part_bytes_min = 5'242'880;              // 5 MiB, all parts but the last
  std::uint32_t parts_max = 10'000;
  std::size_t metadata_bytes_max = 8'192;
  std::size_t buckets_per_account_max = 1'000'000;
  std::size_t inline_bytes_max = 4'096;  // measured: docs/PERFORMANCE.md
};

/// The object store: R2's semantics, once. Knows neither HTTP nor XML nor JSON. Every method may be
/// awaited from any executor and resumes on the caller's; none blocks it. Visibility is the
/// metadata commit, with its conditions checked inside; when a method returns success, the change
/// is durable. Permission is decided before the store is called. Errors are R2's: NoSuchBucket,
/// NoSuchKey, NoSuchUpload, PreconditionFailed, InvalidPart, EntityTooSmall, EntityTooLarge,
/// MetadataTooLarge, BucketAlreadyOwnedByYou, BucketNotEmpty, InvalidRange ..., and the engines'
/// (Corrupt, NoSpace, IoError, SlowDown, ServiceUnavailable).
///
/// A write that would take an account over its quota fails with QuotaExceeded, early where the
/// client declares a size, and exactly at the commit (docs/decisions/0013-quotas.md). What frees
/// or does not grow never does.
class Store {
 public:
  Store(Environment environment, std::vector<Placement> placements, Limits limits = {});
  ~Store();

  /// Finishes what a crash interrupted (half-made and half-deleted buckets, orphaned blobs). Call
  /// once before serving.
  Task<Result<>> recover();

  /// Leaves word that nothing was under way, so that the next `recover` need not look for orphaned
  /// blobs. Call last, when no other call runs or follows; without it the next start is as after a
  /// crash: correct, but it reads the names of all objects.
  Task<Result<>> mark_clean_stop();

  /// One pass over queued garbage and expired intents of every bucket; returns what it removed.
  /// Called by `jobs` in a loop, and by tests and the simulation directly.
  struct CollectReport {
    std::size_t blobs_removed = 0;
    std::size_t references_removed = 0;
    std::size_t entries_left = 0;
  };
  Task<Result<CollectReport>> collect_garbage();

  // Buckets. `audit`, when given, is written as it is, once, in the commit that completes the
  // change, also when that is made after a crash; not when there is no change.
  Task<Result<Bucket>> create_bucket(BucketAddress address, CreateBucketOptions options,
                                     std::optional<records::AuditEntry> audit = std::nullopt);
  Task<Result<>> delete_bucket(BucketAddress address,
                               std::optional<records::AuditEntry> audit = std::nullopt);
  /// Of objects and uploads that are made from now on and name no class.
  Task<Result<Bucket>> set_bucket_storage_class(
      BucketAddress address, StorageClass storage_class,
      std::optional<records::AuditEntry> audit = std::nullopt);
  Task<Result<Bucket>> get_bucket(BucketAddress address);
  Task<Result<BucketPage>> list_buckets(AccountId account, Jurisdiction jurisdiction,
                                        ListBucketsQuery query);
  /// About a dozen point reads.
  Task<Result<BucketUsage>> bucket_usage(BucketAddress address);
  /// Of all the account's buckets in one placement: reads every one's counters, so a dozen point
  /// reads for each. Counters of different buckets are not read at one moment.
  Task<Result<AccountUsage>> account_usage(AccountId account, Jurisdiction jurisdiction);

  // Objects. `body` outlives the call.
  Task<Result<ObjectInfo>> put_object(ObjectAddress address, PutOptions options, UploadBody& body);
  Task<Result<ReadOutcome>> read_object(ObjectAddress address, ReadOptions options);
  Task<Result<>> delete_object(ObjectAddress address);
  /// Deletes each; the result names only those that failed.
  Task<Result<std::vector<DeleteFailure>>> delete_objects(BucketAddress bucket,
                                                          std::vector<ObjectKey> keys);
  /// Moves no bytes inside one placement; `source` and `destination` have the same jurisdiction.
  Task<Result<CopiedObject>> copy_object(ObjectAddress source, ObjectAddress destination,
                                         CopyOptions options, CommitGate gate);
  Task<Result<ObjectPage>> list_objects(BucketAddress bucket, ListObjectsQuery query);

  // Multipart uploads.
  Task<Result<UploadInfo>> create_upload(ObjectAddress address, CreateUploadOptions options);
  Task<Result<PartInfo>> upload_part(ObjectAddress address, UploadId upload, std::uint32_t number,
                                     UploadBody& body);
  Task<Result<PartInfo>> upload_part_copy(ObjectAddress source, ObjectAddress destination,
                                          UploadId upload, std::uint32_t number,
                                          std::optional<PartRange> range, CommitGate gate,
                                          Conditions source_conditions = {});
  Task<Result<ObjectInfo>> complete_upload(ObjectAddress address, UploadId upload,
                                           CompleteOptions options, CommitGate gate);
  /// Idempotent for uploads that once existed (completed or aborted); NoSuchUpload for others.
  Task<Result<>> abort_upload(ObjectAddress address, UploadId upload);
  Task<Result<PartPage>> list_parts(ObjectAddress address, UploadId upload,
                                    std::uint32_t after_number, std::size_t limit);
  Task<Result<UploadPage>> list_uploads(BucketAddress bucket, ListUploadsQuery query);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace coffer::store
