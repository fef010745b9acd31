#pragma once

#include "api/envelope.h"
#include "api/query.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The two styles of lists (cloudflare-api.md 1.2).
namespace coffer::api {

struct PageLimits {
  std::size_t fallback = 20;
  std::size_t min = 1;
  std::size_t max = 1000;
};

/// `page` (from 1) and `per_page`.
struct PageRequest {
  std::size_t page = 1;
  std::size_t per_page = 20;
};
/// InvalidArgument for what is no number; a number outside the limits is refused as well.
Result<PageRequest> read_page(const Query& query, PageLimits limits);
/// {page, per_page, count, total_count, total_pages}
json::object page_info(const PageRequest& request, std::size_t count, std::size_t total);

/// The page of a list that is all there: its items through `describe`, and the info. A page after
/// the last has no items, which is what ends the SDKs' loops.
template <class Item, class Describe>
Reply page_of(const std::vector<Item>& items, const PageRequest& request, Describe describe) {
  const std::size_t first = request.page - 1 > items.size() / request.per_page
                                ? items.size()
                                : std::min(items.size(), (request.page - 1) * request.per_page);
  const std::size_t last = std::min(items.size(), first + request.per_page);
  json::array page;
  for (std::size_t i = first; i < last; ++i) page.emplace_back(describe(items[i]));
  const std::size_t count = page.size();
  Reply reply{json::value(std::move(page))};
  reply.set_info(page_info(request, count, items.size()));
  return reply;
}

/// {cursor?, per_page}: without a cursor on the last page.
json::object cursor_info(const std::optional<std::string>& cursor, std::size_t per_page);

/// A cursor: opaque, URL-safe, versioned; bound to `scope`, so that one of another list or filter
/// is told from a good one. It is no secret, since a position grants nothing.
std::string encode_cursor(std::string_view scope, std::string_view position);
/// The position; InvalidArgument when it is no cursor of this scope.
Result<std::string> decode_cursor(std::string_view scope, std::string_view cursor);

}  // namespace coffer::api
