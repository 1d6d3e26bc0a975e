#include "faults/item_keys.h"

#include <nlohmann/json.hpp>

namespace dynadeck::faults {
namespace {

using nlohmann::json;

const json* member(const json& holder, std::string_view name) {
  if (!holder.is_object()) return nullptr;
  const auto found = holder.find(std::string(name));
  return found == holder.end() ? nullptr : &*found;
}

// {"S": "text"}
std::optional<KeyValue> typed(const json& value) {
  for (const char* type : {"S", "N", "B"}) {
    const json* text = member(value, type);
    if (text != nullptr && text->is_string()) return KeyValue{type, text->get<std::string>()};
  }
  return std::nullopt;
}

void add(std::vector<KeyValue>& values, std::optional<KeyValue> value) {
  if (value) values.push_back(std::move(*value));
}

bool is_name(char character) {
  return std::isalnum(static_cast<unsigned char>(character)) != 0 || character == '_' ||
         character == '#' || character == ':' || character == '.' || character == '-';
}

// Names and placeholders; every other character but a space is a token of its own.
std::vector<std::string_view> tokens_of(std::string_view expression) {
  std::vector<std::string_view> tokens;
  std::size_t at = 0;
  while (at < expression.size()) {
    std::size_t end = at;
    while (end < expression.size() && is_name(expression[end])) ++end;
    if (end == at) ++end;
    if (std::isspace(static_cast<unsigned char>(expression[at])) == 0) {
      tokens.push_back(expression.substr(at, end - at));
    }
    at = end;
  }
  return tokens;
}

bool names(const json& document, std::string_view token, std::string_view attribute) {
  if (!token.starts_with('#')) return token == attribute;
  const json* aliases = member(document, "ExpressionAttributeNames");
  const json* name = aliases == nullptr ? nullptr : member(*aliases, token);
  return name != nullptr && name->is_string() && name->get_ref<const std::string&>() == attribute;
}

// KeyConditionExpression: "pk = :value AND ..."
void add_expression_values(const json& document, std::string_view attribute,
                           std::vector<KeyValue>& values) {
  const json* expression = member(document, "KeyConditionExpression");
  const json* bound = member(document, "ExpressionAttributeValues");
  if (expression == nullptr || bound == nullptr || !expression->is_string()) return;
  const auto tokens = tokens_of(expression->get_ref<const std::string&>());
  for (std::size_t at = 0; at + 2 < tokens.size(); ++at) {
    if (tokens[at + 1] != "=" || !names(document, tokens[at], attribute)) continue;
    const json* value = member(*bound, tokens[at + 2]);
    if (value != nullptr) add(values, typed(*value));
  }
}

// KeyConditions: {"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": ...}]}}
void add_condition_values(const json& document, std::string_view attribute,
                          std::vector<KeyValue>& values) {
  const json* conditions = member(document, "KeyConditions");
  const json* condition = conditions == nullptr ? nullptr : member(*conditions, attribute);
  if (condition == nullptr) return;
  const json* comparison = member(*condition, "ComparisonOperator");
  const json* list = member(*condition, "AttributeValueList");
  if (comparison == nullptr || *comparison != "EQ" || list == nullptr) return;
  if (list->is_array() && !list->empty()) add(values, typed(list->front()));
}

void add_batch_values(const json& document, std::string_view attribute,
                      std::vector<KeyValue>& values) {
  const json* tables = member(document, "RequestItems");
  if (tables == nullptr || !tables->is_object()) return;
  for (const json& table : *tables) {
    const json* keys = member(table, "Keys");
    const json& elements = keys == nullptr ? table : *keys;
    if (!elements.is_array()) continue;
    for (const json& element : elements) add(values, element_key_value(element, attribute));
  }
}

}  // namespace

std::optional<KeyValue> key_value(const json& attributes, std::string_view attribute) {
  const json* value = member(attributes, attribute);
  return value == nullptr ? std::nullopt : typed(*value);
}

std::optional<KeyValue> element_key_value(const json& element, std::string_view attribute) {
  if (!element.is_object()) return std::nullopt;
  for (const json& parameters : element) {
    for (const char* holder : {"Key", "Item"}) {
      const json* attributes = member(parameters, holder);
      if (attributes != nullptr) return key_value(*attributes, attribute);
    }
  }
  return key_value(element, attribute);
}

std::vector<KeyValue> key_values(const json& document, std::string_view attribute) {
  std::vector<KeyValue> values;
  for (const char* holder : {"Key", "Item"}) {
    const json* attributes = member(document, holder);
    if (attributes != nullptr) add(values, key_value(*attributes, attribute));
  }
  add_expression_values(document, attribute, values);
  add_condition_values(document, attribute, values);
  add_batch_values(document, attribute, values);
  const json* actions = member(document, "TransactItems");
  if (actions != nullptr && actions->is_array()) {
    for (const json& action : *actions) add(values, element_key_value(action, attribute));
  }
  return values;
}

}  // namespace dynadeck::faults
