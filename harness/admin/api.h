// The program's own admin requests: /_dynadeck/health, /_dynadeck/reset, /_dynadeck/clock. This
// room is for those who look after the program: what it can be told while it runs, and what it
// counts.
#pragma once

#include <functional>
#include <string>

#include "harness/seam/admin.h"
#include "harness/seam/clock.h"

namespace dynadeck {

// GET: {"status":"ok","version":"0.1.0","mode":"embedded"}
AdminHandler health_handler(std::string mode);

// POST: drops all tables, or those of ?account= and ?region= (each may stand alone).
//
// reset: drops them, empty strings meaning any; a sentence where that is impossible.
using Reset = std::function<std::string(const std::string& account, const std::string& region)>;
AdminHandler reset_handler(Reset reset);

// GET: {"now":"2026-01-01T00:00:00.000000Z","frozen":true}
// PUT: {"now":TIME} sets it, {"advance":"90s"} moves it (also back, "-90s"), {"frozen":true|false}
//   freezes it or lets it go on, {"reset":true} gives the machine's time again; in this order, and
//   all of it or nothing. Answers as GET.
AdminHandler clock_handler(AdjustableClock& clock);

}  // namespace dynadeck
