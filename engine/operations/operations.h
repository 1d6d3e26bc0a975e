// The operations, one function each. All answer the body of a success, or the error.
#pragma once

#include <string>

#include "engine/api_error.h"
#include "engine/core.h"
#include "engine/wire_json.h"
#include "harness/service.h"

namespace dynadeck::engine {

// body: the request's body as JSON, an object.
using OperationFunction = Result<std::string> (*)(Core& core, const Request& request,
                                                  const JsonValue& body);

// nullptr where the operation is not built yet.
OperationFunction find_operation_function(Operation operation);

}  // namespace dynadeck::engine
