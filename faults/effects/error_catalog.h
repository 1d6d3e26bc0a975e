// What DynamoDB says with each of its errors.
#pragma once

#include <string_view>

#include "harness/seam/operation.h"

namespace dynadeck::faults {

// AWS's text for an error where a rule gives none; operations differ in a few. "Simulated fault"
// for an error that AWS does not know or whose text no public source shows.
// Source: [doc] developer guide "Error handling with DynamoDB", API reference; [seen] captures
// quoted in SDK issue threads.
//
// of_index: where a global secondary index is what is throttled.
std::string_view default_message(std::string_view code, Operation operation, bool of_index = false);

// Whether DynamoDB or DynamoDB Streams knows an error of that name.
bool is_known_error(std::string_view code);

}  // namespace dynadeck::faults
