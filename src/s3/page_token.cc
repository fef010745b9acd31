#include "s3/page_token.h"

#include "base/codec.h"
#include "base/hash.h"

namespace coffer::s3 {
namespace {

constexpr char kVersion = '\x01';
constexpr std::size_t kCheckBytes = 4;

std::string check_of(std::string_view scope, std::string_view position) {
  std::string text(scope);
  text += '\0';
  text += position;
  const Sha256Digest digest = sha256(as_bytes(text));
  return std::string(as_text(digest).substr(0, kCheckBytes));
}

}  // namespace

std::string encode_page_token(std::string_view scope, std::string_view position) {
  std::string raw(1, kVersion);
  raw += check_of(scope, position);
  raw += position;
  return base64url_encode(as_bytes(raw));
}

std::optional<std::string> decode_page_token(std::string_view scope, std::string_view token) {
  const std::optional<std::string> raw = base64url_decode(token);
  if (!raw || raw->size() < 1 + kCheckBytes || raw->front() != kVersion) return std::nullopt;
  std::string position = raw->substr(1 + kCheckBytes);
  if (raw->substr(1, kCheckBytes) != check_of(scope, position)) return std::nullopt;
  return position;
}

}  // namespace coffer::s3
