#pragma once

#include "base/pending_blob.h"
#include "base/result.h"
#include "base/task.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::meta {

/// Of one committed key: unique within an engine, grows, never reused, also across restarts.
using Version = std::uint64_t;

/// A partition's name: bytes, at most 255. Partitions share nothing but the engine.
using Partition = std::string;

/// Kinds of keys that lie apart, so that scanning one kind never reads another. Each family of a
/// partition is one ordered key space (unsigned byte order).
enum class Family : std::uint8_t {
  Header = 1,  ///< one key, "": the partition's header and fence
  Record = 2,  ///< what listings scan: object records, directory entries, tokens
  Upload = 3,  ///< multipart uploads in progress
  Detail = 4,  ///< parts, manifests, references
  Body = 5,    ///< inline bodies
  Queue = 6,   ///< garbage, intents, outbox: what jobs scan
};

struct Key {
  Family family = Family::Record;
  std::string bytes;  ///< begins with the commit's group; at most 8 KiB
  bool operator==(const Key&) const = default;
};

/// A stored value with the version of the commit that wrote it.
struct Stored {
  std::string value;
  Version version = 0;
};

/// What must hold for a commit; evaluated inside it.
struct Check {
  enum class Kind : std::uint8_t { Absent, Present, HasVersion, RangeEmpty };
  static Check absent(Key key) { return Check(Kind::Absent, std::move(key), 0, {}); }
  static Check present(Key key) { return Check(Kind::Present, std::move(key), 0, {}); }
  static Check has_version(Key key, Version version) {
    return Check(Kind::HasVersion, std::move(key), version, {});
  }
  /// No key of `begin.family` in [begin.bytes, end); an empty `end` means to the family's end.
  static Check range_empty(Key begin, std::string end) {
    return Check(Kind::RangeEmpty, std::move(begin), 0, std::move(end));
  }

  Kind kind;
  Key key;
  Version version;
  std::string end;

 private:
  Check(Kind k, Key where, Version v, std::string e)
      : kind(k), key(std::move(where)), version(v), end(std::move(e)) {}
};

struct Put {
  Put(Key k, std::string v) : key(std::move(k)), value(std::move(v)) {}
  Key key;
  std::string value;  ///< never empty; at most 64 KiB except in Family::Body
};

/// A commutative change of a partition's counter: conflicts with nobody.
struct Add {
  Add(std::string c, std::int64_t d) : counter(std::move(c)), delta(d) {}
  std::string counter;
  std::int64_t delta;
};

/// One atomic change. Every key it names begins with `group`, with three exceptions that belong to
/// the partition: the fence, RangeEmpty checks when `group` is empty, and the counters. The empty
/// group is for partitions that are never split (identity, directories, bucket headers).
struct Commit {
  Commit(Partition p, std::string g) : partition(std::move(p)), group(std::move(g)) {}
  Partition partition;
  std::string group;
  /// When set: the partition's Header key must have this version (0: must be absent).
  std::optional<Version> fence;
  std::vector<Check> checks;
  std::vector<Put> puts;
  std::vector<Key> deletes;
  std::vector<Add> adds;
  /// Durable no later than the commit; adopted when it succeeds, dropped when it does not.
  std::vector<std::unique_ptr<PendingBlob>> pending_blobs;
};

/// A failed check is an answer, not an error.
struct CommitOutcome {
  enum class Kind : std::uint8_t { Committed, FenceMoved, CheckFailed };
  Kind kind = Kind::Committed;
  Version version = 0;           ///< of every put, when committed
  std::size_t failed_check = 0;  ///< index into `checks`, when CheckFailed
  bool committed() const { return kind == Kind::Committed; }
};

/// [begin, end) within one family; an empty `end` means to the family's end.
struct Range {
  Range(Family f, std::string b, std::string e)
      : family(f), begin(std::move(b)), end(std::move(e)) {}
  Family family;
  std::string begin;
  std::string end;
};

/// What a scan does after a visited key.
struct Step {
  static Step next() { return Step{Kind::Next, {}}; }
  static Step stop() { return Step{Kind::Stop, {}}; }
  /// Go on at the first key >= `target` (which must lie after the visited key).
  static Step seek(std::string target) { return Step{Kind::Seek, std::move(target)}; }
  enum class Kind : std::uint8_t { Next, Stop, Seek };
  Kind kind;
  std::string target;
};

/// Called for each key of a scan, in order, on a thread of the engine's choice, never concurrently.
/// The views live for the call only.
using Visitor = std::function<Step(std::string_view key, std::string_view value, Version version)>;

/// Ordered keys in partitions. Thread-safe. Awaitable from any executor; resumes on the caller's.
/// Reads see only synced state; an answer of `commit` (a failed check included) is given only after
/// everything it depends on is synced. Errors: IoError, NoSpace, Corrupt, SlowDown (queue full),
/// ServiceUnavailable (after a failed sync the engine takes no more commits). After an error of
/// `commit` the caller must assume nothing: the change may or may not appear after a restart, and
/// is not visible before it.
class Engine {
 public:
  virtual ~Engine() = default;

  virtual Task<Result<std::optional<Stored>>> get(Partition partition, Key key) = 0;

  /// Visits a snapshot of `range` in ascending order until the end or Step::stop().
  virtual Task<Result<>> scan(Partition partition, Range range, Visitor visit) = 0;

  /// Checks run in queue order against the index and every queued commit before this one.
  virtual Task<Result<CommitOutcome>> commit(Commit change) = 0;

  /// The sum of all adds to the counter; 0 when there were none.
  virtual Task<Result<std::int64_t>> counter(Partition partition, std::string counter) = 0;

  /// Removes a whole partition, counters and header included: for one that nothing names any more.
  virtual Task<Result<>> drop(Partition partition) = 0;
};

}  // namespace coffer::meta
