// Attribute values as DynamoDB's JSON. The way back: wire/item_reader.h.
#pragma once

#include <string>

#include "engine/values/value_view.h"

namespace dynadeck::engine {

// Appends the value as DynamoDB's JSON: {"S":"..."}; for an item, {"name":{...},...}.
void append_json(std::string& out, ValueView value);
void append_item_json(std::string& out, ItemView item);

}  // namespace dynadeck::engine
