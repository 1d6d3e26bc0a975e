// Parts of requests as AWS echoes them in messages: as Java prints its objects.
#pragma once

#include <string>

#include "engine/wire/constraints.h"
#include "engine/wire/json_value.h"

namespace dynadeck::engine {

// A value of that shape as Java's toString() has it: [a, b], {k=v}, KeySchemaElement(keyType=HASH).
void append_java(std::string& out, const Shape& shape, const JsonValue* value);

// A value as JSON without white space, as some messages of BatchGetItem have it.
void append_compact_json(std::string& out, const JsonValue& value);

}  // namespace dynadeck::engine
