#include "store/conditions.h"

#include <algorithm>

namespace coffer::store {
namespace {

std::chrono::sys_seconds second_of(Timestamp time) {
  return std::chrono::floor<std::chrono::seconds>(time);
}

/// Strong comparison: a weak tag never matches.
bool matches_strongly(const ETagCondition& condition, const std::string& etag) {
  if (condition.any) return true;
  return std::any_of(condition.tags.begin(), condition.tags.end(),
                     [&](const ETagCondition::Tag& tag) { return !tag.weak && tag.text == etag; });
}

bool matches_weakly(const ETagCondition& condition, const std::string& etag) {
  if (condition.any) return true;
  return std::any_of(condition.tags.begin(), condition.tags.end(),
                     [&](const ETagCondition::Tag& tag) { return tag.text == etag; });
}

}  // namespace

ReadVerdict evaluate_read(const Conditions& conditions, const Validator& object) {
  if (conditions.empty()) return ReadVerdict::Pass;
  const std::string etag = object.etag.text();
  const auto modified = second_of(object.last_modified);

  const bool match = !conditions.if_match || matches_strongly(*conditions.if_match, etag);
  const bool unmodified = !conditions.if_unmodified_since ||
                          modified <= *conditions.if_unmodified_since ||
                          (conditions.if_match && match);
  if (!match || !unmodified) return ReadVerdict::Failed;

  const bool none_match =
      !conditions.if_none_match || !matches_weakly(*conditions.if_none_match, etag);
  const bool changed = !conditions.if_modified_since || *conditions.if_modified_since < modified ||
                       (conditions.if_none_match && none_match);
  if (!none_match || !changed) return ReadVerdict::NotModified;
  return ReadVerdict::Pass;
}

bool allows_write(const Conditions& conditions, const std::optional<Validator>& object) {
  if (object) return evaluate_read(conditions, *object) == ReadVerdict::Pass;
  return !conditions.if_match && !conditions.if_modified_since;
}

}  // namespace coffer::store
