// A pointer that every request takes.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>

namespace dynadeck::cassettes {

// Many threads take it, somebody replaces it now and then. Each thread has a lock and a count that
// it shares with few others: taking turns with all of them costs more than anything else that is
// done on the way. What was replaced lives until the last of those who took it lets go.
// Synchronized.
template <typename Value>
class StripedPointer {
 public:
  std::shared_ptr<Value> get() const {
    static std::atomic<std::size_t> threads{0};
    thread_local const std::size_t mine = threads.fetch_add(1, std::memory_order_relaxed);
    const Stripe& stripe = stripes_[mine % stripes_.size()];
    const std::lock_guard lock(stripe.mutex);
    return stripe.pointer;
  }

  // Threads see it one after the other.
  void set(const std::shared_ptr<Value>& value) {
    for (Stripe& stripe : stripes_) {
      std::shared_ptr<Value> own;
      if (value != nullptr) own = std::shared_ptr<Value>(value.get(), [value](Value*) {});
      const std::lock_guard lock(stripe.mutex);
      stripe.pointer.swap(own);
    }
  }

 private:
  struct alignas(64) Stripe {
    mutable std::mutex mutex;
    std::shared_ptr<Value> pointer;
  };
  std::array<Stripe, 16> stripes_;
};

}  // namespace dynadeck::cassettes
