#pragma once

#include "auth/identity.h"
#include "auth/sigv4.h"
#include "http/message.h"
#include "s3/operation.h"
#include "s3/service.h"
#include "store/store.h"

#include <memory>

namespace coffer::s3 {

/// What every call of one listener reaches; borrowed by all of them.
struct Services {
  const ServiceConfig config;
  const Jurisdiction pinned;
  store::Store& store;
  const auth::Identity& identity;
  const auth::Authenticator& authenticator;
  const auth::Authorizer& authorizer;
  Clock& clock;
  OperationObserver* observer;  ///< may be null
};

/// One request on its way: filled step by step by the service, read by the operations' handlers.
/// Lives in the frame of the request's coroutine.
class Call {
 public:
  Call(http::Request& r, const Services& s, Target t)
      : request(r), services(s), target(std::move(t)), query(r.query) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  const HeaderList& headers() const { return request.headers; }
  bool strict() const { return services.config.strict; }
  bool is_head() const { return request.method == "HEAD"; }
  store::Store& store() const { return services.store; }
  Jurisdiction jurisdiction() const { return services.pinned; }
  const AccountId& account() const { return who.principal.account; }

  /// Asks whether `wanted` is allowed now; AccessDenied or Unauthorized.
  Result<> authorize(const std::vector<auth::Access>& wanted) const;
  /// The question that lies between a body, or a copy, and its commit: is it all still allowed?
  store::CommitGate gate() const;

  /// InvalidBucketName when no bucket can have it.
  Result<store::BucketAddress> bucket() const;
  /// Only at the object level.
  Result<store::ObjectAddress> object() const;

  http::Request& request;
  const Services& services;
  const Target target;
  const Query query;
  auth::Authenticated who;             ///< after authentication
  std::optional<ObjectKey> key;        ///< at the object level, after routing
  std::vector<auth::Access> accesses;  ///< what the operation needs, allowed once already
};

/// What CreateBucket and cf-create-bucket-if-missing share: the bucket is there when it succeeds.
Task<Result<>> ensure_bucket(Call& call);

}  // namespace coffer::s3
