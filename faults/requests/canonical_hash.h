// What a request asks, as one number.
#pragma once

#include <cstdint>

#include "harness/seam/service.h"

namespace dynadeck::faults {

// The operation, the scope and the body: members in any order, sets in any order, without the
// ClientRequestToken that SDKs invent anew for each call. Stable for ever: draws are made of it.
std::uint64_t canonical_hash(const Request& request);

}  // namespace dynadeck::faults
