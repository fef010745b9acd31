#include "auth/token.h"

#include "auth/identity.h"
#include "auth/token_value.h"
#include "auth/usability.h"
#include "support/seeded_random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace coffer::auth {
namespace {

// -- Permission groups and presets
// -----------------------------------------------------------------

// Ids and scopes: cloudflare-api.md 2.4, confirmed there by independent public repositories.
TEST(PermissionGroups, AreCloudflaresOwn) {
  const struct {
    const char* name;
    const char* id;
    ResourceScope scope;
  } rows[] = {
      {"Workers R2 Storage Write", "bf7481a1826f439697cb59a20b22293e", ResourceScope::Account},
      {"Workers R2 Storage Read", "b4992e1108244f5d8bfbd5744320c2e1", ResourceScope::Account},
      {"Workers R2 Storage Bucket Item Write", "2efd5506f9c8494dacb1fa10a3e7d5b6",
       ResourceScope::Bucket},
      {"Workers R2 Storage Bucket Item Read", "6a018a9f2fc74eb6b293b0c548f38b39",
       ResourceScope::Bucket},
  };
  for (const auto& row : rows) {
    const PermissionGroup* group = find_permission_group(row.name);
    ASSERT_NE(group, nullptr) << row.name;
    EXPECT_EQ(find_permission_group(row.id), group);
    EXPECT_EQ(group->id, row.id);
    EXPECT_EQ(group->name, row.name);
    EXPECT_EQ(group->scope, row.scope);
  }
  EXPECT_EQ(find_permission_group("Workers KV Storage Read"), nullptr);
  EXPECT_EQ(find_permission_group(""), nullptr);
}

TEST(PermissionGroups, AWriteGroupGrantsWhatItsReadGroupGrants) {
  const auto actions = [](std::string_view name) { return find_permission_group(name)->actions; };
  const auto includes = [](ActionSet more, ActionSet less) { return (more | less) == more; };
  EXPECT_TRUE(includes(actions("Workers R2 Storage Write"), actions("Workers R2 Storage Read")));
  EXPECT_TRUE(includes(actions("Workers R2 Storage Bucket Item Write"),
                       actions("Workers R2 Storage Bucket Item Read")));
  EXPECT_TRUE(includes(actions("Account API Tokens Write"), actions("Account API Tokens Read")));
  EXPECT_TRUE(includes(actions("Account Settings Write"), actions("Account Settings Read")));
  EXPECT_TRUE(includes(actions("API Tokens Write"), actions("API Tokens Read")));
  // Every action of R2 itself.
  for (int i = 0; i <= static_cast<int>(Action::ObjectWrite); ++i) {
    EXPECT_TRUE(find_permission_group("Workers R2 Storage Write")->grants(static_cast<Action>(i)));
  }
}

TEST(Preset, NamesReadBack) {
  const std::pair<Preset, std::string_view> rows[] = {
      {Preset::AdminReadWrite, "admin-read-write"},
      {Preset::AdminReadOnly, "admin-read-only"},
      {Preset::ObjectReadWrite, "object-read-write"},
      {Preset::ObjectReadOnly, "object-read-only"},
  };
  for (const auto& [preset, name] : rows) {
    EXPECT_EQ(to_string(preset), name);
    EXPECT_EQ(parse_preset(name), preset);
  }
  EXPECT_EQ(parse_preset("Object-Read-Only"), std::nullopt);
  EXPECT_EQ(parse_preset(""), std::nullopt);
}

TEST(Preset, BecomesOnePolicyOfOneGroup) {
  const auto account = AccountId::parse("0102030405060708090a0b0c0d0e0f10").value();
  const std::vector<std::pair<Jurisdiction, BucketName>> two = {
      {Jurisdiction::Eu, BucketName::parse("photos").value()},
      {Jurisdiction::Default, BucketName::parse("backups").value()}};
  const std::vector<PolicyResource> named = {
      BucketResource{account, Jurisdiction::Eu, "photos"},
      BucketResource{account, Jurisdiction::Default, "backups"}};
  const struct {
    Preset preset;
    const char* group;
    bool buckets;
    std::vector<PolicyResource> resources;
  } rows[] = {
      {Preset::AdminReadWrite, "Workers R2 Storage Write", false, {AccountResource{account}}},
      {Preset::AdminReadOnly, "Workers R2 Storage Read", false, {AccountResource{account}}},
      {Preset::ObjectReadWrite,
       "Workers R2 Storage Bucket Item Write",
       false,
       {AllBucketsResource{account}}},
      {Preset::ObjectReadOnly,
       "Workers R2 Storage Bucket Item Read",
       false,
       {AllBucketsResource{account}}},
      {Preset::ObjectReadWrite, "Workers R2 Storage Bucket Item Write", true, named},
      {Preset::ObjectReadOnly, "Workers R2 Storage Bucket Item Read", true, named},
  };
  for (const auto& row : rows) {
    const auto policies =
        policies_of_preset(row.preset, account,
                           row.buckets ? two : std::vector<std::pair<Jurisdiction, BucketName>>());
    ASSERT_TRUE(policies);
    ASSERT_EQ(policies->size(), 1U);
    const Policy& policy = policies->front();
    EXPECT_EQ(policy.effect, Effect::Allow);
    EXPECT_EQ(policy.resources, row.resources);
    EXPECT_THAT(policy.groups, testing::ElementsAre(find_permission_group(row.group)));
  }
}

TEST(Preset, AdminPresetsMayNotNameBuckets) {
  const std::vector<std::pair<Jurisdiction, BucketName>> one = {
      {Jurisdiction::Default, BucketName::parse("photos").value()}};
  for (Preset preset : {Preset::AdminReadWrite, Preset::AdminReadOnly}) {
    const auto policies = policies_of_preset(preset, AccountId(), one);
    ASSERT_FALSE(policies);
    EXPECT_EQ(policies.error().code(), ErrorCode::InvalidArgument);
    EXPECT_THAT(policies.error().message(), testing::HasSubstr("may not be limited to buckets"));
  }
}

// -- Conditions
// ------------------------------------------------------------------------------------

TEST(IpCondition, InMustMatchAndNotInWins) {
  const struct {
    std::vector<const char*> in, not_in;
    const char* address;
    bool admitted;
  } rows[] = {
      {{}, {}, "203.0.113.9", true},
      {{"192.0.2.0/24"}, {}, "192.0.2.7", true},
      {{"192.0.2.0/24"}, {}, "192.0.3.7", false},
      {{"192.0.2.0/24", "192.0.3.7/32"}, {}, "192.0.3.7", true},
      {{}, {"192.0.2.7/32"}, "192.0.2.7", false},
      {{}, {"192.0.2.7/32"}, "192.0.2.8", true},
      {{"192.0.2.0/24"}, {"192.0.2.7/32"}, "192.0.2.7", false},
      {{"192.0.2.0/24"}, {"192.0.2.7/32"}, "192.0.2.8", true},
      {{"2001:db8::/32"}, {}, "2001:db8::1", true},
      {{"2001:db8::/32"}, {}, "2001:db9::1", false},
      {{"2001:db8::/32"}, {}, "192.0.2.7", false},
      {{"192.0.2.0/24"}, {}, "::ffff:192.0.2.7", true},
  };
  for (const auto& row : rows) {
    IpCondition condition;
    for (const char* text : row.in) condition.in.push_back(IpNetwork::parse(text).value());
    for (const char* text : row.not_in) condition.not_in.push_back(IpNetwork::parse(text).value());
    EXPECT_EQ(condition.admits(IpAddress::parse(row.address).value()), row.admitted) << row.address;
  }
}

TEST(Usability, IsOpenAtNotBeforeAndClosedAtExpiresOn) {
  const Timestamp from{std::chrono::seconds(1000)};
  const Timestamp until{std::chrono::seconds(2000)};
  const auto tick = std::chrono::milliseconds(1);
  Token token;
  token.not_before = from;
  token.expires_on = until;
  EXPECT_EQ(usability_of(token, {}, from - tick), Usability::NotYetValid);
  EXPECT_EQ(usability_of(token, {}, from), Usability::Usable);
  EXPECT_EQ(usability_of(token, {}, until - tick), Usability::Usable);
  EXPECT_EQ(usability_of(token, {}, until), Usability::Expired);
  token.status = TokenStatus::Disabled;
  EXPECT_EQ(usability_of(token, {}, from), Usability::Disabled);
  token.status = TokenStatus::Active;
  token.ip.in = {IpNetwork::parse("192.0.2.0/24").value()};
  EXPECT_EQ(usability_of(token, IpAddress::parse("198.51.100.1").value(), from),
            Usability::AddressRefused);
}

// -- Values
// ----------------------------------------------------------------------------------------

/// Gives the bytes it was told to, then counts up.
class ScriptedRandom final : public Random {
 public:
  explicit ScriptedRandom(std::vector<std::uint8_t> script) : script_(std::move(script)) {}
  void fill(MutableBytes out) override {
    for (std::byte& byte : out) {
      byte = static_cast<std::byte>(next_ < script_.size() ? script_[next_] : next_ % 62);
      ++next_;
    }
  }

