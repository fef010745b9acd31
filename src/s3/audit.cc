#include "s3/audit.h"

#include "records/bucket_audit.h"

#include <optional>
#include <string>
#include <utility>

namespace coffer::s3 {
namespace {

records::Actor actor_of(const Call& call) {
  const auth::Principal& principal = call.who.principal;
  records::Actor actor;
  actor.kind = records::Actor::Kind::Token;
  actor.token = principal.token;
  actor.address = principal.client.to_string();
  actor.interface = "S3";
  actor.request_id = call.request.id;
  // Who deleted the token meanwhile changed nothing about who asked.
  const auto entry = call.services.identity.find(principal.token);
  if (!entry || !entry->token.user()) return actor;
  actor.user = *entry->token.user();
  if (const auto user = call.services.identity.find_user(*actor.user)) actor.email = user->email;
  return actor;
}

records::AuditEntry entry_of(const Call& call, std::string action,
                             const std::optional<records::BucketSettings>& before,
                             const std::optional<records::BucketSettings>& after) {
  return records::bucket_audit(AuditId::parse(call.request.id).value_or(AuditId()),
                               call.services.clock.now(), call.account(), actor_of(call),
                               std::move(action), call.target.bucket, before, after);
}

}  // namespace

records::AuditEntry audit_of_creation(const Call& call, const store::CreateBucketOptions& options) {
  // By R2's names, not by S3's.
  const bool standard = options.storage_class == store::StorageClass::Standard;
  const records::BucketSettings settings(call.jurisdiction(), options.location,
                                         standard ? "Standard" : "InfrequentAccess");
  return entry_of(call, "CreateBucket", std::nullopt, settings);
}

records::AuditEntry audit_of_deletion(const Call& call) {
  return entry_of(call, "DeleteBucket", records::BucketSettings(call.jurisdiction()), std::nullopt);
}

}  // namespace coffer::s3
