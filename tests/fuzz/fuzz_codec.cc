// The text codecs: whatever decodes encodes back to an equal value, and nothing crashes.

#include "base/codec.h"

#include <cstdint>
#include <cstdlib>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace coffer;
  const std::string_view text(reinterpret_cast<const char*>(data), size);

  require(hex_decode(hex_encode(as_bytes(text))) == text);
  require(base64_decode(base64_encode(as_bytes(text))) == text);
  require(base64url_decode(base64url_encode(as_bytes(text))) == text);
  require(uri_decode(uri_encode(text)) == text);
  require(uri_decode(uri_encode(text, true)) == text);

  // One value has one spelling.
  if (const auto value = base64_decode(text)) require(base64_encode(as_bytes(*value)) == text);
  if (const auto value = base64url_decode(text)) {
    require(base64url_encode(as_bytes(*value)) == text);
  }
  if (const auto value = hex_decode(text)) require(2 * value->size() == size);
  if (const auto value = uri_decode(text)) require(value->size() <= size);

  std::size_t decoded = 0;
  for (const QueryParameter& parameter : parse_query(text)) {
    decoded += parameter.name.size() + parameter.value.size();
  }
  require(decoded <= size);
  return 0;
}
