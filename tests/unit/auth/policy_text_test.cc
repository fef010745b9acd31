#include "auth/policy_text.h"

#include "auth/quote.h"
#include "auth/resource_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace coffer::auth {
namespace {

using namespace std::string_literals;

const std::string kAccountHex = "0102030405060708090a0b0c0d0e0f10";
const AccountId kAccount = AccountId::parse(kAccountHex).value();

// The forms: cloudflare-api.md 2.3.
TEST(ResourceName, EveryFormReadsBack) {
  const struct {
    PolicyResource resource;
    ResourceName name;
  } rows[] = {
      {AccountResource{kAccount}, {"com.cloudflare.api.account." + kAccountHex, ""}},
      {AllBucketsResource{kAccount},
       {"com.cloudflare.api.account." + kAccountHex, "com.cloudflare.edge.r2.bucket.*"}},
      {BucketResource{kAccount, Jurisdiction::Default, "photos"},
       {"com.cloudflare.edge.r2.bucket." + kAccountHex + "_default_photos", ""}},
      {BucketResource{kAccount, Jurisdiction::Eu, "my-bucket-1"},
       {"com.cloudflare.edge.r2.bucket." + kAccountHex + "_eu_my-bucket-1", ""}},
      {BucketResource{kAccount, Jurisdiction::Fedramp, "abc"},
       {"com.cloudflare.edge.r2.bucket." + kAccountHex + "_fedramp_abc", ""}},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(print_resource(row.resource), row.name);
    const auto parsed = parse_resource(row.name.name, row.name.nested);
    ASSERT_TRUE(parsed) << row.name.name;
    EXPECT_EQ(*parsed, row.resource);
  }
}

TEST(ResourceName, RefusesWhatCofferDoesNotHave) {
  const std::string account = "com.cloudflare.api.account.";
  const std::string bucket = "com.cloudflare.edge.r2.bucket.";
  const std::pair<std::string, std::string> rows[] = {
      {"", ""},
      {"*", ""},
      {account, ""},
      {account + "*", "com.cloudflare.api.account.zone.*"},
      {account + "zone." + kAccountHex, ""},
      {account + kAccountHex + "0", ""},
      {account + kAccountHex.substr(1), ""},
      {account + "ABCDEF0405060708090A0B0C0D0E0F10", ""},
      {account + kAccountHex, "com.cloudflare.api.account.zone.*"},
      {account + kAccountHex, "*"},
      {account + kAccountHex, bucket + kAccountHex + "_default_photos"},
      {bucket + "*", ""},
      {bucket + kAccountHex, ""},
      {bucket + kAccountHex + "_default", ""},
      {bucket + kAccountHex + "_default_", ""},
      {bucket + kAccountHex + "_mars_photos", ""},
      {bucket + kAccountHex + "__photos", ""},
      {bucket + kAccountHex + "_eu_my_bucket", ""},
      {bucket + kAccountHex + "_eu_*", ""},
      {bucket + "_eu_photos", ""},
      {bucket + kAccountHex + "_eu_photos", "*"},
      {"com.cloudflare.api.user.*", ""},
      {"com.cloudflare.api.user." + kAccountHex, "*"},
      {bucket + kAccountHex + "_eu_photos\0"s, ""},
  };
  for (const auto& [name, nested] : rows) {
    const auto parsed = parse_resource(name, nested);
    ASSERT_FALSE(parsed) << name;
    EXPECT_EQ(parsed.error().code(), ErrorCode::InvalidArgument) << name;
    EXPECT_THAT(parsed.error().message(), testing::StartsWith("resource \"")) << name;
  }
}

TEST(PolicyText, APolicyIsOneLine) {
  Policy policy;
  policy.id = PolicyId::parse("1f000000000000000000000000000001").value();
  policy.groups = {find_permission_group("Workers R2 Storage Bucket Item Read")};
  policy.resources = {BucketResource{kAccount, Jurisdiction::Eu, "photos"},
                      AllBucketsResource{kAccount}};
  EXPECT_EQ(describe(policy),
            "1f000000000000000000000000000001: allow Workers R2 Storage Bucket Item Read on bucket "
            "photos (eu), all buckets of account " +
                kAccountHex);
  policy.effect = Effect::Deny;
  policy.groups = {find_permission_group("Workers R2 Storage Write"),
                   find_permission_group("Workers R2 Storage Read")};
  policy.resources = {AccountResource{kAccount}};
  EXPECT_EQ(describe(policy),
            "1f000000000000000000000000000001: deny Workers R2 Storage Write, Workers R2 Storage "
            "Read on account " +
                kAccountHex);
}

TEST(PolicyText, AResourceIsNamedAtItsLevel) {
  EXPECT_EQ(describe(Resource(kAccount, Jurisdiction::Default)),
            "account " + kAccountHex + " (default)");
  EXPECT_EQ(describe(Resource(kAccount, Jurisdiction::Eu, "photos")), "bucket \"photos\" (eu)");
  EXPECT_EQ(describe(Resource(kAccount, Jurisdiction::Eu, "photos", "a/b")),
            "key \"a/b\" of bucket \"photos\" (eu)");
  EXPECT_EQ(describe(Resource(kAccount, Jurisdiction::Eu, "photos", "a\n2026 INFO all is well")),
            "key \"a\\x0a2026 INFO all is well\" of bucket \"photos\" (eu)");
}

TEST(Quote, LeavesNothingThatALogOrTerminalObeys) {
  const std::pair<std::string, std::string> rows[] = {
      {"", "\"\""},
      {"plain text/1", "\"plain text/1\""},
      {"Gr\xc3\xbc\xc3\x9f", "\"Gr\xc3\xbc\xc3\x9f\""},
      {"a\"b\\c", "\"a\\x22b\\x5cc\""},
      {"\0\x1b[2J\x7f"s, "\"\\x00\\x1b[2J\\x7f\""},
      {"\xc2\x9b"
       "2J",
       "\"\\xc2\\x9b2J\""},
      {"\xc2\xa0", "\"\xc2\xa0\""},
      {"\xff\xfe", "\"\\xff\\xfe\""},
      {"ok\xc3", "\"ok\\xc3\""},
      {std::string(256, 'x'), "\"" + std::string(256, 'x') + "\""},
      {std::string(257, 'x'), "\"" + std::string(256, 'x') + "...\""},
      // The cut never splits a character.
      {std::string(255, 'x') + "\xc3\xbc", "\"" + std::string(255, 'x') + "...\""},
  };
  for (const auto& [text, expected] : rows) EXPECT_EQ(quote(text), expected);
}

}  // namespace
}  // namespace coffer::auth
