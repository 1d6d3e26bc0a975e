// LocalStack's three error probabilities, as rules.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "faults/rules/rule.h"

namespace dynadeck::faults {

// Each in [0, 1].
struct ErrorProbabilities {
  double all = 0;    // DYNAMODB_ERROR_PROBABILITY
  double read = 0;   // DYNAMODB_READ_ERROR_PROBABILITY
  double write = 0;  // DYNAMODB_WRITE_ERROR_PROBABILITY
};

// name: what the user called it, for the error: an option or a variable.
Outcome<double, std::string> parse_probability(std::string_view name, std::string_view text);

// ProvisionedThroughputExceededException for LocalStack's lists of operations; a read fails with
// the larger of `all` and `read`, a write with the larger of `all` and `write`. A BatchWriteItem
// that does not fail returns each of its items, with the same probability, as unprocessed. Source:
// [peer] LocalStack 4, services/dynamodb/provider.py (there the returned items are executed all the
// same; here they are not).
std::vector<Rule> probability_rules(const ErrorProbabilities& probabilities);

}  // namespace dynadeck::faults
