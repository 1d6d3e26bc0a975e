// What an expression says, before any name or value in it is looked up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/messages/api_error.h"
#include "harness/seam/result.h"

namespace dynadeck::engine {

// A step of a path as written: a name, a #placeholder or a position in a list.
struct SyntaxStep {
  std::string_view text;
  bool is_index = false;
};

// One node of a condition, or an operand. All views point into the expression.
struct SyntaxNode {
  enum class Kind : std::uint8_t {
    // Conditions: two or more children, one child.
    kOr,
    kAnd,
    kNot,
    // Conditions: children are operands. kCompare has `text` for its operator.
    kCompare,
    kBetween,
    kIn,
    // A condition or an operand: `text` is its name, children are operands.
    kFunction,
    // Operands.
    kValue,  // `text`: ":v"
    kPath,   // `steps`
    kPlus,   // in updates only
    kMinus,
  };
  Kind kind = Kind::kPath;
  bool parenthesized = false;
  std::string_view text;
  std::vector<SyntaxStep> steps;
  std::vector<SyntaxNode> children;
};

struct SyntaxAction {
  enum class Kind : std::uint8_t { kSet, kRemove, kAdd, kDelete };
  Kind kind = Kind::kSet;
  std::size_t section = 0;  // counted from 0 as written
  SyntaxNode path;
  SyntaxNode value;  // not for kRemove
};

struct SyntaxUpdate {
  std::vector<SyntaxAction> actions;
  std::vector<SyntaxAction::Kind> sections;  // as written
};

// The rest of a sentence that begins "Invalid ConditionExpression: ".
struct SyntaxProblem {
  std::string message;
};

template <typename T>
using SyntaxResult = Outcome<T, SyntaxProblem>;

// Refuses an empty expression and one that is too long.
// show_size: whether the sentence tells the size.
Status check_expression_size(std::string_view expression, std::string_view parameter,
                             bool show_size);

// Parse without looking anything up. The results point into `expression`.
SyntaxResult<SyntaxNode> parse_condition(std::string_view expression);
SyntaxResult<SyntaxUpdate> parse_update(std::string_view expression);
SyntaxResult<std::vector<SyntaxNode>> parse_projection(std::string_view expression);

}  // namespace dynadeck::engine
