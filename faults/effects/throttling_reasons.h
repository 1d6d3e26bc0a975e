// Why DynamoDB throttled, as its answers have said since August 2025.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "faults/language/fields.h"
#include "harness/seam/service.h"

namespace dynadeck::faults {

// One of the sixteen: {Table, Index} x {Read, Write} x {ProvisionedThroughputExceeded,
// AccountLimitExceeded, KeyRangeThroughputExceeded, MaxOnDemandThroughputExceeded}.
bool is_throttling_reason(std::string_view reason);

// Reads and checks the member `reasons`.
std::vector<std::string> parse_throttling_reasons(Fields& fields, const Node& node);

// The member with its name, for error_response(); empty without reasons. The resource is the ARN of
// the request's first table, or of its index where the reason is an index's.
// Source: [doc] API reference, ThrottlingReason; ThrottlingException spells it with a small t.
std::string throttling_members(std::string_view code, const std::vector<std::string>& reasons,
                               const Request& request);

}  // namespace dynadeck::faults
