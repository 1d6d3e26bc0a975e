// Older states of the store, for reads that are to be stale.
//
// A state is kept from just before a write, at most one per interval; while nothing is written
// there is nothing to keep. So a reader that wants the state of a given moment gets it to within
// that interval.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>

#include "engine/store/store.h"
#include "harness/seam/clock.h"

namespace dynadeck::engine {

// *Synchronized.*
class History {
 public:
  static constexpr std::chrono::milliseconds kInterval{20};
  static constexpr std::chrono::seconds kHorizon{10};

  explicit History(const Clock& clock) : clock_(clock) {}

  // Before each commit. Costs a look at the clock, but for one commit per interval.
  void before_commit(const Store& store);

  // The state that was the newest so long ago; nullptr where it still is. Beyond the horizon, the
  // oldest that is left.
  Snapshot state_before(std::chrono::milliseconds age) const;

 private:
  struct State {
    Clock::WallTime time;
    Snapshot snapshot;
  };

  const Clock& clock_;
  std::atomic<Clock::WallTime::rep> last_{0};  // time of the newest state, microseconds since 1970
  mutable std::mutex mutex_;
  std::deque<State> states_;  // guarded by mutex_; oldest first
};

}  // namespace dynadeck::engine
