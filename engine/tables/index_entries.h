// What of an item an index holds.
#pragma once

#include <string>
#include <vector>

#include "engine/tables/schema.h"
#include "engine/values/value_view.h"

namespace dynadeck::engine {

// The attributes that the index projects, sorted: its own key, the table's, and what it includes.
// Empty where it projects all.
std::vector<std::string> projected_names(const KeySchema& table_keys, const Index& index);

// Appends the encoded item with those of its attributes that are among the names (sorted).
void append_projected(std::string& out, const std::vector<std::string>& names, ItemView item);

}  // namespace dynadeck::engine
