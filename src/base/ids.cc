#include "base/ids.h"

#include "base/codec.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace coffer {
namespace {

constexpr bool is_lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }
constexpr bool is_lower_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}
bool is_ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; });
}

}  // namespace

std::optional<std::array<std::uint8_t, 16>> parse_hex128(std::string_view hex) {
  std::array<std::uint8_t, 16> bytes{};
  if (hex.size() != 2 * bytes.size() || !std::all_of(hex.begin(), hex.end(), is_lower_hex)) {
    return std::nullopt;
  }
  const std::optional<std::string> raw = hex_decode(hex);
  if (!raw) return std::nullopt;
  std::copy(raw->begin(), raw->end(), bytes.begin());
  return bytes;
}

std::string hex128(const std::array<std::uint8_t, 16>& bytes) {
  return hex_encode(std::as_bytes(std::span(bytes)));
}

std::string_view to_string(Jurisdiction jurisdiction) {
  switch (jurisdiction) {
    case Jurisdiction::Default:
      return "default";
    case Jurisdiction::Eu:
      return "eu";
    case Jurisdiction::Fedramp:
      return "fedramp";
    case Jurisdiction::Us:
      return "us";
  }
  return "default";
}

std::optional<Jurisdiction> parse_jurisdiction(std::string_view text) {
  for (const Jurisdiction jurisdiction : kJurisdictions) {
    if (text == to_string(jurisdiction)) return jurisdiction;
  }
  return std::nullopt;
}

Result<BucketName> BucketName::parse(std::string_view text) {
  const bool valid = text.size() >= kMinLength && text.size() <= kMaxLength &&
                     is_lower_alphanumeric(text.front()) && is_lower_alphanumeric(text.back()) &&
                     std::all_of(text.begin(), text.end(),
                                 [](char c) { return is_lower_alphanumeric(c) || c == '-'; });
  if (!valid) {
    return make_error(ErrorCode::InvalidBucketName,
                      "bucket name of " + std::to_string(text.size()) + " bytes");
  }
  return BucketName(std::string(text));
}

Result<ObjectKey> ObjectKey::parse(std::string_view decoded) {
  if (decoded.empty()) return make_error(ErrorCode::InvalidObjectName, "empty key");
  if (decoded.size() > kMaxBytes) {
    return make_error(ErrorCode::InvalidObjectName,
                      "key of " + std::to_string(decoded.size()) + " bytes");
  }
  std::optional<std::string> nfc = normalize_nfc(decoded);
  if (!nfc) return make_error(ErrorCode::InvalidObjectName, "key is not UTF-8");
  return ObjectKey(std::move(*nfc), std::string(decoded));
}

std::optional<std::string> normalize_nfc(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  // utf8proc is laxer than we are about what counts as UTF-8.
  if (!is_valid_utf8(text)) return std::nullopt;
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t length =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  // utf8proc allocates with malloc.
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  if (length < 0) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(length));
}

}  // namespace coffer
