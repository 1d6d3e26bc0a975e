#include "engine/expressions/conditions/compiler.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/expressions/compile.h"
#include "engine/expressions/paths.h"
#include "engine/messages/expressions.h"
#include "engine/values/decimal.h"

namespace dynadeck::engine {
namespace {

using Kind = ConditionNode::Kind;

constexpr std::size_t kMaxInOperands = 100;

struct FunctionInfo {
  std::string_view name;
  std::size_t operands;
  bool is_condition;  // else it gives a value
  bool in_updates;    // else in conditions
  Kind kind;
};

constexpr std::array kFunctions = {
    FunctionInfo{"attribute_exists", 1, true, false, Kind::kExists},
    FunctionInfo{"attribute_not_exists", 1, true, false, Kind::kNotExists},
    FunctionInfo{"attribute_type", 2, true, false, Kind::kAttributeType},
    FunctionInfo{"begins_with", 2, true, false, Kind::kBeginsWith},
    FunctionInfo{"contains", 2, true, false, Kind::kContains},
    FunctionInfo{"size", 1, false, false, Kind::kEqual},
    FunctionInfo{"if_not_exists", 2, false, true, Kind::kEqual},
    FunctionInfo{"list_append", 2, false, true, Kind::kEqual},
};

const FunctionInfo* find_function(std::string_view name) {
  const auto found = std::find_if(kFunctions.begin(), kFunctions.end(),
                                  [&](const FunctionInfo& info) { return info.name == name; });
  return found == kFunctions.end() ? nullptr : &*found;
}

ConditionNode::Kind comparison_kind(std::string_view symbol) {
  if (symbol == "=") return Kind::kEqual;
  if (symbol == "<>") return Kind::kNotEqual;
  if (symbol == "<") return Kind::kLess;
  if (symbol == "<=") return Kind::kLessOrEqual;
  return symbol == ">" ? Kind::kGreater : Kind::kGreaterOrEqual;
}

bool is_scalar_name(std::string_view type) { return type == "S" || type == "N" || type == "B"; }

// The type that an operand has whatever the item is; empty for a path.
std::string_view static_type(const ConditionOperand& operand) {
  if (operand.is_size) return "N";
  return operand.is_path ? std::string_view() : type_name(ValueView(operand.literal).type());
}

// A bound of BETWEEN as DynamoDB shows it.
std::string bound_text(const ConditionOperand& operand) {
  const ValueView value(operand.literal);
  std::string text = "AttributeValue: {";
  text.append(type_name(value.type())).append(":");
  if (value.type() == Type::kBinary) {
    const std::string size = std::to_string(value.string().size());
    text += "java.nio.HeapByteBuffer[pos=0 lim=" + size + " cap=" + size + "]";
  } else if (value.type() == Type::kNumber) {
    append_decimal(text, value.string());
  } else {
    text += value.string();
  }
  return text + "}";
}

class Builder {
 public:
  explicit Builder(Placeholders& placeholders) : placeholders_(placeholders) {}

  SyntaxProblem problem() && { return {std::move(problem_)}; }

  // ---- the first pass: words

  bool check_words(const SyntaxNode& node, bool condition_wanted) {
    switch (node.kind) {
      case SyntaxNode::Kind::kPath:
        if (std::optional<std::string> bad = find_bad_step(node)) return fail(*std::move(bad));
        return true;
      case SyntaxNode::Kind::kValue:
        return true;
      case SyntaxNode::Kind::kFunction:
        return check_function(node, condition_wanted) && check_children(node, false);
      case SyntaxNode::Kind::kOr:
      case SyntaxNode::Kind::kAnd:
      case SyntaxNode::Kind::kNot:
        return check_children(node, true);
      default:
        return check_children(node, false);
    }
  }

  // ---- the second pass: operands

