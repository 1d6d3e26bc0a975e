// How many requests were refused before they reached the chain.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>
#include <vector>

#include "metrics/registry.h"

namespace dynadeck::metrics {

// Counts by error code; codes that are not DynamoDB's count as "other". Synchronized, lock-free.
class RefusalTally {
 public:
  RefusalTally();

  void add(std::string_view error_code);

  // dynadeck_http_refused_requests_total{error}: the codes that were met.
  Family family() const;

 private:
  // One for each known code, and one for the rest.
  std::vector<std::atomic<std::uint64_t>> counts_;
};

}  // namespace dynadeck::metrics
