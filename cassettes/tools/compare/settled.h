// Descriptions of tables and streams that are on their way, as they will be. When a server gets
// there is its own affair.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace dynadeck::cassettes {

// What will be true in a while: what is being deleted is gone, and everything else is there.
void settle(nlohmann::json& document);

// Empty where the document describes no table.
std::string status_of_table(const nlohmann::json& document);

}  // namespace dynadeck::cassettes