  bool build(const SyntaxNode& node, ConditionNode& out) {
    switch (node.kind) {
      case SyntaxNode::Kind::kOr:
        return build_children(node, Kind::kOr, out);
      case SyntaxNode::Kind::kAnd:
        return build_children(node, Kind::kAnd, out);
      case SyntaxNode::Kind::kNot:
        return build_children(node, Kind::kNot, out);
      case SyntaxNode::Kind::kCompare:
        out.kind = comparison_kind(node.text);
        return build_operands(node, out) && check_comparison(node, out);
      case SyntaxNode::Kind::kBetween:
        out.kind = Kind::kBetween;
        return build_operands(node, out) && check_between(out);
      case SyntaxNode::Kind::kIn:
        out.kind = Kind::kIn;
        return build_operands(node, out) && check_in(out);
      default:
        out.kind = find_function(node.text)->kind;
        return build_operands(node, out) && check_call(node, out);
    }
  }

 private:
  bool fail(std::string message) {
    problem_ = std::move(message);
    return false;
  }

  bool check_children(const SyntaxNode& node, bool condition_wanted) {
    return std::all_of(node.children.begin(), node.children.end(), [&](const SyntaxNode& child) {
      return check_words(child, condition_wanted);
    });
  }

  bool check_function(const SyntaxNode& node, bool condition_wanted) {
    const FunctionInfo* info = find_function(node.text);
    if (info == nullptr) return fail(messages::unknown_function(node.text));
    if (info->in_updates) return fail(messages::function_not_in_conditions(node.text));
    if (info->is_condition != condition_wanted) return fail(messages::misused_function(node.text));
    if (info->operands != node.children.size()) {
      return fail(messages::wrong_operand_count(node.text, node.children.size()));
    }
    return true;
  }

  bool build_children(const SyntaxNode& node, ConditionNode::Kind kind, ConditionNode& out) {
    out.kind = kind;
    out.children.reserve(node.children.size());
    return std::all_of(node.children.begin(), node.children.end(), [&](const SyntaxNode& child) {
      return build(child, out.children.emplace_back());
    });
  }

  bool build_operands(const SyntaxNode& node, ConditionNode& out) {
    out.operands.reserve(node.children.size());
    return std::all_of(node.children.begin(), node.children.end(), [&](const SyntaxNode& child) {
      return build_operand(child, out.operands.emplace_back());
    });
  }

  bool build_operand(const SyntaxNode& node, ConditionOperand& out) {
    if (node.kind == SyntaxNode::Kind::kFunction) return build_size(node, out);
    if (node.kind == SyntaxNode::Kind::kValue) {
      const std::optional<ValueView> value = placeholders_.value(node.text);
      if (!value) return fail(messages::undefined_value(node.text));
      out.is_path = false;
      out.literal = value->encoded();
      return true;
    }
    SyntaxResult<DocumentPath> path = resolve_path(node, placeholders_);
    if (!path.ok()) return fail(path.error().message);
    out.path = std::move(path).value();
    return true;
  }

  bool build_size(const SyntaxNode& node, ConditionOperand& out) {
    if (!build_operand(node.children.front(), out)) return false;
    const std::string_view type = static_type(out);
    if (type == "N" || type == "BOOL" || type == "NULL") {
      return fail(messages::wrong_operand_type("size", type));
    }
    out.is_size = true;
    return true;
  }

  // The first operand must not be among the others.
  bool check_distinct(std::string_view name, const ConditionNode& node) {
    const ConditionOperand& first = node.operands.front();
    if (!first.is_path || first.is_size) return true;
    const bool repeated = std::any_of(
        node.operands.begin() + 1, node.operands.end(), [&](const ConditionOperand& operand) {
          return operand.is_path && !operand.is_size && operand.path == first.path;
        });
    return !repeated || fail(messages::operands_not_distinct(name, first.path.to_string()));
  }

  bool check_scalars(std::string_view name, const ConditionNode& node) {
    for (const ConditionOperand& operand : node.operands) {
      const std::string_view type = static_type(operand);
      if (!type.empty() && !is_scalar_name(type)) {
        return fail(messages::wrong_operand_type(name, type));
      }
    }
    return true;
  }

