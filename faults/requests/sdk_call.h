// What an SDK says of the logical call that a request belongs to.
#pragma once

#include <cstdint>
#include <string_view>

#include "harness/seam/service.h"

namespace dynadeck::faults {

// SDKs send several requests for one call of their user's until one succeeds.
struct SdkCall {
  std::uint64_t attempt = 1;       // from 1; 1 where the client does not say
  std::string_view invocation_id;  // the same for all attempts; empty where the client has none
};

// From amz-sdk-request and amz-sdk-invocation-id. Borrows from the headers. Pure.
SdkCall sdk_call_of(const HeaderList& headers);

}  // namespace dynadeck::faults
