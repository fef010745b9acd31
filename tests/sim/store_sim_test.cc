#include "world.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace coffer::sim {
namespace {

/// So many take about ten seconds in an unoptimised build.
constexpr std::uint64_t kDefaultSeeds = 400;

std::optional<std::uint64_t> number_from_environment(const char* name) {
  const char* text = std::getenv(name);
  if (!text) return std::nullopt;
  return std::strtoull(text, nullptr, 10);
}

// COFFER_SIM_SEED=n runs that seed only; COFFER_SIM_SEEDS=n runs so many, COFFER_SIM_FIRST=n from
// that one on.
TEST(StoreSimulation, EveryInterleavingIsExplainedAndEveryByteAccountedFor) {
  std::uint64_t first = number_from_environment("COFFER_SIM_FIRST").value_or(1);
  std::uint64_t count = number_from_environment("COFFER_SIM_SEEDS").value_or(kDefaultSeeds);
  if (const auto only = number_from_environment("COFFER_SIM_SEED")) {
    first = *only;
    count = 1;
  }
  int failures = 0;
  for (std::uint64_t seed = first; seed < first + count && failures < 3; ++seed) {
    World world(seed);
    const std::string complaints = world.run();
    if (complaints.empty()) continue;
    ++failures;
    ADD_FAILURE() << "replay with COFFER_SIM_SEED=" << seed << "\n" << complaints;
  }
}

Step step_of(Step::Kind kind, std::uint64_t began, std::uint64_t ended) {
  Step step;
  step.kind = kind;
  step.bucket = "b";
  step.key = "k";
  step.began = began;
  step.ended = ended;
  step.done = true;
  return step;
}

// The judge itself has to be able to say no.
TEST(StoreSimulation, TheCheckerRefusesWhatNoOrderExplains) {
  struct Row {
    const char* name;
    std::uint64_t second_put_began;
    std::string read_etag;
    bool explained;
  };
  for (const Row& row :
       {Row{"reads the latest", 5, "two", true}, Row{"reads stale", 5, "one", false},
        Row{"overlapping writes, either", 3, "one", true},
        Row{"reads what nobody wrote", 3, "three", false}}) {
    SCOPED_TRACE(row.name);
    History history;
    Step bucket = step_of(Step::Kind::CreateBucket, 1, 2);
    history.begin(bucket, 1);
    Step one = step_of(Step::Kind::Put, 3, 4);
    one.etag = "one";
    history.begin(one, 3);
    Step two = step_of(Step::Kind::Put, row.second_put_began, 6);
    two.etag = "two";
    history.begin(two, row.second_put_began);
    Step read = step_of(Step::Kind::Read, 7, 8);
    read.etag = row.read_etag;
    history.begin(read, 7);
    EXPECT_EQ(explain_if_not_linearizable(history).empty(), row.explained);
  }
}

TEST(StoreSimulation, TheCheckerRefusesTwoWinnersOfACreateOnlyPut) {
  for (const bool second_wins : {false, true}) {
    History history;
    history.begin(step_of(Step::Kind::CreateBucket, 1, 2), 1);
    for (const char* etag : {"one", "two"}) {
      Step put = step_of(Step::Kind::Put, 3, 9);
      put.etag = etag;
      put.condition = Condition::Absent;
      if (std::string(etag) == "two" && !second_wins) put.error = ErrorCode::PreconditionFailed;
      history.begin(put, 3);
    }
    EXPECT_EQ(explain_if_not_linearizable(history).empty(), !second_wins);
  }
}

}  // namespace
}  // namespace coffer::sim
