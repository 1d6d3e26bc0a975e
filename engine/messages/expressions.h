// DynamoDB's sentences about expressions: placeholders, their text, updates that cannot be applied;
// see api_error.h. Those about key conditions: key_conditions.h.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace dynadeck::engine::messages {

// ---------------------------------------------------------------- placeholders

// map: "ExpressionAttributeNames" or "ExpressionAttributeValues".
std::string must_not_be_empty(std::string_view map);
std::string malformed_placeholder(std::string_view map, std::string_view placeholder);
std::string placeholder_too_long(std::string_view map, std::size_t bytes);
std::string invalid_placeholder_value(std::string_view map, std::string_view why,
                                      std::string_view placeholder);
// map: as above, or both: [peer] DynamoDB Local.
std::string placeholders_too_large(std::string_view map);
std::string unused_placeholders(std::string_view map,
                                std::span<const std::string_view> placeholders);
std::string placeholders_without_expression(std::string_view map);
// The older layer's, which names the expressions that are missing.
std::string values_without_expression(std::span<const std::string_view> expressions);
std::string mixed_styles(std::span<const std::string_view> legacy,
                         std::span<const std::string_view> expressions);

// ---------------------------------------------------------------- the text

// "Invalid ConditionExpression: " before one of the sentences below.
std::string invalid_expression(std::string_view parameter, std::string_view why);

std::string empty_expression();
std::string expression_too_long(std::size_t bytes);  // 0: does not say
std::string syntax_error(std::string_view token, std::string_view near);
std::string redundant_parentheses();
std::string too_many_operators(std::size_t count);
std::string reserved_word(std::string_view word);
std::string index_out_of_range(std::string_view digits);
std::string path_too_deep(std::size_t levels);
std::string undefined_name(std::string_view placeholder);
std::string undefined_value(std::string_view placeholder);
std::string paths_overlap(std::string_view one, std::string_view two);
std::string paths_conflict(std::string_view one, std::string_view two);
// kind: "Key" or "IndexKey".
std::string key_must_be_scalar(std::string_view kind, std::string_view attribute);

// ---------------------------------------------------------------- functions, operands

std::string unknown_function(std::string_view name);
std::string function_not_in_conditions(std::string_view name);
std::string function_not_in_updates(std::string_view name);
std::string misused_function(std::string_view name);
std::string path_required(std::string_view name);
std::string wrong_operand_count(std::string_view name, std::size_t count);
std::string wrong_operand_type(std::string_view name, std::string_view type);
std::string operands_not_distinct(std::string_view name, std::string_view path);
std::string too_many_in_operands(std::size_t count);
std::string between_of_two_types(std::string_view low, std::string_view high);
std::string between_upside_down(std::string_view low, std::string_view high);
std::string unknown_type_name(std::string_view name);
std::string_view any_type();  // for wrong_operand_type(), of what only the item knows
std::string repeated_section(std::string_view section);
// type: "STRING".
std::string wrong_section_operand(std::string_view section, std::string_view type);

// ---------------------------------------------------------------- updates, when they are applied

std::string path_invalid_for_update();
std::string attribute_not_found();
std::string operand_has_wrong_type();
std::string update_type_mismatch();  // AttributeUpdates
std::string cannot_update_key(std::string_view attribute);

}  // namespace dynadeck::engine::messages
