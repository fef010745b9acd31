#include "base/key_locks.h"

#include <boost/asio/append.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>

namespace coffer {

namespace asio = boost::asio;

Task<KeyLocks::Guard> KeyLocks::lock(std::string name) {
  Shard& shard = shard_of(name);
  auto initiation = [this, &shard, &name](auto handler) {
    // std::function wants something copyable; the handler is move-only.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    Waiter resume = [shared](Guard turn) {
      auto executor = asio::get_associated_executor(*shared);
      asio::post(executor, asio::append(std::move(*shared), std::move(turn)));
    };
    {
      const std::lock_guard guard(shard.mutex);
      const auto [slot, free] = shard.held.try_emplace(name);
      if (!free) {
        slot->second.emplace_back(std::move(resume));
        return;
      }
    }
    resume(Guard(*this, name));
  };
  // The uncontended way takes no trip through the executor.
  bool taken = false;
  {
    const std::lock_guard guard(shard.mutex);
    taken = shard.held.try_emplace(name).second;
  }
  if (taken) co_return Guard(*this, std::move(name));
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Guard)>(
      std::move(initiation), asio::use_awaitable);
}

void KeyLocks::unlock(const std::string& name) {
  Shard& shard = shard_of(name);
  Waiter next;
  {
    const std::lock_guard guard(shard.mutex);
    const auto slot = shard.held.find(name);
    if (slot->second.empty()) {
      shard.held.erase(slot);
      return;
    }
    next = std::move(slot->second.front());
    slot->second.pop_front();
  }
  next(Guard(*this, name));
}

}  // namespace coffer
