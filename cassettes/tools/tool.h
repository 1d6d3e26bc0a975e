// What the tools for tapes have in common.
#pragma once

#include <iosfwd>
#include <string>

namespace CLI {
class App;
}

namespace dynadeck::cassettes {

inline constexpr int kToolGood = 0;
inline constexpr int kToolFound = 1;  // verify, diff, run-against: something is not as it should be
inline constexpr int kToolUnusable = 2;  // the file cannot be read as a tape

struct ToolOutput {
  std::ostream& output;
  std::ostream& errors;
};

// Prints one line, returns kToolUnusable.
int unusable(const ToolOutput& to, const std::string& message);

// Each adds its subcommand to the application; `status` becomes the exit status when it has run.
void add_show(CLI::App& app, const ToolOutput& to, int& status);
void add_verify(CLI::App& app, const ToolOutput& to, int& status);

}  // namespace dynadeck::cassettes
