#pragma once

#include "base/key_locks.h"
#include "store/body_writer.h"
#include "store/bucket_record.h"
#include "store/layout.h"
#include "store/object_record.h"
#include "store/queue_record.h"
#include "store/quota.h"
#include "store/read_pins.h"
#include "store/store.h"
#include "store/uploaded_parts.h"
#include "store/usage.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace coffer::store {

/// One live incarnation of a bucket as last read: immutable, shared by the cache and the requests
/// that use it.
struct OpenBucket {
  Placement* placement = nullptr;
  BucketId id;
  meta::Partition partition;
  meta::Version fence = 0;  ///< the header's version
  BucketHeader header;

  meta::Engine& meta() const { return placement->meta; }
};
using BucketHandle = std::shared_ptr<const OpenBucket>;

/// An object's record with the version that a commit checks; neither when there is none.
struct CurrentObject {
  std::optional<ObjectRecord> record;
  meta::Version version = 0;

  std::optional<Validator> validator() const {
    if (!record) return std::nullopt;
    return record->validator();
  }
};

/// A copied object or part must be committed within half of this after its reference was added;
/// a reference whose destination is not there after all of it belongs to nobody. Nor does one that
/// an earlier run of the process made.
inline constexpr std::chrono::minutes kIntentLease{15};
/// A clock that was set back by no more than this does not make a later write look older.
inline constexpr std::chrono::minutes kClockStepSmoothed{1};
/// Attempts at one commit. Writers of one key take turns within a process, so more than a few
/// means that other gateways, or a bug, keep getting in between.
inline constexpr int kCommitAttemptsMax = 1000;

/// A commit of which nothing can ever appear: a check failed, or the queue was full.
bool left_nothing(const Result<meta::CommitOutcome>& outcome);
/// Tells the reservation what became of its commit; after an engine's error that stays open.
void settle(Quotas::Reservation& reservation, const Result<meta::CommitOutcome>& outcome);

class Store::Impl {
 public:
  Impl(Environment environment, std::vector<Placement> placements, Limits limits);

  // recovery.cc
  Task<Result<>> recover();
  Task<Result<>> mark_clean_stop();
  // garbage.cc
  Task<Result<CollectReport>> collect_garbage();
  // buckets.cc, bucket_list.cc
  Task<Result<Bucket>> create_bucket(BucketAddress address, CreateBucketOptions options,
                                     std::optional<records::AuditEntry> audit);
  Task<Result<>> delete_bucket(BucketAddress address, std::optional<records::AuditEntry> audit);
  Task<Result<Bucket>> set_bucket_storage_class(BucketAddress address, StorageClass storage_class,
                                                std::optional<records::AuditEntry> audit);
  Task<Result<Bucket>> get_bucket(BucketAddress address);
  Task<Result<BucketPage>> list_buckets(AccountId account, Jurisdiction jurisdiction,
                                        ListBucketsQuery query);
  // bucket_usage.cc
  Task<Result<BucketUsage>> bucket_usage(BucketAddress address);
  Task<Result<AccountUsage>> account_usage(AccountId account, Jurisdiction jurisdiction);
  // objects_put.cc
  Task<Result<ObjectInfo>> put_object(ObjectAddress address, PutOptions options, UploadBody& body);
  Task<Result<>> delete_object(ObjectAddress address);
  Task<Result<std::vector<DeleteFailure>>> delete_objects(BucketAddress bucket,
                                                          std::vector<ObjectKey> keys);
  // objects_read.cc
  Task<Result<ReadOutcome>> read_object(ObjectAddress address, ReadOptions options);
  // copy.cc
  Task<Result<CopiedObject>> copy_object(ObjectAddress source, ObjectAddress destination,
                                         CopyOptions options, CommitGate gate);
  // part_copy.cc
  Task<Result<PartInfo>> upload_part_copy(ObjectAddress source, ObjectAddress destination,
                                          UploadId upload, std::uint32_t number,
                                          std::optional<PartRange> range, CommitGate gate,
                                          Conditions source_conditions);
  // listing.cc
  Task<Result<ObjectPage>> list_objects(BucketAddress bucket, ListObjectsQuery query);
  Task<Result<UploadPage>> list_uploads(BucketAddress bucket, ListUploadsQuery query);
  // multipart.cc
  Task<Result<UploadInfo>> create_upload(ObjectAddress address, CreateUploadOptions options);
  Task<Result<PartInfo>> upload_part(ObjectAddress address, UploadId upload, std::uint32_t number,
                                     UploadBody& body);
  Task<Result<>> abort_upload(ObjectAddress address, UploadId upload);
  Task<Result<PartPage>> list_parts(ObjectAddress address, UploadId upload,
                                    std::uint32_t after_number, std::size_t limit);
  // multipart_complete.cc
  Task<Result<ObjectInfo>> complete_upload(ObjectAddress address, UploadId upload,
                                           CompleteOptions options, CommitGate gate);

