// deps: store
// Stored records of the store, from bytes. Nothing may crash or read past the end, and what is
// accepted must have exactly one encoding: a record that reads as something must be what that
// writes.

#include "store/bucket_record.h"
#include "store/layout.h"
#include "store/object_record.h"
#include "store/queue_record.h"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace coffer::store;

template <class Decode>
void check(std::string_view bytes, Decode decode) {
  const auto decoded = decode(bytes);
  if (decoded && encode(*decoded) != bytes) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check(bytes, decode_object);
  check(bytes, decode_part);
  check(bytes, decode_upload);
  check(bytes, decode_directory_entry);
  check(bytes, decode_bucket_header);
  check(bytes, decode_garbage);
  check(bytes, decode_unreference);
  check(bytes, decode_intent);
  check(bytes, decode_reference);
  static_cast<void>(decode_listed(bytes));
  static_cast<void>(layout::split_queue_key(bytes));
  static_cast<void>(layout::split_detail_key(bytes));
  static_cast<void>(layout::split_upload_key(bytes));
  if (const auto key = layout::key_of_group(bytes); key && layout::group_of(*key) != bytes) {
    std::abort();
  }
  return 0;
}
