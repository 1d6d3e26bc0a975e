#include "faults/effects/token_buckets.h"

#include <algorithm>
#include <cmath>

namespace dynadeck::faults {
namespace {

// Thirty years: far from overflow beside any date.
constexpr double kMostNanoseconds = 1e18;

std::chrono::nanoseconds nanoseconds(double count) {
  return std::chrono::nanoseconds(std::llround(std::clamp(count, 1.0, kMostNanoseconds)));
}

}  // namespace

TokenBuckets::TokenBuckets(double rate, double burst)
    : per_token_(nanoseconds(1e9 / rate)),
      room_(burst <= 1 ? std::chrono::nanoseconds(0) : nanoseconds((burst - 1) * 1e9 / rate)) {}

void TokenBuckets::reset() {
  const std::lock_guard lock(mutex_);
  buckets_.clear();
}

void TokenBuckets::forget_full(Time now) {
  std::erase_if(buckets_, [&](const auto& bucket) { return bucket.second <= now; });
  if (buckets_.size() >= kMaxBuckets) buckets_.clear();
}

TokenBuckets::Time& TokenBuckets::full_at(const std::string& name, Time now) {
  if (buckets_.size() >= kMaxBuckets) forget_full(now);
  Time& full = buckets_.try_emplace(name, now).first->second;
  full = std::max(full, now);
  return full;
}

std::vector<bool> TokenBuckets::take(const std::vector<std::string>& names, Clock::WallTime now) {
  const std::lock_guard lock(mutex_);
  std::vector<bool> taken;
  for (const std::string& name : names) {
    Time& full = full_at(name, now);
    const bool enough = full - now <= room_;
    if (enough) full += per_token_;
    taken.push_back(enough);
  }
  return taken;
}

std::vector<bool> TokenBuckets::take_all(const std::vector<std::string>& names,
                                         Clock::WallTime now) {
  const std::vector<bool> taken = take(names, now);
  if (std::find(taken.begin(), taken.end(), false) == taken.end()) return taken;
  const std::lock_guard lock(mutex_);
  for (std::size_t at = 0; at < names.size(); ++at) {
    if (taken[at]) full_at(names[at], now) -= per_token_;
  }
  return taken;
}

std::chrono::nanoseconds TokenBuckets::wait(const std::string& name, Clock::WallTime now) {
  const std::lock_guard lock(mutex_);
  const Time here = now;
  return std::max(std::chrono::nanoseconds(0), full_at(name, here) - here - room_);
}

}  // namespace dynadeck::faults
