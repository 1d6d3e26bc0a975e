// From a parsed condition to a ConditionTree. Shared by conditions, filters and key conditions.
#pragma once

#include "engine/expressions/conditions/tree.h"
#include "engine/expressions/placeholders.h"
#include "engine/expressions/syntax.h"

namespace dynadeck::engine {

// Both passes of checks, in DynamoDB's order: first, through the whole expression as written,
// reserved words, list indexes, names of functions and where they stand; then placeholders,
// operands and their types. The tree's root is not indexed yet.
// Source: [doc] captures published by the paritysuite conformance suite; [peer] dynalite 4.
SyntaxResult<ConditionNode> build_condition(const SyntaxNode& syntax, Placeholders& placeholders);

}  // namespace dynadeck::engine
