#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/task.h"
#include "meta/engine.h"
#include "records/request_counts.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Requests over time: who asked how much of which bucket. Keys and records:
/// docs/formats/usage.md.
namespace coffer::store {

/// A request that has been answered, of somebody whose credentials were good.
struct FinishedRequest {
  AccountId account;
  Jurisdiction jurisdiction = Jurisdiction::Default;
  /// Empty: of the account as a whole. A name counts once it is proved that there is such a bucket,
  /// so that nobody can fill the records with names.
  std::string_view bucket;
  bool bucket_exists = false;
  records::RequestKind kind = records::RequestKind::Other;
  int status = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
};

/// Whether only a bucket that is there can be answered so.
bool proves_bucket(ErrorCode code);

/// Counts finished requests in memory, and writes the sums where the buckets are. What was not
/// written yet is lost in a crash: half a minute of figures that nothing depends on. Nothing is
/// exact either when a write fails, which the engine may or may not have kept.
///
/// `count` and `read` may be called on any thread; `save` and `drop_old` by one caller at a time.
/// Borrows the engines and the clock.
class RequestUsage {
 public:
  struct Source {
    Source(Jurisdiction j, meta::Engine& e) : jurisdiction(j), engine(&e) {}
    Jurisdiction jurisdiction;
    meta::Engine* engine;
  };
  /// Series (bucket and time) that are counted between two `save`s; what goes beyond is counted for
  /// its account alone.
  static constexpr std::size_t kSeriesMax = 8192;

  RequestUsage(std::vector<Source> sources, const Clock& clock);
  ~RequestUsage();

  /// A look-up under the mutex of one of several shards.
  void count(const FinishedRequest& request);

  /// Writes what was counted since the last call. What cannot be written is kept for the next one,
  /// up to a bound.
  Task<Result<>> save();
  /// Removes points that are past their time.
  Task<Result<>> drop_old();

  /// Points of 5 minutes are kept for 48 hours, those of an hour for 31 days.
  enum class Step : std::uint8_t { FiveMinutes, Hour };
  static std::chrono::seconds length_of(Step step);
  static std::chrono::seconds kept_for(Step step);

  struct Query {
    AccountId account;
    std::optional<Jurisdiction> jurisdiction;  ///< none: all of them
    std::string bucket;                        ///< empty: the whole account
    Timestamp since;                           ///< the point that has it inside is the first
    Timestamp until;                           ///< exclusive
    Step step = Step::FiveMinutes;
  };
  struct Point {
    Timestamp time;  ///< of its beginning
    records::RequestCounts counts;
  };
  /// In order of time, without the empty ones, up to the last request; what is being saved at that
  /// moment may be left out.
  Task<Result<std::vector<Point>>> read(Query query) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace coffer::store
