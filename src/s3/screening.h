#pragma once

#include "base/headers.h"
#include "s3/operation.h"

namespace coffer::s3 {

/// Refuses headers that ask for what is not there (r2-observed.md section 3 and 10.1), so that none
/// is ignored: session token, refused headers of the operation, server-side encryption, ACL,
/// customer keys, in this order. InvalidArgument, NotImplemented, InvalidEncryptionAlgorithm,
/// InvalidRequest.
///
/// Customer keys (SSE-C) are not there yet: writes and copies with a complete triple are refused as
/// not implemented; reads get R2's answer about an object that is stored without one, since all
/// are.
///
/// Not `strict`: UploadPartCopy may have conditions on its source, which R2 refuses and the AWS CLI
/// sends with every large copy.
Result<> screen_headers(const Operation& operation, const HeaderList& headers, bool strict);

}  // namespace coffer::s3
