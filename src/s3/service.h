#pragma once

#include "auth/failure_limiter.h"
#include "auth/identity.h"
#include "auth/sigv4.h"
#include "http/message.h"
#include "store/request_usage.h"
#include "store/store.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace coffer::s3 {

struct ServiceConfig {
  /// compat = "r2": refuse what R2 refuses.
  bool strict = false;
  /// Host suffixes: `[<bucket>.]<account>[.<jurisdiction>].<suffix>`.
  std::vector<std::string> host_suffixes{"r2.localhost"};
  /// For tokens that cover several accounts.
  std::optional<AccountId> default_account;
  /// Holds back the answers to credentials that are not good; null: nothing does. Outlives the
  /// service.
  auth::FailureLimiter* failures = nullptr;
  /// Counts the requests of those whose credentials are good; null: nobody does. Outlives the
  /// service.
  store::RequestUsage* usage = nullptr;
};

/// Counts finished operations, by name and status; implemented by `app` over its metrics.
class OperationObserver {
 public:
  virtual ~OperationObserver() = default;
  virtual void finished(std::string_view operation, int status,
                        std::chrono::steady_clock::duration took) = 0;
};

/// The S3 dialect. One instance per listener; `pinned` is the listener's jurisdiction. Shares the
/// store, the authenticator and the authorizer with every other API. Thread-safe.
class Service final : public http::Handler {
 public:
  Service(ServiceConfig config, Jurisdiction pinned, store::Store& store,
          const auth::Identity& identity, const auth::Authenticator& authenticator,
          const auth::Authorizer& authorizer, Clock& clock, OperationObserver* observer);
  ~Service() override;
  Task<http::Response> handle(http::Request& request) override;
  http::Response instead_of_broken(const http::Request& request, const Error& error) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace coffer::s3
