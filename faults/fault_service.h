// The link that breaks things on purpose.
//
// The room: failures by rule, the same way twice. On top are the link of the chain, the rules over
// HTTP and the command that checks them; below, each on those after it: journal, rules, effects,
// language, requests.
#pragma once

#include <memory>

#include "faults/rules/board.h"
#include "harness/seam/service.h"

namespace dynadeck::faults {

// Answers through the next link, except where a rule of the board strikes. Synchronized.
class FaultService : public Service {
 public:
  // board outlives the service.
  FaultService(std::unique_ptr<Service> next, const RuleBoard& board);

  Response handle(const Request& request) override;

 private:
  const std::unique_ptr<Service> next_;
  const RuleBoard& board_;
};

}  // namespace dynadeck::faults
