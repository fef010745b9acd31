#include "auth/audit_log.h"

#include <algorithm>
#include <deque>
#include <tuple>

namespace coffer::auth {
namespace {

using records::AuditEntry;

bool is_earlier(const AuditEntry& a, const AuditEntry& b) {
  return std::tie(a.time, a.id) < std::tie(b.time, b.id);
}

/// Keeps the first `limit` entries of one partition, in the order asked for.
class Collector {
 public:
  explicit Collector(const AuditLog::Query& query) : query_(query) {}

  meta::Step visit(std::string_view value) {
    auto entry = records::decode_audit_entry(value);
    if (!entry) {
      failure_ = entry.error();
      return meta::Step::stop();
    }
    if (!comes_after_the_page_before(*entry) || (query_.filter && !query_.filter(*entry))) {
      return meta::Step::next();
    }
    entries_.push_back(*std::move(entry));
    if (entries_.size() <= query_.limit) return meta::Step::next();
    if (!query_.oldest_first) return meta::Step::stop();  // one more than the page: there is more
    // The scan goes backwards in time, so the oldest are those seen last.
    if (entries_.size() > query_.limit + 1) entries_.pop_front();
    return meta::Step::next();
  }
  Result<std::deque<AuditEntry>> finish() && {
    if (!failure_) return std::move(failure_).error();
    return std::move(entries_);
  }

 private:
  bool comes_after_the_page_before(const AuditEntry& entry) const {
    if (!query_.after) return true;
    const auto at = std::tie(entry.time, entry.id);
    const auto last = std::tie(query_.after->first, query_.after->second);
    return query_.oldest_first ? last < at : at < last;
  }

  const AuditLog::Query& query_;
  std::deque<AuditEntry> entries_;
  Result<> failure_ = ok();
};

}  // namespace

Task<Result<AuditLog::Page>> AuditLog::read(Query query) const {
  // An older page needs nothing younger read again.
  std::optional<Timestamp> before = query.before;
  std::optional<Timestamp> since = query.since;
  if (query.after && !query.oldest_first) {
    before = query.after->first + std::chrono::milliseconds(1);
  }
  if (query.after && query.oldest_first) since = query.after->first;

  Page page;
  for (const Source& source : sources_) {
    Collector collector(query);
    meta::Visitor visit = [&collector](std::string_view, std::string_view value, meta::Version) {
      return collector.visit(value);
    };
    meta::Range range(source.family, records::audit_key_from(query.account, before),
                      records::audit_key_end(query.account, since));
    CO_TRY_VOID(co_await source.engine->scan(source.partition, std::move(range), std::move(visit)));
    CO_TRY(auto entries, std::move(collector).finish());
    page.entries.insert(page.entries.end(), std::make_move_iterator(entries.begin()),
                        std::make_move_iterator(entries.end()));
  }
  if (query.oldest_first) {
    std::sort(page.entries.begin(), page.entries.end(), is_earlier);
  } else {
    std::sort(page.entries.begin(), page.entries.end(),
              [](const AuditEntry& a, const AuditEntry& b) { return is_earlier(b, a); });
  }
  page.more = page.entries.size() > query.limit;
  if (page.more) page.entries.resize(query.limit);
  co_return page;
}

}  // namespace coffer::auth
