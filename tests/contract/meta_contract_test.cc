#include "meta_fixture.h"

#include <algorithm>
#include <functional>
#include <thread>

namespace coffer::meta::test {
namespace {

using Kind = CommitOutcome::Kind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::size_t kKeyMax = 8 * 1024;
constexpr std::size_t kValueMax = 64 * 1024;

INSTANTIATE_TEST_SUITE_P(Engines, MetaContract,
                         ::testing::Values(EngineKind::Memory, EngineKind::RocksDb), engine_name);

TEST_P(MetaContract, PutGetAndDelete) {
  EXPECT_EQ(get(record("k")), std::nullopt);
  const Version first = put(record("k"), "one");
  EXPECT_EQ(get(record("k"))->value, "one");
  EXPECT_EQ(get(record("k"))->version, first);
  const Version second = put(record("k"), "two");
  EXPECT_EQ(get(record("k"))->value, "two");
  EXPECT_EQ(get(record("k"))->version, second);
  Commit removal = change();
  removal.deletes.push_back(record("k"));
  removal.deletes.push_back(record("never there"));
  committed(std::move(removal));
  EXPECT_EQ(get(record("k")), std::nullopt);
}

TEST_P(MetaContract, OneCommitOneVersionAndVersionsGrow) {
  Commit both = putting(record("a"), "1");
  both.puts.emplace_back(Key{Family::Body, "b"}, "2");
  const Version version = committed(std::move(both));
  EXPECT_GT(version, 0u);
  EXPECT_EQ(get(record("a"))->version, version);
  EXPECT_EQ(get(Key{Family::Body, "b"})->version, version);
  Version last = version;
  for (int i = 0; i < 5; ++i) {
    const Version next = put(record("a"), "again", i % 2 == 0 ? "p" : "q");
    EXPECT_GT(next, last);
    last = next;
  }
  // Also those of commits without puts, which nobody can look up later.
  EXPECT_GT(committed(adding("n", 1)), last);
}

TEST_P(MetaContract, WithinACommitPutsApplyInOrderAndDeletesAfterThem) {
  Commit commit = putting(record("a"), "first");
  commit.puts.emplace_back(record("a"), "second");
  commit.puts.emplace_back(record("b"), "put and deleted");
  commit.deletes.push_back(record("b"));
  committed(std::move(commit));
  EXPECT_EQ(value(record("a")), "second");
  EXPECT_EQ(get(record("b")), std::nullopt);
}

TEST_P(MetaContract, ChecksOfEachKind) {
  const Version version = put(record("there"), "x");
  const struct {
    std::string_view what;
    Check check;
    bool holds;
  } cases[] = {
      {"absent, is", Check::absent(record("gone")), true},
      {"absent, is not", Check::absent(record("there")), false},
      {"present, is", Check::present(record("there")), true},
      {"present, is not", Check::present(record("gone")), false},
      {"this version", Check::has_version(record("there"), version), true},
      {"another version", Check::has_version(record("there"), version + 1), false},
      {"a version, but absent", Check::has_version(record("gone"), version), false},
      {"version 0 is nothing's", Check::has_version(record("gone"), 0), false},
      {"empty before", Check::range_empty(record("a"), "there"), true},
      {"empty after", Check::range_empty(record(std::string("there\0", 6)), ""), true},
      {"not empty, begin counts", Check::range_empty(record("there"), "there0"), false},
      {"not empty, to the end", Check::range_empty(record("a"), ""), false},
      {"not empty, around", Check::range_empty(record("a"), "z"), false},
      {"empty, begin is end", Check::range_empty(record("there"), "there"), true},
      {"empty, end before begin", Check::range_empty(record("z"), "a"), true},
      {"empty in another family", Check::range_empty(Key{Family::Upload, "a"}, ""), true},
  };
  for (const auto& row : cases) {
    SCOPED_TRACE(row.what);
    Commit commit = putting(record("result"), std::string(row.what));
    commit.checks.push_back(row.check);
    const CommitOutcome outcome = run(engine_->commit(std::move(commit))).value();
    EXPECT_EQ(outcome.kind, row.holds ? Kind::Committed : Kind::CheckFailed);
    EXPECT_EQ(outcome.failed_check, 0u);
    EXPECT_EQ(get(record("result")).has_value(), row.holds);
    Commit clean = change();
    clean.deletes.push_back(record("result"));
    committed(std::move(clean));
  }
}

TEST_P(MetaContract, AFailedCheckIsNamedAndLeavesNothing) {
  put(record("there"), "x");
  Commit commit = putting(record("k"), "v");
  commit.deletes.push_back(record("there"));
  commit.adds.emplace_back("n", 5);
  commit.checks.push_back(Check::present(record("there")));
  commit.checks.push_back(Check::absent(record("gone")));
  commit.checks.push_back(Check::present(record("gone")));
  commit.checks.push_back(Check::absent(record("there")));
  const CommitOutcome outcome = run(engine_->commit(std::move(commit))).value();
  EXPECT_EQ(outcome.kind, Kind::CheckFailed);
  EXPECT_EQ(outcome.failed_check, 2u);
  EXPECT_EQ(get(record("k")), std::nullopt);
  EXPECT_EQ(value(record("there")), "x");
  EXPECT_EQ(counter("n"), 0);
}

TEST_P(MetaContract, ChecksSeeTheStateBeforeTheirOwnCommit) {
  Commit commit = putting(record("k"), "v");
  commit.checks.push_back(Check::absent(record("k")));
  commit.checks.push_back(Check::range_empty(record(""), ""));
  EXPECT_EQ(this->commit(std::move(commit)).kind, Kind::Committed);
  Commit removal = change();
  removal.deletes.push_back(record("k"));
  removal.checks.push_back(Check::present(record("k")));
  EXPECT_EQ(this->commit(std::move(removal)).kind, Kind::Committed);
}

TEST_P(MetaContract, ChecksAloneAreACommit) {
  Commit passes = change();
  passes.checks.push_back(Check::absent(record("k")));
  EXPECT_TRUE(commit(std::move(passes)).committed());
  Commit fails = change();
  fails.checks.push_back(Check::present(record("k")));
  EXPECT_EQ(commit(std::move(fails)).kind, Kind::CheckFailed);
  EXPECT_TRUE(commit(change()).committed());
}

TEST_P(MetaContract, TheFenceIsTheHeadersVersion) {
  const auto fenced = [](Version fence) {
    Commit commit = putting(record("k"), "v");
    commit.fence = fence;
    // Also when a check would fail: the fence comes first.
    commit.checks.push_back(Check::present(record("fence before checks")));
    return commit;
  };
  put(record("fence before checks"), "x");
  EXPECT_EQ(commit(fenced(0)).kind, Kind::Committed);
  EXPECT_EQ(commit(fenced(1'000'000)).kind, Kind::FenceMoved);
  const Version header_version = put(header(), "header");
  EXPECT_EQ(commit(fenced(0)).kind, Kind::FenceMoved);
  EXPECT_EQ(commit(fenced(header_version)).kind, Kind::Committed);
  const Version moved = put(header(), "header again");
  EXPECT_EQ(commit(fenced(header_version)).kind, Kind::FenceMoved);
  EXPECT_EQ(commit(fenced(moved)).kind, Kind::Committed);
  Commit removal = change();
  removal.deletes.push_back(record("fence before checks"));
  committed(std::move(removal));
  EXPECT_EQ(commit(fenced(header_version)).kind, Kind::FenceMoved);
  EXPECT_EQ(commit(fenced(moved)).kind, Kind::CheckFailed);
  // Of this partition only.
  Commit elsewhere("q", "");
  elsewhere.fence = moved;
  EXPECT_EQ(commit(std::move(elsewhere)).kind, Kind::FenceMoved);
}

TEST_P(MetaContract, OfConcurrentCreationsOneWins) {
  std::vector<Task<Result<CommitOutcome>>> tasks;
  for (int i = 0; i < 50; ++i) {
    Commit commit = putting(record("k"), "of " + std::to_string(i));
    commit.checks.push_back(Check::absent(record("k")));
    tasks.push_back(engine_->commit(std::move(commit)));
  }
  const auto results = run_all(std::move(tasks));
  const auto won = [](const Result<CommitOutcome>& result) { return result.value().committed(); };
  EXPECT_EQ(std::count_if(results.begin(), results.end(), won), 1);
  const auto winner = std::find_if(results.begin(), results.end(), won) - results.begin();
  EXPECT_EQ(value(record("k")), "of " + std::to_string(winner));
}

TEST_P(MetaContract, ConcurrentChainsOfVersionsLoseNothing) {
  constexpr int kWriters = 20;
  constexpr int kRounds = 10;
  Version base = put(record("k"), "0");
  // Each round, all writers check for the same version: one moves it on.
  for (int round = 0; round < kRounds; ++round) {
    std::vector<Task<Result<CommitOutcome>>> tasks;
    for (int i = 0; i < kWriters; ++i) {
      Commit commit = putting(record("k"), "x");
      commit.checks.push_back(Check::has_version(record("k"), base));
      commit.adds.emplace_back("wins", 1);
      tasks.push_back(engine_->commit(std::move(commit)));
    }
    for (const auto& result : run_all(std::move(tasks))) {
      if (result->committed()) base = result->version;
    }
  }
  EXPECT_EQ(counter("wins"), kRounds);
  EXPECT_EQ(get(record("k"))->version, base);
}

TEST_P(MetaContract, ChecksSeeWhatIsQueuedBeforeThem) {
  put(record("old"), "x");
  std::vector<Task<Result<CommitOutcome>>> tasks;
  Commit removal = change();
  removal.deletes.push_back(record("old"));
  tasks.push_back(engine_->commit(std::move(removal)));
  // Not in the range, though queued right behind it.
  tasks.push_back(engine_->commit(putting(Key{Family::Upload, "new"}, "y")));
  Commit needs_empty = putting(record("new"), "y");
  needs_empty.checks.push_back(Check::range_empty(record(""), ""));
  tasks.push_back(engine_->commit(std::move(needs_empty)));
  Commit needs_empty_again = putting(record("newer"), "z");
  needs_empty_again.checks.push_back(Check::range_empty(record(""), ""));
  tasks.push_back(engine_->commit(std::move(needs_empty_again)));
  Commit needs_new = putting(header(), "h");
  needs_new.checks.push_back(Check::present(record("new")));
  tasks.push_back(engine_->commit(std::move(needs_new)));
  Commit fenced = putting(record("late"), "w");
  fenced.fence = 0;
  tasks.push_back(engine_->commit(std::move(fenced)));
  const auto results = run_all(std::move(tasks));
  EXPECT_EQ(results[0]->kind, Kind::Committed);
  EXPECT_EQ(results[1]->kind, Kind::Committed);
  EXPECT_EQ(results[2]->kind, Kind::Committed);
  EXPECT_EQ(results[3]->kind, Kind::CheckFailed);
  EXPECT_EQ(results[4]->kind, Kind::Committed);
  EXPECT_EQ(results[5]->kind, Kind::FenceMoved);
  EXPECT_THAT(keys(records()), ElementsAre("new"));
}

TEST_P(MetaContract, CountersAddUp) {
  EXPECT_EQ(counter("n"), 0);
  committed(adding("n", 5));
  committed(adding("n", -12));
  EXPECT_EQ(counter("n"), -7);
  Commit twice = adding("n", 3);
  twice.adds.emplace_back("n", 4);
  twice.adds.emplace_back("m", 1);
  committed(std::move(twice));
  EXPECT_EQ(counter("n"), 0);
  EXPECT_EQ(counter("m"), 1);
  EXPECT_EQ(counter("n", "q"), 0);
  // They wrap, as the additions of their opposite must be able to undo.
  committed(adding("wide", INT64_MAX));
  committed(adding("wide", 1));
  EXPECT_EQ(counter("wide"), INT64_MIN);
  committed(adding("wide", -1));
  EXPECT_EQ(counter("wide"), INT64_MAX);
}

TEST_P(MetaContract, ConcurrentAddsAllCount) {
  std::vector<Task<Result<CommitOutcome>>> tasks;
  for (int i = 1; i <= 100; ++i) tasks.push_back(engine_->commit(adding("n", i % 2 == 0 ? i : -i)));
  for (const auto& result : run_all(std::move(tasks))) EXPECT_TRUE(result->committed());
  EXPECT_EQ(counter("n"), 50);
}

TEST_P(MetaContract, FamiliesLieApart) {
  constexpr Family kFamilies[] = {Family::Record, Family::Upload, Family::Detail, Family::Body,
                                  Family::Queue};
  for (const Family family : kFamilies) {
    put(Key{family, "k"}, "of " + std::to_string(static_cast<int>(family)));
  }
  put(header(), "the header");
  committed(adding("k", 1));
  for (const Family family : kFamilies) {
    EXPECT_EQ(value(Key{family, "k"}), "of " + std::to_string(static_cast<int>(family)));
    EXPECT_THAT(keys(Range(family, "", "")), ElementsAre("k"));
  }
  EXPECT_THAT(keys(Range(Family::Header, "", "")), ElementsAre(""));
}

TEST_P(MetaContract, PartitionsLieApart) {
  // Names where one begins another, ends in it, or looks like what stands behind it.
  const std::string names[] = {"a",
                               "aa",
                               std::string("a\0", 2),
                               "a\x02",
                               "a\x02k",
                               "\x02",
                               "ak",
                               "",
                               std::string("\0", 1),
                               std::string(255, '\xff')};
  for (const std::string& name : names) {
    put(record("k"), "of <" + name + ">", name);
    put(record("kk"), "x", name);
    committed(adding("n", 1, name));
  }
  for (const std::string& name : names) {
    EXPECT_EQ(value(record("k"), name), "of <" + name + ">");
    EXPECT_THAT(keys(records(), name), ElementsAre("k", "kk"));
    EXPECT_EQ(counter("n", name), 1);
  }
}

TEST_P(MetaContract, DropTakesAPartitionAndNothingElse) {
  for (const std::string name : {"a", "aa", "b", ""}) {
    put(header(), "h", name);
    put(record("k"), "v", name);
    put(Key{Family::Queue, "\xff\xff"}, "v", name);
    committed(adding("n", 1, name));
  }
  EXPECT_TRUE(run(engine_->drop("a")));
  EXPECT_TRUE(run(engine_->drop("")));
  EXPECT_TRUE(run(engine_->drop("never there")));
  for (const std::string gone : {"a", ""}) {
    EXPECT_EQ(get(header(), gone), std::nullopt);
    EXPECT_EQ(get(record("k"), gone), std::nullopt);
    EXPECT_THAT(keys(Range(Family::Queue, "", ""), gone), IsEmpty());
    EXPECT_EQ(counter("n", gone), 0);
  }
  for (const std::string kept : {"aa", "b"}) {
    EXPECT_EQ(value(header(), kept), "h");
    EXPECT_THAT(keys(records(), kept), ElementsAre("k"));
    EXPECT_EQ(counter("n", kept), 1);
  }
}

TEST_P(MetaContract, ADroppedPartitionMayBeUsedAgain) {
  const Version before = put(record("k"), "v");
  committed(adding("n", 3));
  EXPECT_TRUE(run(engine_->drop("p")));
  Commit again = putting(record("k"), "w");
  again.fence = 0;
  again.checks.push_back(Check::absent(record("k")));
  again.adds.emplace_back("n", 1);
  EXPECT_GT(committed(std::move(again)), before);
  EXPECT_EQ(value(record("k")), "w");
  EXPECT_EQ(counter("n"), 1);
}

TEST_P(MetaContract, DropKeepsItsPlaceInTheQueue) {
  std::vector<std::optional<Result<CommitOutcome>>> outcomes(2);
  std::optional<Result<>> dropped;
  boost::asio::co_spawn(
      io_, store_into(engine_->commit(putting(record("early"), "x")), outcomes[0]), rethrow);
  boost::asio::co_spawn(io_, store_into(engine_->drop("p"), dropped), rethrow);
  Commit late = putting(record("late"), "y");
  late.checks.push_back(Check::absent(record("early")));
  boost::asio::co_spawn(io_, store_into(engine_->commit(std::move(late)), outcomes[1]), rethrow);
  io_.run();
  EXPECT_TRUE(outcomes[0].value()->committed());
  EXPECT_TRUE(dropped.value());
  EXPECT_TRUE(outcomes[1].value()->committed());
  EXPECT_THAT(keys(records()), ElementsAre("late"));
}

TEST_P(MetaContract, LimitsAreReachedAndNotPassed) {
  const std::string long_key(kKeyMax, 'k');
  put(record(long_key), std::string(kValueMax, 'v'), std::string(255, 'p'));
  EXPECT_EQ(value(record(long_key), std::string(255, 'p')).size(), kValueMax);
  EXPECT_THAT(keys(records(long_key, ""), std::string(255, 'p')), ElementsAre(long_key));
  put(Key{Family::Body, "b"}, std::string(kValueMax + 1, 'v'));
  committed(adding(long_key, 1));
  EXPECT_EQ(counter(long_key), 1);

  const std::string too_long = long_key + "k";
  Commit long_end = change();
  long_end.checks.push_back(Check::range_empty(record("a"), too_long));
  Commit long_delete = change();
  long_delete.deletes.push_back(record(too_long));
  Commit long_check = change();
  long_check.checks.push_back(Check::absent(record(too_long)));
  EXPECT_EQ(refusal(putting(record("k"), "v", std::string(256, 'p'))), ErrorCode::Internal);
  EXPECT_EQ(refusal(putting(record(too_long), "v")), ErrorCode::Internal);
  EXPECT_EQ(refusal(putting(record("k"), "")), ErrorCode::Internal);
  EXPECT_EQ(refusal(putting(record("k"), std::string(kValueMax + 1, 'v'))), ErrorCode::Internal);
  EXPECT_EQ(refusal(adding(too_long, 1)), ErrorCode::Internal);
  EXPECT_EQ(refusal(std::move(long_end)), ErrorCode::Internal);
  EXPECT_EQ(refusal(std::move(long_delete)), ErrorCode::Internal);
  EXPECT_EQ(refusal(std::move(long_check)), ErrorCode::Internal);
  EXPECT_EQ(refusal(putting(Key{Family::Header, "k"}, "v")), ErrorCode::Internal);
  EXPECT_EQ(refusal(putting(Key{static_cast<Family>(0), "k"}, "v")), ErrorCode::Internal);
  EXPECT_EQ(refusal(putting(Key{static_cast<Family>(7), "k"}, "v")), ErrorCode::Internal);

  const auto ignore = [](std::string_view, std::string_view, Version) { return Step::next(); };
  EXPECT_FALSE(run(engine_->get(std::string(256, 'p'), record("k"))));
  EXPECT_FALSE(run(engine_->get("p", record(too_long))));
  EXPECT_FALSE(run(engine_->counter("p", too_long)));
  EXPECT_FALSE(run(engine_->scan("p", records(too_long), ignore)));
  EXPECT_FALSE(run(engine_->scan("p", records("", too_long), ignore)));
  EXPECT_FALSE(run(engine_->scan(std::string(256, 'p'), records(), ignore)));
  EXPECT_FALSE(run(engine_->drop(std::string(256, 'p'))));
  EXPECT_EQ(value(record("k")), "");
}

TEST_P(MetaContract, EverythingInACommitBeginsWithItsGroup) {
  const auto grouped = [] { return Commit("p", "g\xff"); };
  const std::string inside = "g\xffk";
  const std::string outside = "gk";
  Commit good = grouped();
  good.fence = 0;
  good.puts.emplace_back(record(inside), "v");
  good.deletes.push_back(Key{Family::Queue, inside});
  good.adds.emplace_back("anything", 1);
  good.checks.push_back(Check::absent(Key{Family::Detail, "g\xff"}));
  good.checks.push_back(Check::range_empty(Key{Family::Detail, inside}, "g\xffz"));
  good.checks.push_back(Check::range_empty(Key{Family::Detail, inside}, "h"));
  EXPECT_TRUE(commit(std::move(good)).committed());

  std::vector<Commit> bad;
  bad.reserve(6);
  for (int i = 0; i < 6; ++i) bad.push_back(grouped());
  bad[0].puts.emplace_back(record(outside), "v");
  bad[1].deletes.push_back(record(outside));
  bad[2].checks.push_back(Check::absent(record(outside)));
  bad[3].checks.push_back(Check::range_empty(record(outside), "g\xffz"));
  bad[4].checks.push_back(Check::range_empty(record(inside), ""));
  bad[5].checks.push_back(Check::range_empty(record(inside), "i"));
  for (Commit& commit : bad) EXPECT_EQ(refusal(std::move(commit)), ErrorCode::Internal);
  EXPECT_THAT(keys(records()), ElementsAre(inside));
}

TEST_P(MetaContract, AlsoTheLargestCommitIsOneStep) {
  constexpr int kKeys = 10'000;
  Commit large = change();
  for (int i = 0; i < kKeys; ++i) {
    const std::string key = std::string(1000, 'k') + std::to_string(i);
    large.checks.push_back(Check::absent(record(key)));
    large.puts.emplace_back(record(key), "v");
  }
  committed(std::move(large));
  EXPECT_EQ(keys(records()).size(), static_cast<std::size_t>(kKeys));
}

TEST_P(MetaContract, ServesManyThreads) {
  constexpr int kThreads = 4;
  constexpr int kCommits = 50;
  const auto work = [this](boost::asio::io_context& loop, int thread) {
    const auto writer = [](Engine& engine, int id) -> Task<> {
      for (int i = 0; i < kCommits; ++i) {
        Commit commit("p", "");
        commit.puts.emplace_back(record("t" + std::to_string(id)), std::to_string(i));
        commit.adds.emplace_back("n", 1);
        const auto outcome = co_await engine.commit(std::move(commit));
        EXPECT_TRUE(outcome.value().committed());
        const auto read = co_await engine.get("p", record("t" + std::to_string(id)));
        EXPECT_EQ(read.value().value().value, std::to_string(i));
      }
    };
    boost::asio::co_spawn(loop, writer(*engine_, thread), rethrow);
    loop.run();
  };
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(work, std::ref(another_loop()), i);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter("n"), kThreads * kCommits);
}

}  // namespace
}  // namespace coffer::meta::test
