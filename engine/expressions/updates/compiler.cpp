// UpdateExpression to an UpdateTree.
//
// Order of checks: words, function names and repeated sections as written; names in the paths
// written to; overlaps; then, from the last action to the first, all names, and again placeholders
// and types. Source: [peer] a published model of DynamoDB's checks; dynalite 4.
#include <algorithm>
#include <array>
#include <utility>

#include "engine/expressions/compile.h"
#include "engine/expressions/paths.h"
#include "engine/expressions/syntax.h"
#include "engine/expressions/updates/tree.h"
#include "engine/messages/expressions.h"

namespace dynadeck::engine {
namespace {

constexpr std::array<std::string_view, 6> kConditionFunctions = {
    "attribute_exists", "attribute_not_exists",
    "attribute_type",   "begins_with",
    "contains",         "size"};

std::string_view section_name(SyntaxAction::Kind kind) {
  constexpr std::array<std::string_view, 4> kNames = {"SET", "REMOVE", "ADD", "DELETE"};
  return kNames[static_cast<std::size_t>(kind)];
}

UpdateAction::Kind action_kind(SyntaxAction::Kind kind) {
  return static_cast<UpdateAction::Kind>(kind);
}

// "STRING" for a value of type S, as messages about ADD and DELETE say it.
std::string_view long_type_name(Type type) {
  constexpr std::array<std::string_view, 11> kNames = {
      "",    "STRING", "NUMBER",     "BINARY",     "BOOLEAN",   "NULL",
      "MAP", "LIST",   "STRING_SET", "NUMBER_SET", "BINARY_SET"};
  return kNames[static_cast<std::size_t>(type)];
}

class Compiler {
 public:
  explicit Compiler(Placeholders& placeholders) : placeholders_(placeholders) {}

  SyntaxProblem problem() && { return {std::move(problem_)}; }

  bool compile(const SyntaxUpdate& syntax, UpdateTree& tree) {
    if (!check_words(syntax) || !build_paths(syntax, tree)) return false;
    for (auto action = syntax.actions.rbegin(); action != syntax.actions.rend(); ++action) {
      if (!check_names(action->path) || !check_names(action->value)) return false;
    }
    for (std::size_t i = syntax.actions.size(); i-- > 0;) {
      if (!build_value(syntax.actions[i], tree.actions[i])) return false;
    }
    tree.sections = syntax.sections.size();
    return true;
  }

 private:
  bool fail(std::string message) {
    problem_ = std::move(message);
    return false;
  }

  // ---- words

  // Section by section; a section that comes again belongs to the first of its kind.
  bool check_words(const SyntaxUpdate& syntax) {
    for (std::size_t section = 0; section < syntax.sections.size(); ++section) {
      const SyntaxAction::Kind kind = syntax.sections[section];
      const auto first = std::find(syntax.sections.begin(), syntax.sections.end(), kind);
      if (first != syntax.sections.begin() + static_cast<std::ptrdiff_t>(section)) continue;
      for (const SyntaxAction& action : syntax.actions) {
        if (action.kind != kind) continue;
        if (!check_node(action.path)) return false;
        if (kind != SyntaxAction::Kind::kRemove && !check_node(action.value)) return false;
      }
      if (std::count(syntax.sections.begin(), syntax.sections.end(), kind) > 1) {
        return fail(messages::repeated_section(section_name(kind)));
      }
    }
    return true;
  }

  bool check_node(const SyntaxNode& node) {
    if (node.kind == SyntaxNode::Kind::kPath) {
      const std::optional<std::string> bad = find_bad_step(node);
      return !bad || fail(*bad);
    }
    if (node.kind == SyntaxNode::Kind::kFunction && !check_function(node.text)) return false;
    return std::all_of(node.children.begin(), node.children.end(),
                       [&](const SyntaxNode& child) { return check_node(child); });
  }

  bool check_function(std::string_view name) {
    if (name == "if_not_exists" || name == "list_append") return true;
    const bool known = std::find(kConditionFunctions.begin(), kConditionFunctions.end(), name) !=
                       kConditionFunctions.end();
    return fail(known ? messages::function_not_in_updates(name) : messages::unknown_function(name));
  }

  // ---- paths and names

  bool build_paths(const SyntaxUpdate& syntax, UpdateTree& tree) {
    std::vector<DocumentPath> paths;
    paths.reserve(syntax.actions.size());
    for (const SyntaxAction& action : syntax.actions) {
      SyntaxResult<DocumentPath> path = resolve_path(action.path, placeholders_);
      if (!path.ok()) return fail(path.error().message);
      paths.push_back(std::move(path).value());
    }
    if (const std::optional<std::string> overlap = find_overlap(paths)) return fail(*overlap);
    tree.actions.resize(paths.size());
    for (std::size_t i = 0; i < paths.size(); ++i) {
      tree.actions[i].kind = action_kind(syntax.actions[i].kind);
      tree.actions[i].section = syntax.actions[i].section;
      tree.actions[i].path = std::move(paths[i]);
    }
    return true;
  }

