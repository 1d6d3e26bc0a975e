// `dynadeck faults check FILE`.
#pragma once

#include <iosfwd>
#include <string>

namespace dynadeck::faults {

// Explains the rules of a file on `out`, or what is wrong with them, by line, on `err`. Returns the
// exit status: 0, or 1 where something is wrong.
int check_rules_command(const std::string& path, std::ostream& out, std::ostream& err);

}  // namespace dynadeck::faults
