#include "harness/config.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

#include "harness/options.h"
#include "harness/seam/version.h"

namespace dynadeck {
namespace {

using Arguments = std::vector<std::string>;

// DynamoDB Local's options and what they are here. A value follows where ours takes one.
// Source: [doc] developer guide, "DynamoDB local usage notes".
struct LocalOption {
  std::string_view theirs;
  std::string_view ours;  // empty: understood, and nothing to do
  bool takes_value;
};
constexpr std::array kLocalOptions = {
    LocalOption{"-port", "--port", true},
    LocalOption{"-inMemory", "--in-memory", false},
    LocalOption{"-dbPath", "--data-dir", true},
    LocalOption{"-sharedDb", "--shared-db", false},
    LocalOption{"-cors", "", true},  // every origin is allowed already
    LocalOption{"-delayTransientStatuses", "--delay-transient-statuses", false},
    LocalOption{"-optimizeDbBeforeStartup", "", false},  // RocksDB compacts as it goes
    LocalOption{"-disableTelemetry", "", false},         // there is none
    LocalOption{"-help", "--help", false},
    LocalOption{"-version", "--version", false},
};

Arguments translate_local_options(std::span<const std::string> arguments) {
  Arguments translated;
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    if (arguments[at] == "--") {
      translated.insert(translated.end(), arguments.begin() + static_cast<std::ptrdiff_t>(at),
                        arguments.end());
      break;
    }
    const auto* option =
        std::find_if(kLocalOptions.begin(), kLocalOptions.end(),
                     [&](const LocalOption& known) { return known.theirs == arguments[at]; });
    if (option == kLocalOptions.end()) {
      translated.push_back(arguments[at]);
    } else if (!option->ours.empty()) {
      translated.emplace_back(option->ours);
    } else if (option->takes_value) {
      ++at;
    }
  }
  return translated;
}

// What stands after "--" is the child's, never ours.
Arguments split_child(Arguments& arguments) {
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  if (dashes == arguments.end()) return {};
  Arguments child(dashes + 1, arguments.end());
  arguments.erase(dashes, arguments.end());
  return child;
}

bool given(std::span<const std::string> arguments, std::string_view option) {
  return std::any_of(arguments.begin(), arguments.end(), [&](std::string_view argument) {
    return argument.starts_with(option) &&
           (argument.size() == option.size() || argument[option.size()] == '=');
  });
}

// LocalStack's variables are the weakest: our own names and the command line win over them.
// Source: [doc] LocalStack, "Configuration: DynamoDB".
std::optional<UsageError> read_localstack_variables(ServeOptions& serve) {
  const std::array<std::pair<const char*, double*>, 3> variables = {{
      {"DYNAMODB_ERROR_PROBABILITY", &serve.error_probability},
      {"DYNAMODB_READ_ERROR_PROBABILITY", &serve.read_error_probability},
      {"DYNAMODB_WRITE_ERROR_PROBABILITY", &serve.write_error_probability},
  }};
  for (const auto& [name, probability] : variables) {
    const char* text = std::getenv(name);
    if (text == nullptr || *text == '\0') continue;
    char* end = nullptr;
    const double value = std::strtod(text, &end);
    if (*end != '\0' || !(value >= 0 && value <= 1)) {
      return UsageError{std::string(name) + " is '" + text + "': a probability is from 0 to 1"};
    }
    *probability = value;
  }
  // LocalStack does not delete expired items unless it is set; here it can only turn that off.
  const char* removes = std::getenv("DYNAMODB_REMOVE_EXPIRED_ITEMS");
  const std::string_view answer(removes == nullptr ? "" : removes);
  if (answer == "0" || answer == "false" || answer == "False") {
    serve.ttl_sweep_interval = std::chrono::milliseconds{0};
  }
  return std::nullopt;
}

// Names the subcommand where the user named none, so that `dynadeck --port 1` serves.
void default_to_serve(Arguments& arguments) {
  const bool asks_program =
      arguments.size() == 1 &&
      (arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "--version");
  if (asks_program) return;
  if (arguments.empty() || arguments[0].starts_with("-")) {
    arguments.insert(arguments.begin(), "serve");
  }
}

constexpr std::string_view kFooter =
    "Every option can come from the environment: --data-dir is DYNADECK_DATA_DIR.\n"
    "Without a command, dynadeck serves. Exit status: 0 fine; 1 cannot start or went wrong;\n"
    "2 wrong usage or unreadable input; 3 the replay had an unmatched or unplayed exchange.\n"
    "record and replay else end as their command does: 128 plus the signal that ended it, 126 "
    "where\n"
    "it cannot be executed, 127 where it is not found.";

// What the user wants to read instead of having anything done, if so.
std::optional<std::string> text_asked_for(CLI::App& app, Arguments arguments,
                                          std::optional<UsageError>& wrong) {
  try {
    std::reverse(arguments.begin(), arguments.end());
    app.parse(arguments);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    return chosen.empty() ? app.help() : chosen.front()->help("dynadeck");
  } catch (const CLI::CallForVersion&) {
    return version_text() + "\n";
  } catch (const CLI::ParseError& error) {
    wrong = UsageError{error.what()};
  }
  return std::nullopt;
}

std::optional<UsageError> check_child(const Config& config) {
  if (config.command == Command::kServe) {
    if (config.child.empty()) return std::nullopt;
    return UsageError{"only record and replay run a command behind --"};
  }
  if (!config.child.empty()) return std::nullopt;
  const std::string name = config.command == Command::kRecord ? "record" : "replay";
  return UsageError{"what is to be run? Write it behind --, as in: dynadeck " + name +
                    " session.tape -- npm test"};
}

}  // namespace

