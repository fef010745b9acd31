#include "store/quota.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <optional>
#include <string>

namespace coffer::store {
namespace {

namespace asio = boost::asio;

bool limits_anything(const records::Quota& quota) {
  return quota.bytes_max || quota.objects_max || quota.buckets_max;
}

Holdings positive_part(const Holdings& growth) {
  return Holdings{std::max<std::int64_t>(growth.bytes, 0),
                  std::max<std::int64_t>(growth.objects, 0),
                  std::max<std::int64_t>(growth.buckets, 0)};
}

Holdings sum(const Holdings& a, const Holdings& b) {
  return Holdings{a.bytes + b.bytes, a.objects + b.objects, a.buckets + b.buckets};
}
Holdings difference(const Holdings& a, const Holdings& b) {
  return Holdings{a.bytes - b.bytes, a.objects - b.objects, a.buckets - b.buckets};
}

Result<> check_one(const std::optional<std::uint64_t>& limit, std::int64_t held,
                   std::int64_t growth, std::string_view may, std::string_view what,
                   std::string_view holds) {
  if (!limit || growth <= 0) return ok();
  const auto now = static_cast<std::uint64_t>(std::max<std::int64_t>(held, 0));
  if (now <= *limit && static_cast<std::uint64_t>(growth) <= *limit - now) return ok();
  std::string message("The account may ");
  message.append(may).append(" ").append(std::to_string(*limit)).append(" ").append(what);
  message.append(" and ").append(holds).append(" ").append(std::to_string(now));
  return Error::with_message(ErrorCode::QuotaExceeded, std::move(message));
}

Result<> check_all(const records::Quota& quota, const Holdings& held, const Holdings& growth) {
  TRY_VOID(check_one(quota.bytes_max, held.bytes, growth.bytes, "store", "bytes", "holds"));
  TRY_VOID(check_one(quota.objects_max, held.objects, growth.objects, "store", "objects", "holds"));
  return check_one(quota.buckets_max, held.buckets, growth.buckets, "have", "buckets", "has");
}

}  // namespace

struct Quotas::Ledger {
  std::mutex mutex;
  // All guarded by mutex.
  bool loaded = false;
  std::uint64_t doubts = 0;       ///< counts what put it in doubt, also while it is being read
  Holdings held;                  ///< committed; of use once loaded
  Holdings reserved;              ///< growth of the commits under way
  std::size_t under_way = 0;      ///< commits, also those that do not grow
  std::function<void()> at_rest;  ///< whoever waits until none is under way

  /// Where a reservation that was allowed begins.
  void begin(const Holdings& growth) {
    reserved = sum(reserved, positive_part(growth));
    ++under_way;
  }
  void doubt() {
    loaded = false;
    ++doubts;
  }
  Task<> rest();
};

/// Resumes once no commit is under way. With the account's lock held and the ledger not loaded, so
/// that none begins.
Task<> Quotas::Ledger::rest() {
  auto initiation = [this](auto handler) {
    // std::function wants something copyable; the handler is move-only.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    std::function<void()> resume = [shared] {
      auto executor = asio::get_associated_executor(*shared);
      asio::post(executor, std::move(*shared));
    };
    {
      const std::lock_guard guard(mutex);
      if (under_way > 0) {
        at_rest = std::move(resume);
        return;
      }
    }
    resume();
  };
  {
    const std::lock_guard guard(mutex);
    if (under_way == 0) co_return;
  }
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(std::move(initiation),
                                                                       asio::use_awaitable);
}

Quotas::Quotas(QuotaOf quota_of, Load load)
    : quota_of_(std::move(quota_of)), load_(std::move(load)) {}
Quotas::~Quotas() = default;

void Quotas::Reservation::swap(Reservation& other) noexcept {
  std::swap(quotas_, other.quotas_);
  std::swap(account_, other.account_);
  std::swap(ledger_, other.ledger_);
  std::swap(growth_, other.growth_);
}

void Quotas::Reservation::end(Outcome outcome) {
  Quotas* const quotas = std::exchange(quotas_, nullptr);
  if (!quotas) return;
  if (!ledger_) {
    // Whether a ledger that came meanwhile was read before or after this commit is not known.
    if (outcome == Outcome::NotCommitted) return;
    if (const auto ledger = quotas->find(account_)) {
      const std::lock_guard guard(ledger->mutex);
      ledger->doubt();
    }
    return;
  }
  const std::shared_ptr<Ledger> ledger = std::move(ledger_);
  std::function<void()> wake;
  {
    const std::lock_guard guard(ledger->mutex);
    ledger->reserved = difference(ledger->reserved, positive_part(growth_));
    if (outcome == Outcome::Committed) ledger->held = sum(ledger->held, growth_);
    if (outcome == Outcome::Unknown) ledger->doubt();
    if (--ledger->under_way == 0) wake = std::exchange(ledger->at_rest, nullptr);
  }
  if (wake) wake();
}

