#include "engine/messages/messages.h"

#include <initializer_list>

namespace dynadeck::engine::messages {
namespace {

std::string text(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  std::string result;
  result.reserve(size);
  for (const std::string_view part : parts) result += part;
  return result;
}

std::string joined(std::span<const std::string_view> parts, std::string_view separator) {
  std::string result;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) result += separator;
    result += parts[i];
  }
  return result;
}

}  // namespace

std::string one_validation_error(std::string_view message) {
  return text({"1 validation error detected: ", message});
}

std::string invalid_parameter(std::string_view why) {
  return text({"One or more parameter values were invalid: ", why});
}

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

std::string must_not_be_empty(std::string_view map) { return text({map, " must not be empty"}); }

std::string malformed_placeholder(std::string_view map, std::string_view placeholder) {
  return text({map, " contains invalid key: Syntax error; key: \"", placeholder, "\""});
}

std::string placeholder_too_long(std::string_view map, std::size_t bytes) {
  return text({map,
               " contains invalid key: The expression attribute map contains a key that is too "
               "long; size of key: ",
               std::to_string(bytes)});
}

std::string invalid_placeholder_value(std::string_view map, std::string_view why,
                                      std::string_view placeholder) {
  return text({map, " contains invalid value: ", why, " for key ", placeholder});
}

std::string placeholders_too_large(std::string_view map) {
  return text({map, " exceeds max size"});
}

std::string unused_placeholders(std::string_view map,
                                std::span<const std::string_view> placeholders) {
  return text({"Value provided in ", map, " unused in expressions: keys: {",
               joined(placeholders, ", "), "}"});
}

std::string placeholders_without_expression(std::string_view map) {
  return text({map, " can only be specified when using expressions"});
}

std::string values_without_expression(std::span<const std::string_view> expressions) {
  return text({"ExpressionAttributeValues can only be specified when using expressions: ",
               joined(expressions, " and "), expressions.size() > 1 ? " are null" : " is null"});
}

std::string mixed_styles(std::span<const std::string_view> legacy,
                         std::span<const std::string_view> expressions) {
  return text(
      {"Can not use both expression and non-expression parameters in the same request: "
       "Non-expression parameters: {",
       joined(legacy, ", "), "} Expression parameters: {", joined(expressions, ", "), "}"});
}

std::string invalid_expression(std::string_view parameter, std::string_view why) {
  return text({"Invalid ", parameter, ": ", why});
}

std::string empty_expression() { return "The expression can not be empty;"; }

std::string expression_too_long(std::size_t bytes) {
  std::string message = "Expression size has exceeded the maximum allowed size;";
  if (bytes > 0) message += " expression size: " + std::to_string(bytes);
  return message;
}

std::string syntax_error(std::string_view token, std::string_view near) {
  return text({"Syntax error; token: \"", token, "\", near: \"", near, "\""});
}

std::string redundant_parentheses() { return "The expression has redundant parentheses;"; }

std::string too_many_operators(std::size_t count) {
  return text(
      {"The expression contains too many operators; operator count: ", std::to_string(count)});
}

std::string reserved_word(std::string_view word) {
  return text({"Attribute name is a reserved keyword; reserved keyword: ", word});
}

std::string index_out_of_range(std::string_view digits) {
  return text({"List index is not within the allowable range; index: [", digits, "]"});
}

std::string path_too_deep(std::size_t levels) {
  return text(
      {"The document path has too many nesting levels; nesting levels: ", std::to_string(levels)});
}

std::string undefined_name(std::string_view placeholder) {
  return text(
      {"An expression attribute name used in the document path is not defined; attribute name: ",
       placeholder});
}

std::string undefined_value(std::string_view placeholder) {
  return text({"An expression attribute value used in expression is not defined; attribute value: ",
               placeholder});
}

std::string paths_overlap(std::string_view one, std::string_view two) {
  return text(
      {"Two document paths overlap with each other; must remove or rewrite one of these paths; "
       "path one: ",
       one, ", path two: ", two});
}

std::string paths_conflict(std::string_view one, std::string_view two) {
  return text(
      {"Two document paths conflict with each other; must remove or rewrite one of these paths; "
       "path one: ",
       one, ", path two: ", two});
}

std::string unknown_function(std::string_view name) {
  return text({"Invalid function name; function: ", name});
}

std::string function_not_in_conditions(std::string_view name) {
  return text({"The function is not allowed in a condition expression; function: ", name});
}

std::string function_not_in_updates(std::string_view name) {
  return text({"The function is not allowed in an update expression; function: ", name});
}

std::string misused_function(std::string_view name) {
  return text(
      {"The function is not allowed to be used this way in an expression; function: ", name});
}

std::string path_required(std::string_view name) {
  return text({"Operator or function requires a document path; operator or function: ", name});
}

std::string wrong_operand_count(std::string_view name, std::size_t count) {
  return text({"Incorrect number of operands for operator or function; operator or function: ",
               name, ", number of operands: ", std::to_string(count)});
}

