// The fault rules that the command line and the environment ask for: put up at the start, or
// fetched from a URL from then on. The admin API may change them later.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "faults/effects/effect.h"
#include "harness/config.h"
#include "harness/exit_status.h"
#include "harness/seam/clock.h"
#include "harness/seam/result.h"

namespace dynadeck {

class FaultPoll;

namespace engine {
class Engine;
}

namespace faults {
class RuleBoard;
}

// What rules may ask of what answers. engine: asked for while requests pass, and only where the
// embedded engine answers.
faults::Abilities rule_abilities(const ServeOptions& options,
                                 std::function<engine::Engine&()> engine);

// The probabilities, and the rules of a file.
std::optional<StartError> put_up_rules(faults::RuleBoard& board, const ServeOptions& options);

// Holds the rules to what --faults URL says, from now on; null without a URL. board and clock
// outlive it.
Outcome<std::unique_ptr<FaultPoll>, StartError> follow_rules(faults::RuleBoard& board,
                                                             const Clock& clock,
                                                             const ServeOptions& options);

}  // namespace dynadeck
