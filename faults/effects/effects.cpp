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
    Kind{"cancel", parse_cancel_effect},     Kind{"connection", parse_connection_effect},
    Kind{"corrupt", parse_corrupt_effect},   Kind{"error", parse_error_effect},
    Kind{"html", parse_html_effect},         Kind{"index_lag", parse_index_lag_effect},
    Kind{"latency", parse_latency_effect},   Kind{"page", parse_page_effect},
    Kind{"records", parse_records_effect},   Kind{"refuse", parse_refuse_effect},
    Kind{"roll", parse_roll_effect},         Kind{"stale", parse_stale_effect},
    Kind{"throttle", parse_throttle_effect}, Kind{"trickle", parse_trickle_effect},
    Kind{"truncate", parse_truncate_effect}, Kind{"unprocessed", parse_unprocessed_effect},
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
  const std::string& name = fault.map.front().name;
  const Node& value = fault.map.front().value;
  const auto found = std::find_if(kKinds.begin(), kKinds.end(),
                                  [&](const Kind& kind) { return kind.name == name; });
  if (found == kKinds.end()) {
    problems.push_back({value.line, path + "." + name, "is no kind of fault; known are " + known});
    return nullptr;
  }
  return found->parse(value, path + "." + name, problems);
}

}  // namespace dynadeck::faults