Outcome<Config, UsageError> read_config(std::span<const std::string> command_line) {
  Arguments arguments = translate_local_options(command_line);
  Config config;
  config.child = split_child(arguments);
  default_to_serve(arguments);

  // The tools read their own arguments, so they are not CLI11's.
  if (arguments[0] == "cassette" || arguments[0] == "faults") {
    config.command = arguments[0] == "cassette" ? Command::kCassette : Command::kFaults;
    config.rest.assign(arguments.begin() + 1, arguments.end());
    return config;
  }
  if (given(arguments, "--data-dir") && given(arguments, "--in-memory")) {
    return UsageError{"--data-dir and --in-memory exclude each other"};
  }
  if (auto wrong = read_localstack_variables(config.serve)) return *std::move(wrong);

  RawOptions raw;
  CLI::App app("dynadeck: Amazon DynamoDB to test against, to break on purpose, and to tape",
               "dynadeck");
  app.require_subcommand(0, 1);
  app.footer(std::string(kFooter));
  app.set_version_flag("--version", version_text());
  // The options of one command only: the others would read the environment, too, and into the same
  // places, past what the command line says.
  auto* serve = app.add_subcommand("serve", "Serve DynamoDB and DynamoDB Streams (the default)");
  if (arguments[0] == "serve") add_serve_options(*serve, config.serve, raw);
  auto* record =
      app.add_subcommand("record", "Run a command against a private server, and tape it");
  if (arguments[0] == "record") add_record_command_options(*record, config.serve, raw);
  auto* replay = app.add_subcommand("replay", "Run a command against a tape, with no database");
  if (arguments[0] == "replay") add_replay_command_options(*replay, config.serve, raw);
  app.add_subcommand("cassette", "Look into tapes: dynadeck cassette --help");
  app.add_subcommand("faults", "Check rule files: dynadeck faults --help");
  const auto* version = app.add_subcommand("version", "Say which dynadeck this is");

  std::optional<UsageError> wrong;
  std::optional<std::string> text = text_asked_for(app, arguments, wrong);
  if (wrong) return *std::move(wrong);
  if (version->parsed()) text = version_text() + "\n";
  if (text) {
    config.command = Command::kPrint;
    config.text = *std::move(text);
    return config;
  }

  if (auto unfit = finish(config.serve, raw)) return *std::move(unfit);
  config.command = record->parsed()   ? Command::kRecord
                   : replay->parsed() ? Command::kReplay
                                      : Command::kServe;
  if (auto unfit = check_child(config)) return *std::move(unfit);
  // A private server leaves nothing behind unless it is told where.
  if (record->parsed() && record->get_option("--data-dir")->empty()) config.serve.in_memory = true;
  return config;
}

}  // namespace dynadeck
