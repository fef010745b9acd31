#include "s3/call.h"

#include "s3/audit.h"

namespace coffer::s3 {

Result<> Call::authorize(const std::vector<auth::Access>& wanted) const {
  return services.authorizer.authorize(who.principal, wanted).as_result();
}

store::CommitGate Call::gate() const {
  return [this] { return authorize(accesses); };
}

Result<store::BucketAddress> Call::bucket() const {
  TRY(auto name, BucketName::parse(target.bucket));
  return store::BucketAddress(account(), jurisdiction(), std::move(name));
}

Result<store::ObjectAddress> Call::object() const {
  TRY(auto address, bucket());
  return store::ObjectAddress(std::move(address), *key);
}

Task<Result<>> ensure_bucket(Call& call) {
  CO_TRY(const auto address, call.bucket());
  const auto found = co_await call.store().get_bucket(address);
  if (found) co_return ok();
  if (found.error().code() != ErrorCode::NoSuchBucket) co_return found.error();
  store::CreateBucketOptions options;
  auto audit = audit_of_creation(call, options);
  const auto made =
      co_await call.store().create_bucket(address, std::move(options), std::move(audit));
  // Somebody else made it meanwhile: all the better.
  if (made || made.error().code() == ErrorCode::BucketAlreadyOwnedByYou) co_return ok();
  co_return made.error();
}

}  // namespace coffer::s3
