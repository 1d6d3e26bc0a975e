// Runs the command behind `record` and `replay`.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

#include "harness/seam/result.h"

namespace dynadeck {

// A command that does not run.
struct CannotRun {
  int status;           // as a shell has it: 127 where there is no such command, 126 otherwise
  std::string message;  // one line
};

// What a shell would say of a command without running it: nothing where there is a file on the PATH
// that may be executed.
std::optional<CannotRun> check_command(const std::string& command);

// Starts the command with this process's stdin, stdout, stderr and environment, the latter changed
// by `environment`, and waits for its end. SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1 and SIGUSR2
// that arrive meanwhile are passed on to it; the caller has blocked them in all threads (see
// block_stop_signals and block_child_signals). What the command ignores from its start is what this
// process was started to ignore.
//
// Returns the status that a shell would: the command's own, or 128 plus the signal that ended it.
Outcome<int, CannotRun> run_child(std::span<const std::string> command,
                                  const std::map<std::string, std::string>& environment);

// Blocks SIGINT, SIGTERM and SIGHUP in this thread and all that it starts, so that
// wait_for_stop_signal or run_child receive them. Call before anything else: it also notes which
// signals this process was started to ignore. SIGHUP is left alone if it is one of them (nohup).
void block_stop_signals();

// For what does not wait for them: they end the process again.
void unblock_stop_signals();

// Blocks, in addition, what else run_child passes on. Call before any thread starts.
void block_child_signals();

// Returns the first of the blocked stop signals to arrive.
int wait_for_stop_signal();

}  // namespace dynadeck