 private:
  // --- store.cc: what every family uses ---

  Placement* placement_of(Jurisdiction jurisdiction);
  Timestamp now() const { return environment_.clock.now(); }
  /// The time a new record of a key gets: never before the record it replaces, unless the clock
  /// was set back by more than kClockStepSmoothed.
  Timestamp modification_time(const CurrentObject& current) const;

  Task<Result<CurrentObject>> read_current(const OpenBucket& bucket, const std::string& group);
  /// Starts the commit that replaces what `current` says by `next`: checks, the record, the inline
  /// body, what happens to the old data, counters. `usage`: what else it counts.
  meta::Commit replacement(const OpenBucket& bucket, const std::string& group,
                           const CurrentObject& current, const ObjectRecord& next,
                           std::string sealed_body, UsageChange usage = {}) const;
  /// Adds to `change` what dropping `data`, owned by a record of `group`, needs.
  void drop_data(meta::Commit& change, const std::string& group, const ObjectData& data) const;
  void drop_part(meta::Commit& change, const std::string& group, const PartRecord& part) const;
  /// Commits, if the account's quota has room for what the counters say it adds (QuotaExceeded
  /// otherwise); on FenceMoved forgets the cached bucket; after success of a commit that queued
  /// something, tells the collector. `blob` is lent to the commit.
  Task<Result<meta::CommitOutcome>> commit(BucketHandle bucket, meta::Commit change,
                                           const RetryableBlob* blob = nullptr);
  Task<KeyLocks::Guard> lock_key(const OpenBucket& bucket, const std::string& group);

  // --- buckets.cc ---

  /// The live bucket of that name, from the cache or read; NoSuchBucket.
  Task<Result<BucketHandle>> open(const BucketAddress& address);
  void forget(const OpenBucket& bucket);
  /// While it lives, the bucket's name is not cached: whoever changes the header holds one from
  /// before the change until it is known, so that nobody is told of the old state once somebody
  /// has been told of the new.
  class CacheHold {
   public:
    CacheHold(Impl& impl, const BucketAddress& address);
    CacheHold(const CacheHold&) = delete;
    CacheHold& operator=(const CacheHold&) = delete;
    ~CacheHold();

   private:
    Impl& impl_;
    std::string name_;
  };
  /// Stands over a bucket's change of several steps. When it ends in the middle, by an error or
  /// because its request was cancelled, the next start has to look: no mark of a clean stop then.
  class UnfinishedChange {
   public:
    explicit UnfinishedChange(Impl& impl) : impl_(impl) {}
    UnfinishedChange(const UnfinishedChange&) = delete;
    UnfinishedChange& operator=(const UnfinishedChange&) = delete;
    ~UnfinishedChange() {
      if (!finished_) impl_.recovery_needed_ = true;
    }
    void finished() { finished_ = true; }