std::atomic<std::uint32_t>& Quotas::ledgers_beside(const AccountId& account) {
  return ledgers_by_first_byte_[static_cast<unsigned char>(account.bytes().front())];
}

std::shared_ptr<Quotas::Ledger> Quotas::find(const AccountId& account) {
  // In one order with the count in `find_or_make`: who sees none here has committed before the
  // ledger that comes is read.
  if (ledgers_beside(account).load() == 0) return nullptr;
  const std::lock_guard guard(mutex_);
  const auto found = ledgers_.find(std::string(account.bytes()));
  return found == ledgers_.end() ? nullptr : found->second;
}

std::shared_ptr<Quotas::Ledger> Quotas::find_or_make(const AccountId& account) {
  const std::lock_guard guard(mutex_);
  std::shared_ptr<Ledger>& ledger = ledgers_[std::string(account.bytes())];
  if (!ledger) {
    ledger = std::make_shared<Ledger>();
    ++ledgers_beside(account);
  }
  return ledger;
}

Task<Result<>> Quotas::load(AccountId account, Ledger& ledger) {
  co_await ledger.rest();
  std::uint64_t doubts = 0;
  {
    const std::lock_guard guard(ledger.mutex);
    doubts = ledger.doubts;
  }
  CO_TRY(const auto held, co_await load_(account));
  const std::lock_guard guard(ledger.mutex);
  ledger.held = held;
  // A write that no quota concerned, and that ended meanwhile: this one goes by what was read, the
  // next reads again.
  ledger.loaded = doubts == ledger.doubts;
  co_return ok();
}

Task<Result<Quotas::Reservation>> Quotas::reserve(AccountId account, Holdings growth) {
  if (!quota_of_ || growth == Holdings()) co_return Reservation();
  const records::Quota quota = quota_of_(account);
  const bool limited = limits_anything(quota);
  const bool counts = limited && growth.grows();
  const std::shared_ptr<Ledger> ledger = counts    ? find_or_make(account)
                                         : limited ? find(account)
                                                   : nullptr;
  if (!ledger) co_return Reservation(*this, account, nullptr, growth);
  {
    const std::lock_guard guard(ledger->mutex);
    if (ledger->loaded) {
      CO_TRY_VOID(check_all(quota, sum(ledger->held, ledger->reserved), growth));
      ledger->begin(growth);
      co_return Reservation(*this, account, ledger, growth);
    }
  }
  // In doubt. Nobody begins a commit while somebody reads, so whoever comes waits here.
  const KeyLocks::Guard turn = co_await locks_.lock(std::string(account.bytes()));
  bool loaded = false;
  {
    const std::lock_guard guard(ledger->mutex);
    loaded = ledger->loaded;
  }
  if (!loaded && counts) CO_TRY_VOID(co_await load(account, *ledger));
  const std::lock_guard guard(ledger->mutex);
  CO_TRY_VOID(check_all(quota, sum(ledger->held, ledger->reserved), growth));
  ledger->begin(growth);
  co_return Reservation(*this, account, ledger, growth);
}

Task<Result<>> Quotas::check(AccountId account, Holdings growth) {
  if (!quota_of_ || !growth.grows()) co_return ok();
  const records::Quota quota = quota_of_(account);
  if (!limits_anything(quota)) co_return ok();
  const std::shared_ptr<Ledger> ledger = find_or_make(account);
  bool loaded = false;
  {
    const std::lock_guard guard(ledger->mutex);
    loaded = ledger->loaded;
  }
  if (!loaded) {
    const KeyLocks::Guard turn = co_await locks_.lock(std::string(account.bytes()));
    {
      const std::lock_guard guard(ledger->mutex);
      loaded = ledger->loaded;
    }
    if (!loaded) CO_TRY_VOID(co_await load(account, *ledger));
  }
  const std::lock_guard guard(ledger->mutex);
  co_return check_all(quota, ledger->held, growth);
}

}  // namespace coffer::store
