#include "engine/messages/legacy.h"

#include "engine/messages/sentence.h"

namespace dynadeck::engine::messages {

std::string value_and_list(std::string_view attribute) {
  return text({"Value and AttributeValueList cannot be used together for Attribute: ", attribute});
}

std::string exists_and_operator(std::string_view attribute) {
  return text({"Exists and ComparisonOperator cannot be used together for Attribute: ", attribute});
}

std::string operator_without_value(std::string_view comparison, std::string_view attribute) {
  return text({"Value or AttributeValueList must be used with ComparisonOperator: ", comparison,
               " for Attribute: ", attribute});
}

std::string list_without_operator(std::string_view attribute) {
  return text(
      {"AttributeValueList can only be used with a ComparisonOperator for Attribute: ", attribute});
}

std::string exists_without_value(std::string_view exists, std::string_view attribute) {
  return text({"Value must be provided when Exists is ", exists, " for Attribute: ", attribute});
}

std::string absent_with_value(std::string_view attribute) {
  return text({"Value cannot be used when Exists is false for Attribute: ", attribute});
}

std::string wrong_argument_count(std::string_view comparison) {
  return text({"Invalid number of argument(s) for the ", comparison, " ComparisonOperator"});
}

std::string arguments_of_several_types() {
  return "AttributeValues inside AttributeValueList must be of same type";
}

std::string wrong_argument_type(std::string_view comparison, std::string_view type) {
  return text(
      {"ComparisonOperator ", comparison, " is not valid for ", type, " AttributeValue type"});
}

std::string only_delete_without_value() {
  return "Only DELETE action is allowed when no attribute value is specified";
}

std::string delete_not_supported(std::string_view type) {
  return text({"DELETE action with value is not supported for the type ", type});
}

std::string add_not_supported(std::string_view type) {
  return text({"ADD action is not supported for the type ", type});
}

std::string duplicate_attribute_name(std::string_view name) {
  return text({"Duplicate value in attribute name: ", name});
}

std::string legacy_between_upside_down() {
  return "The BETWEEN condition was provided a range where the lower bound is greater than the "
         "upper bound";
}

std::string conditional_operator_without_conditions() {
  return "ConditionalOperator cannot be used without Filter or Expected";
}

std::string conditional_operator_with_one_condition() {
  return "ConditionalOperator can only be used when Filter or Expected has two or more elements";
}

std::string wrong_key_condition_count() { return "Conditions can be of length 1 or 2 only"; }

}  // namespace dynadeck::engine::messages