   private:
    Impl& impl_;
    bool finished_ = false;
  };
  /// A bucket as directory and header say, of whose changes no step is left but a deletion's.
  struct SettledBucket {
    meta::Stored stored;  ///< the directory's entry, with its version
    DirectoryEntry entry;
    std::shared_ptr<OpenBucket> bucket;
  };
  /// Finishes what a change before left undone. Nothing when it did, or when somebody got in
  /// between: look again. NoSuchBucket.
  Task<Result<std::optional<SettledBucket>>> find_settled(Placement& placement,
                                                          const meta::Key& key,
                                                          const BucketAddress& address);
  Task<Result<>> finish_creation(Placement& placement, meta::Key key, meta::Stored stored,
                                 const AccountId& account, std::string name);
  Task<Result<>> finish_deletion(Placement& placement, meta::Key key, meta::Stored stored,
                                 const AccountId& account, std::string audit);
  /// The directory has another storage class than the header.
  Task<Result<>> finish_class_change(Placement& placement, meta::Key key, meta::Stored stored,
                                     const BucketHeader& header);
  /// Of the bucket under one key of the directory, whatever step its change had come to.
  Task<Result<>> finish_interrupted(Placement& placement, std::string key, meta::Stored stored);
  Task<Result<>> finish_interrupted_buckets(Placement& placement);

  // --- bucket_usage.cc: what accounts hold, and may hold ---

  /// QuotaExceeded when an object of that many bytes would certainly not fit now: a cheap answer
  /// before its body is read. The commit decides.
  Task<Result<>> check_room(const OpenBucket& bucket, const std::string& group,
                            std::uint64_t size_bytes);
  Task<Result<>> check_room_for_part(const OpenBucket& bucket, const ObjectKey& key,
                                     UploadId upload, std::uint32_t number,
                                     std::uint64_t size_bytes);
  Task<Result<Holdings>> holdings_of(AccountId account);

  // --- objects_read.cc ---

  /// An object found by a reader: its data stays readable while this lives.
  struct FoundObject {
    BucketHandle bucket;
    std::string group;
    ObjectRecord record;
    meta::Version version = 0;
    ReadPins::Pin pin;
  };
  /// NoSuchBucket, NoSuchKey.
  Task<Result<FoundObject>> find_object(const ObjectAddress& address);
  /// Plaintext [first, first + length) of the object; takes over its pin. Nothing when the object
  /// was inline and has been replaced meanwhile: look again.
  Task<Result<std::unique_ptr<ByteSource>>> open_body(FoundObject& object, std::uint64_t first,
                                                      std::uint64_t length);

  // --- copy.cc: bytes shared between objects ---

  /// A reference on its way: alive until released, the collector leaves its intent alone.
  class ActiveIntent {
   public:
    ActiveIntent(Impl& impl, RefId ref);
    ActiveIntent(const ActiveIntent&) = delete;
    ActiveIntent& operator=(const ActiveIntent&) = delete;
    ~ActiveIntent();

   private:
    Impl& impl_;
    RefId ref_;
  };
  /// Where the data of `source` lives, under a new reference.
  Home home_of(const FoundObject& source, RefId ref) const;
  /// Step 1: adds the reference and its intent at the home. False when the source has changed.
  Task<Result<bool>> add_reference(const FoundObject& source, const Home& home,
                                   BucketId destination, meta::Key holder);
  /// The destination holds the reference.
  Task<Result<>> clear_intent(Placement& placement, const Home& home);
  /// Removes the reference, and wakes data that waited for it. Idempotent.
  Task<Result<>> remove_reference(Placement& placement, const Home& home, bool with_intent);
  /// Step 3, after step 2 succeeded or failed: the reference loses its intent, goes, or is left to
  /// the collector when nobody knows. `again`: step 2 certainly did not happen.
  Task<> settle_reference(Placement& placement, const Home& home,
                          const std::optional<Error>& failure, bool again);
  bool lease_is_tight(Timestamp started) const;