 private:
  std::vector<std::uint8_t> script_;
  std::size_t next_ = 0;
};

TEST(TokenValue, HasItsPrefixAlphabetAndChecksum) {
  coffer::test::SeededRandom random(3);
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string value = make_token_value(kAccountTokenPrefix, random);
    EXPECT_EQ(value.size(), 51U);
    EXPECT_TRUE(value.starts_with("cofa_"));
    EXPECT_EQ(value.find_first_not_of(
                  "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 5),
              std::string::npos);
    EXPECT_TRUE(is_well_formed_token_value(value));
    EXPECT_TRUE(seen.insert(value).second);
  }
}

TEST(TokenValue, RejectsBytesThatWouldMakeSomeDigitsLikelier) {
  // 248 to 255 are the bytes beyond four full alphabets.
  ScriptedRandom random({248, 255, 0, 250, 61, 62, 247, 254});
  const std::string value = make_token_value(kAccountTokenPrefix, random);
  EXPECT_EQ(value.substr(5, 4), "0z0z");
}

// CRC-32 of "cofa_" and forty zeros, as Python's zlib.crc32 computes it: 0x7bc2802a.
TEST(TokenValue, ChecksumIsCrc32InBase62) {
  ScriptedRandom zeros(std::vector<std::uint8_t>(64, 0));
  EXPECT_EQ(make_token_value(kAccountTokenPrefix, zeros),
            "cofa_" + std::string(40, '0') + "2GW81C");
}

TEST(TokenValue, EveryMistypedCharacterIsNoticed) {
  coffer::test::SeededRandom random(3);
  const std::string good = make_token_value(kAccountTokenPrefix, random);
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (char other : {'0', 'A', 'z', '-', '_', '\0', '\xc3'}) {
      if (good[at] == other) continue;
      std::string bad = good;
      bad[at] = other;
      EXPECT_FALSE(is_well_formed_token_value(bad)) << at << " " << other;
    }
    if (at + 1 < good.size() && good[at] != good[at + 1]) {
      std::string swapped = good;
      std::swap(swapped[at], swapped[at + 1]);
      EXPECT_FALSE(is_well_formed_token_value(swapped)) << at;
    }
  }
  EXPECT_FALSE(is_well_formed_token_value(""));
  EXPECT_FALSE(is_well_formed_token_value(good + "0"));
  EXPECT_FALSE(is_well_formed_token_value(good.substr(0, good.size() - 1)));
}

}  // namespace
}  // namespace coffer::auth
