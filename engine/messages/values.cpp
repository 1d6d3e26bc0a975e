#include "engine/messages/values.h"

#include "engine/messages/sentence.h"

namespace dynadeck::engine::messages {

std::string not_a_number(std::string_view text_given) {
  return text({"The parameter cannot be converted to a numeric value: ", text_given});
}

std::string not_a_number_at_all() { return "The parameter cannot be converted to a numeric value"; }

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

std::string empty_attribute_value() {
  return "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";
}

std::string several_attribute_values() {
  return "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
         "supported datatypes";
}

std::string empty_attribute_name() { return "Empty attribute name"; }

std::string attribute_name_too_large() {
  return "Attribute name is too large, must be less than 65536 bytes";
}

std::string nested_too_deep() {
  return "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels "
         "beyond supported limit";
}

std::string item_too_large() { return "Item size has exceeded the maximum allowed size"; }

std::string updated_item_too_large() {
  return "Item size to update has exceeded the maximum allowed size";
}

std::string null_must_be_true() { return "Null attribute value types must have the value of true"; }

std::string empty_set(std::string_view type) {
  if (type == "BS") return "Binary sets should not be empty";
  return text({"An ", type == "SS" ? "string" : "number", " set  may not be empty"});
}

std::string duplicate_members(std::span<const std::string_view> members, bool is_binary,
                              bool quoted) {
  if (!quoted) {
    return text({"Input collection [", joined(members, ", "), is_binary ? "]of type BS" : "]",
                 " contains duplicates."});
  }
  const std::string list = joined(members, is_binary ? "\",\"" : "\", \"");
  return text(
      {"Input collection [\"", list, is_binary ? "\"]of type BS" : "\"]", " contains duplicates."});
}

std::string duplicate_numbers() { return "Input collection contains duplicates."; }

std::string duplicate_numbers_older() { return "Input collection contains duplicates"; }

}  // namespace dynadeck::engine::messages
