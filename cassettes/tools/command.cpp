#include "cassettes/tools/command.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <ostream>
#include <vector>

#include "cassettes/tools/tool.h"

namespace dynadeck::cassettes {

int unusable(const ToolOutput& to, const std::string& message) {
  to.errors << "dynadeck: " << message << "\n";
  return kToolUnusable;
}

int run_cassette_command(std::span<const std::string> arguments, std::ostream& output,
                         std::ostream& errors) {
  CLI::App app("Tools for cassettes, the tapes of recorded exchanges", "dynadeck cassette");
  app.require_subcommand(1);
  const ToolOutput to{output, errors};
  int status = kToolGood;
  add_show(app, to, status);
  add_verify(app, to, status);

  // CLI11 takes them last one first.
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    output << (chosen.empty() ? app.help() : chosen.front()->help());
    return kToolGood;
  } catch (const CLI::ParseError& error) {
    errors << "dynadeck: cassette: " << error.what() << "\n";
    return kToolUnusable;
  }
  return status;
}

}  // namespace dynadeck::cassettes
