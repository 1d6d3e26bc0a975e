#include "engine/expressions/projection.h"

#include <algorithm>

#include "engine/expressions/compile.h"
#include "engine/expressions/paths.h"
#include "engine/expressions/syntax.h"
#include "engine/messages/expressions.h"
#include "engine/values/value_writer.h"

namespace dynadeck::engine {
namespace {

using Paths = std::span<const DocumentPath>;

bool before(const PathStep& left, const PathStep& right) {
  if (left.is_index != right.is_index) return right.is_index;
  return left.is_index ? left.index < right.index : left.name < right.name;
}

bool path_before(const DocumentPath& left, const DocumentPath& right) {
  return std::lexicographical_compare(left.steps.begin(), left.steps.end(), right.steps.begin(),
                                      right.steps.end(), before);
}

// The paths at the front of `paths` that share their step at `depth`.
Paths same_step(Paths paths, std::size_t depth) {
  const PathStep& step = paths.front().steps[depth];
  const auto end = std::find_if(paths.begin(), paths.end(), [&](const DocumentPath& path) {
    return !(path.steps[depth] == step);
  });
  return paths.first(static_cast<std::size_t>(end - paths.begin()));
}

// Appends what the paths reach in one value; all agree up to `depth`. Returns whether that was
// anything; if not, nothing was appended.
bool append_reached(ValueView value, Paths paths, std::size_t depth, std::string& out);

// Members of a map, both sides in name order.
bool append_members(ValueView map, Paths paths, std::size_t depth, std::string& out) {
  bool reached = false;
  const MapRange members = map.map();
  auto member = members.begin();
  while (!paths.empty()) {
    const Paths group = same_step(paths, depth);
    paths = paths.subspan(group.size());
    const PathStep& step = group.front().steps[depth];
    if (step.is_index) continue;
    while (member != members.end() && member->name < step.name) ++member;
    if (member == members.end()) break;
    if (member->name != step.name) continue;
    const std::size_t start = out.size();
    append_name(out, step.name);
    if (append_reached(member->value, group, depth + 1, out)) {
      reached = true;
    } else {
      out.resize(start);
    }
  }
  return reached;
}

bool append_elements(ValueView list, Paths paths, std::size_t depth, std::string& out) {
  bool reached = false;
  while (!paths.empty()) {
    const Paths group = same_step(paths, depth);
    paths = paths.subspan(group.size());
    const PathStep& step = group.front().steps[depth];
    if (!step.is_index) continue;
    const std::optional<ValueView> element = list.at(step.index);
    if (!element) break;
    if (append_reached(*element, group, depth + 1, out)) reached = true;
  }
  return reached;
}

bool append_reached(ValueView value, Paths paths, std::size_t depth, std::string& out) {
  if (paths.front().steps.size() == depth) {
    out += value.encoded();
    return true;
  }
  if (value.type() != Type::kMap && value.type() != Type::kList) return false;
  const std::size_t start = out.size();
  ContainerWriter container(out, value.type());
  const bool reached = value.type() == Type::kMap ? append_members(value, paths, depth, out)
                                                  : append_elements(value, paths, depth, out);
  if (!reached) {
    out.resize(start);
    return false;
  }
  container.finish();
  return true;
}

}  // namespace

Projection::Projection(std::vector<DocumentPath> paths) : paths_(std::move(paths)) {
  std::sort(paths_.begin(), paths_.end(), path_before);
  for (const DocumentPath& path : paths_) {
    if (attributes_.empty() || attributes_.back() != path.attribute()) {
      attributes_.push_back(path.attribute());
    }
    if (path.steps.size() > 1 &&
        (nested_attributes_.empty() || nested_attributes_.back() != path.attribute())) {
      nested_attributes_.push_back(path.attribute());
    }
  }
}

Projection Projection::of_attributes(std::span<const std::string> names) {
  std::vector<DocumentPath> paths;
  paths.reserve(names.size());
  for (const std::string& name : names) paths.push_back({{PathStep{name}}});
  return Projection(std::move(paths));
}

void Projection::project(ItemView item, std::string& out) const {
  ContainerWriter map(out, Type::kMap);
  if (!item.encoded().empty()) append_members(item, paths_, 0, out);
  map.finish();
}

std::string Projection::project(ItemView item) const {
  std::string projected;
  project(item, projected);
  return projected;
}

Result<Projection> compile_projection(std::string_view expression, Placeholders& placeholders,
                                      ValueWording wording) {
  constexpr std::string_view kParameter = "ProjectionExpression";
  const auto invalid = [&](const std::string& message) {
    return validation_error(messages::invalid_expression(kParameter, message));
  };
  const bool show_size = wording == ValueWording::kOlder;
  if (Status status = check_expression_size(expression, kParameter, show_size); !status.ok()) {
    return status.error();
  }
  const SyntaxResult<std::vector<SyntaxNode>> syntax = parse_projection(expression);
  if (!syntax.ok()) return invalid(syntax.error().message);
  for (const SyntaxNode& path : syntax.value()) {
    if (const std::optional<std::string> bad = find_bad_step(path)) return invalid(*bad);
  }
  std::vector<DocumentPath> paths;
  paths.reserve(syntax.value().size());
  for (const SyntaxNode& node : syntax.value()) {
    SyntaxResult<DocumentPath> path = resolve_path(node, placeholders);
    if (!path.ok()) return invalid(path.error().message);
    paths.push_back(std::move(path).value());
  }
  if (const std::optional<std::string> overlap = find_overlap(paths)) return invalid(*overlap);
  return Projection(std::move(paths));
}

}  // namespace dynadeck::engine
