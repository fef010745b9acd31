#pragma once

#include "blob/sealed_blobs.h"
#include "engines.h"
#include "history.h"
#include "scheduler.h"
#include "store/store.h"
#include "support/fake_clock.h"
#include "support/seeded_random.h"

#include <boost/asio/cancellation_signal.hpp>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace coffer::sim {

/// One run of the real store on simulated everything: clients that do what the seed says, a
/// collector beside them, crashes, and at the end an account of every byte.
class World {
 public:
  explicit World(std::uint64_t seed);
  ~World();

  /// The whole run. Empty when all went well, else what did not.
  std::string run();

 private:
  struct KnownUpload {
    std::string bucket;
    std::string key;
    UploadId id;
    std::map<std::uint32_t, std::string> parts;  ///< latest ETags heard of
  };

  void open_store();
  /// Loses everything under way, then starts again over what was committed.
  void crash();
  /// Stops in order, as the server does: what is under way is cancelled, unwinds, and the mark of a
  /// clean stop is left; then starts again.
  void stop();
  /// Runs until nothing is ready, or for so many steps; true when nothing is left.
  bool run_steps(std::uint64_t limit);
  void spawn(Task<> task, bool is_client = false);
  /// Cancels what some client is doing, and all that it would do later.
  void disconnect_somebody();

  Task<> client(int operations);
  Task<> collector(int passes);
  Task<> one_operation();
  Task<> recover();
  Task<> mark_clean_stop();

  Task<> create_bucket(std::string bucket);
  Task<> delete_bucket(std::string bucket);
  Task<> set_storage_class(std::string bucket);
  Task<> put();
  Task<> remove();
  Task<> remove_two();
  Task<> read(std::string bucket, std::string key);
  Task<> list(std::string bucket);
  Task<> list_uploads();
  Task<> copy();
  Task<> create_upload();
  Task<> upload_part();
  Task<> copy_part();
  Task<> complete();
  Task<> abort();

  /// Ends a step with the answer the client got.
  template <class T>
  void finish(Step& step, const Result<T>& result);
  void complain(std::string what) { complaints_ += what + "\n"; }

  std::size_t below(std::size_t bound) { return scheduler_.random()() % bound; }
  std::string any_bucket();
  std::string any_key();
  std::string new_content(std::size_t size);
  /// Remembers content under its ETag, and returns that.
  std::string remember(const std::string& content);
  std::set<std::string> etags_beginning_with(const std::string& content) const;
  store::BucketAddress address(const std::string& bucket) const;
  store::ObjectAddress address(const std::string& bucket, const std::string& key) const;
  store::Conditions conditions(Step& step);
  store::StorageClass any_class();
  store::Metadata any_metadata();
  records::AuditEntry audit_entry(std::string action, const std::string& bucket);

  /// Adds a commit to what the account holds, which may never be more than the quota.
  void count(const meta::Partition& partition, const std::vector<meta::Add>& adds);

  // The end of a run.
  Task<> read_everything();
  Task<> settle();
  /// Finds the very byte at which the quota begins to refuse.
  Task<> probe_quota();
  Task<Result<store::ObjectInfo>> put_probe(std::string key, std::string content);
  Task<> audit();

  Scheduler scheduler_;
  test::FakeClock clock_{std::chrono::milliseconds(1'795'530'877'000)};
  test::SeededRandom random_;
  ScheduledPool pool_{scheduler_};
  AccountId account_;
  SlowMeta meta_;
  SlowBlobs blobs_;
  blob::MasterKey master_key_;
  blob::SealedBlobs sealed_;
  std::unique_ptr<store::Store> store_;

  /// What the account may hold now. In some worlds it comes and goes, so it may be exceeded.
  records::Quota quota_;
  bool quota_changes_ = false;
  std::int64_t bytes_held_ = 0;
  std::int64_t objects_held_ = 0;
  std::int64_t buckets_held_ = 0;

  History history_;
  std::uint64_t time_ = 0;                       ///< of events in the history
  std::map<std::string, std::string> contents_;  ///< by ETag; parts by MD5
  std::vector<KnownUpload> uploads_;
  std::set<AuditId> audited_;         ///< entries of changes that were told to have happened
  std::set<AuditId> not_audited_;     ///< and of those that were told not to have
  std::set<std::string> bucket_ids_;  ///< of every bucket that was ever made, as far as heard of
  std::uint64_t bodies_ = 0;
  /// What was spawned since the last start. (Asio cannot cancel a coroutine that has not begun.)
  struct Spawned {
    boost::asio::cancellation_signal cancel;
    bool begun = false;
    bool is_client = false;
    bool disconnected = false;  ///< cancelled, so its exception is none to tell of
  };
  static Task<> begin(Task<> task, Spawned& spawned);
  std::deque<Spawned> spawned_;
  bool stopping_ = false;
  bool anybody_disconnected_ = false;
  std::string complaints_;
};

}  // namespace coffer::sim
