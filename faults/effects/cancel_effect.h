// Cancelled transactions, for the faults that cancel them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "harness/seam/service.h"

namespace dynadeck::faults {

// Why one action stood in the way; "None" where it did not.
struct CancellationReason {
  std::string code;     // "ConditionalCheckFailed"
  std::string message;  // AWS's for the code where it is empty
  std::string item;     // JSON; empty without
};

// The actions of a transaction in the order of its body; zero where it is none.
std::size_t action_count(const Request& request);

// TransactionCanceledException with one reason for each action.
Response cancelled(const std::vector<CancellationReason>& reasons);

// The codes that AWS gives.
bool is_cancellation_code(std::string_view code);

}  // namespace dynadeck::faults
