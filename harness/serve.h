// The commands that serve: alone until a signal comes, or around a child command.
#pragma once

#include <span>
#include <string>

#include "harness/config.h"

namespace dynadeck {

// Serves until SIGTERM, SIGINT or SIGHUP. Standard output gets one line of JSON when the server
// listens ({"event":"listening","host":"127.0.0.1","port":8000,"url":"http://127.0.0.1:8000"});
// everything else goes to standard error. Returns the exit status.
int serve(const ServeOptions& options);

// Serves on a free port while `child` runs with AWS_ENDPOINT_URL and its kin set to it. Returns
// kReplayDiffers, or the child's status: 126 or 127 where it cannot be run.
int serve_child(const ServeOptions& options, std::span<const std::string> child);

}  // namespace dynadeck
