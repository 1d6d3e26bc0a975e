// dynadeck: reads the command line, and does the one thing that it asks for.
#include <iostream>
#include <span>
#include <string>
#include <vector>

#include "cassettes/tools/command.h"
#include "faults/check_command.h"
#include "harness/child_process.h"
#include "harness/config.h"
#include "harness/exit_status.h"
#include "harness/serve.h"
#include "harness/tool_servers.h"

namespace {

constexpr int kUsage = dynadeck::kBadInput;

int run_faults_command(const std::vector<std::string>& arguments) {
  if (arguments.size() == 2 && arguments[0] == "check") {
    return dynadeck::faults::check_rules_command(arguments[1], std::cout, std::cerr);
  }
  const bool asked = arguments.size() == 1 && (arguments[0] == "--help" || arguments[0] == "-h");
  (asked ? std::cout : std::cerr)
      << "Usage: dynadeck faults check FILE\n"
         "Explains the rules of a YAML or JSON file, or what is wrong with them, by line.\n"
         "Exit status: 0; 1 where something is wrong.\n";
  return asked ? 0 : kUsage;
}

int run(const dynadeck::Config& config) {
  using dynadeck::Command;
  switch (config.command) {
    case Command::kPrint:
      std::cout << config.text;
      return 0;
    case Command::kCassette:
      // Nobody waits for them here: Ctrl-C ends a tool.
      dynadeck::unblock_stop_signals();
      return dynadeck::cassettes::run_cassette_command(config.rest, dynadeck::tool_servers(),
                                                       std::cout, std::cerr);
    case Command::kFaults:
      return run_faults_command(config.rest);
    case Command::kServe:
      return dynadeck::serve(config.serve);
    case Command::kRecord:
    case Command::kReplay:
      dynadeck::block_child_signals();
      return dynadeck::serve_child(config.serve, config.child);
  }
  return kUsage;
}

}  // namespace

int main(int argc, char** argv) {
  // Before any thread starts, so that all of them leave the stop signals to whoever waits for them.
  dynadeck::block_stop_signals();
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto config = dynadeck::read_config(arguments);
  if (!config.ok()) {
    std::cerr << "dynadeck: " << config.error().message << " (see dynadeck --help)\n";
    return kUsage;
  }
  return run(*config);
}
