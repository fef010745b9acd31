#include "store/conditions.h"

#include <gtest/gtest.h>

namespace coffer::store {
namespace {

using std::chrono::sys_seconds;

constexpr auto kModified = sys_seconds(std::chrono::seconds(1'000'000));

Validator object() {
  Validator validator;
  validator.etag.md5.fill(std::byte{0xab});
  validator.last_modified = Timestamp(kModified) + std::chrono::milliseconds(700);
  return validator;
}
std::string own_tag() { return object().etag.text(); }

ETagCondition any() {
  ETagCondition condition;
  condition.any = true;
  return condition;
}
ETagCondition tag(std::string text, bool weak = false) {
  ETagCondition condition;
  condition.tags.push_back({"0123", false});
  condition.tags.push_back({std::move(text), weak});
  return condition;
}

struct Row {
  const char* name;
  std::optional<ETagCondition> if_match;
  std::optional<ETagCondition> if_none_match;
  std::optional<int> modified_since_offset;  // seconds from last-modified
  std::optional<int> unmodified_since_offset;
  ReadVerdict read;
  bool write_when_missing;
};

Conditions conditions_of(const Row& row) {
  Conditions conditions;
  conditions.if_match = row.if_match;
  conditions.if_none_match = row.if_none_match;
  if (row.modified_since_offset) {
    conditions.if_modified_since = kModified + std::chrono::seconds(*row.modified_since_offset);
  }
  if (row.unmodified_since_offset) {
    conditions.if_unmodified_since = kModified + std::chrono::seconds(*row.unmodified_since_offset);
  }
  return conditions;
}

// r2-observed.md 5.1; If-Unmodified-Since equal passes, as RFC 9110 13.1.4 has it.
TEST(Conditions, FollowTheTable) {
  constexpr auto kPass = ReadVerdict::Pass;
  constexpr auto kNotModified = ReadVerdict::NotModified;
  constexpr auto kFailed = ReadVerdict::Failed;
  const std::nullopt_t none = std::nullopt;
  const std::vector<Row> rows{
      {"none", none, none, none, none, kPass, true},
      {"match", tag(own_tag()), none, none, none, kPass, false},
      {"match weak never", tag(own_tag(), true), none, none, none, kFailed, false},
      {"match other", tag("ffff"), none, none, none, kFailed, false},
      {"match any", any(), none, none, none, kPass, false},
      {"none-match other", none, tag("ffff"), none, none, kPass, true},
      {"none-match own", none, tag(own_tag()), none, none, kNotModified, true},
      {"none-match own weak", none, tag(own_tag(), true), none, none, kNotModified, true},
      {"none-match any", none, any(), none, none, kNotModified, true},
      {"modified since earlier", none, none, -1, none, kPass, false},
      {"modified since same second", none, none, 0, none, kNotModified, false},
      {"modified since later", none, none, 1, none, kNotModified, false},
      {"modified since later, none-match passes", none, tag("ffff"), 1, none, kPass, false},
      {"modified since earlier, none-match fails", none, any(), -1, none, kNotModified, false},
      {"unmodified since earlier", none, none, none, -1, kFailed, true},
      {"unmodified since same second", none, none, none, 0, kPass, true},
      {"unmodified since later", none, none, none, 1, kPass, true},
      {"unmodified since earlier, match passes", any(), none, none, -1, kPass, false},
      {"unmodified since later, match fails", tag("ffff"), none, none, 1, kFailed, false},
      {"412 beats 304", tag("ffff"), any(), none, none, kFailed, false},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const Conditions conditions = conditions_of(row);
    EXPECT_EQ(evaluate_read(conditions, object()), row.read);
    EXPECT_EQ(allows_write(conditions, object()), row.read == kPass);
    EXPECT_EQ(allows_write(conditions, std::nullopt), row.write_when_missing);
  }
}

TEST(ETag, CarriesThePartCountInItsText) {
  ETag etag;
  EXPECT_EQ(etag.text(), "00000000000000000000000000000000");
  etag.parts = 12;
  EXPECT_EQ(etag.text(), "00000000000000000000000000000000-12");
}

}  // namespace
}  // namespace coffer::store
