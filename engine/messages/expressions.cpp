#include "engine/messages/expressions.h"

#include "engine/messages/prefixes.h"
#include "engine/messages/sentence.h"

namespace dynadeck::engine::messages {

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

std::string key_must_be_scalar(std::string_view kind, std::string_view attribute) {
  return text(
      {"Key attributes must be scalars; list random access '[]' and map lookup '.' are not "
       "allowed: ",
       kind, ": ", attribute});
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

}  // namespace dynadeck::engine::messages