std::string wrong_operand_type(std::string_view name, std::string_view type) {
  return text({"Incorrect operand type for operator or function; operator or function: ", name,
               ", operand type: ", type});
}

std::string operands_not_distinct(std::string_view name, std::string_view path) {
  return text(
      {"The first operand must be distinct from the remaining operands for this operator or "
       "function; operator: ",
       name, ", first operand: ", path});
}

std::string too_many_in_operands(std::size_t count) {
  return text({"The IN operator is provided with too many operands; number of operands: ",
               std::to_string(count)});
}

std::string between_of_two_types(std::string_view low, std::string_view high) {
  return text(
      {"The BETWEEN operator requires same data type for lower and upper bounds; lower bound "
       "operand: ",
       low, ", upper bound operand: ", high});
}

std::string between_upside_down(std::string_view low, std::string_view high) {
  return text(
      {"The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
       "lower bound operand: ",
       low, ", upper bound operand: ", high});
}

std::string unknown_type_name(std::string_view name) {
  return text({"Invalid attribute type name found; type: ", name,
               ", valid types: {N,BS,L,B,NULL,M,S,SS,NS,BOOL}"});
}

std::string_view any_type() {
  return "{SS,M,DECIMAL,DOUBLESET,HDS,N,B,DICT,INTSET,BOOL,HD,BS,INT,DECIMALSET,NULL,FLOAT,FS,S,L,"
         "NS,DOUBLE}";
}

std::string repeated_section(std::string_view section) {
  return text({"The \"", section, "\" section can only be used once in an update expression;"});
}

std::string wrong_section_operand(std::string_view section, std::string_view type) {
  return text({"Incorrect operand type for operator or function; operator: ", section,
               ", operand type: ", type, ", typeSet: ALLOWED_FOR_", section, "_OPERAND"});
}

std::string path_invalid_for_update() {
  return "The document path provided in the update expression is invalid for update";
}

std::string attribute_not_found() {
  return "The provided expression refers to an attribute that does not exist in the item";
}

std::string operand_has_wrong_type() {
  return "An operand in the update expression has an incorrect data type";
}

std::string update_type_mismatch() { return "Type mismatch for attribute to update"; }

std::string cannot_update_key(std::string_view attribute) {
  return invalid_parameter(
      text({"Cannot update attribute ", attribute, ". This attribute is part of the key"}));
}

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

std::string key_must_be_scalar(std::string_view kind, std::string_view attribute) {
  return text(
      {"Key attributes must be scalars; list random access '[]' and map lookup '.' are not "
       "allowed: ",
       kind, ": ", attribute});
}

std::string filter_on_key(std::string_view attribute) {
  return text(
      {"Filter Expression can only contain non-primary key attributes: Primary key attribute: ",
       attribute});
}

std::string legacy_filter_on_key(std::string_view attribute) {
  return text({"QueryFilter can only contain non-primary key attributes: Primary key attribute: ",
               attribute});
}

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

std::string key_conditions_missing() {
  return "Either the KeyConditions or KeyConditionExpression parameter must be specified in the "
         "request.";
}

std::string wrong_key_condition_count() { return "Conditions can be of length 1 or 2 only"; }

std::string only_all_old_or_none() { return "ReturnValues can only be ALL_OLD or NONE"; }

std::string total_segments_missing() {
  return "The TotalSegments parameter is required but was not present in the request when Segment "
         "parameter is present";
}

std::string segment_missing() {
  return "The Segment parameter is required but was not present in the request when parameter "
         "TotalSegments is present";
}

std::string segment_too_large(std::int64_t segment, std::int64_t total_segments) {
  return text(
      {"The Segment parameter is zero-based and must be less than parameter TotalSegments: "
       "Segment: ",
       std::to_string(segment),
       " is not less than TotalSegments: ", std::to_string(total_segments)});
}

std::string invalid_start_key(std::string_view why) {
  return text({"The provided starting key is invalid: ", why});
}

std::string select_needs_projection() {
  return "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
         "SPECIFIC_ATTRIBUTES";
}

std::string projection_with_count(std::string_view parameter) {
  return text({"Cannot specify the ", parameter, " when choosing to get only the Count"});
}

std::string projection_with_all(std::string_view parameter, std::string_view select) {
  return text({"Cannot specify the ", parameter, " when choosing to get ", select});
}

std::string projected_needs_index() {
  return "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName";
}

std::string duplicate_item_keys() { return "Provided list of item keys contains duplicates"; }

std::string too_many_batch_keys() { return "Too many items requested for the BatchGetItem call"; }

std::string too_many_batch_writes() {
  return "Too many items requested for the BatchWriteItem call";
}

std::string one_action_per_item() {
  return "TransactItems can only contain one of Check, Put, Update or Delete";
}

}  // namespace dynadeck::engine::messages
