#include "store/request_usage.h"

#include "store_fixture.h"

namespace coffer::store::test {
namespace {

using records::RequestKind;
using Step = RequestUsage::Step;
using namespace std::chrono_literals;

/// Fails every commit while it is told to.
class Unwilling final : public meta::Engine {
 public:
  bool unwilling = false;

  Task<Result<std::optional<meta::Stored>>> get(meta::Partition partition, meta::Key key) override {
    return engine_->get(std::move(partition), std::move(key));
  }
  Task<Result<>> scan(meta::Partition partition, meta::Range range, meta::Visitor visit) override {
    return engine_->scan(std::move(partition), std::move(range), std::move(visit));
  }
  Task<Result<meta::CommitOutcome>> commit(meta::Commit change) override {
    if (unwilling) co_return make_error(ErrorCode::NoSpace);
    co_return co_await engine_->commit(std::move(change));
  }
  Task<Result<std::int64_t>> counter(meta::Partition partition, std::string counter) override {
    return engine_->counter(std::move(partition), std::move(counter));
  }
  Task<Result<>> drop(meta::Partition partition) override {
    return engine_->drop(std::move(partition));
  }

 private:
  std::unique_ptr<meta::Engine> engine_ = meta::make_memory_engine();
};

class RequestUsageTest : public ::testing::Test, protected RunsTasks {
 protected:
  RequestUsageTest() { start(); }
  /// Anew, as after a start of the program.
  void start() {
    std::vector<RequestUsage::Source> sources;
    sources.emplace_back(Jurisdiction::Default, engine_);
    sources.emplace_back(Jurisdiction::Eu, eu_);
    usage_ = std::make_unique<RequestUsage>(std::move(sources), clock_);
  }

  FinishedRequest request(std::string_view bucket, RequestKind kind = RequestKind::Read,
                          int status = 200) const {
    FinishedRequest out;
    out.account = account_;
    out.bucket = bucket;
    out.bucket_exists = status < 400;
    out.kind = kind;
    out.status = status;
    return out;
  }
  void count(std::string_view bucket, int times = 1) {
    for (int i = 0; i < times; ++i) usage_->count(request(bucket));
  }
  RequestUsage::Query query(std::string bucket = {}, Step step = Step::FiveMinutes) const {
    RequestUsage::Query out;
    out.account = account_;
    out.bucket = std::move(bucket);
    out.since = clock_.now() - RequestUsage::kept_for(step) - 240h;
    out.until = clock_.now() + 1h;
    out.step = step;
    return out;
  }
  /// "2026-11-24T14:30:00.000Z 3, ..."
  std::string points(RequestUsage::Query query) {
    const auto found = run(usage_->read(std::move(query)));
    EXPECT_TRUE(found);
    std::string out;
    for (const RequestUsage::Point& point : *found) {
      if (!out.empty()) out += ", ";
      out +=
          format_iso8601_ms(point.time).substr(0, 16) + " " + std::to_string(point.counts.requests);
    }
    return out;
  }
  /// And starts anew, so that what is read next is what was written.
  void save() {
    ASSERT_TRUE(run(usage_->save()));
    start();
  }

