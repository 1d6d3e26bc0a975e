// How the tools for tapes reach other servers: by the upstream's client, signed as it signs.
#pragma once

#include "cassettes/tools/servers.h"

namespace dynadeck {

cassettes::ToolServers tool_servers();

}  // namespace dynadeck
