// Runs the command behind `record` and `replay`.
#pragma once

#include <map>
#include <span>
#include <string>

#include "harness/result.h"

namespace dynadeck {

// Starts the command with this process's stdin, stdout, stderr and environment, the latter changed
// by `environment`, and waits for its end. SIGINT, SIGTERM and SIGHUP that arrive meanwhile are
// passed on to it; the caller has blocked them in all threads (see block_stop_signals).
//
// Returns the status that a shell would: the command's own, or 128 plus the signal that ended it.
// Fails with one line where the command cannot be started.
Outcome<int, std::string> run_child(std::span<const std::string> command,
                                    const std::map<std::string, std::string>& environment);

// Blocks SIGINT, SIGTERM and SIGHUP in this thread and all that it starts, so that
// wait_for_stop_signal or run_child receive them. Call before any thread starts.
void block_stop_signals();

// Returns the first of the blocked signals to arrive.
int wait_for_stop_signal();

}  // namespace dynadeck
