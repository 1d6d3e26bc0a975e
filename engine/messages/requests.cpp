#include "engine/messages/requests.h"

#include "engine/messages/sentence.h"

namespace dynadeck::engine::messages {

std::string cannot_be_converted(std::string_view token, std::string_view java_class) {
  return text({token, " cannot be converted to ", java_class});
}

std::string unrecognized_collection(std::string_view package, std::string_view java_class) {
  return text({"Unrecognized collection type class ", package, java_class});
}

std::string unrecognized_map(std::string_view value_class) {
  return text({"Unrecognized collection type java.util.Map<java.lang.String, ", value_class, ">"});
}

std::string unexpected_structure() { return "Start of structure or map found where not expected"; }

std::string unexpected_token() { return "Unexpected token received from parser"; }

std::string unexpected_field_type() { return "Unexpected field type"; }

std::string unexpected_value_type() { return "Unexpected value type in payload"; }

std::string cannot_cast_collection() {
  return "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to "
         "class java.lang.Class (sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and "
         "java.lang.Class are in module java.base of loader 'bootstrap')";
}

std::string only_base64() { return "only base-64-encoded strings are convertible to bytes"; }

std::string base64_length(std::size_t length) {
  return text({"Base64 encoded length is expected a multiple of 4 bytes but found: ",
               std::to_string(length)});
}

std::string base64_character() { return "Invalid last non-pad Base64 character dectected"; }

std::string validation_errors(std::span<const std::string> violations) {
  std::string message = std::to_string(violations.size());
  message +=
      violations.size() == 1 ? " validation error detected: " : " validation errors detected: ";
  for (std::size_t i = 0; i < violations.size(); ++i) {
    if (i > 0) message += "; ";
    message += violations[i];
  }
  return message;
}

std::string constraint_on_null(std::string_view path, std::string_view what) {
  return text({"Value null at '", path, "' failed to satisfy constraint: ", what});
}

std::string constraint_on_value(std::string_view value, std::string_view path,
                                std::string_view what) {
  return text({text({"Value '", value, "' at '"}), path, "' failed to satisfy constraint: ", what});
}

std::string constraint_named(std::string_view path, std::string_view what) {
  return text({"Value at '", path, "' failed to satisfy constraint: ", what});
}

std::string constraint_anonymous(std::string_view what) {
  return text({"Failed to satisfy constraint: ", what});
}

std::string must_not_be_null() { return "Member must not be null"; }

std::string must_match(std::string_view pattern) {
  return text({"Member must satisfy regular expression pattern: ", pattern});
}

std::string must_have_length(std::string_view than, std::int64_t length) {
  return text({"Member must have length ", than, " than or equal to ", std::to_string(length)});
}

std::string must_have_value(std::string_view than, std::int64_t value) {
  return text({"Member must have value ", than, " than or equal to ", std::to_string(value)});
}

std::string must_be_one_of(std::span<const std::string_view> values) {
  std::string message = "Member must satisfy enum value set: [";
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) message += ", ";
    message += values[i];
  }
  return message + "]";
}

std::string map_keys_must(std::size_t most, std::size_t least, std::string_view pattern) {
  std::string message = "Map keys must satisfy constraint: [";
  message += must_have_length("less", static_cast<std::int64_t>(most)) + ", ";
  message += must_have_length("greater", static_cast<std::int64_t>(least)) + ", ";
  return message + must_match(pattern) + "]";
}

std::string map_values_must(std::int64_t most, std::int64_t least) {
  std::string message = "Map value must satisfy constraint: [";
  message += must_have_length("less", most) + ", ";
  return message + must_have_length("greater", least) + "]";
}

std::string only_all_old_or_none() { return "ReturnValues can only be ALL_OLD or NONE"; }

std::string duplicate_item_keys() { return "Provided list of item keys contains duplicates"; }

std::string too_many_batch_keys() { return "Too many items requested for the BatchGetItem call"; }

std::string too_many_batch_writes() {
  return "Too many items requested for the BatchWriteItem call";
}

std::string one_action_per_item() {
  return "TransactItems can only contain one of Check, Put, Update or Delete";
}

}  // namespace dynadeck::engine::messages
