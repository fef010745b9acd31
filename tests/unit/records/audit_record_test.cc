#include "records/audit_record.h"

#include "records/codec.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace coffer::records {
namespace {

using namespace std::string_literals;

Timestamp at(std::int64_t ms) { return Timestamp(std::chrono::milliseconds(ms)); }
AccountId account(char fill) { return AccountId::from_bytes(std::string(16, fill)).value(); }

AuditEntry sample_entry() {
  AuditEntry entry;
  entry.id = AuditId::from_bytes(std::string(16, 'I')).value();
  entry.time = at(1'795'530'877'123);
  entry.account = account('A');
  entry.actor.kind = Actor::Kind::Token;
  entry.actor.token = TokenId::from_bytes(std::string(16, 'T')).value();
  entry.actor.user = UserId::from_bytes(std::string(16, 'U')).value();
  entry.actor.email = "ada@example.com";
  entry.actor.address = "192.0.2.7";
  entry.actor.interface = "S3";
  entry.actor.request_id = "0123";
  entry.action = "CreateBucket";
  entry.resource_type = "r2.bucket";
  entry.resource_id = "photos";
  entry.before = "";
  entry.after = R"({"name":"photos"})";
  return entry;
}

TEST(AuditEntry, ReadsBack) {
  EXPECT_EQ(decode_audit_entry(encode(sample_entry())).value(), sample_entry());
  EXPECT_EQ(decode_audit_entry(encode(AuditEntry())).value(), AuditEntry());
}

TEST(AuditEntry, KeepsItsLayout) {
  AuditEntry entry;
  entry.id = AuditId::from_bytes(std::string(16, 'I')).value();
  entry.time = at(1);
  entry.actor.kind = Actor::Kind::Operator;
  entry.action = "a";
  entry.after = "{}";
  EXPECT_EQ(encode(entry),
            "\x01IIIIIIIIIIIIIIII\x02\x00\x02\x00\x00\x00\x00\x00\x00\x01"
            "a\x00\x00\x00\x02{}"s);
}

TEST(AuditEntry, EveryTruncationIsCorruptAndANewerLayoutIsNot) {
  std::string bytes = encode(sample_entry());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto decoded = decode_audit_entry(std::string_view(bytes).substr(0, length));
    ASSERT_FALSE(decoded) << length;
    EXPECT_EQ(decoded.error().code(), ErrorCode::Corrupt) << length;
  }
  EXPECT_EQ(decode_audit_entry(bytes + "x").error().code(), ErrorCode::Corrupt);
  bytes[0] = 2;
  EXPECT_EQ(decode_audit_entry(bytes).error().code(), ErrorCode::NewerFormat);
}

TEST(AuditEntry, RefusesAnActorThatIsNone) {
  const std::string good = encode(sample_entry());
  std::string bytes = good;
  // After layout, id, time (6 bytes), and the account with its flag.
  const std::size_t kind = 1 + 16 + 6 + 17;
  ASSERT_EQ(bytes[kind], 3);
  for (const char other : {'\x00', '\x05', '\xff'}) {
    bytes[kind] = other;
    EXPECT_FALSE(decode_audit_entry(bytes));
  }
}

TEST(AuditEntry, DamageIsRefusedOrReadsAsWhatItThenEncodes) {
  std::mt19937_64 random(3);
  const std::string good = encode(sample_entry());
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = good;
    for (auto changes = random() % 8 + 1; changes > 0; --changes) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    if (random() % 2) bytes.resize(random() % bytes.size() + 1);
    const auto decoded = decode_audit_entry(bytes);
    if (decoded) {
      EXPECT_EQ(encode(*decoded), bytes);
    }
  }
}

TEST(AuditKey, SortsTheNewestFirstWithinItsAccount) {
  AuditEntry entry = sample_entry();
  std::string previous = "audit/";
  // By account; no account first.
  for (const auto& owner :
       {std::optional<AccountId>(), std::optional(account('A')), std::optional(account('\xff'))}) {
    entry.account = owner;
    for (const std::int64_t time : {2'000'000'000'000L, 1'795'530'877'124L, 1'795'530'877'123L, 1L,
                                    0L, -1L, -62'167'219'200'000L}) {
      entry.time = at(time);
      for (const char id : {'\xff', 'a', '\x00'}) {
        entry.id = AuditId::from_bytes(std::string(16, id)).value();
        EXPECT_LT(previous, audit_key(entry));
        previous = audit_key(entry);
      }
    }
  }
}

TEST(AuditKey, BoundsTakeInFromSinceToBefore) {
  const std::vector<Timestamp> times{kFirstTime, at(-1),    at(0),    at(999),
                                     at(1'000),  at(1'001), kLastTime};
  std::vector<std::optional<Timestamp>> bounds(times.begin(), times.end());
  bounds.push_back(std::nullopt);
  bounds.push_back(kFirstTime - std::chrono::milliseconds(1));
  bounds.push_back(kLastTime + std::chrono::milliseconds(1));
  for (const auto& owner :
       {std::optional<AccountId>(), std::optional(account('A')), std::optional(account('\xff'))}) {
    for (const auto& since : bounds) {
      for (const auto& before : bounds) {
        const std::string from = audit_key_from(owner, before);
        const std::string end = audit_key_end(owner, since);
        AuditEntry entry;
        for (const Timestamp time : times) {
          for (const char id : {'\x00', '\xff'}) {
            entry.id = AuditId::from_bytes(std::string(16, id)).value();
            entry.time = time;
            entry.account = owner;
            const bool wanted = (!since || time >= *since) && (!before || time < *before);
            EXPECT_EQ(from <= audit_key(entry) && audit_key(entry) < end, wanted)
                << time.time_since_epoch().count();
            entry.account = account('B');
            EXPECT_FALSE(from <= audit_key(entry) && audit_key(entry) < end);
          }
        }
      }
    }
  }
}

TEST(AuditKey, TakesATimeThatNoRecordCanHoldForTheNearest) {
  AuditEntry entry = sample_entry();
  entry.time = kLastTime + std::chrono::hours(1);
  AuditEntry nearest = entry;
  nearest.time = kLastTime;
  EXPECT_EQ(audit_key(entry), audit_key(nearest));
  entry.time = kFirstTime - std::chrono::hours(1);
  nearest.time = kFirstTime;
  EXPECT_EQ(audit_key(entry), audit_key(nearest));
}

}  // namespace
}  // namespace coffer::records
