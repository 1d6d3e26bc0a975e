// What all compilers do with document paths.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/expressions/document_path.h"
#include "engine/expressions/placeholders.h"
#include "engine/expressions/syntax.h"

namespace dynadeck::engine {

// Whether DynamoDB reserves the word; case does not matter.
// Source: [doc] "Reserved words in DynamoDB": 573 words.
bool is_reserved_word(std::string_view word);

// The sentence for a reserved word or a list index out of range in the path; nothing if it is fine.
std::optional<std::string> find_bad_step(const SyntaxNode& path);

// The sentence for a #placeholder of the path that is not defined; nothing if all are.
std::optional<std::string> find_undefined_name(const SyntaxNode& path, Placeholders& placeholders);

// The path with its placeholders replaced. Only after find_bad_step().
SyntaxResult<DocumentPath> resolve_path(const SyntaxNode& path, Placeholders& placeholders);

// The sentence for the first two paths of which one lies in the other, or that take the same value
// for a map and for a list; nothing if there are none.
std::optional<std::string> find_overlap(std::span<const DocumentPath> paths);

}  // namespace dynadeck::engine
