#include "auth/token_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace coffer::auth {
namespace {

const AccountId kAccount = AccountId::parse("0102030405060708090a0b0c0d0e0f10").value();
const AccountId kOther = AccountId::parse("ffffffffffffffffffffffffffffffff").value();
const Timestamp kNow{std::chrono::milliseconds(1'795'530'877'123)};
constexpr auto kTick = std::chrono::milliseconds(1);

const PermissionGroup* group(std::string_view name) {
  const PermissionGroup* found = find_permission_group("Workers R2 Storage " + std::string(name));
  EXPECT_NE(found, nullptr) << name;
  return found;
}

NewToken good() {
  NewToken request;
  request.owner = kAccount;
  request.name = "ci";
  Policy policy;
  policy.groups = {group("Bucket Item Write")};
  policy.resources = {BucketResource{kAccount, Jurisdiction::Eu, "photos"}};
  request.policies = {policy};
  return request;
}

TEST(TokenRules, AcceptsWhatThePresetsMakeAndMore) {
  const std::function<void(NewToken&)> rows[] = {
      [](NewToken&) {},
      [](NewToken& t) { t.name = "x"; },
      [](NewToken& t) { t.name = std::string(120, 'x'); },
      [](NewToken& t) {
        t.name.clear();
        for (int i = 0; i < 120; ++i) t.name += "\xf0\x9f\xaa\xa3";  // 120 characters, 480 bytes
      },
      [](NewToken& t) { t.policies[0].resources = {AllBucketsResource{kAccount}}; },
      [](NewToken& t) { t.policies[0].groups.push_back(group("Bucket Item Read")); },
      [](NewToken& t) { t.policies[0].effect = Effect::Deny; },
      [](NewToken& t) {
        t.policies[0].groups = {group("Write"), group("Read")};
        t.policies[0].resources = {AccountResource{kAccount}};
      },
      [](NewToken& t) { t.policies.push_back(t.policies[0]); },
      [](NewToken& t) { t.expires_on = kNow + kTick; },
      [](NewToken& t) { t.not_before = kNow - std::chrono::hours(24); },
      [](NewToken& t) {
        t.not_before = kNow + kTick;
        t.expires_on = kNow + 2 * kTick;
      },
  };
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    NewToken request = good();
    rows[i](request);
    const auto checked = check_new_token(request, kNow);
    EXPECT_TRUE(checked) << i << ": " << checked.error().message();
  }
}

TEST(TokenRules, RefusalsNameTheRule) {
  static const PermissionGroup forged{"bf7481a1826f439697cb59a20b22293e",
                                      "Workers R2 Storage Write", "", ResourceScope::Account,
                                      ActionSet{Action::BucketDelete}};
  const struct {
    const char* message;
    std::function<void(NewToken&)> spoil;
  } rows[] = {
      {"name must have a length of 1 to 120", [](NewToken& t) { t.name = ""; }},
      {"name must have a length of 1 to 120", [](NewToken& t) { t.name = std::string(121, 'x'); }},
      {"name must be UTF-8", [](NewToken& t) { t.name = "\xff"; }},
      {"name must not have control characters", [](NewToken& t) { t.name = "a\nb"; }},
      {"name must not have control characters", [](NewToken& t) { t.name = "a\xc2\x9b"; }},
      {"at least one policy", [](NewToken& t) { t.policies.clear(); }},
      {"at least one permission group", [](NewToken& t) { t.policies[0].groups.clear(); }},
      {"at least one resource", [](NewToken& t) { t.policies[0].resources.clear(); }},
      {"permission group that does not exist",
       [](NewToken& t) { t.policies[0].groups = {nullptr}; }},
      {"permission group that does not exist",
       [](NewToken& t) { t.policies[0].groups = {&forged}; }},
      {"Workers R2 Storage Write acts on the whole account and may not be limited to buckets",
       [](NewToken& t) { t.policies[0].groups = {group("Write")}; }},
      {"Workers R2 Storage Read acts on the whole account and may not be limited to buckets",
       [](NewToken& t) {
         t.policies[0].groups = {group("Read")};
         t.policies[0].resources = {AllBucketsResource{kAccount}};
       }},
      {"Workers R2 Storage Write acts on the whole account and may not be limited to buckets",
       [](NewToken& t) {
         t.policies[0].groups = {group("Write")};
         t.policies[0].resources.push_back(AccountResource{kAccount});
       }},
      {"Workers R2 Storage Bucket Item Read acts on buckets",
       [](NewToken& t) {
         t.policies[0].groups = {group("Bucket Item Read")};
         t.policies[0].resources = {AccountResource{kAccount}};
       }},
      {"Workers R2 Storage Bucket Item Write acts on buckets",
       [](NewToken& t) { t.policies[0].resources.push_back(AccountResource{kAccount}); }},
      {"not of the token's own account",
       [](NewToken& t) {
         t.policies[0].resources = {BucketResource{kOther, Jurisdiction::Eu, "photos"}};
       }},
      {"not of the token's own account",
       [](NewToken& t) { t.policies[0].resources.push_back(AllBucketsResource{kOther}); }},
      {"not of the token's own account",
       [](NewToken& t) {
         t.policies.push_back(t.policies[0]);
         t.policies[1].groups = {group("Read")};
         t.policies[1].resources = {AccountResource{kOther}};
       }},
      {"bucket name \"Photos\" is not valid",
       [](NewToken& t) {
         t.policies[0].resources = {BucketResource{kAccount, Jurisdiction::Eu, "Photos"}};
       }},
      {"bucket name \"\" is not valid",
       [](NewToken& t) {
         t.policies[0].resources = {BucketResource{kAccount, Jurisdiction::Eu, ""}};
       }},
      {"expires_on must lie in the future", [](NewToken& t) { t.expires_on = kNow; }},
      {"expires_on must lie in the future", [](NewToken& t) { t.expires_on = kNow - kTick; }},
      {"expires_on must lie between", [](NewToken& t) { t.expires_on = Timestamp::max(); }},
      {"not_before must lie between", [](NewToken& t) { t.not_before = Timestamp::min(); }},
      {"not_before must lie before expires_on",
       [](NewToken& t) {
         t.expires_on = kNow + kTick;
         t.not_before = t.expires_on;
       }},
  };
  for (const auto& row : rows) {
    NewToken request = good();
    row.spoil(request);
    const auto checked = check_new_token(request, kNow);
    ASSERT_FALSE(checked) << row.message;
    EXPECT_EQ(checked.error().code(), ErrorCode::InvalidArgument) << row.message;
    EXPECT_THAT(checked.error().message(), testing::HasSubstr(row.message));
  }
}

}  // namespace
}  // namespace coffer::auth
