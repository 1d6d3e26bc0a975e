// DynamoDB's sentences about legacy parameters: Expected, QueryFilter, AttributeUpdates and so on;
// see api_error.h.
#pragma once

#include <string>
#include <string_view>

namespace dynadeck::engine::messages {

// After invalid_parameter().
std::string value_and_list(std::string_view attribute);
std::string exists_and_operator(std::string_view attribute);
std::string operator_without_value(std::string_view comparison, std::string_view attribute);
std::string list_without_operator(std::string_view attribute);
// exists: "null" or "true".
std::string exists_without_value(std::string_view exists, std::string_view attribute);
std::string absent_with_value(std::string_view attribute);
std::string wrong_argument_count(std::string_view comparison);
std::string arguments_of_several_types();
std::string wrong_argument_type(std::string_view comparison, std::string_view type);
std::string only_delete_without_value();
std::string delete_not_supported(std::string_view type);
std::string add_not_supported(std::string_view type);
std::string duplicate_attribute_name(std::string_view name);
// Alone.
std::string legacy_between_upside_down();
std::string conditional_operator_without_conditions();
std::string conditional_operator_with_one_condition();
std::string wrong_key_condition_count();

}  // namespace dynadeck::engine::messages