  /// Whether a failed step 2 certainly left nothing behind, so that its reference can go at once.
  /// Engine errors leave that open: the collector decides after the lease.
  static bool certainly_not_committed(const Error& error);

  /// What step 2 must respect of step 1.
  struct SharedCopy {
    BucketId destination;  ///< the incarnation that the intent names
    Timestamp started;
  };
  Task<Result<CopiedObject>> copy_onto_itself(const ObjectAddress& address,
                                              const CopyOptions& options, const CommitGate& gate);
  // In each of these, `again` is set when the source or the destination's bucket has changed, so
  // that the copy has to begin anew; the result is then of no interest.
  Task<Result<ObjectInfo>> copy_found(FoundObject& source, const ObjectAddress& destination,
                                      const CopyOptions& options, const CommitGate& gate,
                                      bool& again);
  Task<Result<ObjectInfo>> copy_inline(FoundObject& source, const ObjectAddress& destination,
                                       const CopyOptions& options, const CommitGate& gate,
                                       bool& again);
  Task<Result<ObjectInfo>> copy_shared(FoundObject& source, const ObjectAddress& destination,
                                       const CopyOptions& options, const CommitGate& gate,
                                       bool& again);
  Task<Result<ObjectInfo>> commit_copy(const ObjectAddress& destination, ObjectRecord record,
                                       std::string sealed_body, const CopyOptions& options,
                                       const CommitGate& gate, const SharedCopy* shared,
                                       bool& again);
  Result<ObjectRecord> copied_record(const ObjectRecord& source, const ObjectKey& destination,
                                     const CopyOptions& options) const;

  // --- multipart.cc ---

  struct OpenUpload {
    UploadRecord record;
    meta::Version version = 0;
  };
  UploadId issue_upload_id(const OpenBucket& bucket, const ObjectKey& key);
  /// Whether this bucket ever issued the id for that key.
  static bool was_issued(const OpenBucket& bucket, const ObjectKey& key, UploadId id);
  /// NoSuchUpload when it is not in progress.
  Task<Result<OpenUpload>> find_upload(const OpenBucket& bucket, const std::string& group,
                                       UploadId id);
  /// Commits a part under the upload, replacing an earlier one of the number. `shared` and `again`
  /// as for copies.
  Task<Result<PartInfo>> commit_part(const ObjectAddress& address, UploadId upload,
                                     std::uint32_t number, PartRecord part,
                                     const RetryableBlob& blob, const CommitGate& gate,
                                     const SharedCopy* shared, bool& again);
  /// Ends the upload, which has exactly the parts `uploaded`, without an object; false when it, or
  /// what `checks` names, changed meanwhile.
  Task<Result<bool>> discard_upload(BucketHandle bucket, const std::string& group, UploadId id,
                                    const OpenUpload& upload, const UploadedParts& uploaded,
                                    std::vector<meta::Check> checks);

  // --- part_copy.cc ---

  struct CopiedBytes {
    std::vector<Slice> slices;
    bool fits = false;  ///< false: too many slices, or not in blobs; rewrite
    std::optional<PartRecord> whole_part;
  };
  Task<Result<CopiedBytes>> slices_of(const FoundObject& source, std::uint64_t first,
                                      std::uint64_t length);
  Task<Result<PartInfo>> rewrite_part(FoundObject& source, const ObjectAddress& destination,
                                      UploadId upload, std::uint32_t number, std::uint64_t first,
                                      std::uint64_t length, ChecksumAlgorithm algorithm,
                                      const CommitGate& gate, bool& again);
  Task<Result<PartInfo>> share_part(FoundObject& source, const ObjectAddress& destination,
                                    UploadId upload, std::uint32_t number, std::uint64_t first,
                                    std::uint64_t length, CopiedBytes bytes,
                                    ChecksumAlgorithm algorithm, const CommitGate& gate,
                                    bool& again);

  // --- garbage.cc ---

