#include "meta/rules.h"

#include <initializer_list>
#include <string>

namespace coffer::meta {
namespace {

Error breach(std::string detail) {
  return make_error(ErrorCode::Internal, "meta: " + std::move(detail));
}

Result<> validate_size(std::string_view what, std::size_t size, std::size_t limit) {
  if (size <= limit) return ok();
  return breach(std::string(what) + " of " + std::to_string(size) + " bytes, the limit is " +
                std::to_string(limit));
}

Result<> validate_family(Family family) {
  if (family >= Family::Header && family <= Family::Queue) return ok();
  return breach("no family has the number " + std::to_string(static_cast<int>(family)));
}

Result<> validate_in_group(const Key& key, const std::string& group) {
  TRY_VOID(validate_key(key));
  if (key.bytes.starts_with(group)) return ok();
  return breach("a key of " + std::to_string(key.bytes.size()) +
                " bytes does not begin with its commit's group");
}

/// Whether [.., end) ends no later than the keys that begin with `group`.
bool ends_in_group(std::string_view end, const std::string& group) {
  if (group.empty() || end.starts_with(group)) return true;
  // The first string after all those keys: the group with its last byte below FF counted up.
  std::string limit = group;
  while (!limit.empty() && limit.back() == '\xff') limit.pop_back();
  if (limit.empty()) return true;
  limit.back() = static_cast<char>(limit.back() + 1);
  return end == limit;
}

Result<> validate_check(const Check& check, const std::string& group) {
  TRY_VOID(validate_in_group(check.key, group));
  if (check.kind != Check::Kind::RangeEmpty) return ok();
  TRY_VOID(validate_size("the end of a range", check.end.size(), kKeyBytesMax));
  if (ends_in_group(check.end, group)) return ok();
  return breach("the range of a check reaches beyond its commit's group");
}

Result<> validate_put(const Put& put, const std::string& group) {
  TRY_VOID(validate_in_group(put.key, group));
  if (put.value.empty()) return breach("a put without a value");
  const bool is_body = put.key.family == Family::Body;
  return validate_size("a value", put.value.size(), is_body ? kBodyBytesMax : kValueBytesMax);
}

Result<bool> holds(const Check& check, PartitionView& view) {
  if (check.kind == Check::Kind::RangeEmpty) {
    return view.is_empty(Range(check.key.family, check.key.bytes, check.end));
  }
  TRY(const Version version, view.version_of(check.key));
  switch (check.kind) {
    case Check::Kind::Absent:
      return version == 0;
    case Check::Kind::Present:
      return version != 0;
    default:
      return version == check.version && version != 0;
  }
}

}  // namespace

Result<> validate_partition(const Partition& partition) {
  return validate_size("the name of a partition", partition.size(), kPartitionBytesMax);
}

Result<> validate_key(const Key& key) {
  TRY_VOID(validate_family(key.family));
  if (key.family == Family::Header && !key.bytes.empty()) {
    return breach("Family::Header holds the empty key only");
  }
  return validate_size("a key", key.bytes.size(), kKeyBytesMax);
}

Result<> validate_range(const Range& range) {
  TRY_VOID(validate_family(range.family));
  TRY_VOID(validate_size("the begin of a range", range.begin.size(), kKeyBytesMax));
  return validate_size("the end of a range", range.end.size(), kKeyBytesMax);
}

Result<> validate_counter(std::string_view counter) {
  return validate_size("the name of a counter", counter.size(), kKeyBytesMax);
}

Result<> validate_commit(const Commit& change) {
  TRY_VOID(validate_partition(change.partition));
  for (const Check& check : change.checks) TRY_VOID(validate_check(check, change.group));
  for (const Put& put : change.puts) TRY_VOID(validate_put(put, change.group));
  for (const Key& key : change.deletes) TRY_VOID(validate_in_group(key, change.group));
  for (const Add& add : change.adds) TRY_VOID(validate_counter(add.counter));
  return validate_size("a commit", size_bytes(change), kCommitBytesMax);
}

Result<> validate_seek(std::string_view visited, std::string_view target) {
  if (target > visited) return ok();
  return breach("a scan's seek does not lead forward");
}

std::size_t size_bytes(const Commit& change) {
  std::size_t size = 0;
  for (const Check& check : change.checks) size += check.key.bytes.size() + check.end.size();
  for (const Put& put : change.puts) size += put.key.bytes.size() + put.value.size();
  for (const Key& key : change.deletes) size += key.bytes.size();
  for (const Add& add : change.adds) size += add.counter.size();
  return size;
}

Result<CommitOutcome> decide(const Commit& change, PartitionView& view) {
  CommitOutcome outcome;
  if (change.fence) {
    TRY(const Version version, view.version_of(Key{Family::Header, {}}));
    if (version != *change.fence) {
      outcome.kind = CommitOutcome::Kind::FenceMoved;
      return outcome;
    }
  }
  for (std::size_t i = 0; i < change.checks.size(); ++i) {
    TRY(const bool passed, holds(change.checks[i], view));
    if (passed) continue;
    outcome.kind = CommitOutcome::Kind::CheckFailed;
    outcome.failed_check = i;
    return outcome;
  }
  return outcome;
}

}  // namespace coffer::meta
