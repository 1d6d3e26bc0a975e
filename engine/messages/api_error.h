// A caller's mistake, as DynamoDB tells it.
//
// This room has every sentence of DynamoDB's, one function each, by subject: a message in a log
// leads to one line of ours. Texts are AWS's own, with their mistakes ("An string set  may not be
// empty"). Sources, where a section names none: [peer] dynalite 4, whose suite was run against the
// service, and [doc] the captures of October 2026 that the paritysuite conformance suite publishes.
#pragma once

#include <string>
#include <string_view>

#include "harness/seam/result.h"

namespace dynadeck::engine {

// code: a row of harness/seam/error.h, a string with static lifetime.
// message: AWS's sentence; every one is a function of this room.
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