  FakeClock clock_;  // 2026-11-24T14:34:37.123Z
  Unwilling engine_;
  Unwilling eu_;
  SeededRandom random_;
  AccountId account_ = AccountId::make(random_);
  std::unique_ptr<RequestUsage> usage_;
};

TEST_F(RequestUsageTest, IsShownBeforeItIsWritten) {
  count("photos", 2);
  const std::string shown = points(query());
  EXPECT_TRUE(shown.ends_with(" 2")) << shown;
  EXPECT_EQ(points(query("photos")), shown);
  EXPECT_EQ(points(query("videos")), "");
  EXPECT_TRUE(points(query({}, Step::Hour)).ends_with(" 2"));
  RequestUsage::Query past = query();
  past.until = clock_.now() - 1h;
  EXPECT_EQ(points(std::move(past)), "");
  save();
  EXPECT_EQ(points(query()), shown);
  count("photos");
  EXPECT_TRUE(points(query()).ends_with(" 3"));
}

TEST_F(RequestUsageTest, AddsUpWhatRequestsWere) {
  FinishedRequest put = request("photos", RequestKind::Write);
  put.bytes_in = 100;
  usage_->count(put);
  FinishedRequest get = request("photos");
  get.bytes_out = 30;
  usage_->count(get);
  usage_->count(request("photos", RequestKind::List));
  usage_->count(request("photos", RequestKind::Delete));
  usage_->count(request("photos", RequestKind::Read, 404));
  usage_->count(request("photos", RequestKind::Other, 501));
  save();
  const auto found = run(usage_->read(query("photos")));
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  records::RequestCounts expected;
  expected.requests = 6;
  expected.reads = 2;
  expected.writes = 1;
  expected.lists = 1;
  expected.deletes = 1;
  expected.errors_client = 1;
  expected.errors_server = 1;
  expected.bytes_in = 100;
  expected.bytes_out = 30;
  EXPECT_EQ(found->front().counts, expected);
}

TEST_F(RequestUsageTest, IsOfAccountsBucketsAndJurisdictions) {
  count("a", 1);
  count("b", 2);
  FinishedRequest eu = request("b");
  eu.jurisdiction = Jurisdiction::Eu;
  usage_->count(eu);
  FinishedRequest other = request("b");
  other.account = AccountId::make(random_);
  usage_->count(other);
  usage_->count(request(""));  // ListBuckets
  save();
  EXPECT_EQ(points(query()), "2026-11-24T14:30 5");
  EXPECT_EQ(points(query("b")), "2026-11-24T14:30 3");
  EXPECT_EQ(points(query("a")), "2026-11-24T14:30 1");
  EXPECT_EQ(points(query("absent")), "");
  RequestUsage::Query of_eu = query("b");
  of_eu.jurisdiction = Jurisdiction::Eu;
  EXPECT_EQ(points(of_eu), "2026-11-24T14:30 1");
  of_eu.jurisdiction = Jurisdiction::Us;  // which has no place here
  EXPECT_EQ(points(of_eu), "");
}

TEST_F(RequestUsageTest, IsKeptInTwoSteps) {
  for (const char* bucket : {"a", "b", "c"}) count(bucket);
  clock_.advance(5min);  // 14:39
  count("b", 2);
  save();
  clock_.advance(20min);  // 14:59
  count("b", 3);
  clock_.advance(5min);  // 15:04
  count("b", 4);
  save();
  EXPECT_EQ(points(query("b")),
            "2026-11-24T14:30 1, 2026-11-24T14:35 2, 2026-11-24T14:55 3, 2026-11-24T15:00 4");
  EXPECT_EQ(points(query("b", Step::Hour)), "2026-11-24T14:00 6, 2026-11-24T15:00 4");
  EXPECT_EQ(points(query("", Step::Hour)), "2026-11-24T14:00 8, 2026-11-24T15:00 4");
  start();
  EXPECT_EQ(points(query("b", Step::Hour)), "2026-11-24T14:00 6, 2026-11-24T15:00 4");

  RequestUsage::Query some = query("b");
  some.since = clock_.now() - 27min;               // 14:37: its point begins at 14:35
  some.until = clock_.now() - 4min - 37s - 123ms;  // 15:00 exactly: is not in it
  EXPECT_EQ(points(some), "2026-11-24T14:35 2, 2026-11-24T14:55 3");
  some.until += 1ms;
  EXPECT_EQ(points(some), "2026-11-24T14:35 2, 2026-11-24T14:55 3, 2026-11-24T15:00 4");
}

TEST_F(RequestUsageTest, CountsUnderNamesOfBucketsThatAreThereOnly) {
  usage_->count(request("invented", RequestKind::Read, 404));
  count("photos");
  usage_->count(request("photos", RequestKind::Read, 403));
  save();
  EXPECT_EQ(points(query("invented")), "");
  EXPECT_EQ(points(query("photos")), "2026-11-24T14:30 2");
  EXPECT_EQ(points(query()), "2026-11-24T14:30 3");
}

TEST_F(RequestUsageTest, HoldsABoundedNumberOfSeries) {
  const std::size_t many = 2 * RequestUsage::kSeriesMax;
  for (std::size_t i = 0; i < many; ++i) count("bucket-" + std::to_string(i));
  std::size_t keys = 0;
  save();
  meta::Visitor visit = [&keys](std::string_view key, std::string_view, meta::Version) {
    keys += key.starts_with("usage5/") ? 1 : 0;
    return meta::Step::next();
  };
  ASSERT_TRUE(run(engine_.scan("usage", meta::Range(meta::Family::Record, "", ""), visit)));
  EXPECT_LE(keys, RequestUsage::kSeriesMax + 1);
  EXPECT_GT(keys, RequestUsage::kSeriesMax / 2);
  EXPECT_EQ(points(query()), "2026-11-24T14:30 " + std::to_string(many));
}

TEST_F(RequestUsageTest, KeepsWhatCouldNotBeWritten) {
  count("photos");
  engine_.unwilling = true;
  EXPECT_EQ(run(usage_->save()).error().code(), ErrorCode::NoSpace);
  count("photos");
  EXPECT_FALSE(run(usage_->save()));
  engine_.unwilling = false;
  save();
  EXPECT_EQ(points(query("photos")), "2026-11-24T14:30 2");
  EXPECT_EQ(points(query("photos", Step::Hour)), "2026-11-24T14:00 2");
}

TEST_F(RequestUsageTest, IsRemovedWhenItsTimeIsOver) {
  const AccountId first = account_;
  // More than one pass, in several accounts.
  for (int i = 0; i < 300; ++i) count("bucket-" + std::to_string(i));
  account_ = AccountId::make(random_);
  count("photos");
  const AccountId second = account_;
  clock_.advance(47h);
  count("photos");
  save();
  ASSERT_TRUE(run(usage_->drop_old()));
  account_ = first;
  EXPECT_EQ(points(query()), "2026-11-24T14:30 300");
  clock_.advance(1h + 1min);  // 14:35:37 two days later: what began at 14:30 is too old
  ASSERT_TRUE(run(usage_->drop_old()));
  EXPECT_EQ(points(query()), "");
  EXPECT_EQ(points(query("", Step::Hour)), "2026-11-24T14:00 300");
  account_ = second;
  EXPECT_EQ(points(query()), "2026-11-26T13:30 1");
  clock_.advance(24h * 31);
  ASSERT_TRUE(run(usage_->drop_old()));
  EXPECT_EQ(points(query("", Step::Hour)), "");
}

}  // namespace
}  // namespace coffer::store::test
