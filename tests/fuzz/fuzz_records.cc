// Stored records, from bytes. Nothing may crash or read past the end, and what is accepted must
// have exactly one encoding: a record that reads as something must be what that writes.

#include "records/account_record.h"
#include "records/audit_record.h"
#include "records/token_record.h"
#include "records/user_record.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

template <class Decode>
void check(std::string_view bytes, Decode decode) {
  const auto decoded = decode(bytes);
  if (decoded && encode(*decoded) != bytes) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check(bytes, coffer::records::decode_account);
  check(bytes, coffer::records::decode_audit_entry);
  check(bytes, coffer::records::decode_token);
  check(bytes, coffer::records::decode_user);
  return 0;
}
