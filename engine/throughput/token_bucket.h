// A rate that holds over time, with what was left unused saved up.
#pragma once

#include <algorithm>
#include <chrono>

#include "harness/seam/clock.h"

namespace dynadeck::engine {

// Units a second, and how many seconds of them can be saved.
struct FlowRate {
  double units_per_second = 0;
  double burst_seconds = 0;

  double capacity() const { return units_per_second * burst_seconds; }
};

// Full when new. Whoever finds anything in it may take all it needs: what is missing is a debt that
// later seconds pay. So a request that is larger than the whole bucket comes through too, and the
// rate holds in the long run. *One thread.*
class TokenBucket {
 public:
  TokenBucket(const FlowRate& rate, Clock::WallTime now)
      : rate_(rate), units_(rate.capacity()), filled_(now) {}

  // Fills up to now at the rate given, which may be another than before.
  void fill(const FlowRate& rate, Clock::WallTime now) {
    const std::chrono::duration<double> passed = now - filled_;
    filled_ = now;
    rate_ = rate;
    // A clock that was turned back gives nothing and takes nothing.
    const double gained = std::max(passed.count(), 0.0) * rate.units_per_second;
    units_ = std::min(units_ + gained, rate.capacity());
  }

  bool admits() const { return units_ > 0; }
  void take(double units) { units_ -= units; }

  // Whether it would be as good as new at that time.
  bool is_full_at(Clock::WallTime now) const {
    const std::chrono::duration<double> passed = now - filled_;
    return units_ + passed.count() * rate_.units_per_second >= rate_.capacity();
  }

 private:
  FlowRate rate_;
  double units_;
  Clock::WallTime filled_;
};

}  // namespace dynadeck::engine
