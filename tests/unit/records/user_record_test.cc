#include "records/user_record.h"

#include "records/account_record.h"

#include <gtest/gtest.h>

#include <random>

namespace coffer::records {
namespace {

using namespace std::string_literals;

Timestamp at(std::int64_t ms) { return Timestamp(std::chrono::milliseconds(ms)); }

UserRecord sample_user() {
  UserRecord record;
  record.email = "Ada@Example.com";
  record.name = "Ada";
  record.created = at(1'795'530'877'123);
  record.is_operator = true;
  record.password_hash = "$argon2id$v=19$m=65536,t=3,p=1$c2FsdA$aGFzaA";
  MembershipRecord membership;
  membership.id = MembershipId::from_bytes(std::string(16, 'M')).value();
  membership.account = AccountId::from_bytes(std::string(16, 'A')).value();
  membership.status = MembershipStatusCode::Accepted;
  membership.roles = {RoleId::from_bytes(std::string(16, 'R')).value(),
                      RoleId::from_bytes(std::string(16, 'S')).value()};
  membership.created = at(5);
  record.memberships = {membership, MembershipRecord()};
  return record;
}

AccountRecord account_with_quota() {
  AccountRecord record;
  record.name = "acme";
  record.quota = Quota{1'000'000, 5'000, 0};
  return record;
}

TEST(UserRecord, ReadsBack) {
  EXPECT_EQ(decode_user(encode(sample_user())).value(), sample_user());
  EXPECT_EQ(decode_user(encode(UserRecord())).value(), UserRecord());
}

TEST(UserRecord, KeepsItsLayout) {
  UserRecord record;
  record.email = "e";
  record.created = at(1);
  record.suspended = true;
  MembershipRecord membership;
  membership.id = MembershipId::from_bytes(std::string(16, 'M')).value();
  membership.account = AccountId::from_bytes(std::string(16, 'A')).value();
  membership.roles = {RoleId::from_bytes(std::string(16, 'R')).value()};
  membership.created = at(2);
  record.memberships = {membership};
  EXPECT_EQ(encode(record),
            "\x01\x01"
            "e\x00\x02\x00\x01\x00\x01"
            "MMMMMMMMMMMMMMMMAAAAAAAAAAAAAAAA\x01\x01"
            "RRRRRRRRRRRRRRRR\x04"s);
}

TEST(UserRecord, EveryTruncationIsCorruptAndANewerLayoutIsNot) {
  std::string bytes = encode(sample_user());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto decoded = decode_user(std::string_view(bytes).substr(0, length));
    ASSERT_FALSE(decoded) << length;
    EXPECT_EQ(decoded.error().code(), ErrorCode::Corrupt) << length;
  }
  EXPECT_EQ(decode_user(bytes + "x").error().code(), ErrorCode::Corrupt);
  bytes[0] = 2;
  EXPECT_EQ(decode_user(bytes).error().code(), ErrorCode::NewerFormat);
}

TEST(UserRecord, AListThatClaimsMoreThanThereIsCostsNothing) {
  // Version, two empty texts, a time, two flags, no hash, then 2^63 memberships.
  EXPECT_FALSE(
      decode_user("\x01\x00\x00\x00\x00\x00\x00\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"s));
}

TEST(AccountRecord, KeepsItsQuota) {
  EXPECT_EQ(decode_account(encode(account_with_quota())).value(), account_with_quota());
  AccountRecord record = account_with_quota();
  record.quota = Quota{std::nullopt, UINT64_MAX, std::nullopt};
  EXPECT_EQ(decode_account(encode(record)).value(), record);
}

TEST(AccountRecord, EveryTruncationIsCorruptAndANewerLayoutIsNot) {
  std::string bytes = encode(account_with_quota());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(decode_account(std::string_view(bytes).substr(0, length))) << length;
  }
  EXPECT_EQ(decode_account(bytes + "x").error().code(), ErrorCode::Corrupt);
  bytes[0] = 2;
  EXPECT_EQ(decode_account(bytes).error().code(), ErrorCode::NewerFormat);
}

template <class Decode>
void damage(const std::string& good, Decode decode) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = good;
    for (auto changes = random() % 8 + 1; changes > 0; --changes) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    if (random() % 2) bytes.resize(random() % bytes.size() + 1);
    const auto decoded = decode(bytes);
    if (decoded) {
      EXPECT_EQ(encode(*decoded), bytes);
    }
  }
}

TEST(UserRecord, DamageIsRefusedOrReadsAsWhatItThenEncodes) {
  damage(encode(sample_user()), decode_user);
  damage(encode(account_with_quota()), decode_account);
}

}  // namespace
}  // namespace coffer::records
