#pragma once

#include "records/audit_record.h"

#include <optional>
#include <string>
#include <string_view>

namespace coffer::records {

/// A bucket as the audit log shows it, whichever interface changed it:
///   {"jurisdiction":"eu","location":"WEUR","storage_class":"Standard"}
/// What nobody looked up is left out.
struct BucketSettings {
  explicit BucketSettings(Jurisdiction j) : jurisdiction(j) {}
  BucketSettings(Jurisdiction j, std::string_view l, std::string_view s)
      : jurisdiction(j), location(l), storage_class(s) {}
  Jurisdiction jurisdiction;
  std::optional<std::string> location;       ///< a location hint, or empty
  std::optional<std::string> storage_class;  ///< "Standard" or "InfrequentAccess"
};

/// The entry of a change of bucket `name`. No `before`: it is made; no `after`: it is deleted.
AuditEntry bucket_audit(AuditId id, Timestamp time, AccountId account, Actor actor,
                        std::string action, std::string name,
                        const std::optional<BucketSettings>& before,
                        const std::optional<BucketSettings>& after);

}  // namespace coffer::records
