// The outermost link: counts what the client saw.
#pragma once

#include <memory>

#include "harness/seam/clock.h"
#include "harness/seam/service.h"
#include "metrics/registry.h"

namespace dynadeck::metrics {

class RequestTally;

// Counts requests by operation and outcome, their durations, those in flight and the faults that
// their answers carry, and hands the figures to the registry. A deferred answer is counted when it
// exists; one whose client left before counts as outcome "abandoned". Synchronized.
class MetricsService : public Service {
 public:
  // clock outlives the service. The registry may outlive it too.
  MetricsService(std::unique_ptr<Service> next, Registry& registry, const Clock& clock);
  ~MetricsService() override;

  Response handle(const Request& request) override;

 private:
  const std::unique_ptr<Service> next_;
  // Shared with the registry's collector and with answers that do not exist yet.
  const std::shared_ptr<RequestTally> tally_;
  const Clock& clock_;
};

}  // namespace dynadeck::metrics
