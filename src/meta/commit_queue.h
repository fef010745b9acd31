#pragma once

#include "meta/engine.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace coffer::meta {

/// What goes through the queue: a commit, or the end of a whole partition.
struct Change {
  enum class Kind : std::uint8_t { Commit, Drop };
  explicit Change(Commit c) : kind(Kind::Commit), commit(std::move(c)) {}
  static Change drop(Partition partition) {
    Change change(Commit(std::move(partition), {}));
    change.kind = Kind::Drop;
    return change;
  }

  Kind kind;
  Commit commit;  ///< of a drop: its partition only
};

/// A change in the queue, and whoever waits for its answer.
class QueuedChange {
 public:
  explicit QueuedChange(Change change);
  virtual ~QueuedChange() = default;
  QueuedChange(const QueuedChange&) = delete;
  QueuedChange& operator=(const QueuedChange&) = delete;

  const Change& change() const { return change_; }
  std::size_t size_bytes() const { return size_bytes_; }

 protected:
  /// Goes on with the caller on its own executor, never on this stack. Whatever `self` holds ends
  /// there too.
  virtual void resume(std::unique_ptr<QueuedChange> self, Result<CommitOutcome> outcome) = 0;
  void drop_change() { change_.commit = Commit({}, {}); }

 private:
  friend void answer(std::unique_ptr<QueuedChange>, Result<CommitOutcome>);
  friend void answer_unknown(std::unique_ptr<QueuedChange>, Error);
  void adopt_blobs();

  Change change_;
  std::size_t size_bytes_;
};

/// From any thread: settles the pending blobs and resumes the caller. Blobs are adopted when the
/// outcome is Committed; otherwise they are destroyed, on the caller's executor.
void answer(std::unique_ptr<QueuedChange> change, Result<CommitOutcome> outcome);
/// The change may yet appear after a restart, so its blobs stay: adopted.
void answer_unknown(std::unique_ptr<QueuedChange> change, Error error);

using QueuedBatch = std::vector<std::unique_ptr<QueuedChange>>;

/// Bounds that keep the memory of what waits, and of one batch, finite.
struct CommitQueueLimits {
  /// Some 0.1 s of commits at the rate that one disk syncs in groups; whoever comes later is better
  /// told SlowDown than left waiting.
  std::size_t waiting_max = 4096;
  /// One commit may be larger (kCommitBytesMax); it is taken when nothing else waits.
  std::size_t waiting_bytes_max = 32 * 1024 * 1024;
  /// Syncing a few MiB takes as long as several syncs: larger batches gain nothing.
  std::size_t batch_bytes_max = 4 * 1024 * 1024;
};

/// Collects the changes of all connections for one thread, its own, which applies everything that
/// waits as one batch. Thread-safe. The destructor applies what still waits, then joins; no call
/// may come any more. The event loops of those who waited outlive it.
class CommitQueue {
 public:
  /// Answers each change of a batch, in their order; called on the queue's thread only. Must not
  /// throw. A drop is always a batch of its own.
  using Apply = std::function<void(QueuedBatch batch)>;

  CommitQueue(CommitQueueLimits limits, Apply apply);
  ~CommitQueue();

  /// Waits for the change to be answered; SlowDown when the queue is full.
  Task<Result<CommitOutcome>> submit(Change change);

 private:
  struct State;
  struct Start;
  std::unique_ptr<State> state_;
};

}  // namespace coffer::meta
