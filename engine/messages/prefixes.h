// What DynamoDB puts before sentences of several subjects; see api_error.h.
#pragma once

#include <string>
#include <string_view>

namespace dynadeck::engine::messages {

// "1 validation error detected: " before a semantic sentence; see inputs/members.h.
std::string one_validation_error(std::string_view message);

// "One or more parameter values were invalid: " before one of the sentences that need it.
std::string invalid_parameter(std::string_view why);

}  // namespace dynadeck::engine::messages
