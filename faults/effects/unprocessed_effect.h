// Taking a batch apart, for the faults that execute a part of it only.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "faults/effects/effect.h"

namespace dynadeck::faults {

// Whether the operation is BatchGetItem or BatchWriteItem.
bool is_batch(Operation operation);

// The elements of a batch, tables in the order of the body: {table, the key or the write request}.
// Empty where the body is not such a batch.
std::vector<std::pair<std::string, nlohmann::ordered_json>> batch_elements(
    Operation operation, const nlohmann::ordered_json& document);

// Executes the elements that are not held back, and answers the others as UnprocessedItems or
// UnprocessedKeys. With all held back nothing is executed. What is held back is validated like the
// rest where the service behind is able to.
//
// held_back: one for each of batch_elements().
Response answer_partly(const Strike& strike, const Request& request, const Next& next,
                       const nlohmann::ordered_json& document, const std::vector<bool>& held_back);

}  // namespace dynadeck::faults
