#include "engine/messages.h"

namespace dynadeck::engine::messages {

std::string not_a_number(std::string_view text) {
  std::string message = "The parameter cannot be converted to a numeric value";
  if (!text.empty()) message.append(": ").append(text);
  return message;
}

std::string too_many_digits() {
  return "Attempting to store more than 38 significant digits in a Number";
}

std::string number_overflow() {
  return "Number overflow. Attempting to store a number with magnitude larger than supported range";
}

std::string number_underflow() {
  return "Number underflow. Attempting to store a number with magnitude smaller than supported "
         "range";
}

}  // namespace dynadeck::engine::messages
