#pragma once

#include "records/audit_record.h"
#include "s3/call.h"
#include "store/types.h"

namespace coffer::s3 {

/// What the audit log says of a bucket that `call` creates, and of one that it deletes. The entry
/// has the request's id: a request changes at most one bucket.
records::AuditEntry audit_of_creation(const Call& call, const store::CreateBucketOptions& options);
records::AuditEntry audit_of_deletion(const Call& call);

}  // namespace coffer::s3
