#include "records/bucket_audit.h"

#include <utility>

namespace coffer::records {
namespace {

/// Jurisdictions, places and classes have no character that JSON would have to escape.
std::string in_json(const std::optional<BucketSettings>& settings) {
  if (!settings) return "";
  std::string out = R"({"jurisdiction":")";
  out += to_string(settings->jurisdiction);
  if (settings->location) out += R"(","location":")" + *settings->location;
  if (settings->storage_class) out += R"(","storage_class":")" + *settings->storage_class;
  return out + "\"}";
}

}  // namespace

AuditEntry bucket_audit(AuditId id, Timestamp time, AccountId account, Actor actor,
                        std::string action, std::string name,
                        const std::optional<BucketSettings>& before,
                        const std::optional<BucketSettings>& after) {
  AuditEntry entry;
  entry.id = id;
  entry.time = time;
  entry.account = account;
  entry.actor = std::move(actor);
  entry.action = std::move(action);
  entry.resource_type = "r2.bucket";
  entry.resource_id = std::move(name);
  entry.before = in_json(before);
  entry.after = in_json(after);
  return entry;
}

}  // namespace coffer::records
