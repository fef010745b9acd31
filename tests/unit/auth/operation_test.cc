#include "auth/operation.h"

#include "auth/access.h"

#include <gtest/gtest.h>

#include <set>

namespace coffer::auth {
namespace {

TEST(OperationName, EveryNameReadsBackAndIsItsOwn) {
  std::set<std::string_view> names;
  for (int i = 0; i < kOperationCount; ++i) {
    const auto operation = static_cast<OperationName>(i);
    const std::string_view name = to_string(operation);
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_EQ(parse_operation_name(name), operation) << name;
  }
}

TEST(OperationName, ListObjectsIsItsFirstVersion) {
  EXPECT_EQ(parse_operation_name("ListObjects"), OperationName::ListObjectsV1);
  EXPECT_EQ(to_string(OperationName::ListObjectsV1), "ListObjectsV1");
}

TEST(OperationName, RefusesWhatIsNoOperation) {
  for (const char* text : {"", "listbuckets", "PutBucketCors", "GetObject ", "GetObjectX"}) {
    EXPECT_EQ(parse_operation_name(text), std::nullopt) << text;
  }
}

TEST(Action, EveryActionHasAName) {
  std::set<std::string_view> names;
  for (int i = 0; i < kActionCount; ++i) {
    EXPECT_TRUE(names.insert(to_string(static_cast<Action>(i))).second) << i;
  }
  EXPECT_FALSE(names.contains("unknown"));
}

TEST(AccessesOf, OnlyCopiesReadASecondObject) {
  const Resource target(AccountId(), Jurisdiction::Default, "to", "key");
  const Resource source(AccountId(), Jurisdiction::Eu, "from", "other");
  for (int i = 0; i < kOperationCount; ++i) {
    const auto operation = static_cast<OperationName>(i);
    const auto accesses = accesses_of(operation, target, source);
    const bool copies =
        operation == OperationName::CopyObject || operation == OperationName::UploadPartCopy;
    ASSERT_EQ(accesses.size(), copies ? 2U : 1U) << to_string(operation);
    EXPECT_EQ(accesses[0].operation, operation);
    EXPECT_EQ(accesses[0].action, required_action(operation));
    EXPECT_EQ(accesses[0].resource.bucket, "to");
    if (!copies) continue;
    EXPECT_EQ(accesses[0].action, Action::ObjectWrite);
    EXPECT_EQ(accesses[1].operation, operation);
    EXPECT_EQ(accesses[1].action, Action::ObjectRead);
    EXPECT_EQ(accesses[1].resource.bucket, "from");
    EXPECT_EQ(accesses[1].resource.jurisdiction, Jurisdiction::Eu);
    EXPECT_EQ(accesses[1].resource.key, "other");
  }
}

TEST(AccessesOf, ACopyWithoutASourceHasItsTarget) {
  const auto accesses = accesses_of(OperationName::CopyObject,
                                    Resource(AccountId(), Jurisdiction::Default, "to", "key"));
  ASSERT_EQ(accesses.size(), 1U);
  EXPECT_EQ(accesses[0].action, Action::ObjectWrite);
}

}  // namespace
}  // namespace coffer::auth
