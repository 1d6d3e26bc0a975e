// `dynadeck cassette ...`: the tools that work on tapes.
#pragma once

#include <iosfwd>
#include <span>
#include <string>

#include "cassettes/tools/servers.h"

namespace dynadeck::cassettes {

// arguments: what follows `dynadeck cassette`, for instance {"show", "session.tape"}.
// servers: how those are reached that run-against and play-stream ask.
// Returns the exit status: 0; 1 where a tool found something (verify, diff, run-against); 2 for a
// file that cannot be read as a tape, or a wrong command line (one line on `errors`).
int run_cassette_command(std::span<const std::string> arguments, const ToolServers& servers,
                         std::ostream& output, std::ostream& errors);

}  // namespace dynadeck::cassettes
