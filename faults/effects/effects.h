// The kinds of faults, each under its name in a rule's `fault`.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "faults/effect.h"
#include "faults/fields.h"

namespace dynadeck::faults {

// An effect from the one member of a rule's `fault`; null after reporting what is wrong with it.
std::shared_ptr<const Effect> parse_effect(const Node& fault, const std::string& path,
                                           Problems& problems);

// The names that `fault` knows.
std::vector<std::string> effect_kinds();

// One parser per kind, in the file of that kind. `node` is the value of the kind's member.
using ParsedEffect = std::shared_ptr<const Effect>;
ParsedEffect parse_error_effect(const Node& node, const std::string& path, Problems& problems);
ParsedEffect parse_unprocessed_effect(const Node& node, const std::string& path,
                                      Problems& problems);

}  // namespace dynadeck::faults
