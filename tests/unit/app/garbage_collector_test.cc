#include "jobs/garbage_collector.h"

#include "services_fixture.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>

namespace coffer::app {
namespace {

/// So many bytes, of whom nothing is demanded.
class PlainBody final : public store::UploadBody {
 public:
  explicit PlainBody(std::size_t size_bytes) : left_(size_bytes), size_bytes_(size_bytes) {}
  Task<Result<std::size_t>> read(MutableBytes out) override {
    const std::size_t count = std::min(left_, out.size());
    std::memset(out.data(), 'x', count);
    left_ -= count;
    co_return count;
  }
  Result<store::Checksum> settle(const Md5Digest&) override { return store::Checksum(); }
  std::optional<std::uint64_t> size_bytes() const override { return size_bytes_; }

 private:
  std::size_t left_;
  const std::size_t size_bytes_;
};

class GarbageCollectorTest : public test::ServicesTest {
 protected:
  GarbageCollectorTest() {
    EXPECT_TRUE(run(store_->create_bucket(bucket(), {})));
    collector_.start();
  }
  ~GarbageCollectorTest() override {
    collector_.stop();
    loop_.restart();
    loop_.run();  // returns, because nothing of it is left
  }

  store::BucketAddress bucket() const {
    return store::BucketAddress(account_, Jurisdiction::Default,
                                BucketName::parse("photos").value());
  }
  void put(const std::string& key) {
    PlainBody body(100'000);
    store::ObjectAddress address(bucket(), ObjectKey::parse(key).value());
    ASSERT_TRUE(run(store_->put_object(std::move(address), {}, body)));
  }
  std::size_t blobs() const { return roots_.front()->blobs.list().size(); }

  MetricsRegistry metrics_;
  jobs::GarbageCollector collector_{loop_, *store_, metrics_};
};

TEST_F(GarbageCollectorTest, RemovesWhatWasReplaced) {
  for (int i = 0; i < 3; ++i) put("a");
  loop_.restart();
  while (blobs() > 1) loop_.run_one();
  EXPECT_THAT(metrics_.expose(), ::testing::HasSubstr("coffer_garbage_blobs_removed_total"));
}

TEST_F(GarbageCollectorTest, StopsWhereverItIs) {
  for (int i = 0; i < 50; ++i) put("a");
  loop_.restart();
  // In the middle of a pass, as far as any number of steps can tell; the destructor waits.
  for (int i = 0; i < 7; ++i) loop_.run_one();
}

}  // namespace
}  // namespace coffer::app
