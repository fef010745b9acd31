#pragma once

#include "base/error.h"
#include "http/message.h"

namespace coffer::s3 {

/// How one code looks at the S3 listener.
struct ErrorRow {
  int status;
  std::string_view code;
  std::string_view message;  ///< unless the error brings words of its own
};

/// The one table from our codes to S3's (r2-s3.md section 17, r2-observed.md 1.4). Total.
const ErrorRow& error_row(ErrorCode code);

/// The error document; for HEAD only the status and the content type (r2-observed.md 1.4).
http::Response error_response(const Error& error, bool head);

}  // namespace coffer::s3
