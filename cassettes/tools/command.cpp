#include "cassettes/tools/command.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <ostream>
#include <vector>

#include "cassettes/tools/tool.h"

namespace dynadeck::cassettes {

int run_cassette_command(std::span<const std::string> arguments, const ToolServers& servers,
                         std::ostream& output, std::ostream& errors) {
  CLI::App app("Tools for cassettes, the tapes of recorded exchanges", "dynadeck cassette");
  app.require_subcommand(1);
  app.footer(
      "Each tool explains itself: dynadeck cassette show --help\n"
      "Exit status: 0 fine; 1 verify, diff or run-against found something; 2 a file that cannot "
      "be\n"
      "read or written, or a wrong command line.");
  const ToolOutput to{output, errors};
  int status = kToolGood;
  add_show(app, to, status);
  add_verify(app, to, status);
  add_stats(app, to, status);
  add_diff(app, to, status);
  add_redact(app, to, status);
  add_merge(app, to, status);
  add_split(app, to, status);
  add_compact(app, to, status);
  add_export(app, to, status);
  add_import(app, to, status);
  add_to_conformance(app, to, status);
  add_run_against(app, servers, to, status);
  add_play_stream(app, servers, to, status);

  // CLI11 takes them last one first.
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    output << (chosen.empty() ? app.help() : chosen.front()->help("dynadeck cassette"));
    return kToolGood;
  } catch (const CLI::ParseError& error) {
    const bool unknown = app.get_subcommands().empty() && !arguments.empty();
    errors << "dynadeck: cassette: "
           << (unknown ? "there is no tool " + arguments[0] : std::string(error.what()))
           << " (see dynadeck cassette --help)\n";
    return kToolUnusable;
  }
  output.flush();
  if (!output.good() && status != kToolUnusable)
    return unusable(to, "standard output: cannot be written");
  return status;
}

}  // namespace dynadeck::cassettes
