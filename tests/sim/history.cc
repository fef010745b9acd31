#include "history.h"

#include <algorithm>
#include <unordered_set>

namespace coffer::sim {
namespace {

struct UploadState {
  std::string key;
  std::map<std::uint32_t, std::string> parts;
  bool operator==(const UploadState&) const = default;
};

struct BucketState {
  std::map<std::string, std::string> objects;
  std::map<std::string, UploadState> open;
  std::set<std::string> issued;
};

struct State {
  std::map<std::string, BucketState> buckets;
  /// What copies that a crash interrupted have read, by the index of that step.
  std::map<std::size_t, std::string> carried;
};

std::string fingerprint(const State& state) {
  std::string text;
  for (const auto& [index, etag] : state.carried) text += "C" + std::to_string(index) + etag;
  for (const auto& [name, bucket] : state.buckets) {
    text += "B" + name;
    for (const auto& [key, etag] : bucket.objects) text += "|" + key + "=" + etag;
    for (const auto& [id, upload] : bucket.open) {
      text += "|U" + id;
      for (const auto& [number, etag] : upload.parts) {
        text += "," + std::to_string(number) + "=" + etag;
      }
    }
    text += "|I" + std::to_string(bucket.issued.size());
  }
  return text;
}

bool holds(const Step& step, const BucketState& bucket) {
  const auto object = bucket.objects.find(step.key);
  switch (step.condition) {
    case Condition::None:
      return true;
    case Condition::Absent:
      return object == bucket.objects.end();
    case Condition::Matches:
      return object != bucket.objects.end() && object->second == step.condition_etag;
  }
  return false;
}

/// Applies the step with the answer it got; false when that answer is impossible here. A step
/// without an answer applies as a success.
class Application {
 public:
  Application(const Step& step, std::size_t index, State& state)
      : step_(step), index_(index), state_(state), buckets_(state.buckets) {}

  bool run() {
    if (step_.kind == Step::Kind::CreateBucket) return create_bucket();
    if (step_.kind == Step::Kind::CopyFailed) {
      return !buckets_.contains(step_.bucket) || !buckets_.contains(step_.other_bucket);
    }
    const auto found = buckets_.find(step_.bucket);
    if (found == buckets_.end()) return failed_with(ErrorCode::NoSuchBucket);
    if (failed_with(ErrorCode::NoSuchBucket)) return false;
    bucket_ = &found->second;
    switch (step_.kind) {
      case Step::Kind::DeleteBucket:
        return delete_bucket();
      case Step::Kind::Put:
      case Step::Kind::CopyWrite:
        return write();
      case Step::Kind::Delete:
        bucket_->objects.erase(step_.key);
        return succeeded();
      case Step::Kind::Read:
        return read();
      case Step::Kind::CopyRead:
        return copy_read();
      case Step::Kind::List:
        return succeeded() && bucket_->objects == step_.listed;
      case Step::Kind::ListUploads:
        return list_uploads();
      case Step::Kind::CreateUpload:
        bucket_->open[step_.upload].key = step_.key;
        bucket_->issued.insert(step_.upload);
        return succeeded();
      case Step::Kind::UploadPart:
      case Step::Kind::Complete:
      case Step::Kind::Abort:
        return on_upload();
      default:
        return false;
    }
  }

 private:
  bool succeeded() const { return !step_.error; }
  bool failed_with(ErrorCode code) const { return step_.error == code; }

  bool create_bucket() {
    if (buckets_.contains(step_.bucket)) return failed_with(ErrorCode::BucketAlreadyOwnedByYou);
    buckets_[step_.bucket];
    return succeeded();
  }
  bool delete_bucket() {
    const bool empty = bucket_->objects.empty() && bucket_->open.empty();
    if (!empty) return failed_with(ErrorCode::BucketNotEmpty);
    if (!succeeded()) return false;
    buckets_.erase(step_.bucket);
    return true;
  }
  bool write() {
    if (!holds(step_, *bucket_)) return failed_with(ErrorCode::PreconditionFailed);
    if (!succeeded()) return false;
    bucket_->objects[step_.key] = written_etag();
    return true;
  }
  /// Of a copy without an answer: whatever its first half has read.
  std::string written_etag() const {
    if (!step_.etag.empty() || !step_.after) return step_.etag;
    const std::string& source = state_.carried.at(*step_.after);
    return step_.derive ? step_.derive(source) : source;
  }
  bool read() const {
    const auto object = bucket_->objects.find(step_.key);
    if (object == bucket_->objects.end()) return failed_with(ErrorCode::NoSuchKey);
    return succeeded() && object->second == step_.etag;
  }
  bool copy_read() {
    const auto object = bucket_->objects.find(step_.key);
    if (object == bucket_->objects.end()) return failed_with(ErrorCode::NoSuchKey);
    if (!step_.done) {
      state_.carried[index_] = object->second;
      return true;
    }
    return succeeded() && step_.source_etags.contains(object->second);
  }
  bool list_uploads() const {
    if (!succeeded() || step_.uploads.size() != bucket_->open.size()) return false;
    // Uploads begun by a client that never heard of it have ids that nobody knows.
    return std::all_of(bucket_->open.begin(), bucket_->open.end(), [this](const auto& upload) {
      return upload.first.starts_with("?") || step_.uploads.contains(upload.first);
    });
  }
  bool on_upload() {
    const auto open = bucket_->open.find(step_.upload);
    if (step_.kind == Step::Kind::Abort) {
      if (!bucket_->issued.contains(step_.upload)) return failed_with(ErrorCode::NoSuchUpload);
      if (open != bucket_->open.end()) bucket_->open.erase(open);
      return succeeded();
    }
    if (open == bucket_->open.end()) return failed_with(ErrorCode::NoSuchUpload);
    if (step_.kind == Step::Kind::UploadPart) {
      open->second.parts[step_.part] = written_etag();
      return succeeded();
    }
    for (const auto& [number, etag] : step_.parts) {
      const auto part = open->second.parts.find(number);
      if (part == open->second.parts.end() || part->second != etag) {
        return failed_with(ErrorCode::InvalidPart);
      }
    }
    const bool allowed = holds(step_, *bucket_);
    bucket_->open.erase(open);  // also when the condition fails
    // Nobody may have been told of it.
    if (!allowed) return !step_.done || failed_with(ErrorCode::PreconditionFailed);
    bucket_->objects[step_.key] = step_.etag;
    return succeeded();
  }

