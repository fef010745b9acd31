#pragma once

#include "auth/identity.h"
#include "meta/memory_engine.h"
#include "support/fake_clock.h"
#include "support/new_token.h"
#include "support/run.h"
#include "support/seeded_random.h"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace coffer::auth::test {

using coffer::test::FakeClock;
using coffer::test::rethrow;
using coffer::test::store_into;

/// An index where every call takes a random number of turns before and after it takes effect, so
/// that calls made at the same time interleave; with hooks to make it fail.
class SlowMeta final : public meta::Engine {
 public:
  explicit SlowMeta(std::unique_ptr<meta::Engine> engine) : engine_(std::move(engine)) {}

  Task<Result<std::optional<meta::Stored>>> get(meta::Partition partition, meta::Key key) override {
    co_await pause();
    auto result = co_await engine_->get(std::move(partition), std::move(key));
    co_await pause();
    co_return result;
  }
  Task<Result<>> scan(meta::Partition partition, meta::Range range, meta::Visitor visit) override {
    return engine_->scan(std::move(partition), std::move(range), std::move(visit));
  }
  Task<Result<meta::CommitOutcome>> commit(meta::Commit change) override {
    ++commits;
    co_await pause();
    if (fail_commits > 0) {
      --fail_commits;
      co_return make_error(ErrorCode::IoError, "injected");
    }
    if (always_conflict) {
      meta::CommitOutcome lost;
      lost.kind = meta::CommitOutcome::Kind::CheckFailed;
      co_return lost;
    }
    auto result = co_await engine_->commit(std::move(change));
    if (after_commit) after_commit();
    co_await pause();
    co_return result;
  }
  Task<Result<std::int64_t>> counter(meta::Partition partition, std::string name) override {
    return engine_->counter(std::move(partition), std::move(name));
  }
  Task<Result<>> drop(meta::Partition partition) override {
    return engine_->drop(std::move(partition));
  }

  int turns_max = 0;  ///< of each pause; 0: no pause at all
  int commits = 0;
  int fail_commits = 0;
  bool always_conflict = false;
  /// Runs when a commit has taken effect and nobody has been told.
  std::function<void()> after_commit;

 private:
  Task<> pause() {
    if (turns_max == 0) co_return;
    for (auto left = random_() % static_cast<unsigned>(turns_max); left > 0; --left) {
      co_await boost::asio::post(boost::asio::use_awaitable);
    }
  }

  std::unique_ptr<meta::Engine> engine_;
  std::mt19937_64 random_{7};
};

/// An identity over a memory engine, with an account that may have tokens.
class IdentityTest : public ::testing::Test, protected coffer::test::RunsTasks {
 protected:
  IdentityTest() {
    open();
    account_ = run(identity_->create_account("Acme", true)).value().id;
  }

  /// As a new process over the same data; not loaded.
  void open() { identity_ = make_identity(master_key_); }
  std::unique_ptr<Identity> make_identity(const blob::MasterKey& key) {
    return std::make_unique<Identity>(meta_, key, clock_, random_);
  }

  static std::vector<std::pair<Jurisdiction, BucketName>> buckets(
      std::initializer_list<std::pair<Jurisdiction, std::string_view>> names) {
    std::vector<std::pair<Jurisdiction, BucketName>> out;
    for (const auto& [jurisdiction, name] : names) {
      out.emplace_back(jurisdiction, BucketName::parse(name).value());
    }
    return out;
  }
  NewToken new_token(Preset preset, std::string name = "ci") const {
    NewToken request = coffer::test::new_token(account_, preset);
    request.name = std::move(name);
    return request;
  }
  IssuedToken issue(NewToken request) {
    return run(identity_->create_token(std::move(request))).value();
  }
  IssuedToken issue(Preset preset = Preset::ObjectReadWrite) { return issue(new_token(preset)); }

  /// Every record of the partition.
  std::map<std::string, std::string> records() {
    std::map<std::string, std::string> out;
    meta::Visitor visit = [&out](std::string_view key, std::string_view value, meta::Version) {
      out.emplace(key, value);
      return meta::Step::next();
    };
    meta::Range everything(meta::Family::Record, "", "");
    EXPECT_TRUE(run(meta_.scan("identity", std::move(everything), std::move(visit))));
    return out;
  }
  /// Puts a record behind the back of the identity.
  void overwrite(const std::string& key, const std::string& value) {
    meta::Commit change("identity", "");
    change.puts.emplace_back(meta::Key{meta::Family::Record, key}, value);
    EXPECT_TRUE(run(meta_.commit(std::move(change))).value().committed());
  }

  FakeClock clock_;
  coffer::test::SeededRandom random_{42};
  SlowMeta meta_{meta::make_memory_engine()};
  blob::MasterKey master_key_ = blob::MasterKey::generate(random_);
  std::unique_ptr<Identity> identity_;
  AccountId account_;
};

}  // namespace coffer::auth::test