  struct QueueItem {
    std::string key;
    std::string value;
    meta::Version version = 0;
  };
  /// The placement and id of a bucket that may have queued garbage.
  struct DirtyBucket {
    Placement* placement;
    BucketId id;
    bool operator<(const DirtyBucket& other) const { return id < other.id; }
  };
  enum class Disposal : std::uint8_t { Done, Parked, Later };
  void mark_dirty(Placement& placement, BucketId bucket);
  /// The buckets that may have garbage: those marked since the last call, and after a start a page
  /// of all others. Only with the lock "collect" held.
  Task<Result<std::set<DirtyBucket>>> take_dirty();
  Task<Result<>> collect_bucket(DirtyBucket bucket, CollectReport& report);
  Task<Result<Disposal>> dispose(DirtyBucket bucket, const QueueItem& item, CollectReport& report);
  Task<Result<Disposal>> dispose_garbage(DirtyBucket bucket, const QueueItem& item,
                                         layout::QueueKeyParts parts, CollectReport& report);
  Task<Result<Disposal>> dispose_reference(DirtyBucket bucket, const QueueItem& item,
                                           layout::QueueKeyParts parts, CollectReport& report);
  Task<Result<Disposal>> dispose_intent(DirtyBucket bucket, const QueueItem& item,
                                        layout::QueueKeyParts parts, CollectReport& report);
  Task<Result<>> dispose_parts(DirtyBucket bucket, const std::string& group, UploadId manifest,
                               CollectReport& report);
  /// Drops the partition of a deleted bucket that holds nothing any more.
  Task<Result<>> drop_if_drained(DirtyBucket bucket);

  // --- recovery.cc ---

  /// Walks over every bucket of a placement that has a partition, live ones and then deleted ones,
  /// a page at a time. A bucket that is deleted meanwhile is met at least once.
  class BucketWalk {
   public:
    explicit BucketWalk(Placement& placement) : placement_(&placement) {}
    Placement& placement() const { return *placement_; }
    /// The next ids; none at the end. After an error it can be called again.
    Task<Result<std::vector<BucketId>>> next();
    /// The first entry that could not be read, and whose bucket is therefore missing.
    const std::optional<Error>& damage() const { return damage_; }

   private:
    Placement* placement_;
    meta::Family family_ = meta::Family::Record;  ///< then Queue, where the deleted ones are
    std::string begin_;
    std::string end_;
    std::optional<Error> damage_;
  };
  Task<Result<>> remove_orphans(Placement& placement);

  Environment environment_;
  std::vector<Placement> placements_;
  const Limits limits_;
  const GatewayId gateway_;
  BufferPool buffers_;
  KeyLocks locks_;
  Quotas quotas_;
  const std::shared_ptr<ReadPins> pins_ = std::make_shared<ReadPins>();  ///< shared with bodies

  /// Open buckets by jurisdiction, account and name. For writers a stale one would cost a
  /// FenceMoved; for readers, who check no fence, none is stale within the process: `held_names_`
  /// keeps a name out while its header changes, and the generation what was read before.
  std::mutex cache_mutex_;
  std::unordered_map<std::string, BucketHandle> cache_;  ///< guarded by cache_mutex_
  std::unordered_set<std::string> held_names_;           ///< guarded by cache_mutex_
  std::uint64_t cache_generation_ = 0;                   ///< guarded by cache_mutex_

  std::mutex garbage_mutex_;
  std::set<DirtyBucket> dirty_;     ///< guarded by garbage_mutex_
  std::set<RefId> active_intents_;  ///< guarded by garbage_mutex_
  /// Placements that the collector has not been all through since the start. Filled by `recover`,
  /// then used with the lock "collect" held.
  std::vector<BucketWalk> unvisited_;

  /// Something was left that only `recover` finds: a blob that nothing names, because its commit
  /// ended in an error, or a bucket between two steps of a change.
  std::atomic<bool> recovery_needed_{false};
};

}  // namespace coffer::store
