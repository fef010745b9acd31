#include "api/paging.h"

#include "base/codec.h"
#include "base/hash.h"

namespace coffer::api {
namespace {

/// More pages than any list has, and few enough that their product with per_page fits.
constexpr std::uint64_t kPageNumberMax = 1'000'000'000;

constexpr char kCursorVersion = '\x01';
constexpr std::size_t kCheckBytes = 4;

std::string check_of(std::string_view scope, std::string_view position) {
  std::string text(scope);
  text += '\0';
  text += position;
  const Sha256Digest digest = sha256(as_bytes(text));
  return std::string(as_text(digest).substr(0, kCheckBytes));
}

}  // namespace

Result<PageRequest> read_page(const Query& query, PageLimits limits) {
  PageRequest request;
  TRY(request.page, query.integer("page", 1, 1, kPageNumberMax));
  TRY(request.per_page, query.integer("per_page", limits.fallback, limits.min, limits.max));
  return request;
}

json::object page_info(const PageRequest& request, std::size_t count, std::size_t total) {
  json::object info;
  info["page"] = request.page;
  info["per_page"] = request.per_page;
  info["count"] = count;
  info["total_count"] = total;
  info["total_pages"] = (total + request.per_page - 1) / request.per_page;
  return info;
}

json::object cursor_info(const std::optional<std::string>& cursor, std::size_t per_page) {
  json::object info;
  if (cursor) info["cursor"] = *cursor;
  info["per_page"] = per_page;
  return info;
}

std::string encode_cursor(std::string_view scope, std::string_view position) {
  std::string raw(1, kCursorVersion);
  raw += check_of(scope, position);
  raw += position;
  return base64url_encode(as_bytes(raw));
}

Result<std::string> decode_cursor(std::string_view scope, std::string_view cursor) {
  const std::optional<std::string> raw = base64url_decode(cursor);
  const bool whole = raw && raw->size() >= 1 + kCheckBytes && raw->front() == kCursorVersion;
  std::string position = whole ? raw->substr(1 + kCheckBytes) : std::string();
  if (!whole || raw->substr(1, kCheckBytes) != check_of(scope, position)) {
    return Error::with_message(ErrorCode::InvalidArgument,
                               "query parameter cursor is not one of this list");
  }
  return position;
}

}  // namespace coffer::api
