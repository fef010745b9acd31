#include "records/account_record.h"
#include "records/token_record.h"

#include <gtest/gtest.h>

#include <random>

namespace coffer::records {
namespace {

using namespace std::string_literals;

Timestamp at(std::int64_t ms) { return Timestamp(std::chrono::milliseconds(ms)); }

AccountRecord sample_account() {
  AccountRecord record;
  record.name = "Café";
  record.created = at(1'795'530'877'123);
  record.r2_enabled = true;
  record.quota.objects_max = UINT64_MAX;
  return record;
}

TokenRecord sample_token() {
  TokenRecord record;
  record.account = AccountId::parse("0102030405060708090a0b0c0d0e0f10").value();
  record.name = "ci";
  record.status = TokenStatusCode::Disabled;
  record.issued_on = at(1'795'530'877'123);
  record.modified_on = at(1'795'530'877'124);
  record.expires_on = at(1'895'530'877'123);
  record.ip_in = {IpNetwork::parse("192.0.2.0/24").value(),
                  IpNetwork::parse("2001:db8::/32").value()};
  record.ip_not_in = {IpNetwork::parse("192.0.2.7/32").value()};
  PolicyRecord policy;
  policy.id = PolicyId::parse("1f000000000000000000000000000001").value();
  policy.effect = EffectCode::Deny;
  policy.resources.push_back(
      {ResourceKind::Bucket, record.account, {}, Jurisdiction::Eu, "photos"});
  policy.resources.push_back({ResourceKind::AllBuckets, record.account, {}, {}, {}});
  policy.resources.push_back({ResourceKind::Account, record.account, {}, {}, {}});
  policy.groups = {PermissionGroupId::parse("6a018a9f2fc74eb6b293b0c548f38b39").value(),
                   PermissionGroupId::parse("2efd5506f9c8494dacb1fa10a3e7d5b6").value()};
  record.policies = {policy, policy};
  record.secret_generation = 300;
  record.sealed_digest = "sealed\0bytes"s;
  return record;
}

TEST(AccountRecord, ReadsBack) {
  EXPECT_EQ(decode_account(encode(sample_account())).value(), sample_account());
  EXPECT_EQ(decode_account(encode(AccountRecord())).value(), AccountRecord());
}

TEST(AccountRecord, KeepsItsLayout) {
  AccountRecord record;
  record.name = "a";
  record.created = at(1);
  record.r2_enabled = true;
  EXPECT_EQ(encode(record),
            "\x01\x01"
            "a\x02\x01\x00\x00\x00"s);
  record.quota.bytes_max = 300;
  record.quota.buckets_max = 0;
  EXPECT_EQ(encode(record),
            "\x01\x01"
            "a\x02\x01\x01\xac\x02\x00\x01\x00"s);
}

TEST(TokenRecord, ReadsBack) {
  EXPECT_EQ(decode_token(encode(sample_token())).value(), sample_token());
  EXPECT_EQ(decode_token(encode(TokenRecord())).value(), TokenRecord());
}

TEST(TokenRecord, KeepsItsLayout) {
  TokenRecord record;
  record.account = AccountId::from_bytes("AAAAAAAAAAAAAAAA").value();
  record.name = "n";
  record.issued_on = at(1);
  record.modified_on = at(2);
  record.not_before = at(3);
  record.ip_in = {IpNetwork::parse("10.0.0.0/8").value()};
  PolicyRecord policy;
  policy.id = PolicyId::from_bytes("PPPPPPPPPPPPPPPP").value();
  policy.resources.push_back({ResourceKind::Bucket, record.account, {}, Jurisdiction::Eu, "abc"});
  policy.groups = {PermissionGroupId::from_bytes("GGGGGGGGGGGGGGGG").value()};
  record.policies = {policy};
  record.secret_generation = 128;
  record.sealed_digest = "s";
  EXPECT_EQ(encode(record), "\x01\x01"s + "AAAAAAAAAAAAAAAA" + "\x01n"s + "\x01\x02\x04"s +
                                "\x01\x06"s + "\x00"s +
                                "\x01\x0a"
                                "10.0.0.0/8"s +
                                "\x00"s + "\x01"s + "PPPPPPPPPPPPPPPP" + "\x01"s + "\x01\x02"s +
                                "AAAAAAAAAAAAAAAA" +
                                "\x02"
                                "eu"s +
                                "\x03"
                                "abc"s +
                                "\x01"s + "GGGGGGGGGGGGGGGG" + "\x80\x01"s + "\x01s"s);
}

TEST(TokenRecord, EveryTruncationIsCorrupt) {
  const std::string bytes = encode(sample_token());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto decoded = decode_token(std::string_view(bytes).substr(0, length));
    ASSERT_FALSE(decoded) << length;
    EXPECT_EQ(decoded.error().code(), ErrorCode::Corrupt) << length;
  }
  EXPECT_EQ(decode_token(bytes + "x").error().code(), ErrorCode::Corrupt);
}

TEST(TokenRecord, ANewerLayoutIsNotGarbage) {
  std::string bytes = encode(sample_token());
  bytes[0] = 2;
  EXPECT_EQ(decode_token(bytes).error().code(), ErrorCode::NewerFormat);
  bytes[0] = 0;
  EXPECT_EQ(decode_token(bytes).error().code(), ErrorCode::Corrupt);
}

/// Whatever is accepted has exactly one encoding, so nothing is silently read as something else.
template <class Decode>
void expect_canonical(const std::string& bytes, Decode decode) {
  const auto decoded = decode(bytes);
  if (decoded) {
    EXPECT_EQ(encode(*decoded), bytes);
  }
}

TEST(TokenRecord, DamageIsRefusedOrReadsAsWhatItThenEncodes) {
  const std::string token = encode(sample_token());
  const std::string account = encode(sample_account());
  for (const std::string& good : {token, account}) {
    for (std::size_t at = 0; at < good.size(); ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        std::string bytes = good;
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
        expect_canonical(bytes, decode_token);
        expect_canonical(bytes, decode_account);
      }
    }
  }
}

TEST(TokenRecord, SurvivesRandomBytes) {
  std::mt19937_64 random(2);
  const std::string good = encode(sample_token());
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = good;
    for (auto changes = random() % 8 + 1; changes > 0; --changes) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    if (random() % 2) bytes.resize(random() % bytes.size() + 1);
    expect_canonical(bytes, decode_token);
    expect_canonical(bytes, decode_account);
  }
}

TEST(TokenRecord, AListThatClaimsMoreThanThereIsCostsNothing) {
  // Version, account, empty name, active, two times, no dates, then 2^63 networks.
  const std::string bytes = "\x01"s + std::string(16, 'A') + "\x00\x01\x00\x00\x00\x00"s +
                            "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"s;
  EXPECT_EQ(decode_token(bytes).error().code(), ErrorCode::Corrupt);
}

}  // namespace
}  // namespace coffer::records
