// The admin requests that only the embedded engine can carry out; without one they are refused.
#pragma once

#include "harness/seam/admin.h"

namespace dynadeck {

namespace engine {
class Engine;
}

// Each borrows the engine; null where an upstream or a tape alone answers.
AdminHandler engine_reset_handler(engine::Engine* engine);
AdminHandler engine_shard_roll_handler(engine::Engine* engine);
AdminHandler engine_expiry_handler(engine::Engine* engine);

}  // namespace dynadeck
