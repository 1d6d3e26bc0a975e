// A caller's mistake, as DynamoDB tells it.
#pragma once

#include <string>
#include <string_view>

#include "harness/seam/result.h"

namespace dynadeck::engine {

// code: a row of harness/seam/error.h, a string with static lifetime.
// message: AWS's sentence; every one is a function in messages.h.
// members: further members of the error's body as JSON text without braces ("CancellationReasons",
//   "Item", "ThrottlingReasons"); mostly empty.
struct ApiError {
  std::string_view code;
  std::string message;
  std::string members;
};

template <typename T>
using Result = Outcome<T, ApiError>;

using Status = Result<Done>;

inline ApiError validation_error(std::string message) {
  return {"ValidationException", std::move(message), {}};
}

}  // namespace dynadeck::engine
