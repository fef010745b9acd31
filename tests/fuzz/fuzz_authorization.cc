// A request with an Authorization header, from bytes: lines of `name:value`, after a first line of
// `method path?query`. Nothing may crash, and nothing but the right signature may pass.

#include "auth_request.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using coffer::fuzz::AuthRequest;
  const AuthRequest request = AuthRequest::parse({reinterpret_cast<const char*>(data), size});
  const auto result = request.authenticate();
  // The secret is not in any input, and HMAC-SHA-256 is not guessed.
  if (result) std::abort();
  return 0;
}
