#include "auth/failure_limiter.h"

#include "base/bytes.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace coffer::auth {
namespace {

/// Whoever has one IPv6 address has its whole /64.
std::string address_key(const IpAddress& client) {
  constexpr std::size_t kV4Bytes = 4;
  constexpr std::size_t kV6PrefixBytes = 8;
  const auto& bytes = client.bytes();
  std::string key(1, client.is_v4() ? '4' : '6');
  const std::size_t size = client.is_v4() ? kV4Bytes : kV6PrefixBytes;
  key.append(reinterpret_cast<const char*>(bytes.data()), size);
  return key;
}

}  // namespace

FailureLimiter::Wait& FailureLimiter::Wait::operator=(Wait&& other) noexcept {
  if (this == &other) return *this;
  release();
  limiter_ = other.limiter_;
  address_ = std::move(other.address_);
  other.limiter_ = nullptr;
  return *this;
}

void FailureLimiter::Wait::release() {
  if (!limiter_) return;
  const std::lock_guard lock(limiter_->mutex_);
  const auto found = limiter_->buckets_.find(address_);
  // It may have been forgotten, and met anew, in the meantime.
  if (found != limiter_->buckets_.end() && found->second.waiting > 0) --found->second.waiting;
  limiter_ = nullptr;
}

/// Prefers an address that nobody waits for; among those the oldest.
void FailureLimiter::forget_one() {
  auto oldest = std::find_if(
      by_last_failure_.begin(), by_last_failure_.end(),
      [this](const std::string& address) { return buckets_.find(address)->second.waiting == 0; });
  if (oldest == by_last_failure_.end()) oldest = by_last_failure_.begin();
  buckets_.erase(buckets_.find(*oldest));
  by_last_failure_.erase(oldest);
}

FailureLimiter::Bucket& FailureLimiter::bucket_of(const std::string& address,
                                                  std::chrono::steady_clock::time_point now) {
  const auto found = buckets_.find(address);
  if (found != buckets_.end()) {
    by_last_failure_.splice(by_last_failure_.end(), by_last_failure_, found->second.place);
    return found->second;
  }
  if (buckets_.size() >= limits_.addresses_max) forget_one();
  by_last_failure_.push_back(address);
  Bucket& made = buckets_[address];
  made.failures_left = limits_.burst;
  made.filled_at = now;
  made.place = std::prev(by_last_failure_.end());
  return made;
}

FailureLimiter::Ruling FailureLimiter::failed(const IpAddress& client) {
  using Seconds = std::chrono::duration<double>;
  const std::string address = address_key(client);
  Ruling ruling;
  const std::lock_guard lock(mutex_);
  const auto now = clock_.monotonic();
  Bucket& bucket = bucket_of(address, now);
  const double refill = Seconds(now - bucket.filled_at).count() * limits_.per_second;
  bucket.failures_left = std::min(limits_.burst, bucket.failures_left + refill);
  bucket.filled_at = now;
  if (bucket.failures_left >= 1) {
    bucket.failures_left -= 1;
    return ruling;
  }
  if (bucket.waiting >= limits_.delayed_max) {
    ruling.refused = true;
    return ruling;
  }
  // The more it owes, the longer it waits; what it can owe is bounded by who waits.
  bucket.failures_left -= 1;
  const Seconds owed(-bucket.failures_left / limits_.per_second);
  ruling.delay = std::min(limits_.delay_max, std::chrono::ceil<std::chrono::milliseconds>(owed));
  bucket.failures_left = std::max(bucket.failures_left, -limits_.burst);
  ++bucket.waiting;
  ruling.wait = Wait(*this, address);
  return ruling;
}

Task<bool> FailureLimiter::hold_back(IpAddress client) {
  Ruling ruling = failed(client);
  if (ruling.refused) co_return false;
  if (ruling.delay.count() > 0) {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, ruling.delay);
    // An end before its time is the server's own, which is stopping.
    co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }
  co_return true;
}

std::size_t FailureLimiter::addresses() const {
  const std::lock_guard lock(mutex_);
  return buckets_.size();
}

}  // namespace coffer::auth
