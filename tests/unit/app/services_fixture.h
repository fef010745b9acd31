#pragma once

#include "app/administration.h"
#include "app/run.h"
#include "base/clock.h"
#include "base/offload.h"
#include "base/random.h"
#include "blob/master_key.h"
#include "blob/memory_engine.h"
#include "blob/sealed_blobs.h"
#include "meta/memory_engine.h"
#include "store/store.h"

#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace coffer::app::test {

/// Identity and a store over engines in memory, with one account and no token.
class ServicesTest : public ::testing::Test {
 protected:
  ServicesTest() {
    std::vector<store::Placement> placements;
    for (const Jurisdiction jurisdiction : kJurisdictions) {
      roots_.push_back(std::make_unique<Root>(*this));
      placements.emplace_back(jurisdiction, *roots_.back()->meta, roots_.back()->sealed);
    }
    identity_ =
        std::make_unique<auth::Identity>(*roots_.front()->meta, master_key_, clock_, random_);
    authorizer_ = std::make_unique<auth::Authorizer>(*identity_, clock_);
    sessions_ = std::make_unique<auth::Sessions>(*identity_, *roots_.front()->meta, master_key_,
                                                 passwords_, clock_, random_);
    store_ = std::make_unique<store::Store>(store::Environment{clock_, random_, pool_},
                                            std::move(placements));
    EXPECT_TRUE(run(identity_->load()));
    EXPECT_TRUE(run(store_->recover()));
    account_ = run(identity_->create_account("default", true)).value().id;
    administration_ = std::make_unique<Administration>(
        Administered{*identity_, *sessions_, *authorizer_, *store_, clock_, random_});
  }

  template <class T>
  T run(Task<T> task) {
    return run_blocking(loop_, std::move(task));
  }

  boost::json::object execute(boost::json::object request) {
    return run(administration_->execute(std::move(request)));
  }
  /// The result of a command that must succeed.
  boost::json::value result_of(boost::json::object request) {
    boost::json::object answer = execute(std::move(request));
    EXPECT_TRUE(answer.at("ok").as_bool()) << answer;
    return answer.contains("result") ? answer.at("result") : boost::json::value();
  }
  /// "Code: message" of a command that must fail.
  std::string error_of(boost::json::object request) {
    const boost::json::object answer = execute(std::move(request));
    if (answer.at("ok").as_bool()) return "ok";
    return std::string(answer.at("error").as_string()) + ": " +
           std::string(answer.at("message").as_string());
  }

  boost::asio::io_context loop_{1};
  SystemClock clock_;
  SystemRandom random_;
  ThreadPool pool_{2, 1000, "test"};
  blob::MasterKey master_key_ = blob::MasterKey::generate(random_);

  struct Root {
    explicit Root(ServicesTest& test) : sealed(blobs, test.master_key_, test.random_, test.pool_) {}
    std::unique_ptr<meta::Engine> meta = meta::make_memory_engine();
    blob::MemoryEngine blobs;
    blob::SealedBlobs sealed;
  };
  std::vector<std::unique_ptr<Root>> roots_;
  std::unique_ptr<auth::Identity> identity_;
  auth::Passwords passwords_{pool_, random_, auth::PasswordCost{64, 1}};
  std::unique_ptr<auth::Sessions> sessions_;
  std::unique_ptr<auth::Authorizer> authorizer_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Administration> administration_;
  AccountId account_;
};

}  // namespace coffer::app::test
