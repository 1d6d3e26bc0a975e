// KeyConditionExpression to a KeyCondition: an ordinary condition, of which only few shapes are
// allowed.
#include <algorithm>
#include <utility>

#include "engine/expressions/compile.h"
#include "engine/expressions/conditions/compiler.h"
#include "engine/messages/expressions.h"
#include "engine/messages/key_conditions.h"

namespace dynadeck::engine {
namespace {

using Kind = ConditionNode::Kind;
using Comparison = KeyCondition::Comparison;

// The operator that a key condition cannot have, as DynamoDB names it; empty for those it can.
std::string_view forbidden_operator(Kind kind) {
  switch (kind) {
    case Kind::kOr:
      return "OR";
    case Kind::kNot:
      return "NOT";
    case Kind::kIn:
      return "IN";
    case Kind::kNotEqual:
      return "<>";
    case Kind::kExists:
      return "attribute_exists";
    case Kind::kNotExists:
      return "attribute_not_exists";
    case Kind::kAttributeType:
      return "attribute_type";
    case Kind::kContains:
      return "contains";
    default:
      return {};
  }
}

Comparison comparison_of(Kind kind, bool value_first) {
  switch (kind) {
    case Kind::kLess:
      return value_first ? Comparison::kGreater : Comparison::kLess;
    case Kind::kLessOrEqual:
      return value_first ? Comparison::kGreaterOrEqual : Comparison::kLessOrEqual;
    case Kind::kGreater:
      return value_first ? Comparison::kLess : Comparison::kGreater;
    case Kind::kGreaterOrEqual:
      return value_first ? Comparison::kLessOrEqual : Comparison::kGreaterOrEqual;
    case Kind::kBetween:
      return Comparison::kBetween;
    case Kind::kBeginsWith:
      return Comparison::kBeginsWith;
    default:
      return Comparison::kEqual;
  }
}

class TermCollector {
 public:
  Status collect(const ConditionNode& node) {
    if (node.kind == Kind::kAnd) {
      for (const ConditionNode& child : node.children) {
        if (Status status = collect(child); !status.ok()) return status;
      }
      return Done{};
    }
    if (const std::string_view name = forbidden_operator(node.kind); !name.empty()) {
      return validation_error(messages::invalid_key_operator(name));
    }
    return add(node);
  }

  std::vector<KeyCondition::Term> take() && { return std::move(terms_); }

 private:
  static ApiError invalid(const std::string& message) {
    return validation_error(messages::invalid_expression("KeyConditionExpression", message));
  }

  Status add(const ConditionNode& node) {
    const ConditionOperand* attribute = nullptr;
    for (const ConditionOperand& operand : node.operands) {
      if (operand.is_size) return invalid(messages::nested_key_operation());
      if (!operand.is_path) continue;
      if (attribute != nullptr) {
        return validation_error(messages::invalid_key_condition(messages::several_key_names()));
      }
      if (operand.path.steps.size() > 1) return invalid(messages::nested_key_attribute());
      attribute = &operand;
    }
    if (attribute == nullptr) {
      return validation_error(messages::invalid_key_condition(messages::no_key_name()));
    }
    const bool value_first = attribute != node.operands.data();
    if (value_first && (node.kind == Kind::kBetween || node.kind == Kind::kBeginsWith)) {
      return validation_error(messages::invalid_key_condition(
          messages::key_name_first(node.kind == Kind::kBetween ? "BETWEEN" : "begins_with")));
    }
    const std::string& name = attribute->path.attribute();
    const bool repeated =
        std::any_of(terms_.begin(), terms_.end(),
                    [&](const KeyCondition::Term& term) { return term.attribute == name; });
    if (repeated) return invalid(messages::repeated_key_condition());
    KeyCondition::Term term{name, comparison_of(node.kind, value_first), {}};
    for (const ConditionOperand& operand : node.operands) {
      if (!operand.is_path) term.operands.push_back(operand.literal);
    }
    terms_.push_back(std::move(term));
    return Done{};
  }

  std::vector<KeyCondition::Term> terms_;
};

}  // namespace

Result<KeyCondition> compile_key_condition(std::string_view expression,
                                           Placeholders& placeholders) {
  constexpr std::string_view kParameter = "KeyConditionExpression";
  if (Status status = check_expression_size(expression, kParameter, false); !status.ok()) {
    return status.error();
  }
  const auto invalid = [&](const SyntaxProblem& problem) {
    return validation_error(messages::invalid_expression(kParameter, problem.message));
  };
  const SyntaxResult<SyntaxNode> syntax = parse_condition(expression);
  if (!syntax.ok()) return invalid(syntax.error());
  const SyntaxResult<ConditionNode> root = build_condition(syntax.value(), placeholders);
  if (!root.ok()) return invalid(root.error());
  TermCollector collector;
  if (Status status = collector.collect(root.value()); !status.ok()) return status.error();
  return KeyCondition(std::move(collector).take());
}

}  // namespace dynadeck::engine
