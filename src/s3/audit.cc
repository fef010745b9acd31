#include "s3/audit.h"

#include <string>
#include <string_view>
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

records::AuditEntry entry_of(const Call& call, std::string action) {
  records::AuditEntry entry;
  entry.id = AuditId::parse(call.request.id).value_or(AuditId());
  entry.time = call.services.clock.now();
  entry.account = call.account();
  entry.actor = actor_of(call);
  entry.action = std::move(action);
  entry.resource_type = "r2.bucket";
  entry.resource_id = call.target.bucket;
  return entry;
}

/// The members of a JSON object. Names of buckets, jurisdictions, places and classes have no
/// character that JSON would have to escape.
class Members {
 public:
  void add(std::string_view name, std::string_view value) {
    text_.append(text_.empty() ? "\"" : ",\"").append(name);
    text_.append("\":\"").append(value).append("\"");
  }
  std::string object() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
};

Members members_of(const Call& call) {
  Members members;
  members.add("name", call.target.bucket);
  members.add("jurisdiction", to_string(call.jurisdiction()));
  return members;
}

}  // namespace

records::AuditEntry audit_of_creation(const Call& call, const store::CreateBucketOptions& options) {
  records::AuditEntry entry = entry_of(call, "CreateBucket");
  Members members = members_of(call);
  members.add("location", options.location);
  const bool standard = options.storage_class == store::StorageClass::Standard;
  members.add("storage_class", standard ? "Standard" : "InfrequentAccess");
  entry.after = members.object();
  return entry;
}

records::AuditEntry audit_of_deletion(const Call& call) {
  records::AuditEntry entry = entry_of(call, "DeleteBucket");
  entry.before = members_of(call).object();
  return entry;
}

}  // namespace coffer::s3
