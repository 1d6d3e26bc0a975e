// JSON as trees, for documents that are looked at by people or changed in many places.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace dynadeck::cassettes {

// Discarded (is_discarded()) where the text is not JSON, or nested too deep: trees are destroyed
// and printed by recursion.
nlohmann::json parse_tree(std::string_view text);

// On one line; what is not UTF-8 is replaced.
std::string print_tree(const nlohmann::json& tree);

}  // namespace dynadeck::cassettes
