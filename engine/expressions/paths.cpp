#include "engine/expressions/paths.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "engine/messages/expressions.h"

namespace dynadeck::engine {
namespace {

// Source: [doc] "Service, account, and table quotas": depth of a document path.
constexpr std::size_t kMaxPathSteps = 32;

bool index_in_range(std::string_view digits) {
  std::int32_t index = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  return error == std::errc() && end == digits.data() + digits.size();
}

enum class Relation { kApart, kOverlap, kConflict };

Relation compare(const DocumentPath& left, const DocumentPath& right) {
  const std::size_t common = std::min(left.steps.size(), right.steps.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (left.steps[i] == right.steps[i]) continue;
    return left.steps[i].is_index == right.steps[i].is_index ? Relation::kApart
                                                             : Relation::kConflict;
  }
  return Relation::kOverlap;
}

}  // namespace

std::optional<std::string> find_bad_step(const SyntaxNode& path) {
  for (const SyntaxStep& step : path.steps) {
    if (step.is_index) {
      if (!index_in_range(step.text)) return messages::index_out_of_range(step.text);
    } else if (step.text.front() != '#' && is_reserved_word(step.text)) {
      return messages::reserved_word(step.text);
    }
  }
  return std::nullopt;
}

std::optional<std::string> find_undefined_name(const SyntaxNode& path, Placeholders& placeholders) {
  for (const SyntaxStep& step : path.steps) {
    if (step.is_index || step.text.front() != '#') continue;
    if (!placeholders.name(step.text)) return messages::undefined_name(step.text);
  }
  return std::nullopt;
}

SyntaxResult<DocumentPath> resolve_path(const SyntaxNode& path, Placeholders& placeholders) {
  DocumentPath result;
  result.steps.reserve(path.steps.size());
  for (const SyntaxStep& step : path.steps) {
    PathStep& next = result.steps.emplace_back();
    if (step.is_index) {
      next.is_index = true;
      std::from_chars(step.text.data(), step.text.data() + step.text.size(), next.index);
    } else if (step.text.front() == '#') {
      const std::optional<std::string_view> name = placeholders.name(step.text);
      if (!name) return SyntaxProblem{messages::undefined_name(step.text)};
      next.name = *name;
    } else {
      next.name = step.text;
    }
  }
  if (result.steps.size() > kMaxPathSteps) {
    return SyntaxProblem{messages::path_too_deep(result.steps.size())};
  }
  if (result.steps.size() > 1) placeholders.note_nested(result.attribute());
  return result;
}

std::optional<std::string> find_overlap(std::span<const DocumentPath> paths) {
  std::optional<std::string> conflict;
  for (std::size_t second = 1; second < paths.size(); ++second) {
    for (std::size_t first = 0; first < second; ++first) {
      if (paths[first].attribute() != paths[second].attribute()) continue;
      const Relation relation = compare(paths[first], paths[second]);
      if (relation == Relation::kApart) continue;
      const std::string one = paths[first].to_string();
      const std::string two = paths[second].to_string();
      if (relation == Relation::kOverlap) return messages::paths_overlap(one, two);
      if (!conflict) conflict = messages::paths_conflict(one, two);
    }
  }
  return conflict;
}

}  // namespace dynadeck::engine
