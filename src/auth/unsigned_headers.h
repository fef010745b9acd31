#pragma once

#include "auth/canonical.h"
#include "base/result.h"

/// What the holder of a presigned URL may add to it (docs/decisions/0019-unsigned-headers.md).
namespace coffer::auth {

/// Refuses a presigned request with a header of S3's or R2's own that changes what is done and was
/// not signed: AccessDenied in AWS's words, with their names in `HeadersNotSigned`. `strict` is
/// compat = "r2", where only those are refused that make another operation of the request.
Result<> refuse_unsigned_headers(const HeaderList& headers, const SignedHeaders& signed_headers,
                                 bool strict);

}  // namespace coffer::auth
