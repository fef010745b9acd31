#include "meta_fixture.h"

#include <atomic>
#include <stdexcept>
#include <thread>

namespace coffer::meta::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::string_literals;

class MetaScans : public MetaContract {
 protected:
  void put_keys(const std::vector<std::string>& names) {
    Commit commit = change();
    for (const std::string& name : names) commit.puts.emplace_back(record(name), "v" + name);
    committed(std::move(commit));
  }
};

INSTANTIATE_TEST_SUITE_P(Engines, MetaScans,
                         ::testing::Values(EngineKind::Memory, EngineKind::RocksDb), engine_name);

TEST_P(MetaScans, AreInTheOrderOfUnsignedBytes) {
  put_keys({"b", "a", "\xff\xff", "\x7f", "\x80", "a\0"s, "a\xff", "\0"s, "ab", "", "\0\0"s});
  EXPECT_THAT(keys(records()), ElementsAre("", "\0"s, "\0\0"s, "a", "a\0"s, "ab", "a\xff", "b",
                                           "\x7f", "\x80", "\xff\xff"));
}

TEST_P(MetaScans, ShowValuesAndVersions) {
  const Version first = put(record("a"), "one");
  const Version second = put(record("b"), std::string("two\0", 4));
  std::vector<std::tuple<std::string, std::string, Version>> seen;
  Visitor visit = [&seen](std::string_view key, std::string_view value, Version version) {
    seen.emplace_back(key, value, version);
    return Step::next();
  };
  EXPECT_TRUE(run(engine_->scan("p", records(), std::move(visit))));
  EXPECT_THAT(seen, ElementsAre(std::make_tuple("a", "one", first),
                                std::make_tuple("b", "two\0"s, second)));
}

TEST_P(MetaScans, KeepWithinTheirBounds) {
  put_keys({"a", "b", "bb", "c", "\xff"});
  const struct {
    std::string begin;
    std::string end;
    std::vector<std::string> found;
  } cases[] = {
      {"", "", {"a", "b", "bb", "c", "\xff"}},
      {"b", "", {"b", "bb", "c", "\xff"}},
      {"", "b", {"a"}},
      {"b", "c", {"b", "bb"}},
      {"b", "b\0"s, {"b"}},
      {"b", "b", {}},
      {"c", "b", {}},
      {"\xff", "", {"\xff"}},
      {"\xff\0"s, "", {}},
  };
  for (const auto& row : cases) {
    EXPECT_EQ(keys(records(row.begin, row.end)), row.found) << row.begin << " to " << row.end;
  }
  EXPECT_THAT(keys(records(), "empty partition"), IsEmpty());
}

TEST_P(MetaScans, StopWhenTold) {
  put_keys({"a", "b", "c"});
  std::vector<std::string> seen;
  Visitor visit = [&seen](std::string_view key, std::string_view, Version) {
    seen.emplace_back(key);
    return key == "b" ? Step::stop() : Step::next();
  };
  EXPECT_TRUE(run(engine_->scan("p", records(), std::move(visit))));
  EXPECT_THAT(seen, ElementsAre("a", "b"));
}

TEST_P(MetaScans, SeekForward) {
  put_keys({"a", "a/1", "a/2", "b", "c/1", "c/2", "d"});
  std::vector<std::string> seen;
  // As a listing with a delimiter does: the first key of each group, then past it.
  Visitor visit = [&seen](std::string_view key, std::string_view, Version) {
    seen.emplace_back(key);
    const auto slash = key.find('/');
    if (slash == std::string_view::npos) return Step::next();
    return Step::seek(std::string(key.substr(0, slash)) + "0");
  };
  EXPECT_TRUE(run(engine_->scan("p", records(), std::move(visit))));
  EXPECT_THAT(seen, ElementsAre("a", "a/1", "b", "c/1", "d"));
}

TEST_P(MetaScans, SeekToAKeyItselfAndBeyondTheEnd) {
  put_keys({"a", "b", "c", "d"});
  std::vector<std::string> seen;
  Visitor visit = [&seen](std::string_view key, std::string_view, Version) {
    seen.emplace_back(key);
    return Step::seek(key == "a" ? "b" : "zzz");
  };
  EXPECT_TRUE(run(engine_->scan("p", records(), visit)));
  EXPECT_THAT(seen, ElementsAre("a", "b"));
  seen.clear();
  EXPECT_TRUE(run(engine_->scan("p", records("a", "c"), visit)));
  EXPECT_THAT(seen, ElementsAre("a", "b"));
}

TEST_P(MetaScans, RefuseToSeekBackward) {
  put_keys({"a", "b"});
  for (const std::string target : {"b", "a", ""}) {
    int visits = 0;
    Visitor visit = [&](std::string_view key, std::string_view, Version) {
      ++visits;
      return key == "b" ? Step::seek(target) : Step::next();
    };
    const auto result = run(engine_->scan("p", records(), std::move(visit)));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), ErrorCode::Internal);
    EXPECT_EQ(visits, 2);
  }
}

TEST_P(MetaScans, TurnAVisitorsExceptionIntoAnError) {
  put_keys({"a"});
  Visitor visit = [](std::string_view, std::string_view, Version) -> Step {
    throw std::runtime_error("a bug");
  };
  const auto result = run(engine_->scan("p", records(), std::move(visit)));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::Internal);
  EXPECT_THAT(keys(records()), ElementsAre("a"));
}

TEST_P(MetaScans, PassOverWhatWasDeleted) {
  put_keys({"a", "b", "c"});
  Commit removal = change();
  removal.deletes.push_back(record("b"));
  committed(std::move(removal));
  EXPECT_THAT(keys(records()), ElementsAre("a", "c"));
  EXPECT_THAT(keys(records("b", "c")), IsEmpty());
}

TEST_P(MetaScans, SeeOneMomentWhileOthersCommit) {
  // Every commit gives both keys the same value, so no scan may see them differ.
  const auto both = [](int round) {
    Commit commit = putting(record("first"), std::to_string(round));
    for (int i = 0; i < 50; ++i) commit.puts.emplace_back(record("k" + std::to_string(i)), "x");
    commit.puts.emplace_back(record("second"), std::to_string(round));
    return commit;
  };
  committed(both(0));
  std::atomic<bool> done = false;
  boost::asio::io_context& loop = another_loop();
  std::thread writer([&] {
    const auto write = [&]() -> Task<> {
      for (int round = 1; !done; ++round) {
        const auto outcome = co_await engine_->commit(both(round));
        EXPECT_TRUE(outcome.value().committed());
      }
    };
    boost::asio::co_spawn(loop, write(), rethrow);
    loop.run();
  });
  for (int i = 0; i < 200; ++i) {
    std::string first;
    std::string second;
    Visitor visit = [&](std::string_view key, std::string_view value, Version) {
      if (key == "first") first = value;
      if (key == "second") second = value;
      return Step::next();
    };
    EXPECT_TRUE(run(engine_->scan("p", records(), std::move(visit))));
    EXPECT_EQ(first, second);
  }
  done = true;
  writer.join();
}

}  // namespace
}  // namespace coffer::meta::test
