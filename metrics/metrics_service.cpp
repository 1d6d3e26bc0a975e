#include "metrics/metrics_service.h"

#include "metrics/request_tally.h"

namespace dynadeck::metrics {
namespace {

// One request that waits for its answer. Destroyed without finish(): the client has left.
class Pending {
 public:
  Pending(std::shared_ptr<RequestTally> tally, Operation operation)
      : tally_(std::move(tally)), operation_(operation) {}
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;
  ~Pending() {
    if (!finished_) tally_->abandon(operation_);
  }

  void finish(const Response& response, std::chrono::nanoseconds duration) {
    finished_ = true;
    tally_->finish(operation_, response, duration);
  }

 private:
  const std::shared_ptr<RequestTally> tally_;
  const Operation operation_;
  bool finished_ = false;
};

}  // namespace

MetricsService::MetricsService(std::unique_ptr<Service> next, Registry& registry,
                               const Clock& clock)
    : next_(std::move(next)), tally_(std::make_shared<RequestTally>()), clock_(clock) {
  registry.add([tally = tally_] { return tally->collect(); });
}

MetricsService::~MetricsService() = default;

Response MetricsService::handle(const Request& request) {
  const Clock::MonotonicTime start = arrival_of(request, clock_);
  tally_->start();
  Response response = next_->handle(request);
  if (!response.deferred) {
    tally_->finish(request.operation, response, clock_.monotonic() - start);
    return response;
  }
  auto pending = std::make_shared<Pending>(tally_, request.operation);
  return when_ready(std::move(response), [this, pending, start](Response ready) {
    pending->finish(ready, clock_.monotonic() - start);
    return ready;
  });
}

}  // namespace dynadeck::metrics
