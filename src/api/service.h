#pragma once

#include "api/endpoints.h"
#include "auth/audit_log.h"
#include "auth/failure_limiter.h"
#include "auth/identity.h"
#include "auth/sessions.h"
#include "auth/sigv4.h"
#include "base/clock.h"
#include "base/random.h"
#include "http/message.h"
#include "store/request_usage.h"
#include "store/store.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace coffer::api {

/// What the management listener reports of the server; supplied by `app`. Called on any loop.
struct Probes {
  std::function<bool()> ready;           ///< false while starting and stopping
  std::function<std::string()> metrics;  ///< Prometheus text exposition
};

struct ServiceConfig {
  /// Names that clients may call this listener by, besides IP literals and `localhost`.
  std::vector<std::string> hosts;
  auth::FailureLimits failures;
};

/// What the routes reach of the server; borrowed.
struct Services {
  Services(auth::Identity& i, auth::Sessions& e, const auth::Authorizer& a,
           const auth::Authenticator& v, const auth::AuditLog& l, store::Store& s, Clock& c,
           Random& r)
      : identity(i),
        sessions(e),
        authorizer(a),
        authenticator(v),
        audit_log(l),
        store(s),
        clock(c),
        random(r) {}
  auth::Identity& identity;
  auth::Sessions& sessions;
  const auth::Authorizer& authorizer;
  const auth::Authenticator& authenticator;  ///< of the S3 listeners: knows the endpoints
  const auth::AuditLog& audit_log;
  store::Store& store;
  Clock& clock;
  Random& random;
  /// Null: nobody knows any.
  std::function<Endpoints()> endpoints = {};
  store::RequestUsage* usage = nullptr;  ///< null: requests are not counted
};

/// The management listener: Cloudflare's client/v4 API, /healthz, /readyz and /metrics.
/// Thread-safe; outlives its requests.
class Service final : public http::Handler {
 public:
  Service(ServiceConfig config, Services services, Probes probes);
  ~Service() override;
  Task<http::Response> handle(http::Request& request) override;
  http::Response instead_of_broken(const http::Request& request, const Error& error) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace coffer::api
