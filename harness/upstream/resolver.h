// From a host's name to its addresses, without making anybody wait.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/seam/result.h"
#include "harness/upstream/connection.h"
#include "harness/upstream/target.h"

namespace dynadeck {

using Addresses = Outcome<std::vector<SocketAddress>, std::string>;

// The addresses of an endpoint whose host is an address already; fails for a name.
Addresses parse_address(const UpstreamEndpoint& endpoint);

// Asks the system on a thread of its own and then calls `found` there. The thread may outlive
// whoever asked (a name server may be silent for half a minute): `found` owns what it needs.
void resolve_in_background(UpstreamEndpoint endpoint, std::function<void(Addresses)> found);

}  // namespace dynadeck
