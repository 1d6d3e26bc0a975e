// Expression strings to compiled expressions: the first phase, which needs no table.
//
// This room has all that an expression is: its words and its syntax, names and paths; what
// conditions, filters and key conditions become (conditions/), what updates become (updates/), and
// projections. Legacy parameters are compiled to the same forms, in inputs/legacy.h.
//
// Each function parses, then checks what can be known without the table, in DynamoDB's order, and
// marks the placeholders that it meets. Errors have DynamoDB's whole sentence, beginning with
// "Invalid ConditionExpression: "; the prefix that some operations put before it is put elsewhere.
#pragma once

#include <string_view>

#include "engine/expressions/conditions/condition.h"
#include "engine/expressions/conditions/key_condition.h"
#include "engine/expressions/placeholders.h"
#include "engine/expressions/projection.h"
#include "engine/expressions/updates/update.h"
#include "engine/messages/api_error.h"

namespace dynadeck::engine {

// parameter: "ConditionExpression" or "FilterExpression". wording: the older layer tells how long
// an expression is that is too long.
Result<Condition> compile_condition(std::string_view expression, std::string_view parameter,
                                    Placeholders& placeholders, ValueWording wording);
Result<Projection> compile_projection(std::string_view expression, Placeholders& placeholders,
                                      ValueWording wording);
Result<Update> compile_update(std::string_view expression, Placeholders& placeholders);
Result<KeyCondition> compile_key_condition(std::string_view expression, Placeholders& placeholders);

}  // namespace dynadeck::engine
