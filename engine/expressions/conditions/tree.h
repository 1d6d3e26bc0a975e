// The inside of a Condition: what its front ends build and its evaluator walks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/expressions/document_path.h"

namespace dynadeck::engine {

struct ConditionOperand {
  bool is_path = true;   // else a literal
  bool is_size = false;  // size(path or literal)
  DocumentPath path;
  std::string literal;  // encoded value
};

struct ConditionNode {
  enum class Kind : std::uint8_t {
    kOr,   // children
    kAnd,  // children
    kNot,  // one child
    // Two operands.
    kEqual,
    kNotEqual,
    kLess,
    kLessOrEqual,
    kGreater,
    kGreaterOrEqual,
    kBeginsWith,
    kContains,
    kAttributeType,  // the second is a string literal
    kBetween,        // three operands
    kIn,             // the first is looked for among the others
    // One operand.
    kExists,
    kNotExists,
  };
  Kind kind = Kind::kAnd;  // of no children: true
  std::vector<ConditionOperand> operands;
  std::vector<ConditionNode> children;
};

// *Immutable* once built.
struct ConditionTree {
  ConditionNode root;
  std::vector<std::string> attributes;  // top-level, sorted, each once
  // Top-level attributes that a path goes into, sorted, each once.
  std::vector<std::string> nested_attributes;
};

// Fills the tree's lists from its root.
void index_attributes(ConditionTree& tree);

}  // namespace dynadeck::engine
