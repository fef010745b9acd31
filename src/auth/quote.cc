#include "auth/quote.h"

#include "base/codec.h"

namespace coffer::auth {
namespace {

constexpr std::size_t kQuotedBytesMax = 256;

/// The longest prefix within kQuotedBytesMax that does not end inside a UTF-8 sequence.
std::string_view cut(std::string_view text, bool utf8) {
  if (text.size() <= kQuotedBytesMax) return text;
  std::size_t end = kQuotedBytesMax;
  while (utf8 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

/// The length of the control character at the front of UTF-8 `text`; 0 when another stands there.
/// Those above 0x7f, C2 80 to C2 9F, start escape sequences on some terminals.
std::size_t control_character_bytes(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text[0]);
  if (byte < 0x20 || byte == 0x7f) return 1;
  if (byte == 0xc2 && text.size() > 1 && static_cast<unsigned char>(text[1]) < 0xa0) return 2;
  return 0;
}

}  // namespace

std::string quote(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  const bool utf8 = is_valid_utf8(text);
  std::string_view rest = cut(text, utf8);
  const bool is_cut = rest.size() < text.size();
  std::string out = "\"";
  while (!rest.empty()) {
    std::size_t escaped = control_character_bytes(rest);
    const bool high = static_cast<unsigned char>(rest[0]) >= 0x80;
    if (rest[0] == '"' || rest[0] == '\\' || (high && !utf8)) escaped = 1;
    for (char c : rest.substr(0, escaped)) {
      const auto byte = static_cast<unsigned char>(c);
      out.append("\\x");
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    }
    if (escaped == 0) out.push_back(rest[0]);
    rest.remove_prefix(escaped == 0 ? 1 : escaped);
  }
  out.append(is_cut ? "...\"" : "\"");
  return out;
}

bool has_control_characters(std::string_view text) {
  for (; !text.empty(); text.remove_prefix(1)) {
    if (control_character_bytes(text) > 0) return true;
  }
  return false;
}

}  // namespace coffer::auth
