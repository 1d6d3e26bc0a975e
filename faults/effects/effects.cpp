#include "faults/effects/effects.h"

#include <algorithm>
#include <array>

namespace dynadeck::faults {
namespace {

using Parser = ParsedEffect (*)(const Node&, const std::string&, Problems&);

struct Kind {
  std::string_view name;
  Parser parse;
};

constexpr std::array kKinds = {
    Kind{"error", parse_error_effect},
    Kind{"unprocessed", parse_unprocessed_effect},
};

}  // namespace

std::vector<std::string> effect_kinds() {
  std::vector<std::string> names;
  for (const Kind& kind : kKinds) names.emplace_back(kind.name);
  return names;
}

ParsedEffect parse_effect(const Node& fault, const std::string& path, Problems& problems) {
  std::string known;
  for (const Kind& kind : kKinds) known += (known.empty() ? "" : ", ") + std::string(kind.name);
  if (fault.kind != Node::Kind::kMap || fault.map.size() != 1) {
    problems.push_back({fault.line, path, "expected a map with one member, one of " + known});
    return nullptr;
  }
  const auto& [name, value] = fault.map.front();
  const auto found = std::find_if(kKinds.begin(), kKinds.end(),
                                  [&](const Kind& kind) { return kind.name == name; });
  if (found == kKinds.end()) {
    problems.push_back({value.line, path + "." + name, "is no kind of fault; known are " + known});
    return nullptr;
  }
  return found->parse(value, path + "." + name, problems);
}

}  // namespace dynadeck::faults
