// What do 100,000 tokens cost? The time to read them at the start, a decision for a token of ten
// policies, a change of a token until the request path sees it, and the memory of each token.
//
//   ninja -C build/release authorize && build/release/bench/authorize [tokens]
//
// Everything is over the memory engine, so that no disk is measured: to a change, a disk adds one
// synced commit.

#include "auth/access.h"
#include "auth/identity.h"
#include "meta/memory_engine.h"
#include "support/run.h"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace coffer;
using std::chrono::duration;
using Steady = std::chrono::steady_clock;

constexpr int kPolicies = 10;
constexpr int kChanges = 1000;
constexpr int kDecisions = 1'000'000;
constexpr double kDecisionTargetNs = 1000;
constexpr double kChangeTargetMs = 10;

void print_machine() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("model name")) continue;
    std::printf("%s, %u cores\n", line.substr(line.find(": ") + 2).c_str(),
                std::thread::hardware_concurrency());
    return;
  }
}

/// Of this process, in memory now.
std::int64_t resident_bytes() {
  std::ifstream in("/proc/self/statm");
  std::int64_t total = 0;
  std::int64_t resident = 0;
  in >> total >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

template <class Unit>
double since(Steady::time_point began) {
  return duration<double, Unit>(Steady::now() - began).count();
}

class Bench {
 public:
  explicit Bench(int tokens) : tokens_(tokens) {
    auth::Identity writer(*engine_, master_key_, clock_, random_);
    run(writer.load()).value();
    account_ = run(writer.create_account("bench", true)).value().id;
    // One of ten policies, which is asked about below, and many like a dashboard makes.
    chosen_ = run(writer.create_token(token_of(kPolicies))).value().token.id;
    for (int i = 1; i < tokens_; ++i) run(writer.create_token(token_of(1))).value();
  }

  void measure_load() {
    const std::int64_t before = resident_bytes();
    const auto began = Steady::now();
    identity_ = std::make_unique<auth::Identity>(*engine_, master_key_, clock_, random_);
    run(identity_->load()).value();
    const double took = since<std::milli>(began);
    const std::int64_t after = resident_bytes();
    std::printf("load of %d tokens           %10.0f ms\n", tokens_, took);
    std::printf("resident bytes of a token       %10.0f\n",
                static_cast<double>(after - before) / tokens_);
  }

  void measure_decisions() {
    const auth::Authorizer authorizer(*identity_, clock_);
    auth::Principal who;
    who.token = chosen_;
    who.account = account_;
    who.secret_generation = 1;
    who.client = *IpAddress::parse("192.0.2.7");
    const auto ask = [&](const char* name, const std::string& bucket, bool expected) {
      const auto accesses =
          auth::accesses_of(auth::OperationName::PutObject,
                            auth::Resource(account_, Jurisdiction::Default, bucket, "some/key"));
      int allowed = 0;
      const auto began = Steady::now();
      for (int i = 0; i < kDecisions; ++i) {
        if (authorizer.authorize(who, accesses).allowed) ++allowed;
      }
      const double each = since<std::nano>(began) / kDecisions;
      const bool right = allowed == (expected ? kDecisions : 0);
      std::printf("%-32s%10.0f ns%s%s\n", name, each, each < kDecisionTargetNs ? "" : "   TOO SLOW",
                  right ? "" : "   WRONG");
    };
    std::printf("authorize, a token of %d policies (target < %.0f ns)\n", kPolicies,
                kDecisionTargetNs);
    ask("  the first policy allows", bucket_name(0), true);
    ask("  the last policy allows", bucket_name(kPolicies - 1), true);
    ask("  none allows, with its sentence", "elsewhere", false);
  }

  void measure_changes() {
    std::vector<TokenId> made;
    std::printf("from the call until a look-up sees it (target < %.0f ms)\n", kChangeTargetMs);
    time_each("  create", [&](int) {
      const TokenId id = run(identity_->create_token(token_of(1))).value().token.id;
      made.push_back(id);
      return identity_->find(id) != nullptr;
    });
    time_each("  roll", [&](int i) {
      const TokenId id = made[static_cast<std::size_t>(i)];
      const std::string secret = run(identity_->roll_token(id)).value().secret_access_key;
      return identity_->find(id)->secret_access_key == secret;
    });
    time_each("  disable", [&](int i) {
      const TokenId id = made[static_cast<std::size_t>(i)];
      run(identity_->set_token_status(id, auth::TokenStatus::Disabled)).value();
      return identity_->find(id)->token.status == auth::TokenStatus::Disabled;
    });
    time_each("  revoke", [&](int i) {
      const TokenId id = made[static_cast<std::size_t>(i)];
      run(identity_->revoke_token(id)).value();
      return identity_->find(id) == nullptr;
    });
  }

 private:
  template <class T>
  T run(Task<T> task) {
    return test::run(io_, std::move(task));
  }

  static std::string bucket_name(int number) { return "bucket-" + std::to_string(number); }

  /// Each policy of one bucket.
  auth::NewToken token_of(int policies) const {
    auth::NewToken request;
    request.owner = account_;
    request.name = "token";
    for (int i = 0; i < policies; ++i) {
      std::vector<std::pair<Jurisdiction, BucketName>> buckets;
      buckets.emplace_back(Jurisdiction::Default, BucketName::parse(bucket_name(i)).value());
      auto made = auth::policies_of_preset(auth::Preset::ObjectReadWrite, account_, buckets);
      request.policies.push_back(std::move(made.value().front()));
    }
    return request;
  }

  /// The median and the worst of many; `change` says whether it was seen.
  template <class Change>
  static void time_each(const char* name, Change change) {
    std::vector<double> times;
    bool all_seen = true;
    for (int i = 0; i < kChanges; ++i) {
      const auto began = Steady::now();
      all_seen = change(i) && all_seen;
      times.push_back(since<std::milli>(began));
    }
    std::sort(times.begin(), times.end());
    std::printf("%-32smedian %7.3f ms   99 %% %7.3f ms   worst %7.3f ms%s%s\n", name,
                times[times.size() / 2], times[times.size() * 99 / 100], times.back(),
                times.back() < kChangeTargetMs ? "" : "   TOO SLOW", all_seen ? "" : "   NOT SEEN");
  }

  const int tokens_;
  SystemClock clock_;
  SystemRandom random_;
  boost::asio::io_context io_{1};
  std::unique_ptr<meta::Engine> engine_ = meta::make_memory_engine();
  blob::MasterKey master_key_ = blob::MasterKey::generate(random_);
  std::unique_ptr<auth::Identity> identity_;
  AccountId account_;
  TokenId chosen_;
};

}  // namespace

int main(int argc, char** argv) {
  const int tokens = argc > 1 ? std::atoi(argv[1]) : 100'000;
  if (tokens < 1) {
    std::fprintf(stderr, "usage: authorize [tokens]\n");
    return 2;
  }
  print_machine();
  Bench bench(tokens);
  bench.measure_load();
  bench.measure_decisions();
  bench.measure_changes();
}
