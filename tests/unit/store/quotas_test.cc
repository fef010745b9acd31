// The ledgers alone, on threads of their own, over a truth that commits change.

#include "store/quota.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <optional>
#include <random>
#include <vector>

namespace coffer::store {
namespace {

namespace asio = boost::asio;

/// What is stored, and what ever went wrong with it.
struct Truth {
  explicit Truth(std::int64_t held) : bytes(held) {}
  std::atomic<std::int64_t> bytes;
  std::atomic<std::int64_t> largest{0};
  std::atomic<int> loads{0};
  std::atomic<int> refusals{0};

  void commit(std::int64_t delta) {
    const std::int64_t now = bytes.fetch_add(delta) + delta;
    std::int64_t before = largest.load();
    while (now > before && !largest.compare_exchange_weak(before, now)) {
    }
  }
};

Task<> yield() { co_await asio::post(asio::use_awaitable); }

Task<Result<Holdings>> load(Truth& truth) {
  ++truth.loads;
  co_await yield();
  Holdings held;
  held.bytes = truth.bytes;
  co_await yield();
  co_return held;
}

Holdings bytes(std::int64_t count) {
  Holdings growth;
  growth.bytes = count;
  return growth;
}

Task<> writer(Quotas& quotas, AccountId account, Truth& truth, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < 3'000; ++i) {
    // More comes than goes, so that it is always about the edge.
    const auto delta = static_cast<std::int64_t>(random() % 41) - 15;
    auto reserved = co_await quotas.reserve(account, bytes(delta));
    if (!reserved) {
      EXPECT_EQ(reserved.error().code(), ErrorCode::QuotaExceeded);
      EXPECT_GT(delta, 0);
      ++truth.refusals;
      continue;
    }
    co_await yield();
    const bool happens = random() % 4 != 0;
    if (happens) truth.commit(delta);
    co_await yield();
    if (random() % 50 == 0) continue;  // nobody says how it ended
    happens ? reserved->committed() : reserved->not_committed();
  }
}

void run_all(asio::thread_pool& pool, std::vector<Task<>> tasks) {
  std::vector<std::future<void>> ends;
  for (Task<>& task : tasks) {
    ends.push_back(asio::co_spawn(asio::make_strand(pool), std::move(task), asio::use_future));
  }
  for (auto& end : ends) end.get();
}

/// Whether so many bytes more would be allowed.
Task<> probe(Quotas& quotas, AccountId account, std::int64_t growth, bool& fits) {
  auto reserved = co_await quotas.reserve(account, bytes(growth));
  fits = reserved.has_value();
  if (reserved) reserved->not_committed();
}

TEST(Quotas, AreNeverExceededAndNeverLoseAByte) {
  constexpr std::int64_t kLimit = 1'000;
  Truth truth(900);
  const AccountId account = *AccountId::from_bytes(std::string(16, 'a'));
  records::Quota quota;
  quota.bytes_max = kLimit;
  Quotas quotas([quota](AccountId) { return quota; }, [&truth](AccountId) { return load(truth); });
  asio::thread_pool pool(4);
  std::vector<Task<>> tasks;
  for (std::uint64_t i = 0; i < 16; ++i) tasks.push_back(writer(quotas, account, truth, i));
  run_all(pool, std::move(tasks));
  EXPECT_LE(truth.largest, kLimit);
  EXPECT_GT(truth.refusals, 0) << "the edge was never met";
  EXPECT_GT(truth.loads, 1) << "nothing was ever in doubt";

  const std::int64_t room = kLimit - truth.bytes;
  bool fits = false;
  bool too_much = true;
  std::vector<Task<>> probes;
  probes.push_back(probe(quotas, account, room, fits));
  run_all(pool, std::move(probes));
  probes.clear();
  probes.push_back(probe(quotas, account, room + 1, too_much));
  run_all(pool, std::move(probes));
  EXPECT_TRUE(fits);
  EXPECT_FALSE(too_much);
}

TEST(Quotas, ThatComeAndGoAreExactWhenAllIsQuiet) {
  constexpr std::int64_t kLimit = 1'000;
  Truth truth(900);
  const AccountId account = *AccountId::from_bytes(std::string(16, 'a'));
  std::atomic<std::uint64_t> asked{0};
  std::atomic<bool> quiet{false};
  std::atomic<std::int64_t> limit{kLimit};
  const auto quota_of = [&](AccountId) {
    records::Quota quota;
    if (quiet || asked++ / 100 % 2 == 0) quota.bytes_max = static_cast<std::uint64_t>(limit);
    return quota;
  };
  Quotas quotas(quota_of, [&truth](AccountId) { return load(truth); });
  asio::thread_pool pool(4);
  std::vector<Task<>> tasks;
  for (std::uint64_t i = 0; i < 16; ++i) tasks.push_back(writer(quotas, account, truth, i));
  run_all(pool, std::move(tasks));
  EXPECT_GT(truth.largest, kLimit) << "it was never lifted";

  quiet = true;
  limit = truth.bytes + 7;
  for (const std::int64_t growth : {8, 7}) {
    bool fits = false;
    tasks.clear();
    tasks.push_back(probe(quotas, account, growth, fits));
    run_all(pool, std::move(tasks));
    EXPECT_EQ(fits, growth == 7);
  }
}

/// Reads too early to see what `other` committed, which ends before the reading does.
Task<Result<Holdings>> load_around(Truth& truth, std::optional<Quotas::Reservation>& other) {
  ++truth.loads;
  Holdings held;
  held.bytes = truth.bytes;
  co_await yield();
  if (other) {
    truth.commit(10);
    other->committed();
    other.reset();
  }
  co_return held;
}

Task<> begin_write(Quotas& quotas, AccountId account, std::optional<Quotas::Reservation>& write) {
  auto reserved = co_await quotas.reserve(account, bytes(10));
  EXPECT_TRUE(reserved);
  if (reserved) write.emplace(std::move(*reserved));
}

TEST(Quotas, AreReadAgainAfterAWriteThatEndedWhileTheyWereRead) {
  Truth truth(0);
  const AccountId account = *AccountId::from_bytes(std::string(16, 'a'));
  records::Quota quota;
  std::optional<Quotas::Reservation> write;
  Quotas quotas([&quota](AccountId) { return quota; },
                [&](AccountId) { return load_around(truth, write); });
  asio::thread_pool pool(1);
  const auto run = [&pool](Task<> task) {
    std::vector<Task<>> tasks;
    tasks.push_back(std::move(task));
    run_all(pool, std::move(tasks));
  };
  run(begin_write(quotas, account, write));  // before there is a quota
  quota.bytes_max = 100;
  bool fits = false;
  run(probe(quotas, account, 1, fits));
  EXPECT_TRUE(fits);
  run(probe(quotas, account, 91, fits));
  EXPECT_FALSE(fits);
  run(probe(quotas, account, 90, fits));
  EXPECT_TRUE(fits);
  EXPECT_EQ(truth.loads, 2);
}

TEST(Quotas, CostAnAccountWithoutOneNothing) {
  Truth truth(0);
  const AccountId account = *AccountId::from_bytes(std::string(16, 'a'));
  Quotas none(nullptr, [&truth](AccountId) { return load(truth); });
  Quotas unlimited([](AccountId) { return records::Quota(); },
                   [&truth](AccountId) { return load(truth); });
  asio::thread_pool pool(1);
  bool fits = false;
  for (Quotas* quotas : {&none, &unlimited}) {
    std::vector<Task<>> tasks;
    tasks.push_back(probe(*quotas, account, INT64_MAX, fits));
    run_all(pool, std::move(tasks));
    EXPECT_TRUE(fits);
  }
  EXPECT_EQ(truth.loads, 0);
}

}  // namespace
}  // namespace coffer::store
