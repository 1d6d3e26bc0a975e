// DynamoDB's sentences about what a Query asks of keys; see api_error.h.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dynadeck::engine::messages {

std::string invalid_key_operator(std::string_view name);
std::string invalid_key_condition(std::string_view why);
std::string several_key_names();                             // after invalid_key_condition()
std::string no_key_name();                                   // after invalid_key_condition()
std::string key_name_first(std::string_view operator_name);  // after invalid_key_condition()
std::string nested_key_operation();
std::string nested_key_attribute();
std::string repeated_key_condition();
std::string not_indexable();
std::string condition_type_mismatch();  // after invalid_parameter()
std::string key_condition_missing(std::string_view attribute);
std::string key_condition_not_supported();
std::string too_many_key_conditions(std::size_t conditions, std::size_t key_attributes);
std::string range_key_gap(std::string_view missing, std::string_view present);
std::string empty_key_value(std::string_view attribute, bool is_binary);
std::string key_conditions_missing();

}  // namespace dynadeck::engine::messages
