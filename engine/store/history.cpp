#include "engine/store/history.h"

#include <algorithm>

namespace dynadeck::engine {

void History::before_commit(const Store& store) {
  const Clock::WallTime now = clock_.now();
  const Clock::WallTime::rep ticks = now.time_since_epoch().count();
  Clock::WallTime::rep last = last_.load(std::memory_order_relaxed);
  // A clock that was set back begins anew.
  if (ticks >= last && ticks - last < std::chrono::microseconds(kInterval).count()) return;
  if (!last_.compare_exchange_strong(last, ticks)) return;  // another write does it

  Snapshot snapshot = store.snapshot();
  const std::lock_guard lock(mutex_);
  while (!states_.empty() && (states_.front().time + kHorizon < now || states_.back().time > now)) {
    states_.front().time + kHorizon < now ? states_.pop_front() : states_.pop_back();
  }
  states_.push_back({now, std::move(snapshot)});
}

Snapshot History::state_before(std::chrono::milliseconds age) const {
  const Clock::WallTime wanted = clock_.now() - age;
  const std::lock_guard lock(mutex_);
  const auto found =
      std::lower_bound(states_.begin(), states_.end(), wanted,
                       [](const State& state, Clock::WallTime time) { return state.time < time; });
  return found == states_.end() ? nullptr : found->snapshot;
}

}  // namespace dynadeck::engine
