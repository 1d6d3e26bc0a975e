#include "engine/inputs/legacy.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "engine/expressions/conditions/tree.h"
#include "engine/expressions/updates/tree.h"
#include "engine/inputs/members.h"
#include "engine/messages/legacy.h"
#include "engine/messages/prefixes.h"

namespace dynadeck::engine {
namespace {

using Kind = ConditionNode::Kind;

constexpr std::size_t kAnyNumber = 1000;

// What each ComparisonOperator takes.
struct Operator {
  std::string_view name;
  Kind kind;
  std::size_t least;
  std::size_t most;
  std::string_view types;  // " S N B " and so on; empty: all
};

constexpr std::string_view kScalars = " S N B ";

constexpr std::array kOperators = {
    Operator{"EQ", Kind::kEqual, 1, 1, {}},
    Operator{"NE", Kind::kNotEqual, 1, 1, {}},
    Operator{"LE", Kind::kLessOrEqual, 1, 1, kScalars},
    Operator{"LT", Kind::kLess, 1, 1, kScalars},
    Operator{"GE", Kind::kGreaterOrEqual, 1, 1, kScalars},
    Operator{"GT", Kind::kGreater, 1, 1, kScalars},
    Operator{"CONTAINS", Kind::kContains, 1, 1, kScalars},
    Operator{"NOT_CONTAINS", Kind::kContains, 1, 1, kScalars},
    Operator{"BEGINS_WITH", Kind::kBeginsWith, 1, 1, " S B "},
    Operator{"IN", Kind::kIn, 1, kAnyNumber, kScalars},
    Operator{"BETWEEN", Kind::kBetween, 2, 2, kScalars},
    Operator{"NOT_NULL", Kind::kExists, 0, 0, {}},
    Operator{"NULL", Kind::kNotExists, 0, 0, {}},
};

const Operator& find_operator(std::string_view name) {
  return *std::find_if(kOperators.begin(), kOperators.end(),
                       [&](const Operator& candidate) { return candidate.name == name; });
}

ApiError invalid(std::string_view why) {
  return validation_error(messages::invalid_parameter(why));
}

Result<std::vector<std::string>> read_values(const JsonValue* list, ValueWording wording) {
  std::vector<std::string> values;
  if (list == nullptr) return values;
  for (const JsonValue& element : list->elements()) {
    if (Status status = append_value(element, wording, values.emplace_back()); !status.ok()) {
      return status.error();
    }
  }
  return values;
}

Status check_arguments(const Operator& op, const std::vector<std::string>& values) {
  if (values.size() < op.least || values.size() > op.most) {
    return invalid(messages::wrong_argument_count(op.name));
  }
  for (const std::string& value : values) {
    if (ValueView(value).type() != ValueView(values.front()).type()) {
      return invalid(messages::arguments_of_several_types());
    }
  }
  for (const std::string& value : values) {
    const std::string_view type = type_name(ValueView(value).type());
    const std::string word = " " + std::string(type) + " ";
    if (!op.types.empty() && op.types.find(word) == std::string_view::npos) {
      return invalid(messages::wrong_argument_type(op.name, type));
    }
  }
  if (op.kind == Kind::kBetween && ValueView(values[0]).string() > ValueView(values[1]).string()) {
    return validation_error(messages::legacy_between_upside_down());
  }
  return Done{};
}

ConditionOperand attribute_operand(std::string_view attribute) {
  ConditionOperand operand;
  operand.path.steps.push_back({std::string(attribute)});
  return operand;
}

ConditionNode make_node(Kind kind, std::string_view attribute, std::vector<std::string> values) {
  ConditionNode node;
  node.kind = kind;
  node.operands.push_back(attribute_operand(attribute));
  for (std::string& value : values) {
    ConditionOperand operand;
    operand.is_path = false;
    operand.literal = std::move(value);
    node.operands.push_back(std::move(operand));
  }
  return node;
}

// NOT_CONTAINS is false where there is no attribute.
ConditionNode not_contains(std::string_view attribute, std::vector<std::string> values) {
  ConditionNode negation;
  negation.kind = Kind::kNot;
  negation.children.push_back(make_node(Kind::kContains, attribute, std::move(values)));
  ConditionNode both;
  both.kind = Kind::kAnd;
  both.children.push_back(make_node(Kind::kExists, attribute, {}));
  both.children.push_back(std::move(negation));
  return both;
}

ConditionNode operator_node(const Operator& op, std::string_view attribute,
                            std::vector<std::string> values) {
  if (op.name == "NOT_CONTAINS") return not_contains(attribute, std::move(values));
  return make_node(op.kind, attribute, std::move(values));
}

// One entry of QueryFilter or ScanFilter.
Result<ConditionNode> read_condition(const JsonMember& entry, ValueWording wording) {
  const Operator& op = find_operator(*text_member(entry.value, "ComparisonOperator"));
  Result<std::vector<std::string>> values =
      read_values(entry.value.find("AttributeValueList"), wording);
  if (!values.ok()) return values.error();
  if (Status status = check_arguments(op, values.value()); !status.ok()) return status.error();
  return operator_node(op, entry.name, std::move(values).value());
}

// An entry of Expected with a ComparisonOperator.
Result<ConditionNode> read_comparison(const JsonMember& entry, std::string_view comparison,
                                      ValueWording wording) {
  const JsonValue* list = entry.value.find("AttributeValueList");
  const JsonValue* value = entry.value.find("Value");
  if (entry.value.find("Exists") != nullptr) {
    return invalid(messages::exists_and_operator(entry.name));
  }
  const Operator& op = find_operator(comparison);
  if (op.least > 0 && list == nullptr && value == nullptr) {
    return invalid(messages::operator_without_value(comparison, entry.name));
  }
  Result<std::vector<std::string>> values = read_values(list, wording);
  if (!values.ok()) return values.error();
  if (value != nullptr) {
    Status status = append_value(*value, wording, values.value().emplace_back());
    if (!status.ok()) return status.error();
  }
  if (Status status = check_arguments(op, values.value()); !status.ok()) return status.error();
  return operator_node(op, entry.name, std::move(values).value());
}

// An entry of Expected with Exists or Value.
Result<ConditionNode> read_existence(const JsonMember& entry, ValueWording wording) {
  const JsonValue* value = entry.value.find("Value");
  const bool stated = entry.value.find("Exists") != nullptr;
  const bool exists = flag_member(entry.value, "Exists", true);
  if (exists && value == nullptr) {
    return invalid(messages::exists_without_value(stated ? "true" : "null", entry.name));
  }
  if (!exists && value != nullptr) return invalid(messages::absent_with_value(entry.name));
  if (!exists) return make_node(Kind::kNotExists, entry.name, {});
  std::vector<std::string> values(1);
  if (Status status = append_value(*value, wording, values.front()); !status.ok()) {
    return status.error();
  }
  return make_node(Kind::kEqual, entry.name, std::move(values));
}

Result<ConditionNode> read_expectation(const JsonMember& entry, ValueWording wording) {
  const JsonValue* list = entry.value.find("AttributeValueList");
  if (list != nullptr && entry.value.find("Value") != nullptr) {
    return invalid(messages::value_and_list(entry.name));
  }
  if (const auto comparison = text_member(entry.value, "ComparisonOperator")) {
    return read_comparison(entry, *comparison, wording);
  }
  if (list != nullptr) return invalid(messages::list_without_operator(entry.name));
  return read_existence(entry, wording);
}

using EntryReader = Result<ConditionNode> (*)(const JsonMember&, ValueWording);

Result<std::optional<Condition>> read_entries(const JsonValue& body, std::string_view parameter,
                                              ValueWording wording, EntryReader read) {
  const JsonValue* entries = body.find(parameter);
  const auto conditional_operator = text_member(body, "ConditionalOperator");
  const std::size_t count = entries == nullptr ? 0 : entries->count();
  if (conditional_operator && count == 0) {
    return validation_error(messages::conditional_operator_without_conditions());
  }
  if (count == 0) return std::optional<Condition>();
  auto tree = std::make_unique<ConditionTree>();
  tree->root.kind = conditional_operator == "OR" ? Kind::kOr : Kind::kAnd;
  for (const JsonMember& entry : entries->members()) {
    if (entry.value.is_null()) continue;
    Result<ConditionNode> node = read(entry, wording);
    if (!node.ok()) return node.error();
    tree->root.children.push_back(std::move(node).value());
  }
  if (conditional_operator && count < 2) {
    return validation_error(messages::conditional_operator_with_one_condition());
  }
  index_attributes(*tree);
  return std::optional(Condition(std::move(tree)));
}

KeyCondition::Comparison key_comparison(const Operator& op) {
  using Comparison = KeyCondition::Comparison;
  switch (op.kind) {
    case Kind::kEqual:
      return Comparison::kEqual;
    case Kind::kLess:
      return Comparison::kLess;
    case Kind::kLessOrEqual:
      return Comparison::kLessOrEqual;
    case Kind::kGreater:
      return Comparison::kGreater;
    case Kind::kGreaterOrEqual:
      return Comparison::kGreaterOrEqual;
    case Kind::kBetween:
      return Comparison::kBetween;
    case Kind::kBeginsWith:
      return Comparison::kBeginsWith;
    default:
      return Comparison::kNotIndexable;
  }
}

// ---------------------------------------------------------------- AttributeUpdates

Status check_update(std::string_view action, Type type) {
  const std::string_view name = type_name(type);
  if (action == "DELETE" && !is_set(type)) return invalid(messages::delete_not_supported(name));
  const bool can_add = is_set(type) || type == Type::kNumber || type == Type::kList;
  if (action == "ADD" && !can_add) return invalid(messages::add_not_supported(name));
  return Done{};
}

Result<UpdateAction> read_update(const JsonMember& entry, ValueWording wording) {
  const std::string_view action = text_member(entry.value, "Action").value_or("PUT");
  const JsonValue* value = entry.value.find("Value");
  UpdateAction result;
  result.path.steps.push_back({std::string(entry.name)});
  if (value == nullptr) {
    if (action != "DELETE") return invalid(messages::only_delete_without_value());
    result.kind = UpdateAction::Kind::kRemove;
    return result;
  }
  if (Status status = append_value(*value, wording, result.value.literal); !status.ok()) {
    return status.error();
  }
  const Type type = ValueView(result.value.literal).type();
  if (Status status = check_update(action, type); !status.ok()) return status.error();
  result.kind = UpdateAction::Kind::kSet;
  if (action == "ADD") result.kind = UpdateAction::Kind::kAdd;
  if (action == "DELETE") result.kind = UpdateAction::Kind::kDelete;
  return result;
}

bool is_deletion(const UpdateAction& action) {
  return action.kind == UpdateAction::Kind::kRemove || action.kind == UpdateAction::Kind::kDelete;
}

}  // namespace

Result<std::optional<Condition>> read_expected(const JsonValue& body, ValueWording wording) {
  return read_entries(body, "Expected", wording, read_expectation);
}

Result<std::optional<Condition>> read_legacy_filter(const JsonValue& body,
                                                    std::string_view parameter,
                                                    ValueWording wording) {
  return read_entries(body, parameter, wording, read_condition);
}

Result<KeyCondition> read_key_conditions(const JsonValue& conditions, ValueWording wording) {
  std::vector<KeyCondition::Term> terms;
  for (const JsonMember& entry : conditions.members()) {
    if (entry.value.is_null()) continue;
    const Operator& op = find_operator(*text_member(entry.value, "ComparisonOperator"));
    Result<std::vector<std::string>> values =
        read_values(entry.value.find("AttributeValueList"), wording);
    if (!values.ok()) return values.error();
    if (Status status = check_arguments(op, values.value()); !status.ok()) return status.error();
    terms.push_back({std::string(entry.name), key_comparison(op), std::move(values).value()});
  }
  if (terms.empty() || terms.size() > 2) {
    return validation_error(messages::wrong_key_condition_count());
  }
  return KeyCondition(std::move(terms));
}

Result<Update> read_attribute_updates(const JsonValue& updates, ValueWording wording) {
  auto tree = std::make_unique<UpdateTree>();
  tree->is_legacy = true;
  for (const JsonMember& entry : updates.members()) {
    if (entry.value.is_null()) continue;
    Result<UpdateAction> action = read_update(entry, wording);
    if (!action.ok()) return action.error();
    tree->actions.push_back(std::move(action).value());
  }
  tree->creates_item = tree->actions.empty() ||
                       !std::all_of(tree->actions.begin(), tree->actions.end(), is_deletion);
  tree->index_paths();
  return Update(std::move(tree));
}

}  // namespace dynadeck::engine
