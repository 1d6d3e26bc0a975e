#include "engine/messages/prefixes.h"

#include "engine/messages/sentence.h"

namespace dynadeck::engine::messages {

std::string one_validation_error(std::string_view message) {
  return text({"1 validation error detected: ", message});
}

std::string invalid_parameter(std::string_view why) {
  return text({"One or more parameter values were invalid: ", why});
}

}  // namespace dynadeck::engine::messages
