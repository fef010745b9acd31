// deps: s3
// One header value, from text, as each header that S3 gives a meaning. Nothing may crash, and what
// is read keeps the promises of s3/headers_in.h and s3/rfc2047.h.

#include "base/codec.h"
#include "s3/headers_in.h"
#include "s3/page_token.h"
#include "s3/rfc2047.h"

#include <algorithm>
#include <cstdlib>
#include <string>

namespace {

using namespace coffer;

HeaderList only(std::string_view name, std::string_view value) {
  HeaderList headers;
  headers.add(std::string(name), std::string(value));
  return headers;
}

void check_range(std::string_view text) {
  const auto range = s3::read_range(only("range", text));
  if (range && *range && !(*range)->first && !(*range)->last) std::abort();
  if (range && *range && (*range)->first && (*range)->last && *(*range)->first > *(*range)->last) {
    std::abort();
  }
  const auto copied = s3::read_copy_range(only("x-amz-copy-source-range", text));
  if (copied && *copied && (*copied)->first > (*copied)->last) std::abort();
}

void check_rfc2047(std::string_view text) {
  const std::string decoded = s3::decode_rfc2047(text);
  if (!is_valid_utf8(decoded)) std::abort();
  const std::string encoded = s3::encode_rfc2047(decoded);
  // What RFC 9110 5.5 lets a value hold, less the bytes beyond ASCII.
  const bool carried = std::all_of(encoded.begin(), encoded.end(),
                                   [](char c) { return (c >= ' ' && c < '\x7f') || c == '\t'; });
  if (!carried || s3::decode_rfc2047(encoded) != decoded) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_range(text);
  check_rfc2047(text);
  if (const auto number = s3::parse_part_number(text);
      number && (*number == 0 || *number > 10'000)) {
    std::abort();
  }
  if (const auto md5 = s3::read_content_md5(only("content-md5", text)); md5 && *md5) {
    if ((*md5)->size() != 16) std::abort();
  }
  static_cast<void>(s3::parse_copy_source(text));
  static_cast<void>(s3::read_directive(only("x-amz-metadata-directive", text)));
  static_cast<void>(s3::read_storage_class(only("x-amz-storage-class", text)));
  static_cast<void>(s3::parse_page_limit(text));
  for (const std::string_view name :
       {"if-match", "if-none-match", "if-modified-since", "if-unmodified-since"}) {
    static_cast<void>(s3::read_conditions(only(name, text)));
  }
  static_cast<void>(s3::read_metadata(only("x-amz-meta-name", text)));
  if (const auto position = s3::decode_page_token("scope", text)) {
    if (s3::encode_page_token("scope", *position) != text) std::abort();
  }
  return 0;
}
