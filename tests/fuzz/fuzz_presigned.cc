// A presigned URL, from bytes: the query alone. Nothing may crash, and nothing but the right
// signature may pass. The canonical query must be a fixed point of canonicalisation.

#include "auth/canonical.h"
#include "auth_request.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using coffer::fuzz::AuthRequest;
  AuthRequest request;
  request.method = "GET";
  request.path = "/bucket/key";
  request.query.assign(reinterpret_cast<const char*>(data), size);
  request.headers.add("host", "localhost");
  if (request.authenticate()) std::abort();

  std::string once;
  coffer::auth::append_canonical_query(once, request.query, false);
  std::string twice;
  coffer::auth::append_canonical_query(twice, once, false);
  if (once != twice) std::abort();
  return 0;
}
