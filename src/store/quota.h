#pragma once

#include "base/ids.h"
#include "base/key_locks.h"
#include "base/result.h"
#include "base/task.h"
#include "records/account_record.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace coffer::store {

/// What quotas limit: what an account holds, or by how much a change makes it hold more.
struct Holdings {
  std::int64_t bytes = 0;  ///< of objects, and of the parts of uploads in progress
  std::int64_t objects = 0;
  std::int64_t buckets = 0;

  bool grows() const { return bytes > 0 || objects > 0 || buckets > 0; }
  bool operator==(const Holdings&) const = default;
};

/// Holds accounts to their quotas, exactly within this process: a write reserves what it will add
/// before its commit, and what it turned out to add is counted after it, so that whatever is
/// committed or on its way to it together never exceeds a quota.
///
/// The ledger of an account is read from its buckets' counters by the first write that a quota
/// concerns, and from then on kept in memory (a few hundred bytes, until the process ends). A
/// commit whose outcome is not known (an engine's error, a cancelled request) puts it in doubt, as
/// do writes that began while there was no quota: the next write that grows waits for the commits
/// under way and reads the counters again. Reading them takes `load` as long as it takes; meanwhile
/// the account's other writes wait.
///
/// An account without a quota has no ledger and takes no lock. Thread-safe; outlives its
/// reservations.
class Quotas {
  struct Ledger;

 public:
  using QuotaOf = std::function<records::Quota(AccountId)>;
  /// What the account holds, in all placements.
  using Load = std::function<Task<Result<Holdings>>(AccountId)>;

  /// `quota_of` may be null: no account has a quota.
  Quotas(QuotaOf quota_of, Load load);
  ~Quotas();

  /// Stands over a commit. Ends with what became of it; without word of that, in doubt.
  class Reservation {
   public:
    Reservation() = default;
    Reservation(Reservation&& other) noexcept { swap(other); }
    Reservation& operator=(Reservation&& other) noexcept {
      swap(other);
      return *this;
    }
    ~Reservation() { end(Outcome::Unknown); }

    void committed() { end(Outcome::Committed); }
    void not_committed() { end(Outcome::NotCommitted); }

   private:
    friend class Quotas;
    enum class Outcome : std::uint8_t { Committed, NotCommitted, Unknown };
    Reservation(Quotas& quotas, AccountId account, std::shared_ptr<Ledger> ledger, Holdings growth)
        : quotas_(&quotas), account_(account), ledger_(std::move(ledger)), growth_(growth) {}
    void swap(Reservation& other) noexcept;
    void end(Outcome outcome);

    Quotas* quotas_ = nullptr;  ///< null: nothing to do at the end
    AccountId account_;
    std::shared_ptr<Ledger> ledger_;  ///< null: no quota concerned it when it began
    Holdings growth_;
  };

  /// QuotaExceeded, naming the quota; or what `load` fails with. What does not grow is never
  /// refused.
  Task<Result<Reservation>> reserve(AccountId account, Holdings growth);

  /// Whether `growth` would be refused now, reservations aside: for an early answer only.
  Task<Result<>> check(AccountId account, Holdings growth);

  /// False when no account has a quota.
  bool enabled() const { return quota_of_ != nullptr; }

 private:
  std::shared_ptr<Ledger> find(const AccountId& account);
  std::shared_ptr<Ledger> find_or_make(const AccountId& account);
  std::atomic<std::uint32_t>& ledgers_beside(const AccountId& account);
  /// With the account's lock held: reads what it holds, once no commit is under way.
  Task<Result<>> load(AccountId account, Ledger& ledger);

  const QuotaOf quota_of_;
  const Load load_;
  KeyLocks locks_;  ///< by account: whoever loads its ledger, or waits for that

  /// Ledgers whose accounts begin with the same byte, so that an account without a ledger seldom
  /// has to look.
  std::array<std::atomic<std::uint32_t>, 256> ledgers_by_first_byte_{};
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Ledger>> ledgers_;  ///< guarded by mutex_
};

}  // namespace coffer::store
