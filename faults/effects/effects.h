// The kinds of faults, each under its name in a rule's `fault`.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "faults/effects/effect.h"
#include "faults/language/fields.h"

namespace dynadeck::faults {

// What a rule's `fault` says.
struct Fault {
  std::shared_ptr<const Effect> effect;  // null after reporting what is wrong with it
  Duration delay{0};                     // of the answer that the effect makes
};
Fault parse_fault(const Node& node, const std::string& path, Problems& problems);

// The names that `fault` knows.
std::vector<std::string> effect_kinds();

// Rules of this kind are about connections, not requests.
inline constexpr std::string_view kRefuseKind = "refuse";
// What a header of the request says is the fault.
inline constexpr std::string_view kHeaderKind = "header";

// One parser per kind, in the file of that kind. `node` is the value of the kind's member.
using ParsedEffect = std::shared_ptr<const Effect>;
ParsedEffect parse_cancel_effect(const Node& node, const std::string& path, Problems& problems);
ParsedEffect parse_connection_effect(const Node& node, const std::string& path, Problems& problems);
ParsedEffect parse_corrupt_effect(const Node& node, const std::string& path, Problems& problems);
ParsedEffect parse_error_effect(const Node& node, const std::string& path, Problems& problems);
ParsedEffect parse_header_effect(const Node& node, const std::string& path, Problems& problems);
ParsedEffect parse_html_effect(const Node& node, const std::string& path, Problems& problems);
ParsedEffect parse_index_lag_effect(const Node& node, const std::string& path, Problems& problems);
ParsedEffect parse_latency_effect(const Node& node, const std::string& path, Problems& problems);
ParsedEffect parse_page_effect(const Node& node, const std::string& path, Problems& problems);
ParsedEffect parse_records_effect(const Node& node, const std::string& path, Problems& problems);
ParsedEffect parse_refuse_effect(const Node& node, const std::string& path, Problems& problems);
ParsedEffect parse_roll_effect(const Node& node, const std::string& path, Problems& problems);
ParsedEffect parse_stale_effect(const Node& node, const std::string& path, Problems& problems);
ParsedEffect parse_throttle_effect(const Node& node, const std::string& path, Problems& problems);
ParsedEffect parse_trickle_effect(const Node& node, const std::string& path, Problems& problems);
ParsedEffect parse_truncate_effect(const Node& node, const std::string& path, Problems& problems);
ParsedEffect parse_unprocessed_effect(const Node& node, const std::string& path,
                                      Problems& problems);

}  // namespace dynadeck::faults
