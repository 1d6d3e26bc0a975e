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
    Kind{"cancel", parse_cancel_effect},
    Kind{"connection", parse_connection_effect},
    Kind{"corrupt", parse_corrupt_effect},
    Kind{"error", parse_error_effect},
    Kind{kHeaderKind, parse_header_effect},
    Kind{"html", parse_html_effect},
    Kind{"index_lag", parse_index_lag_effect},
    Kind{"latency", parse_latency_effect},
    Kind{"page", parse_page_effect},
    Kind{"records", parse_records_effect},
    Kind{kRefuseKind, parse_refuse_effect},
    Kind{"roll", parse_roll_effect},
    Kind{"stale", parse_stale_effect},
    Kind{"throttle", parse_throttle_effect},
    Kind{"trickle", parse_trickle_effect},
    Kind{"truncate", parse_truncate_effect},
    Kind{"unprocessed", parse_unprocessed_effect},
};

constexpr std::string_view kDelay = "delay";  // beside the one member that is the fault

}  // namespace

std::vector<std::string> effect_kinds() {
  std::vector<std::string> names;
  for (const Kind& kind : kKinds) names.emplace_back(kind.name);
  return names;
}

Fault parse_fault(const Node& node, const std::string& path, Problems& problems) {
  std::string known;
  for (const Kind& kind : kKinds) known += (known.empty() ? "" : ", ") + std::string(kind.name);
  Fault fault;
  const Member* chosen = nullptr;
  std::size_t others = 0;
  for (const Member& member : node.map) {
    if (member.name == kDelay) continue;
    chosen = &member;
    ++others;
  }
  if (node.kind != Node::Kind::kMap || others != 1) {
    problems.push_back(
        {node.line, path, "expected a map with one member (and perhaps a delay), one of " + known});
    return fault;
  }
  const auto found = std::find_if(kKinds.begin(), kKinds.end(),
                                  [&](const Kind& kind) { return kind.name == chosen->name; });
  if (found == kKinds.end()) {
    problems.push_back(
        {chosen->value.line, path + "." + chosen->name, "is no kind of fault; known are " + known});
    return fault;
  }
  fault.effect = found->parse(chosen->value, path + "." + chosen->name, problems);
  if (const Node* delay = node.find(kDelay)) {
    Fields fields(node, path, problems);
    fault.delay = fields.duration(kDelay).value_or(Duration::zero());
    if (fault.effect && !fault.effect->takes_delay()) {
      fields.report(*delay, kDelay,
                    "the fault " + std::string(found->name) + " makes no answer that could wait");
    }
  }
  return fault;
}

}  // namespace dynadeck::faults
