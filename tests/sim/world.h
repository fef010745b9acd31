#pragma once

#include "blob/sealed_blobs.h"
#include "engines.h"
#include "history.h"
#include "scheduler.h"
#include "store/store.h"

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
  void spawn(Task<> task);

  Task<> client(int operations);
  Task<> collector(int passes);
  Task<> one_operation();
  Task<> recover();
  Task<> mark_clean_stop();

  Task<> create_bucket(std::string bucket);
  Task<> delete_bucket(std::string bucket);
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

  // The end of a run.
  Task<> read_everything();
  Task<> settle();
  Task<> audit();

  Scheduler scheduler_;
  VirtualClock clock_;
  SeededRandom random_;
  ScheduledPool pool_{scheduler_};
  AccountId account_;
  SlowMeta meta_;
  SlowBlobs blobs_;
  blob::MasterKey master_key_;
  blob::SealedBlobs sealed_;
  std::unique_ptr<store::Store> store_;

  History history_;
  std::uint64_t time_ = 0;                       ///< of events in the history
  std::map<std::string, std::string> contents_;  ///< by ETag; parts by MD5
  std::vector<KnownUpload> uploads_;
  std::set<std::string> bucket_ids_;  ///< of every bucket that was ever made, as far as heard of
  std::uint64_t bodies_ = 0;
  /// What was spawned since the last start. (Asio cannot cancel a coroutine that has not begun.)
  struct Spawned {
    boost::asio::cancellation_signal cancel;
    bool begun = false;
  };
  static Task<> begin(Task<> task, Spawned& spawned);
  std::deque<Spawned> spawned_;
  bool stopping_ = false;
  std::string complaints_;
};

}  // namespace coffer::sim
