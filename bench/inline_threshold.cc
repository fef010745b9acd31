// Up to which size does a body belong into the commit, and from where into a file of its own?
//
// Puts and gets through the real store on the real engines, each size once with the body inline and
// once as a file, alternating. Prints the machine and, for each size, both rates and their ratio.
// Usage: inline_threshold DIRECTORY [seconds of a round] [writers]

#include "base/clock.h"
#include "blob/file_engine.h"
#include "blob/master_key.h"
#include "meta/rocksdb_engine.h"
#include "store/store.h"
#include "support/run.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

namespace {

using namespace coffer;
using std::chrono::steady_clock;

constexpr std::size_t kSizes[] = {1024, 4096, 8192, 16384, 32768};
constexpr int kRounds = 3;
/// Keys that a writer goes round, so that most puts replace something, as in use.
constexpr int kKeysPerWriter = 50;

class Body final : public store::UploadBody {
 public:
  explicit Body(const std::string& text) : size_(text.size()), source_(text) {}
  Task<Result<std::size_t>> read(MutableBytes out) override { return source_.read(out); }
  Result<store::Checksum> settle(const Md5Digest&) override { return store::Checksum(); }
  std::optional<std::uint64_t> size_bytes() const override { return size_; }

 private:
  const std::size_t size_;
  StringSource source_;
};

/// A store of its own on disk.
class Bench {
 public:
  Bench(const std::filesystem::path& directory, std::size_t inline_bytes_max) {
    std::filesystem::create_directories(directory / "meta");
    std::filesystem::create_directories(directory / "blobs");
    blob::FileEngineOptions files;
    files.path = directory / "blobs";
    files_ = blob::open_file_engine(std::move(files), pool_, random_).value();
    meta::RocksDbOptions index;
    index.path = directory / "meta";
    index_ = meta::open_rocksdb(std::move(index), pool_).value();
    sealed_ = std::make_unique<blob::SealedBlobs>(*files_, master_key_, random_, pool_);
    store::Limits limits;
    limits.inline_bytes_max = inline_bytes_max;
    std::vector<store::Placement> placements;
    placements.emplace_back(Jurisdiction::Default, *index_, *sealed_);
    store_ = std::make_unique<store::Store>(store::Environment{clock_, random_, pool_},
                                            std::move(placements), limits);
    run(make_bucket()).value();
  }

  /// Operations a second.
  double measure(std::size_t size, int writers, double seconds, bool puts) {
    const std::string body(size, 'x');
    done_ = 0;
    const auto begin = steady_clock::now();
    until_ = begin + std::chrono::duration_cast<steady_clock::duration>(
                         std::chrono::duration<double>(seconds));
    io_.restart();
    for (int writer = 0; writer < writers; ++writer) {
      boost::asio::co_spawn(io_, puts ? put(writer, body) : get(writer, size), test::rethrow);
    }
    io_.run();
    const double rate = static_cast<double>(done_) /
                        std::chrono::duration<double>(steady_clock::now() - begin).count();
    // What was replaced goes now, not in somebody else's measurement.
    while (run(store_->collect_garbage()).value().blobs_removed > 0) {
    }
    return rate;
  }

 private:
  template <class T>
  T run(Task<T> task) {
    return test::run(io_, std::move(task));
  }
  store::BucketAddress bucket() const {
    return store::BucketAddress(AccountId(), Jurisdiction::Default,
                                BucketName::parse("bench").value());
  }
  store::ObjectAddress object(int writer, int number) const {
    return store::ObjectAddress(
        bucket(), ObjectKey::parse(std::to_string(writer) + "/" + std::to_string(number)).value());
  }
  Task<Result<>> make_bucket() {
    store::CreateBucketOptions options;
    CO_TRY_VOID(co_await store_->create_bucket(bucket(), std::move(options)));
    co_return ok();
  }
  Task<> put(int writer, std::string text) {
    for (int i = 0; steady_clock::now() < until_; ++i) {
      Body body(text);
      store::ObjectAddress address = object(writer, i % kKeysPerWriter);
      store::PutOptions options;
      (co_await store_->put_object(std::move(address), std::move(options), body)).value();
      ++done_;
    }
  }
  Task<> get(int writer, std::size_t size) {
    std::vector<std::byte> out(size);
    for (int i = 0; steady_clock::now() < until_; ++i) {
      store::ObjectAddress address = object(writer, i % kKeysPerWriter);
      store::ReadOptions options;
      auto found = co_await store_->read_object(std::move(address), std::move(options));
      if (!found) continue;  // a writer that did not come so far
      if ((co_await read_full(*found->body, out)).value() != size) std::abort();
      ++done_;
    }
  }

  SystemClock clock_;
  SystemRandom random_;
  ThreadPool pool_{16, 16'384, "work"};
  boost::asio::io_context io_{1};
  blob::MasterKey master_key_ = blob::MasterKey::generate(random_);
  std::unique_ptr<blob::Engine> files_;
  std::unique_ptr<meta::Engine> index_;
  std::unique_ptr<blob::SealedBlobs> sealed_;
  std::unique_ptr<store::Store> store_;
  std::uint64_t done_ = 0;
  steady_clock::time_point until_;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: inline_threshold DIRECTORY [seconds of a round] [writers]\n");
    return 2;
  }
  const double seconds = argc > 2 ? std::atof(argv[2]) : 2;
  const int writers = argc > 3 ? std::atoi(argv[3]) : 32;
  const std::filesystem::path directory = argv[1];
  std::printf("%u cores, %d writers, medians of %d rounds of %.1f s\n",
              std::thread::hardware_concurrency(), writers, kRounds, seconds);
  std::printf("%8s %12s %12s %7s %12s %12s %7s\n", "bytes", "put inline", "put file", "ratio",
              "get inline", "get file", "ratio");
  for (const std::size_t size : kSizes) {
    Bench in_commit(directory / ("inline-" + std::to_string(size)), size);
    Bench in_file(directory / ("file-" + std::to_string(size)), size - 1);
    std::vector<double> rates[4];
    for (int round = 0; round < kRounds; ++round) {
      for (const bool puts : {true, false}) {
        rates[puts ? 0 : 2].push_back(in_commit.measure(size, writers, seconds, puts));
        rates[puts ? 1 : 3].push_back(in_file.measure(size, writers, seconds, puts));
      }
    }
    const double put_inline = median(rates[0]), put_file = median(rates[1]);
    const double get_inline = median(rates[2]), get_file = median(rates[3]);
    std::printf("%8zu %10.0f/s %10.0f/s %6.2fx %10.0f/s %10.0f/s %6.2fx\n", size, put_inline,
                put_file, put_inline / put_file, get_inline, get_file, get_inline / get_file);
    std::fflush(stdout);
  }
  return 0;
}
