#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <utility>

namespace coffer::auth {

/// An immutable value that writers replace and readers keep: `load` copies a pointer, and what it
/// points to lives until the last reader lets go. Thread-safe.
///
/// This is std::atomic<std::shared_ptr<const T>>, written out: libstdc++ 12 guards the pointer with
/// one bit too, but releases it with relaxed order after a load, so that a load and a store are a
/// data race on paper, in ThreadSanitizer, and on processors weaker than x86. The bit is held for
/// a copy or a swap of one pointer, never across an allocation, a destructor or a wait.
template <class T>
class Published {
 public:
  explicit Published(std::shared_ptr<const T> value) : value_(std::move(value)) {}
  Published(const Published&) = delete;
  Published& operator=(const Published&) = delete;

  std::shared_ptr<const T> load() const {
    const Hold hold(held_);
    return value_;
  }
  void store(std::shared_ptr<const T> value) {
    {
      const Hold hold(held_);
      value_.swap(value);
    }
    // The old value ends here, outside the bit.
  }

 private:
  class Hold {
   public:
    explicit Hold(std::atomic_flag& held) : held_(held) {
      while (held_.test_and_set(std::memory_order_acquire)) std::this_thread::yield();
    }
    ~Hold() { held_.clear(std::memory_order_release); }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

   private:
    std::atomic_flag& held_;
  };

  mutable std::atomic_flag held_;
  std::shared_ptr<const T> value_;  ///< guarded by held_
};

}  // namespace coffer::auth
