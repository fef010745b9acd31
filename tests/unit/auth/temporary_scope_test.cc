#include "auth/temporary_scope.h"

#include "auth/access.h"
#include "auth/temporary_credential.h"

#include <gtest/gtest.h>

namespace coffer::auth {
namespace {

using enum OperationName;

const AccountId kAccount = *AccountId::parse("0123456789abcdef0123456789abcdef");
const AccountId kOther = *AccountId::parse("ffffffffffffffffffffffffffffffff");
constexpr Jurisdiction kEu = Jurisdiction::Eu;

ActionSet actions_of(Preset preset) {
  return policies_of_preset(preset, kAccount, {}).value().front().groups.front()->actions;
}

TemporaryScope scope_of(Preset preset = Preset::AdminReadWrite) {
  TemporaryScope scope;
  scope.account = kAccount;
  scope.jurisdiction = kEu;
  scope.bucket = "photos";
  scope.actions = actions_of(preset);
  return scope;
}
TemporaryScope with_paths(std::vector<std::string> prefixes,
                          std::vector<std::string> objects = {}) {
  TemporaryScope scope = scope_of();
  scope.paths = TemporaryScope::Paths{std::move(prefixes), std::move(objects)};
  return scope;
}

Access access(OperationName operation, std::string key = "", std::string bucket = "photos") {
  return Access(operation, required_action(operation),
                Resource(kAccount, kEu, std::move(bucket), std::move(key)));
}
Access listing(OperationName operation, std::string prefix) {
  Access asked = access(operation);
  asked.list_prefix = std::move(prefix);
  return asked;
}

TEST(TemporaryScope, IsOneBucketOfOneAccountInOneJurisdiction) {
  const TemporaryScope scope = scope_of();
  EXPECT_TRUE(scope.admits(access(GetObject, "k")));
  EXPECT_FALSE(scope.admits(access(GetObject, "k", "photos2")));
  EXPECT_FALSE(scope.admits(access(GetObject, "k", "")));
  EXPECT_FALSE(scope.admits(Access(GetObject, Action::ObjectRead, {kOther, kEu, "photos", "k"})));
  EXPECT_FALSE(scope.admits(
      Access(GetObject, Action::ObjectRead, {kAccount, Jurisdiction::Default, "photos", "k"})));
  EXPECT_FALSE(scope.admits(Access(ListBuckets, Action::BucketsList, {kAccount, kEu})));
}

TEST(TemporaryScope, ReachesNothingOfTheManagementApi) {
  const TemporaryScope scope = scope_of();
  EXPECT_FALSE(scope.admits(Access(Action::ObjectRead, {kAccount, kEu, "photos", "k"})));
  EXPECT_FALSE(scope.admits(Access(Action::ManageStorage, {kAccount, kEu, "photos"})));
  EXPECT_FALSE(scope.admits(Access(Action::UserRead, Resource(UserId()))));
}

/// r2-s3.md section 3, column by column; of the bucket that the scope is about.
TEST(TemporaryScope, GrantsWhatItsPresetGrants) {
  struct Row {
    OperationName operation;
    bool admin_rw, admin_ro, object_rw, object_ro;
  };
  const std::vector<Row> rows{
      {CreateBucket, true, false, false, false},
      {DeleteBucket, true, false, false, false},
      {HeadBucket, true, true, false, false},
      {GetBucketLocation, true, true, true, true},
      {GetBucketEncryption, true, true, false, false},
      {GetObject, true, true, true, true},
      {HeadObject, true, true, true, true},
      {ListObjectsV1, true, true, true, true},
      {ListObjectsV2, true, true, true, true},
      {ListMultipartUploads, true, true, true, true},
      {ListParts, true, true, true, true},
      {PutObject, true, false, true, false},
      {DeleteObject, true, false, true, false},
      {DeleteObjects, true, false, true, false},
      {CopyObject, true, false, true, false},
      {CreateMultipartUpload, true, false, true, false},
      {UploadPart, true, false, true, false},
      {UploadPartCopy, true, false, true, false},
      {AbortMultipartUpload, true, false, true, false},
      {CompleteMultipartUpload, true, false, true, false},
  };
  for (const Row& row : rows) {
    const Access asked = access(row.operation);
    EXPECT_EQ(scope_of(Preset::AdminReadWrite).admits(asked), row.admin_rw)
        << to_string(row.operation);
    EXPECT_EQ(scope_of(Preset::AdminReadOnly).admits(asked), row.admin_ro)
        << to_string(row.operation);
    EXPECT_EQ(scope_of(Preset::ObjectReadWrite).admits(asked), row.object_rw)
        << to_string(row.operation);
    EXPECT_EQ(scope_of(Preset::ObjectReadOnly).admits(asked), row.object_ro)
        << to_string(row.operation);
  }
}

TEST(TemporaryScope, ActionsAreExact) {
  for (int only = 0; only < kOperationCount; ++only) {
    TemporaryScope scope = scope_of();
    scope.operations.emplace();
    scope.operations->set(static_cast<std::size_t>(only));
    for (int each = 0; each < kOperationCount; ++each) {
      const auto operation = static_cast<OperationName>(each);
      if (operation == ListBuckets) continue;
      EXPECT_EQ(scope.admits(access(operation, "k")), each == only) << to_string(operation);
    }
  }
  TemporaryScope nothing = scope_of();
  nothing.operations.emplace();
  EXPECT_FALSE(nothing.admits(access(GetObject, "k")));
}

TEST(TemporaryScope, ActionsAndPermissionNarrowEachOther) {
  TemporaryScope scope = scope_of(Preset::ObjectReadOnly);
  scope.operations.emplace();
  for (const OperationName operation : {PutObject, GetObject}) {
    scope.operations->set(static_cast<std::size_t>(operation));
  }
  EXPECT_TRUE(scope.admits(access(GetObject, "k")));
  EXPECT_FALSE(scope.admits(access(PutObject, "k"))) << "not of object-read-only";
  EXPECT_FALSE(scope.admits(listing(ListObjectsV2, ""))) << "not of the list";
}

TEST(TemporaryScope, OfACopyBothEndsAreInside) {
  TemporaryScope scope = with_paths({"in/"}, {"one"});
  scope.operations.emplace();
  scope.operations->set(static_cast<std::size_t>(CopyObject));
  const auto admits = [&scope](std::string target, std::string bucket, std::string source,
                               OperationName operation = CopyObject) {
    for (const Access& asked :
         accesses_of(operation, Resource(kAccount, kEu, "photos", std::move(target)),
                     Resource(kAccount, kEu, std::move(bucket), std::move(source)))) {
      if (!scope.admits(asked)) return false;
    }
    return true;
  };
  EXPECT_TRUE(admits("in/a", "photos", "in/b"));
  EXPECT_TRUE(admits("one", "photos", "in/b"));
  EXPECT_FALSE(admits("in/a", "photos", "out/b"));
  EXPECT_FALSE(admits("out/a", "photos", "in/b"));
  EXPECT_FALSE(admits("in/a", "other", "in/b"));
  EXPECT_FALSE(admits("in/a", "photos", "in/b", UploadPartCopy)) << "not of the list";
  scope.actions = actions_of(Preset::ObjectReadOnly);
  EXPECT_FALSE(admits("in/a", "photos", "in/b"));
}

TEST(TemporaryScope, PathsAreAPrefixOrAWholeKey) {
  const TemporaryScope scope = with_paths({"a/", "caf\xc3\xa9"}, {"b", "c/d"});
  const auto admits = [&scope](std::string_view key) {
    bool all = true;
    bool any = false;
    for (const OperationName operation :
         {GetObject, HeadObject, PutObject, DeleteObject, DeleteObjects, CopyObject,
          CreateMultipartUpload, UploadPart, UploadPartCopy, ListParts, CompleteMultipartUpload,
          AbortMultipartUpload}) {
      const bool one = scope.admits(access(operation, std::string(key)));
      all = all && one;
      any = any || one;
    }
    EXPECT_EQ(all, any) << key;
    return all;
  };
  for (const std::string_view inside :
       {"a/", "a/x", "a/../z", "b", "c/d", "caf\xc3\xa9", "caf\xc3\xa9s"}) {
    EXPECT_TRUE(admits(inside)) << inside;
  }
  for (const std::string_view outside : {"a", "A/x", "aa/", "bb", "b/", "c/", "c/d/e", "c/dd",
                                         "cafe", "cafe\xcc\x81", "/a/x", "x"}) {
    EXPECT_FALSE(admits(outside)) << outside;
  }
  // NUL is legal in keys, and ends none of these comparisons.
  EXPECT_FALSE(admits(std::string_view("b\0", 2)));
  EXPECT_TRUE(admits(std::string_view("a/\0", 3)));
}

TEST(TemporaryScope, NoPathsAtAllReachNoKey) {
  const TemporaryScope scope = with_paths({});
  EXPECT_FALSE(scope.admits(access(GetObject, "k")));
  EXPECT_FALSE(scope.admits(listing(ListObjectsV2, "k")));
  EXPECT_TRUE(scope.admits(access(GetBucketLocation)));
}

TEST(TemporaryScope, AListingBeginsWithAnAllowedPrefix) {
  const TemporaryScope scope = with_paths({"a/b"}, {"one"});
  for (const OperationName operation : {ListObjectsV1, ListObjectsV2, ListMultipartUploads}) {
    for (const char* inside : {"a/b", "a/bc", "a/b/c"}) {
      EXPECT_TRUE(scope.admits(listing(operation, inside))) << inside;
    }
    for (const char* outside : {"", "a", "a/", "a/c", "x", "one", "one/"}) {
      EXPECT_FALSE(scope.admits(listing(operation, outside))) << outside;
    }
    EXPECT_FALSE(scope.admits(access(operation))) << "a prefix that could not be read";
    EXPECT_TRUE(scope_of().admits(access(operation))) << "without paths its handler refuses it";
    EXPECT_TRUE(scope_of().admits(listing(operation, "")));
  }
}

TEST(TemporaryScope, OfTheBucketPathsLeaveWhatRevealsNoKey) {
  const TemporaryScope scope = with_paths({"a/"});
  for (int each = 0; each < kOperationCount; ++each) {
    const auto operation = static_cast<OperationName>(each);
    const bool expected =
        operation == GetBucketLocation || operation == HeadBucket || operation == DeleteObjects;
    EXPECT_EQ(scope.admits(access(operation)), expected) << to_string(operation);
  }
  EXPECT_FALSE(scope.admits(access(DeleteObjects, "b"))) << "each key is asked for";
}

}  // namespace
}  // namespace coffer::auth