  const Step& step_;
  const std::size_t index_;
  State& state_;
  std::map<std::string, BucketState>& buckets_;
  BucketState* bucket_ = nullptr;
};

class Search {
 public:
  explicit Search(const std::deque<Step>& steps) : steps_(steps), taken_(steps.size(), '0') {
    order_.resize(steps.size());
    for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = i;
    // Steps that ended early are likely to come early.
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return steps_[a].ended < steps_[b].ended;
    });
    for (const Step& step : steps_) left_ += step.done && !step.void_;
  }

  bool run(const State& state) {
    if (left_ == 0) return true;
    if (!dead_ends_.insert(taken_ + fingerprint(state)).second) return false;
    longest_ = std::max(longest_, path_.size());
    if (longest_ == path_.size()) best_ = path_;

    std::uint64_t first_end = UINT64_MAX;
    for (const std::size_t i : order_) {
      if (taken_[i] == '0' && steps_[i].done && !steps_[i].void_) {
        first_end = steps_[i].ended;
        break;
      }
    }
    for (const std::size_t i : order_) {
      const Step& step = steps_[i];
      // A step may come next unless another ended before it began.
      if (taken_[i] == '1' || step.void_ || step.began > first_end) continue;
      if (step.after && taken_[*step.after] == '0') continue;
      State next = state;
      if (!Application(step, i, next).run()) continue;
      taken_[i] = '1';
      left_ -= step.done;
      path_.push_back(i);
      if (run(next)) return true;
      path_.pop_back();
      left_ += step.done;
      taken_[i] = '0';
    }
    return false;
  }

  std::string story() const {
    std::string text = "longest explanation:\n";
    std::set<std::size_t> explained;
    for (const std::size_t i : best_) {
      text += "  " + describe(steps_[i]) + "\n";
      explained.insert(i);
    }
    text += "unexplained:\n";
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (!explained.contains(i) && !steps_[i].void_) text += "  " + describe(steps_[i]) + "\n";
    }
    return text;
  }

 private:
  const std::deque<Step>& steps_;
  std::string taken_;
  std::vector<std::size_t> order_;
  std::size_t left_ = 0;
  std::unordered_set<std::string> dead_ends_;
  std::vector<std::size_t> path_;
  std::vector<std::size_t> best_;
  std::size_t longest_ = 0;
};

std::string printable(const std::string& text) {
  std::string out;
  for (const char c : text) out += c >= ' ' && c <= '~' ? c : '.';
  return out;
}

}  // namespace

Step& History::begin(Step step, std::uint64_t now) {
  step.began = now;
  steps_.push_back(std::move(step));
  return steps_.back();
}

std::size_t History::index_of(const Step& step) const {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (&steps_[i] == &step) return i;
  }
  return steps_.size();
}

std::string describe(const Step& step) {
  static constexpr const char* kNames[] = {
      "create-bucket", "delete-bucket", "put",           "delete",      "read",
      "list",          "list-uploads",  "create-upload", "upload-part", "complete",
      "abort",         "copy-read",     "copy-write",    "copy-failed"};
  std::string text = "[" + std::to_string(step.began) + ", " +
                     (step.done ? std::to_string(step.ended) : std::string("crash")) + "] " +
                     kNames[static_cast<std::size_t>(step.kind)] + " " + step.bucket;
  if (!step.key.empty()) text += "/" + printable(step.key);
  if (!step.upload.empty()) text += " upload " + step.upload.substr(0, 8);
  if (step.part > 0) text += " part " + std::to_string(step.part);
  if (step.condition == Condition::Absent) text += " if-absent";
  if (step.condition == Condition::Matches) text += " if " + step.condition_etag.substr(0, 8);
  if (!step.etag.empty()) text += " etag " + step.etag.substr(0, 8);
  for (const std::string& etag : step.source_etags) text += " saw " + etag.substr(0, 8);
  for (const auto& [key, etag] : step.listed) {
    text += " " + printable(key) + "=" + etag.substr(0, 8);
  }
  for (const std::string& id : step.uploads) text += " " + id.substr(0, 8);
  if (step.error) text += " -> " + std::string(to_string(*step.error));
  return text;
}

std::string explain_if_not_linearizable(const History& history) {
  Search search(history.steps());
  if (search.run(State())) return {};
  return search.story();
}

}  // namespace coffer::sim