  bool check_comparison(const SyntaxNode& syntax, const ConditionNode& node) {
    if (!check_distinct(syntax.text, node)) return false;
    const bool any_type = node.kind == Kind::kEqual || node.kind == Kind::kNotEqual;
    return any_type || check_scalars(syntax.text, node);
  }

  bool check_between(const ConditionNode& node) {
    if (!check_distinct("BETWEEN", node) || !check_scalars("BETWEEN", node)) return false;
    const ConditionOperand& low = node.operands[1];
    const ConditionOperand& high = node.operands[2];
    const bool literals = !low.is_path && !low.is_size && !high.is_path && !high.is_size;
    if (!literals) return true;
    const ValueView low_value(low.literal);
    const ValueView high_value(high.literal);
    if (low_value.type() != high_value.type()) {
      return fail(messages::between_of_two_types(bound_text(low), bound_text(high)));
    }
    if (low_value.string() > high_value.string()) {
      return fail(messages::between_upside_down(bound_text(low), bound_text(high)));
    }
    return true;
  }

  bool check_in(const ConditionNode& node) {
    const std::size_t candidates = node.operands.size() - 1;
    if (candidates > kMaxInOperands) return fail(messages::too_many_in_operands(candidates));
    return check_distinct("IN", node);
  }

  bool check_call(const SyntaxNode& syntax, const ConditionNode& node) {
    const ConditionOperand& first = node.operands.front();
    const bool needs_path = node.kind == Kind::kExists || node.kind == Kind::kNotExists ||
                            node.kind == Kind::kAttributeType;
    if (needs_path && (!first.is_path || first.is_size)) {
      return fail(messages::path_required(syntax.text));
    }
    if (!check_distinct(syntax.text, node)) return false;
    if (node.kind == Kind::kBeginsWith) return check_begins_with(node);
    return node.kind != Kind::kAttributeType || check_attribute_type(node.operands[1]);
  }

  bool check_begins_with(const ConditionNode& node) {
    for (const ConditionOperand& operand : node.operands) {
      const std::string_view type = static_type(operand);
      if (!type.empty() && type != "S" && type != "B") {
        return fail(messages::wrong_operand_type("begins_with", type));
      }
    }
    return true;
  }

  bool check_attribute_type(const ConditionOperand& wanted) {
    const std::string_view type = static_type(wanted);
    if (type != "S") {
      return fail(messages::wrong_operand_type("attribute_type",
                                               type.empty() ? messages::any_type() : type));
    }
    const std::string_view name = ValueView(wanted.literal).string();
    return type_from_name(name).has_value() || fail(messages::unknown_type_name(name));
  }

  Placeholders& placeholders_;
  std::string problem_;
};

ApiError invalid_expression(std::string_view parameter, const SyntaxProblem& problem) {
  return validation_error(messages::invalid_expression(parameter, problem.message));
}

}  // namespace

SyntaxResult<ConditionNode> build_condition(const SyntaxNode& syntax, Placeholders& placeholders) {
  Builder builder(placeholders);
  ConditionNode root;
  if (!builder.check_words(syntax, true) || !builder.build(syntax, root)) {
    return std::move(builder).problem();
  }
  return root;
}

Result<Condition> compile_condition(std::string_view expression, std::string_view parameter,
                                    Placeholders& placeholders, ValueWording wording) {
  const bool show_size = wording == ValueWording::kOlder;
  if (Status status = check_expression_size(expression, parameter, show_size); !status.ok()) {
    return status.error();
  }
  const SyntaxResult<SyntaxNode> syntax = parse_condition(expression);
  if (!syntax.ok()) return invalid_expression(parameter, syntax.error());
  SyntaxResult<ConditionNode> root = build_condition(syntax.value(), placeholders);
  if (!root.ok()) return invalid_expression(parameter, root.error());
  auto tree = std::make_unique<ConditionTree>();
  tree->root = std::move(root).value();
  index_attributes(*tree);
  return Condition(std::move(tree));
}

}  // namespace dynadeck::engine
