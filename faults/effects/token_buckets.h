// Rates that hold: token buckets under names.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "faults/effects/effect.h"

namespace dynadeck::faults {

// A bucket holds up to `burst` tokens, gains `rate` a second and starts full. Synchronized.
class TokenBuckets : public EffectState {
 public:
  TokenBuckets(double rate, double burst);

  void reset() override;

  // One token from each named bucket: for each name, in order, whether there was one.
  std::vector<bool> take(const std::vector<std::string>& names, Clock::WallTime now);
  // One from each, or nothing from any; the same answer.
  std::vector<bool> take_all(const std::vector<std::string>& names, Clock::WallTime now);
  // How long until the bucket has a token.
  std::chrono::nanoseconds wait(const std::string& name, Clock::WallTime now);

 private:
  // A bucket is the time at which it will be full again: whole nanoseconds, so that rates are exact
  // over any number of requests.
  using Time = std::chrono::sys_time<std::chrono::nanoseconds>;
  static constexpr std::size_t kMaxBuckets = 100'000;

  Time& full_at(const std::string& name, Time now);  // not before now; mutex_ is held
  void forget_full(Time now);                        // mutex_ is held

  const std::chrono::nanoseconds per_token_;
  const std::chrono::nanoseconds room_;  // that a bucket may lack and still have a token
  std::mutex mutex_;
  std::unordered_map<std::string, Time> buckets_;  // guarded by mutex_
};

}  // namespace dynadeck::faults
