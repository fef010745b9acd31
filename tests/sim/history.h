#pragma once

#include "base/error.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// What clients did and saw, and whether one order of it explains everything: linearizability
/// (Herlihy and Wing, 1990), searched as Wing and Gong did (1993), with the states that were found
/// to lead nowhere remembered (Lowe, 2017).
namespace coffer::sim {

enum class Condition : std::uint8_t { None, Absent, Matches };

/// One step of one client. Objects are told by their ETags: every body is different.
struct Step {
  enum class Kind : std::uint8_t {
    CreateBucket,
    DeleteBucket,
    Put,
    Delete,
    Read,
    List,
    ListUploads,
    CreateUpload,
    UploadPart,
    Complete,
    Abort,
    CopyRead,    ///< the source's half of a copy
    CopyWrite,   ///< the destination's half
    CopyFailed,  ///< a copy for which one of its two buckets was missing
  };
  Kind kind = Kind::Read;
  std::string bucket;
  std::string key;
  std::string etag;  ///< written, or seen by a read
  Condition condition = Condition::None;
  std::string condition_etag;
  std::string upload;  ///< hex id
  std::uint32_t part = 0;
  std::map<std::uint32_t, std::string> parts;  ///< Complete: the ETags listed
  std::map<std::string, std::string> listed;   ///< List: key to ETag
  std::set<std::string> uploads;               ///< ListUploads: ids
  std::set<std::string> source_etags;          ///< CopyRead: ETags that explain what was copied
  std::string other_bucket;                    ///< CopyFailed
  std::optional<std::size_t> after;            ///< another step that must come before
  /// UploadPart of a copy that a crash interrupted: the part's ETag, from that of the source.
  std::function<std::string(const std::string& source_etag)> derive;

  std::optional<ErrorCode> error;  ///< what the client was told; none: success
  std::uint64_t began = 0;
  std::uint64_t ended = UINT64_MAX;
  bool done = false;   ///< false: a crash came first, so it may have happened or not
  bool void_ = false;  ///< it turned out not to be a step: ignored
};

class History {
 public:
  /// Records the beginning of a step; the reference stays good.
  Step& begin(Step step, std::uint64_t now);
  std::size_t index_of(const Step& step) const;
  const std::deque<Step>& steps() const { return steps_; }

 private:
  std::deque<Step> steps_;
};

/// Empty when some order of the steps explains every answer; otherwise the story, for people.
std::string explain_if_not_linearizable(const History& history);

/// For printing.
std::string describe(const Step& step);

}  // namespace coffer::sim
