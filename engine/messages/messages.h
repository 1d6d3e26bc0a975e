// Every sentence of DynamoDB's, one function each: a message in a log leads to one line of ours.
//
// Texts are AWS's own, with their mistakes ("An string set  may not be empty"). Sources, where a
// section names none: [peer] dynalite 4, whose suite was run against the service, and [doc] the
// captures of October 2026 that the paritysuite conformance suite publishes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace dynadeck::engine::messages {

// "1 validation error detected: " before a semantic sentence; see inputs/envelope.h.
std::string one_validation_error(std::string_view message);

// "One or more parameter values were invalid: " before one of the sentences that need it.
std::string invalid_parameter(std::string_view why);

// ---------------------------------------------------------------- attribute values

std::string not_a_number(std::string_view text_given);
std::string not_a_number_at_all();  // the older layer's, for an empty text
std::string too_many_digits();
std::string number_overflow();
std::string number_underflow();

std::string empty_attribute_value();
std::string several_attribute_values();
std::string empty_attribute_name();
std::string attribute_name_too_large();
std::string nested_too_deep();
std::string item_too_large();
std::string updated_item_too_large();

// After invalid_parameter().
std::string null_must_be_true();
std::string empty_set(std::string_view type);  // "SS", "NS", "BS"
// members: as the request has them. quoted: today's layer.
std::string duplicate_members(std::span<const std::string_view> members, bool is_binary,
                              bool quoted);
std::string duplicate_numbers();
// Not after invalid_parameter().
std::string duplicate_numbers_older();

// ---------------------------------------------------------------- expressions: placeholders

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

// ---------------------------------------------------------------- expressions: their text

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

// ---------------------------------------------------------------- expressions: functions, operands

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

// ---------------------------------------------------------------- key conditions

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
// kind: "Key" or "IndexKey".
std::string key_must_be_scalar(std::string_view kind, std::string_view attribute);
std::string filter_on_key(std::string_view attribute);
std::string legacy_filter_on_key(std::string_view attribute);

// ---------------------------------------------------------------- legacy parameters

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
std::string key_conditions_missing();
std::string wrong_key_condition_count();

// ---------------------------------------------------------------- requests

std::string only_all_old_or_none();
std::string total_segments_missing();
std::string segment_missing();
std::string segment_too_large(std::int64_t segment, std::int64_t total_segments);
std::string invalid_start_key(std::string_view why);
std::string select_needs_projection();
std::string projection_with_count(std::string_view parameter);
std::string projection_with_all(std::string_view parameter, std::string_view select);
std::string projected_needs_index();
std::string duplicate_item_keys();
std::string too_many_batch_keys();
std::string too_many_batch_writes();
std::string one_action_per_item();

}  // namespace dynadeck::engine::messages
