// Counts the requests that a rule matched, and the strikes among them.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "faults/rules/rule.h"
#include "harness/seam/service.h"

namespace dynadeck::faults {

// Stable for ever: what a series is called in the draws.
std::uint64_t series_of(const Counting& counting, const Request& request);

// Synchronized. Each series counts for itself, so that `first`, `every` and `max` mean the same for
// each lane whatever the others do.
class Counter {
 public:
  // The request's place in its series, from 1, and what `decide` says of it; `max` bounds the yeses
  // per series. decide is quick and calls nothing of this class.
  template <typename Decide>
  std::optional<std::uint64_t> count(std::uint64_t series, const std::optional<std::uint64_t>& max,
                                     const Decide& decide) {
    matched_.fetch_add(1, std::memory_order_relaxed);
    std::uint64_t ordinal = 0;
    bool struck = false;
    if (series == kOnlySeries && !max) {
      ordinal = only_.fetch_add(1, std::memory_order_relaxed) + 1;
      struck = decide(ordinal);
    } else {
      Shard& shard = shards_[series >> 60];
      const std::lock_guard lock(shard.mutex);
      Tally& tally = tally_of(shard, series);
      ordinal = ++tally.matched;
      struck = (!max || tally.struck < *max) && decide(ordinal);
      if (struck) ++tally.struck;
    }
    if (!struck) return std::nullopt;
    struck_.fetch_add(1, std::memory_order_relaxed);
    return ordinal;
  }

  std::uint64_t matched() const { return matched_.load(std::memory_order_relaxed); }
  std::uint64_t struck() const { return struck_.load(std::memory_order_relaxed); }
  void reset();

  static constexpr std::uint64_t kOnlySeries = 0;  // of Counting::By::kOrder
  // Per shard; what comes when all are taken shares one tally, so that memory stays bounded.
  static constexpr std::size_t kMaxSeries = 65'536;

 private:
  static constexpr std::size_t kShards = 16;
  struct Tally {
    std::uint64_t matched = 0;
    std::uint64_t struck = 0;
  };
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::uint64_t, Tally> tallies;  // guarded by mutex
  };
  static Tally& tally_of(Shard& shard, std::uint64_t series);

  std::atomic<std::uint64_t> matched_{0};
  std::atomic<std::uint64_t> struck_{0};
  std::atomic<std::uint64_t> only_{0};
  std::array<Shard, kShards> shards_;
};

}  // namespace dynadeck::faults
