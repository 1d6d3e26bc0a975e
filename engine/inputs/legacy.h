// The parameters from before expressions, compiled to the same trees.
// Source: [doc] "Legacy conditional parameters"; [peer] dynalite 4.
#pragma once

#include <optional>
#include <string_view>

#include "engine/expressions/conditions/condition.h"
#include "engine/expressions/conditions/key_condition.h"
#include "engine/expressions/updates/update.h"
#include "engine/messages/api_error.h"
#include "engine/wire/item_reader.h"
#include "engine/wire/json_value.h"

namespace dynadeck::engine {

// Expected with ConditionalOperator; nothing without.
Result<std::optional<Condition>> read_expected(const JsonValue& body, ValueWording wording);

// QueryFilter or ScanFilter, whichever `parameter` names, with ConditionalOperator.
Result<std::optional<Condition>> read_legacy_filter(const JsonValue& body,
                                                    std::string_view parameter,
                                                    ValueWording wording);

// KeyConditions. conditions: an object.
Result<KeyCondition> read_key_conditions(const JsonValue& conditions, ValueWording wording);

// AttributeUpdates. updates: an object.
Result<Update> read_attribute_updates(const JsonValue& updates, ValueWording wording);

}  // namespace dynadeck::engine
