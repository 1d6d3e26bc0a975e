// From a parsed condition to a ConditionTree. Shared by conditions, filters and key conditions.
#pragma once

#include <string_view>

#include "engine/expressions/conditions/tree.h"
#include "engine/expressions/placeholders.h"
#include "engine/expressions/syntax.h"

namespace dynadeck::engine {

// Both passes of checks, in DynamoDB's order: first, through the whole expression as written,
// reserved words, list indexes, names of functions and where they stand; then placeholders,
// operands and their types. The tree's root is not indexed yet.
// Source: [doc] captures published by the paritysuite conformance suite; [peer] dynalite 4.
SyntaxResult<ConditionNode> build_condition(const SyntaxNode& syntax, Placeholders& placeholders);

// The shared part of all compilers: an empty expression and one that is too long.
// show_size: whether the sentence tells the size.
Status check_expression_size(std::string_view expression, std::string_view parameter,
                             bool show_size);

}  // namespace dynadeck::engine