  bool check_names(const SyntaxNode& node) {
    if (node.kind == SyntaxNode::Kind::kPath) {
      const std::optional<std::string> undefined = find_undefined_name(node, placeholders_);
      return !undefined || fail(*undefined);
    }
    return std::all_of(node.children.begin(), node.children.end(),
                       [&](const SyntaxNode& child) { return check_names(child); });
  }

  // ---- values

  bool build_value(const SyntaxAction& syntax, UpdateAction& action) {
    if (syntax.kind == SyntaxAction::Kind::kRemove) return true;
    if (!build_operand(syntax.value, action.value)) return false;
    return syntax.kind == SyntaxAction::Kind::kSet || check_set_operand(syntax.kind, action.value);
  }

  bool check_set_operand(SyntaxAction::Kind kind, const UpdateOperand& value) {
    const Type type = ValueView(value.literal).type();
    if (is_set(type) || (kind == SyntaxAction::Kind::kAdd && type == Type::kNumber)) return true;
    return fail(messages::wrong_section_operand(section_name(kind), long_type_name(type)));
  }

  bool build_operand(const SyntaxNode& node, UpdateOperand& out) {
    switch (node.kind) {
      case SyntaxNode::Kind::kPath:
        return build_path(node, out);
      case SyntaxNode::Kind::kValue:
        return build_literal(node, out);
      case SyntaxNode::Kind::kPlus:
      case SyntaxNode::Kind::kMinus:
        out.kind = node.kind == SyntaxNode::Kind::kPlus ? UpdateOperand::Kind::kPlus
                                                        : UpdateOperand::Kind::kMinus;
        return build_operands(node, out) && check_types(node.text, "N", out);
      default:
        return build_function(node, out);
    }
  }

  bool build_path(const SyntaxNode& node, UpdateOperand& out) {
    out.kind = UpdateOperand::Kind::kPath;
    SyntaxResult<DocumentPath> path = resolve_path(node, placeholders_);
    if (!path.ok()) return fail(path.error().message);
    out.path = std::move(path).value();
    return true;
  }

  bool build_literal(const SyntaxNode& node, UpdateOperand& out) {
    out.kind = UpdateOperand::Kind::kLiteral;
    const std::optional<ValueView> value = placeholders_.value(node.text);
    if (!value) return fail(messages::undefined_value(node.text));
    out.literal = value->encoded();
    return true;
  }

  bool build_operands(const SyntaxNode& node, UpdateOperand& out) {
    out.operands.reserve(node.children.size());
    return std::all_of(node.children.begin(), node.children.end(), [&](const SyntaxNode& child) {
      return build_operand(child, out.operands.emplace_back());
    });
  }

  bool build_function(const SyntaxNode& node, UpdateOperand& out) {
    if (node.children.size() != 2) {
      return fail(messages::wrong_operand_count(node.text, node.children.size()));
    }
    if (!build_operands(node, out)) return false;
    if (node.text == "list_append") {
      out.kind = UpdateOperand::Kind::kListAppend;
      return check_types(node.text, "L", out);
    }
    out.kind = UpdateOperand::Kind::kIfNotExists;
    if (out.operands.front().kind != UpdateOperand::Kind::kPath) {
      return fail(messages::path_required(node.text));
    }
    const UpdateOperand& second = out.operands.back();
    if (second.kind == UpdateOperand::Kind::kPath && second.path == out.operands.front().path) {
      return fail(messages::operands_not_distinct(node.text, second.path.to_string()));
    }
    return true;
  }

  // Whether literals among the operands are of the wanted type.
  bool check_types(std::string_view name, std::string_view wanted, const UpdateOperand& node) {
    for (const UpdateOperand& operand : node.operands) {
      if (operand.kind != UpdateOperand::Kind::kLiteral) continue;
      const std::string_view type = type_name(ValueView(operand.literal).type());
      if (type != wanted) return fail(messages::wrong_operand_type(name, type));
    }
    return true;
  }

  Placeholders& placeholders_;
  std::string problem_;
};

}  // namespace

Result<Update> compile_update(std::string_view expression, Placeholders& placeholders) {
  constexpr std::string_view kParameter = "UpdateExpression";
  if (Status status = check_expression_size(expression, kParameter, false); !status.ok()) {
    return status.error();
  }
  const SyntaxResult<SyntaxUpdate> syntax = parse_update(expression);
  if (!syntax.ok()) {
    return validation_error(messages::invalid_expression(kParameter, syntax.error().message));
  }
  auto tree = std::make_unique<UpdateTree>();
  Compiler compiler(placeholders);
  if (!compiler.compile(syntax.value(), *tree)) {
    return validation_error(
        messages::invalid_expression(kParameter, std::move(compiler).problem().message));
  }
  tree->index_paths();
  return Update(std::move(tree));
}

}  // namespace dynadeck::engine
