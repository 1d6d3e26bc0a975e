#include "engine/messages/key_conditions.h"

#include "engine/messages/sentence.h"

namespace dynadeck::engine::messages {

std::string invalid_key_operator(std::string_view name) {
  return text({"Invalid operator used in KeyConditionExpression: ", name});
}

std::string invalid_key_condition(std::string_view why) {
  return text({"Invalid condition in KeyConditionExpression: ", why});
}

std::string several_key_names() { return "Multiple attribute names used in one condition"; }

std::string no_key_name() { return "No key attribute specified"; }

std::string key_name_first(std::string_view operator_name) {
  return text({operator_name, " operator must have the key attribute as its first operand"});
}

std::string nested_key_operation() {
  return "KeyConditionExpressions cannot contain nested operations";
}

std::string nested_key_attribute() {
  return "KeyConditionExpressions cannot have conditions on nested attributes";
}

std::string repeated_key_condition() {
  return "KeyConditionExpressions must only contain one condition per key";
}

std::string not_indexable() {
  return "Attempted conditional constraint is not an indexable operation";
}

std::string condition_type_mismatch() {
  return "Condition parameter type does not match schema type";
}

std::string key_condition_missing(std::string_view attribute) {
  return text({"Query condition missed key schema element: ", attribute});
}

std::string key_condition_not_supported() { return "Query key condition not supported"; }

std::string too_many_key_conditions(std::size_t conditions, std::size_t key_attributes) {
  return text({"The number of query conditions (", std::to_string(conditions),
               ") exceeds the number of key attributes defined in the schema (",
               std::to_string(key_attributes), ")"});
}

std::string range_key_gap(std::string_view missing, std::string_view present) {
  return text({"RANGE key attributes ", missing,
               " must have equality conditions specified in the query because a condition is "
               "present on key attribute ",
               present});
}

std::string empty_key_value(std::string_view attribute, bool is_binary) {
  return text(
      {"One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
       "contain an empty ",
       is_binary ? "binary" : "string", " value. Key: ", attribute});
}

std::string key_conditions_missing() {
  return "Either the KeyConditions or KeyConditionExpression parameter must be specified in the "
         "request.";
}

}  // namespace dynadeck::engine::messages
