// The rules over HTTP.
#pragma once

#include <memory>

#include "faults/rules/board.h"
#include "harness/seam/admin.h"

namespace dynadeck::faults {

// /_dynadeck/faults and what is below it; docs/faults.md says what each method does. board outlives
// the handler.
AdminHandler faults_handler(RuleBoard& board);

// LocalStack's chaos API: /_localstack/chaos/faults and /_localstack/chaos/effects, one handler for
// both. board outlives the handler.
AdminHandler chaos_handler(RuleBoard& board);

}  // namespace dynadeck::faults
