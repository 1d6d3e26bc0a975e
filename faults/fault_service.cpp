#include "faults/fault_service.h"

#include "faults/rules/set.h"

namespace dynadeck::faults {
namespace {

using Plan = std::vector<Strike>;

Response run(const std::shared_ptr<const Plan>& plan, std::size_t at, Service& service,
             const Request& request) {
  if (at == plan->size()) return service.handle(request);
  const Next next = [plan, at, &service](const Request& inner) {
    return run(plan, at + 1, service, inner);
  };
  const Strike& strike = (*plan)[at];
  return strike.effect->apply(strike, request, next);
}

}  // namespace

FaultService::FaultService(std::unique_ptr<Service> next, const RuleBoard& board)
    : next_(std::move(next)), board_(board) {}

Response FaultService::handle(const Request& request) {
  const std::shared_ptr<const RuleSet>& rules = board_.current();
  if (!rules) return next_->handle(request);
  Plan strikes = rules->strikes_on(request, board_.clock(), board_.abilities());
  if (strikes.empty()) return next_->handle(request);
  // Shared by the continuations of a deferred answer.
  return run(std::make_shared<const Plan>(std::move(strikes)), 0, *next_, request);
}

}  // namespace dynadeck::faults
