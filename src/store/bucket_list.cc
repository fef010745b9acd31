#include "store/impl.h"

#include <algorithm>
#include <deque>

namespace coffer::store {
namespace {

/// Rows of one ListBuckets page (r2-s3.md section 4).
constexpr std::size_t kListBucketsMax = 1000;

/// Names in `Family::Record` of a directory passed `BucketName::parse` when they were written.
Result<Bucket> to_bucket(std::string_view name, const DirectoryEntry& entry) {
  TRY(auto parsed, BucketName::parse(name));
  return Bucket{std::move(parsed), entry.id, entry.created, entry.location, entry.storage_class};
}

}  // namespace

Task<Result<BucketPage>> Store::Impl::list_buckets(AccountId account, Jurisdiction jurisdiction,
                                                   ListBucketsQuery query) {
  BucketPage page;
  Placement* placement = placement_of(jurisdiction);
  if (!placement) co_return page;
  if (query.prefix.size() > BucketName::kMaxLength) co_return page;  // no name is as long
  const std::size_t limit = std::min(query.limit, kListBucketsMax);
  const std::string all = layout::directory_key(account, "").bytes;
  std::string begin = all + query.prefix;
  std::string end = layout::after_prefix(begin);
  if (!query.start_after.empty()) {
    std::string from = all;
    from += layout::cut_marker(query.start_after, BucketName::kMaxLength);
    if (query.descending) {
      if (end.empty() || from < end) end = std::move(from);
    } else {
      from += '\0';
      if (begin < from) begin = std::move(from);
    }
  }
  if (!end.empty() && begin >= end) co_return page;

  std::deque<Bucket> found;
  std::optional<Error> failure;
  meta::Visitor visit = [&](std::string_view key, std::string_view value, meta::Version) {
    const std::string_view name = key.substr(all.size());
    if (name.find(query.name_contains) == std::string_view::npos) return meta::Step::next();
    const auto entry = decode_directory_entry(value);
    if (!entry) {
      failure = entry.error();
      return meta::Step::stop();
    }
    if (entry->state != DirectoryEntry::State::Live) return meta::Step::next();
    if (found.size() == limit) {
      page.truncated = true;
      if (!query.descending) return meta::Step::stop();
      // The page is the last names of the range, so the first one found goes.
      if (limit == 0) return meta::Step::next();
      found.pop_front();
    }
    auto bucket = to_bucket(name, *entry);
    if (!bucket) {
      failure = bucket.error();
      return meta::Step::stop();
    }
    found.push_back(std::move(*bucket));
    return meta::Step::next();
  };
  meta::Range range(meta::Family::Record, std::move(begin), std::move(end));
  CO_TRY_VOID(
      co_await placement->meta.scan(layout::directory(), std::move(range), std::move(visit)));
  if (failure) co_return *std::move(failure);
  if (query.descending) std::reverse(found.begin(), found.end());
  page.buckets.assign(std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
  co_return page;
}

}  // namespace coffer::store
