#include "s3/target.h"

#include <gtest/gtest.h>

namespace coffer::s3 {
namespace {

const std::vector<std::string> kSuffixes{"r2.localhost", "s3.example.com"};
const std::string kAccount = "0123456789abcdef0123456789abcdef";

TEST(Target, ReadsPathStyleFromAnyHostThatIsNotOurs) {
  struct Row {
    std::string host, path;
    Target::Level level;
    std::string bucket, raw_key;
  };
  const std::vector<Row> rows{
      {"127.0.0.1:9000", "/", Target::Level::Account, "", ""},
      {"127.0.0.1:9000", "/b", Target::Level::Bucket, "b", ""},
      {"localhost", "/b/", Target::Level::Bucket, "b", ""},
      {"[::1]:9000", "/b/k", Target::Level::Object, "b", "k"},
      {"r2.localhost:9000", "/b/k/", Target::Level::Object, "b", "k/"},
      {"proxy.test", "/b//x", Target::Level::Object, "b", "/x"},
      {"proxy.test", "/b%2Dc/a%2Fb", Target::Level::Object, "b-c", "a%2Fb"},
      {"proxy.test", "/b%zz/k", Target::Level::Object, "b%zz", "k"},
      {"proxy.test", "//k", Target::Level::Object, "", "k"},
      {"notr2.localhost", "/b/../k", Target::Level::Object, "b", "../k"},
  };
  for (const Row& row : rows) {
    const auto target = parse_target(row.host, row.path, kSuffixes, Jurisdiction::Default);
    ASSERT_TRUE(target) << row.host << row.path;
    EXPECT_EQ(target->level, row.level) << row.host << row.path;
    EXPECT_EQ(target->bucket, row.bucket) << row.host << row.path;
    EXPECT_EQ(target->raw_key, row.raw_key) << row.host << row.path;
    EXPECT_FALSE(target->account) << row.host;
  }
}

TEST(Target, ReadsAccountBucketAndJurisdictionFromOurHosts) {
  struct Row {
    std::string host, path;
    Jurisdiction pinned;
    Target::Level level;
    std::string bucket, raw_key;
  };
  const std::vector<Row> rows{
      {kAccount + ".r2.localhost:9000", "/b/k", Jurisdiction::Default, Target::Level::Object, "b",
       "k"},
      {kAccount + ".r2.localhost.", "/", Jurisdiction::Default, Target::Level::Account, "", ""},
      {kAccount + ".eu.s3.example.com", "/b", Jurisdiction::Eu, Target::Level::Bucket, "b", ""},
      {"photos." + kAccount + ".r2.localhost", "/", Jurisdiction::Default, Target::Level::Bucket,
       "photos", ""},
      {"photos." + kAccount + ".r2.localhost", "/a/b", Jurisdiction::Default, Target::Level::Object,
       "photos", "a/b"},
      {"photos." + kAccount + ".us.r2.localhost", "/a", Jurisdiction::Us, Target::Level::Object,
       "photos", "a"},
  };
  for (const Row& row : rows) {
    const auto target = parse_target(row.host, row.path, kSuffixes, row.pinned);
    ASSERT_TRUE(target) << row.host;
    EXPECT_EQ(target->level, row.level) << row.host << row.path;
    EXPECT_EQ(target->bucket, row.bucket) << row.host << row.path;
    EXPECT_EQ(target->raw_key, row.raw_key) << row.host << row.path;
    EXPECT_EQ(target->account, AccountId::parse(kAccount)) << row.host;
  }
}

TEST(Target, RefusesOtherNamesUnderOurSuffixesAndOtherJurisdictions) {
  struct Row {
    std::string host;
    Jurisdiction pinned;
  };
  const std::vector<Row> rows{
      {"photos.r2.localhost", Jurisdiction::Default},
      {"a.b." + kAccount + ".r2.localhost", Jurisdiction::Default},
      {"." + kAccount + ".x.r2.localhost", Jurisdiction::Default},
      {"eu.r2.localhost", Jurisdiction::Eu},
      {".r2.localhost", Jurisdiction::Default},
      {kAccount + ".default.r2.localhost", Jurisdiction::Default},
      {kAccount + ".eu.r2.localhost", Jurisdiction::Default},
      {kAccount + ".r2.localhost", Jurisdiction::Eu},
      {kAccount + ".us.r2.localhost", Jurisdiction::Eu},
  };
  for (const Row& row : rows) {
    const auto target = parse_target(row.host, "/", kSuffixes, row.pinned);
    ASSERT_FALSE(target) << row.host;
    EXPECT_EQ(target.error().code(), ErrorCode::InvalidRequest) << row.host;
  }
}

TEST(Target, DecodesTheKeyOnceAndRefusesWhatIsNoKey) {
  struct Row {
    std::string raw, key;
  };
  const std::vector<Row> good{{"a%2Fb", "a/b"},       {"a+b", "a+b"},
                              {"%2525", "%25"},       {"%C3%BC", "\xC3\xBC"},
                              {"../%2e%2e", "../.."}, {"a%00b", std::string("a\0b", 3)}};
  for (const Row& row : good) {
    Target target;
    target.raw_key = row.raw;
    const auto key = target.key();
    ASSERT_TRUE(key) << row.raw;
    EXPECT_EQ(key->original(), row.key) << row.raw;
  }
  for (const std::string& raw :
       {std::string("%zz"), std::string("%"), std::string("%ff"), std::string(1025, 'a')}) {
    Target target;
    target.raw_key = raw;
    const auto key = target.key();
    ASSERT_FALSE(key) << raw;
    EXPECT_EQ(key.error().code(), ErrorCode::InvalidObjectName) << raw;
  }
}

}  // namespace
}  // namespace coffer::s3
