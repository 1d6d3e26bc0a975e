#include "faults/requests/item_keys.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "faults/requests/json_walker.h"

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
    if (text != nullptr && text->is_string()) {
      return KeyValue{type, text->get_ref<const std::string&>()};
    }
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

// The placeholders that an expression holds equal to an attribute: "pk = :value AND ...".
// alias: what a name with a '#' stands for; empty where it stands for nothing.
template <typename Alias>
std::vector<std::string_view> placeholders_of(std::string_view expression,
                                              std::string_view attribute, const Alias& alias) {
  std::vector<std::string_view> placeholders;
  const auto tokens = tokens_of(expression);
  for (std::size_t at = 0; at + 2 < tokens.size(); ++at) {
    if (tokens[at + 1] != "=") continue;
    const std::string_view name = tokens[at].starts_with('#') ? alias(tokens[at]) : tokens[at];
    if (name == attribute) placeholders.push_back(tokens[at + 2]);
  }
  return placeholders;
}

void add_expression_values(const json& document, std::string_view attribute,
                           std::vector<KeyValue>& values) {
  const json* expression = member(document, "KeyConditionExpression");
  const json* bound = member(document, "ExpressionAttributeValues");
  if (expression == nullptr || bound == nullptr || !expression->is_string()) return;
  const auto alias = [&](std::string_view token) -> std::string_view {
    const json* aliases = member(document, "ExpressionAttributeNames");
    const json* name = aliases == nullptr ? nullptr : member(*aliases, token);
    if (name == nullptr || !name->is_string()) return {};
    return name->get_ref<const std::string&>();
  };
  const auto& text = expression->get_ref<const std::string&>();
  for (const std::string_view placeholder : placeholders_of(text, attribute, alias)) {
    const json* value = member(*bound, placeholder);
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

// Fills a KeyScan.
class KeyScanner : private JsonWalker {
 public:
  KeyScanner(KeyScan& scan, std::string_view body) : JsonWalker(body), scan_(scan) {}

  void run() {
    skip_space();
    if (!take('{')) return;
    members([this](std::string_view name) { return top_level(name); });
  }

 private:
  bool top_level(std::string_view name) {
    if (name == "Key" || name == "Item") return attributes(scan_.values_);
    if (name == "KeyConditionExpression" && peek() == '"') return string(scan_.expression_);
    if (name == "ExpressionAttributeNames" && take('{')) return aliases();
    if (name == "ExpressionAttributeValues") return attributes(scan_.bound_);
    if (name == "KeyConditions" && take('{')) {
      return members([this](std::string_view attribute) { return condition(attribute); });
    }
    if (name == "RequestItems" && take('{')) {
      return members([this](std::string_view) { return batch_of_table(); });
    }
    if (name == "TransactItems" && take('[')) {
      return elements([this] { return element(); });
    }
    return skip_value();
  }

  // {"pk": {"S": "text"}, ...}; values of other types are left out.
  bool attributes(KeyScan::Attributes& into) {
    if (!take('{')) return skip_value();
    return members([&](std::string_view name) { return attribute(name, into); });
  }

  bool attribute(std::string_view name, KeyScan::Attributes& into) {
    if (!take('{')) return skip_value();
    return members([&](std::string_view type) {
      if ((type != "S" && type != "N" && type != "B") || peek() != '"') return skip_value();
      KeyValue& value = into.emplace_back(name, KeyValue{type, {}}).second;
      return string(value.text);
    });
  }

  bool aliases() {
    return members([this](std::string_view alias) {
      if (peek() != '"') return skip_value();
      return string(scan_.aliases_.emplace_back(alias, std::string_view()).second);
    });
  }

  // Only the first value of a comparison for equality counts; members may come in any order.
  bool condition(std::string_view name) {
    if (!take('{')) return skip_value();
    bool equal = false;
    KeyScan::Attributes list;
    const bool whole = members([&](std::string_view member) {
      if (member == "ComparisonOperator" && peek() == '"') {
        std::string_view comparison;
        if (!string(comparison)) return false;
        equal = comparison == "EQ";
        return true;
      }
      if (member == "AttributeValueList" && take('[')) {
        return elements([&] { return attribute(name, list); });
      }
      return skip_value();
    });
    if (equal && !list.empty()) scan_.values_.push_back(list.front());
    return whole;
  }

  // [{"PutRequest": {...}}] of BatchWriteItem, {"Keys": [...]} of BatchGetItem.
  bool batch_of_table() {
    if (take('[')) return elements([this] { return element(); });
    if (!take('{')) return skip_value();
    return members([this](std::string_view name) {
      if (name != "Keys" || !take('[')) return skip_value();
      return elements([this] { return attributes(scan_.values_); });
    });
  }

  // {"Put": {"Item": {...}}}
  bool element() {
    if (!take('{')) return skip_value();
    return members([this](std::string_view) {
      if (!take('{')) return skip_value();
      return members([this](std::string_view name) {
        return name == "Key" || name == "Item" ? attributes(scan_.values_) : skip_value();
      });
    });
  }

  KeyScan& scan_;
};

KeyScan::KeyScan(std::string_view body, std::pmr::memory_resource* memory)
    : values_(memory), aliases_(memory), bound_(memory) {
  KeyScanner(*this, body).run();
}

std::vector<KeyValue> KeyScan::of(std::string_view attribute) const {
  std::vector<KeyValue> found;
  for (const auto& [name, value] : values_) {
    if (name == attribute) found.push_back(value);
  }
  if (expression_.empty()) return found;
  const auto alias = [this](std::string_view token) -> std::string_view {
    for (const auto& [name, meaning] : aliases_) {
      if (name == token) return meaning;
    }
    return {};
  };
  for (const std::string_view placeholder : placeholders_of(expression_, attribute, alias)) {
    for (const auto& [name, value] : bound_) {
      if (name == placeholder) found.push_back(value);
    }
  }
  return found;
}

}  // namespace dynadeck::faults
