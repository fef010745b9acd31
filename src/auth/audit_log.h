#pragma once

#include "base/task.h"
#include "meta/engine.h"
#include "records/audit_record.h"

#include <functional>
#include <optional>
#include <vector>

namespace coffer::auth {

/// The audit log, read: merged from the partitions in which the commits of changes left their
/// entries. Thread-safe.
class AuditLog {
 public:
  struct Source {
    Source(meta::Engine& e, meta::Partition p, meta::Family f = meta::Family::Queue)
        : engine(&e), partition(std::move(p)), family(f) {}
    meta::Engine* engine;  ///< borrowed
    meta::Partition partition;
    meta::Family family;
  };
  explicit AuditLog(std::vector<Source> sources) : sources_(std::move(sources)) {}

  struct Query {
    std::optional<AccountId> account;  ///< none: entries that are of no account
    std::optional<Timestamp> since;    ///< inclusive
    std::optional<Timestamp> before;   ///< exclusive
    bool oldest_first = false;
    std::size_t limit = 100;
    /// The last entry of the page before this one.
    std::optional<std::pair<Timestamp, AuditId>> after;
    /// Those that it refuses are left out, and do not count towards the limit.
    std::function<bool(const records::AuditEntry&)> filter;
  };
  struct Page {
    std::vector<records::AuditEntry> entries;
    bool more = false;
  };
  /// In order of time, then id. Newest first costs what it returns; oldest first reads the whole
  /// time between.
  Task<Result<Page>> read(Query query) const;

 private:
  std::vector<Source> sources_;
};

}  // namespace coffer::auth
