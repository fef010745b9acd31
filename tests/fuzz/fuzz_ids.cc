// Names and keys: what parses keeps its rules, and NFC is a fixed point.

#include "base/codec.h"
#include "base/ids.h"

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

  if (const auto id = BlobId::parse(text)) require(id->hex() == text);
  if (const auto id = BlobId::from_bytes(text)) require(BlobId::parse(id->hex()) == id);
  if (const auto bucket = BucketName::parse(text)) {
    require(bucket->text() == text && size >= 3 && size <= 63);
  }
  const auto nfc = normalize_nfc(text);
  require(nfc.has_value() == is_valid_utf8(text));
  if (nfc) {
    require(is_valid_utf8(*nfc));
    require(normalize_nfc(*nfc) == nfc);
  }
  const auto key = ObjectKey::parse(text);
  require(key.has_value() == (nfc && size > 0 && size <= ObjectKey::kMaxBytes));
  if (key) require(key->original() == text && key->nfc() == *nfc);
  return 0;
}
