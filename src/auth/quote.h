#pragma once

#include <string>
#include <string_view>

namespace coffer::auth {

/// `text` from a client, made fit for a sentence that ends in a log or a terminal: in double
/// quotes, with control characters, quotes, backslashes and, when it is not UTF-8, all bytes above
/// 0x7f as \xNN; cut after 256 bytes with `...`.
std::string quote(std::string_view text);

/// Has a C0 or C1 control character or DEL (Unicode category Cc). `text` is UTF-8.
bool has_control_characters(std::string_view text);

}  // namespace coffer::auth
