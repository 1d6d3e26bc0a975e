// The figures behind MetricsService.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "harness/seam/service.h"
#include "metrics/registry.h"

namespace dynadeck::metrics {

// Synchronized. Threads count in shards of their own, so that the path of every request takes no
// lock and shares no cache line; only a scrape adds the shards up. (prometheus-cpp 1.0.1's
// Histogram takes a mutex per observation.)
class RequestTally {
 public:
  RequestTally();
  ~RequestTally();

  void start();
  void finish(Operation operation, const Response& response, std::chrono::nanoseconds duration);
  // The client left before there was an answer.
  void abandon(Operation operation);

  std::vector<Family> collect() const;

 private:
  struct Shard;
  // Rules are named by users: beyond this many pairs of rule and kind, the rule is "other".
  static constexpr std::size_t kMaxFaultSeries = 200;

  Shard& shard();
  void count_faults(const std::vector<InjectedFault>& faults);

  Family collect_requests() const;
  Family collect_durations() const;
  Family collect_in_flight() const;
  Family collect_faults() const;

  const std::unique_ptr<Shard[]> shards_;
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> faults_;  // guarded by mutex_
};

}  // namespace dynadeck::metrics
