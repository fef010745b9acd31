#include "auth/token_snapshot.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

namespace coffer::auth {
namespace {

TokenId id_of(int first, int last = 0) {
  std::string bytes(16, '\0');
  bytes.front() = static_cast<char>(first);
  bytes.back() = static_cast<char>(last);
  return TokenId::from_bytes(bytes).value();
}

std::shared_ptr<const TokenEntry> entry_of(TokenId id, std::string name) {
  auto entry = std::make_shared<TokenEntry>();
  entry->token.id = id;
  entry->token.name = std::move(name);
  return entry;
}

std::string name_in(const TokenSnapshot& snapshot, TokenId id) {
  const auto entry = snapshot.find(id);
  return entry ? entry->token.name : "<none>";
}

TEST(TokenSnapshot, FindsWhatWasLoadedAndPublished) {
  TokenSnapshot snapshot;
  EXPECT_EQ(snapshot.find(id_of(1)), nullptr);
  std::vector<TokenSnapshot::Slot> slots;
  for (int first = 0; first < 256; first += 5) {
    for (int last : {1, 2, 200}) {
      const TokenId id = id_of(first, last);
      slots.emplace_back(id, 1, entry_of(id, id.hex()));
    }
  }
  snapshot.replace_all(slots);
  for (const auto& slot : slots) EXPECT_EQ(name_in(snapshot, slot.id), slot.id.hex());
  EXPECT_EQ(snapshot.find(id_of(5, 3)), nullptr);
  EXPECT_EQ(snapshot.find(id_of(6, 1)), nullptr);
  EXPECT_EQ(snapshot.of_owner(AccountId()).size(), slots.size());

  for (int last : {0, 3, 255}) {
    const TokenSnapshot::Change change(snapshot, id_of(5, last));
    change.publish(2, entry_of(id_of(5, last), "new"));
  }
  for (int last : {0, 3, 255}) EXPECT_EQ(name_in(snapshot, id_of(5, last)), "new");
  EXPECT_EQ(name_in(snapshot, id_of(5, 2)), id_of(5, 2).hex());
  snapshot.replace_all({});
  EXPECT_EQ(snapshot.find(id_of(5, 0)), nullptr);
}

TEST(TokenSnapshot, AnOlderPublicationNeverReplacesANewerOne) {
  TokenSnapshot snapshot;
  const TokenId id = id_of(1);
  const TokenSnapshot::Change slow(snapshot, id);
  const TokenSnapshot::Change fast(snapshot, id);
  fast.publish(8, entry_of(id, "newer"));
  slow.publish(7, entry_of(id, "older"));
  EXPECT_EQ(name_in(snapshot, id), "newer");
  slow.publish(9, entry_of(id, "newest"));
  EXPECT_EQ(name_in(snapshot, id), "newest");
}

TEST(TokenSnapshot, NothingBringsARevokedTokenBack) {
  TokenSnapshot snapshot;
  const TokenId id = id_of(1);
  {
    const TokenSnapshot::Change made(snapshot, id);
    made.publish(1, entry_of(id, "made"));
  }
  const auto held = snapshot.find(id);
  {
    const TokenSnapshot::Change slow(snapshot, id);
    {
      const TokenSnapshot::Change revoking(snapshot, id);
      revoking.publish_revocation();
      EXPECT_EQ(snapshot.find(id), nullptr);
    }
    slow.publish(2, entry_of(id, "late"));
    EXPECT_EQ(snapshot.find(id), nullptr);
  }
  EXPECT_EQ(snapshot.find(id), nullptr);
  EXPECT_EQ(held->token.name, "made");  // who held the entry still may read it
}

/// Under ThreadSanitizer this is the proof that look-ups and changes do not race.
TEST(TokenSnapshot, ReadersSeeWholeEntriesWhileWritersChangeThem) {
  constexpr int kTokens = 8;
  constexpr meta::Version kVersions = 2000;
  TokenSnapshot snapshot;
  std::atomic<int> writers_left{2};
  std::vector<std::thread> threads;
  for (int w = 0; w < 2; ++w) {
    threads.emplace_back([&snapshot, &writers_left, w] {
      for (meta::Version version = 1; version <= kVersions; ++version) {
        // Both writers change the same tokens, one of them in another order of versions.
        const meta::Version mine = w == 0 ? version : (version ^ 1);
        const TokenId id = id_of(1, static_cast<int>((mine / 2) % kTokens));
        const TokenSnapshot::Change change(snapshot, id);
        auto entry = std::make_shared<TokenEntry>();
        entry->token.id = id;
        entry->token.secret_generation = mine;
        entry->secret_access_key = std::to_string(mine);
        change.publish(mine, std::move(entry));
      }
      --writers_left;
    });
  }
  std::atomic<std::uint64_t> torn{0};
  std::atomic<std::uint64_t> backwards{0};
  for (int r = 0; r < 2; ++r) {
    threads.emplace_back([&] {
      std::array<std::uint64_t, kTokens> last{};
      while (writers_left > 0) {
        for (int i = 0; i < kTokens; ++i) {
          const auto entry = snapshot.find(id_of(1, i));
          if (!entry) continue;
          const std::uint64_t generation = entry->token.secret_generation;
          if (entry->secret_access_key != std::to_string(generation)) ++torn;
          if (generation < last[static_cast<std::size_t>(i)]) ++backwards;
          last[static_cast<std::size_t>(i)] = generation;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(torn, 0U);
  EXPECT_EQ(backwards, 0U);
  for (int i = 0; i < kTokens; ++i) EXPECT_NE(snapshot.find(id_of(1, i)), nullptr);
}

}  // namespace
}  // namespace coffer::auth
