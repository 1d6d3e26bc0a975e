#include "harness/config.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <map>

#include "harness/version.h"

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

std::string check_duration(const std::string& text) {
  return parse_duration(text) ? "" : "'" + text + "' is no duration: write 150ms, 2s, 5m or 1h";
}

std::string check_time(const std::string& text) {
  return parse_time(text) ? "" : "'" + text + "' is no time: write 2026-01-31T12:00:00Z";
}

std::string check_credential(const std::string& text) {
  const std::size_t colon = text.find(':');
  return colon == std::string::npos || colon == 0 || colon + 1 == text.size()
             ? "a credential is ACCESS_KEY:SECRET"
             : "";
}

// Options that need a second look after CLI11 has read them.
struct RawOptions {
  std::string durability = "wal";
  std::string clock;
  std::string status_delay;
  bool delay_transient_statuses = false;
  std::string drain_timeout;
  std::string sign = "auto";
  std::string upstream_connect_timeout;
  std::string upstream_response_timeout;
  std::string upstream_timeout;
  Arguments credentials;
};

void add_storage_options(CLI::App& app, ServeOptions& serve, RawOptions& raw) {
  app.add_option("--data-dir", serve.data_dir, "Where tables live on disk")
      ->type_name("DIR")
      ->envname("DYNADECK_DATA_DIR")
      ->capture_default_str();
  app.add_flag("--in-memory", serve.in_memory, "Keep nothing on disk; wins over DYNADECK_DATA_DIR")
      ->envname("DYNADECK_IN_MEMORY");
  app.add_option("--durability", raw.durability,
                 "wal: an acknowledged write survives a killed process; sync: also a lost machine")
      ->check(CLI::IsMember({"wal", "sync"}))
      ->envname("DYNADECK_DURABILITY")
      ->capture_default_str();
  app.add_flag("--shared-db", serve.shared_db, "One set of tables for all accounts and regions")
      ->envname("DYNADECK_SHARED_DB");
}

void add_determinism_options(CLI::App& app, ServeOptions& serve, RawOptions& raw) {
  app.add_option("--seed", serve.seed, "Repeats ids, labels and fault decisions")
      ->type_name("N")
      ->envname("DYNADECK_SEED");
  app.add_option("--clock", raw.clock, "Where the clock stands still from the start, in UTC")
      ->type_name("TIME")
      ->check(check_time)
      ->envname("DYNADECK_CLOCK");
}

void add_fault_options(CLI::App& app, ServeOptions& serve) {
  const auto add = [&app](const std::string& name, double& value, const std::string& which,
                          const char* variable) {
    app.add_option(name, value, "How likely " + which + " is answered as throttled, from 0 to 1")
        ->type_name("P")
        ->check(CLI::Range(0.0, 1.0))
        ->envname(variable);
  };
  add("--error-probability", serve.error_probability, "a read or write",
      "DYNADECK_ERROR_PROBABILITY");
  add("--read-error-probability", serve.read_error_probability, "a read",
      "DYNADECK_READ_ERROR_PROBABILITY");
  add("--write-error-probability", serve.write_error_probability, "a write",
      "DYNADECK_WRITE_ERROR_PROBABILITY");
  app.add_option("--faults", serve.faults_file, "Fault rules, in YAML or JSON")
      ->type_name("FILE")
      ->envname("DYNADECK_FAULTS");
}

void add_engine_options(CLI::App& app, ServeOptions& serve, RawOptions& raw) {
  app.add_option("--status-delay", raw.status_delay,
                 "How long tables and indexes stay CREATING, UPDATING or DELETING")
      ->type_name("DURATION")
      ->check(check_duration)
      ->envname("DYNADECK_STATUS_DELAY");
  app.add_flag("--delay-transient-statuses", raw.delay_transient_statuses,
               "As --status-delay 2s; for DynamoDB Local's users")
      ->group("");
  app.add_flag("--enforce-throughput", serve.enforce_throughput,
               "Throttle at the provisioned capacity, as AWS does")
      ->envname("DYNADECK_ENFORCE_THROUGHPUT");
  app.add_option("--credentials", raw.credentials,
                 "Accept only these, and verify signatures; repeatable")
      ->type_name("KEY:SECRET")
      ->take_all()
      ->check(check_credential)
      ->envname("DYNADECK_CREDENTIALS");
}

void add_upstream_options(CLI::App& app, UpstreamChoice& upstream, RawOptions& raw) {
  app.add_option("--upstream", upstream.url,
                 "Another DynamoDB that answers: http(s)://HOST[:PORT], {region} is filled in")
      ->type_name("URL")
      ->envname("DYNADECK_UPSTREAM");
  app.add_option("--upstream-streams", upstream.streams_url,
                 "Where its DynamoDB Streams are; found from --upstream without")
      ->type_name("URL")
      ->envname("DYNADECK_UPSTREAM_STREAMS");
  app.add_option("--upstream-region", upstream.region,
                 "The region to sign for; the client's without")
      ->type_name("REGION")
      ->envname("DYNADECK_UPSTREAM_REGION");
  app.add_option("--sign", raw.sign,
                 "auto: sign anew with the credentials found here; none: pass signatures through")
      ->check(CLI::IsMember({"auto", "none"}))
      ->envname("DYNADECK_SIGN")
      ->capture_default_str();
  app.add_option("--shadow", upstream.shadow,
                 "Asked the same, too, and compared: a URL, or embedded for the engine here")
      ->type_name("URL")
      ->envname("DYNADECK_SHADOW");
  app.add_option("--upstream-ca", upstream.ca_file, "Certificates to trust beside nobody else")
      ->type_name("FILE")
      ->envname("DYNADECK_UPSTREAM_CA");
  app.add_option("--upstream-retries", upstream.retries,
                 "How often a request that never left is tried again (default 0)")
      ->check(CLI::Range(0, 10))
      ->envname("DYNADECK_UPSTREAM_RETRIES");
  const auto add_timeout = [&app](const std::string& name, std::string& value,
                                  const std::string& help, const char* variable) {
    app.add_option(name, value, help)
        ->type_name("DURATION")
        ->check(check_duration)
        ->envname(variable);
  };
  add_timeout("--upstream-connect-timeout", raw.upstream_connect_timeout,
              "To be connected (default 3s)", "DYNADECK_UPSTREAM_CONNECT_TIMEOUT");
  add_timeout("--upstream-response-timeout", raw.upstream_response_timeout,
              "Without a byte moving (default 30s)", "DYNADECK_UPSTREAM_RESPONSE_TIMEOUT");
  add_timeout("--upstream-timeout", raw.upstream_timeout, "For a whole request (default 60s)",
              "DYNADECK_UPSTREAM_TIMEOUT");
}

void add_server_options(CLI::App& app, ServeOptions& serve, RawOptions& raw) {
  app.add_option("--log-level", serve.log_level, "What is worth a line on stderr")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}))
      ->envname("DYNADECK_LOG_LEVEL")
      ->capture_default_str();
  app.add_option("--workers", serve.workers, "Threads that answer requests; 0: one per processor")
      ->check(CLI::Range(0, 1024))
      ->envname("DYNADECK_WORKERS");
  app.add_option("--drain-timeout", raw.drain_timeout,
                 "How long requests in flight may take after SIGTERM (default 5s)")
      ->type_name("DURATION")
      ->check(check_duration)
      ->envname("DYNADECK_DRAIN_TIMEOUT");
}

// The cassette room checks the values; here they only get their names.
void add_cassette_option(CLI::App& app, ServeOptions& serve, const std::string& name,
                         const std::string& type, const std::string& help) {
  const auto keep = [&serve, name](const std::vector<std::string>& values) {
    for (const std::string& value : values) serve.cassette.emplace_back(name, value);
    return true;
  };
  app.add_option("--" + name, keep, help)->type_name(type)->take_all()->expected(1);
}

void add_record_options(CLI::App& app, ServeOptions& serve) {
  const auto keep = [&serve](std::int64_t) { serve.cassette.emplace_back("overwrite", "true"); };
  app.add_flag("--overwrite", keep, "An existing tape may be replaced");
  add_cassette_option(app, serve, "mode", "MODE", "all, once, none or new-episodes");
  add_cassette_option(app, serve, "redact", "WHAT",
                      "Never taped: a path ($.Item.email), attribute:NAME or pattern:REGEX; "
                      "repeatable");
}

void add_replay_options(CLI::App& app, ServeOptions& serve) {
  add_cassette_option(app, serve, "order", "ORDER", "strict, item or free");
  add_cassette_option(app, serve, "repeat", "REPEAT", "once, last or cycle");
  add_cassette_option(app, serve, "unmatched", "WHAT", "error, passthrough or record");
  add_cassette_option(app, serve, "ignore", "PATH", "Not compared ($.Item.createdAt); repeatable");
  add_cassette_option(app, serve, "normalise", "WHAT",
                      "Compared up to a consistent renaming: a path or a pattern; repeatable");
  add_cassette_option(app, serve, "match-only", "PATH", "Compare only this; repeatable");
  add_cassette_option(app, serve, "match-rules", "FILE", "The same, per operation and table");
  add_cassette_option(app, serve, "speed", "X", "0 instant, 1 as taped, 10x ten times faster");
}

void add_common_options(CLI::App& app, ServeOptions& serve, RawOptions& raw) {
  add_storage_options(app, serve, raw);
  add_determinism_options(app, serve, raw);
  add_fault_options(app, serve);
  add_engine_options(app, serve, raw);
  add_upstream_options(app, serve.upstream, raw);
  add_server_options(app, serve, raw);
}

void add_address_options(CLI::App& app, ServeOptions& serve) {
  app.add_option("--host", serve.host, "The address to listen on")
      ->envname("DYNADECK_HOST")
      ->capture_default_str();
  app.add_option("--port", serve.port, "The port to listen on; 0: any free one")
      ->envname("DYNADECK_PORT")
      ->capture_default_str();
}

std::optional<UsageError> finish(ServeOptions& serve, const RawOptions& raw) {
  serve.durability = raw.durability == "sync" ? DurabilityChoice::kSync : DurabilityChoice::kWal;
  if (!raw.clock.empty()) serve.clock = parse_time(raw.clock);
  if (raw.delay_transient_statuses) serve.status_delay = std::chrono::seconds{2};
  const auto set = [](std::chrono::milliseconds& value, const std::string& text) {
    if (!text.empty()) value = *parse_duration(text);
  };
  set(serve.status_delay, raw.status_delay);
  set(serve.drain_timeout, raw.drain_timeout);
  set(serve.upstream.connect_timeout, raw.upstream_connect_timeout);
  set(serve.upstream.response_timeout, raw.upstream_response_timeout);
  set(serve.upstream.total_timeout, raw.upstream_timeout);
  serve.upstream.sign = raw.sign == "auto";
  for (const std::string& text : raw.credentials) {
    const std::size_t colon = text.find(':');
    serve.credentials.push_back({text.substr(0, colon), text.substr(colon + 1)});
  }
  if (!serve.record_file.empty() && !serve.replay_file.empty()) {
    return UsageError{"--record and --replay exclude each other"};
  }
  return std::nullopt;
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
  return std::nullopt;
}

// Names the subcommand where the user named none, so that `dynadeck --port 1` serves.
void default_to_serve(Arguments& arguments) {
  constexpr std::array<std::string_view, 6> kCommands = {"serve",    "record", "replay",
                                                         "cassette", "faults", "version"};
  const bool asks_program =
      arguments.size() == 1 &&
      (arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "--version");
  if (asks_program) return;
  if (!arguments.empty() && !arguments[0].starts_with("-")) return;
  const bool named = !arguments.empty() &&
                     std::find(kCommands.begin(), kCommands.end(), arguments[0]) != kCommands.end();
  if (!named) arguments.insert(arguments.begin(), "serve");
}

constexpr std::string_view kFooter =
    "Every option can come from the environment: --data-dir is DYNADECK_DATA_DIR.\n"
    "Without a command, dynadeck serves. Exit status: 0 fine; 1 cannot start or went wrong;\n"
    "2 wrong usage or unreadable input; 3 the replay had an unmatched or unplayed exchange.";

}  // namespace

Outcome<Config, UsageError> read_config(std::span<const std::string> command_line) {
  Arguments arguments = translate_local_options(command_line);
  Config config;
  config.child = split_child(arguments);
  default_to_serve(arguments);

  // The tools read their own arguments, so they are not CLI11's.
  if (!arguments.empty() && (arguments[0] == "cassette" || arguments[0] == "faults")) {
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

  auto* serve = app.add_subcommand("serve", "Serve DynamoDB and DynamoDB Streams (the default)");
  add_address_options(*serve, config.serve);
  add_common_options(*serve, config.serve, raw);
  serve->add_option("--record", config.serve.record_file, "Tape what is asked and answered")
      ->type_name("FILE")
      ->envname("DYNADECK_RECORD");
  serve->add_option("--replay", config.serve.replay_file, "Answer from a tape; no database")
      ->type_name("FILE")
      ->envname("DYNADECK_REPLAY");
  add_record_options(*serve, config.serve);
  add_replay_options(*serve, config.serve);

  auto* record =
      app.add_subcommand("record", "Run a command against a private server, and tape it");
  record->footer("Usage: dynadeck record FILE [OPTIONS] -- COMMAND [ARGUMENTS]");
  record->add_option("FILE", config.serve.record_file, "The tape to write")->required();
  add_record_options(*record, config.serve);
  add_common_options(*record, config.serve, raw);

  auto* replay = app.add_subcommand("replay", "Run a command against a tape, with no database");
  replay->footer("Usage: dynadeck replay FILE [OPTIONS] -- COMMAND [ARGUMENTS]");
  replay->add_option("FILE", config.serve.replay_file, "The tape to play")->required();
  add_replay_options(*replay, config.serve);
  add_determinism_options(*replay, config.serve, raw);
  add_fault_options(*replay, config.serve);
  add_server_options(*replay, config.serve, raw);

  app.add_subcommand("cassette", "Look into tapes: dynadeck cassette --help");
  app.add_subcommand("faults", "Check rule files: dynadeck faults --help");
  auto* version = app.add_subcommand("version", "Say which dynadeck this is");

  try {
    std::reverse(arguments.begin(), arguments.end());
    app.parse(arguments);
  } catch (const CLI::CallForHelp&) {
    for (const CLI::App* chosen : app.get_subcommands()) {
      config.text = chosen->help();
    }
    if (config.text.empty()) config.text = app.help();
    config.command = Command::kPrint;
    return config;
  } catch (const CLI::CallForVersion&) {
    config.text = version_text() + "\n";
    config.command = Command::kPrint;
    return config;
  } catch (const CLI::ParseError& error) {
    return UsageError{error.what()};
  }
  if (version->parsed()) {
    config.text = version_text() + "\n";
    config.command = Command::kPrint;
    return config;
  }

  if (auto wrong = finish(config.serve, raw)) return *std::move(wrong);
  config.command = record->parsed()   ? Command::kRecord
                   : replay->parsed() ? Command::kReplay
                                      : Command::kServe;
  const bool wants_child = config.command != Command::kServe;
  if (wants_child && config.child.empty()) {
    return UsageError{"what is to be run? Write it behind --, as in: dynadeck " +
                      std::string(record->parsed() ? "record" : "replay") +
                      " session.tape -- npm test"};
  }
  if (!wants_child && !config.child.empty()) {
    return UsageError{"only record and replay run a command behind --"};
  }
  // A private server leaves nothing behind unless it is told where.
  if (config.command == Command::kRecord && record->get_option("--data-dir")->empty()) {
    config.serve.in_memory = true;
  }
  return config;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || number < 0) return std::nullopt;
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  constexpr std::array<std::pair<std::string_view, double>, 6> kUnits = {
      {{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
  for (const auto& [name, milliseconds] : kUnits) {
    const double total = number * milliseconds;
    if (unit == name && total < 1e15) {
      return std::chrono::milliseconds{static_cast<std::int64_t>(total + 0.5)};
    }
  }
  return std::nullopt;
}

std::optional<Clock::WallTime> parse_time(std::string_view text) {
  using std::chrono::microseconds;
  double seconds = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, seconds);
  if (error == std::errc{} && rest == end && seconds >= 0 && seconds < 1e12) {
    return Clock::WallTime{microseconds{static_cast<std::int64_t>(seconds * 1e6)}};
  }

  int year = 0, month = 0, day = 0, hour = 0, minute = 0, consumed = 0;
  const std::string owned(text);
  if (std::sscanf(owned.c_str(), "%4d-%2d-%2dT%2d:%2d:%n", &year, &month, &day, &hour, &minute,
                  &consumed) != 5 ||
      consumed == 0 || !owned.ends_with('Z')) {
    return std::nullopt;
  }
  double second = 0;
  const char* from = owned.c_str() + consumed;
  const char* z = owned.c_str() + owned.size() - 1;
  const auto [after, wrong] = std::from_chars(from, z, second);
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  const bool in_range = date.ok() && hour >= 0 && hour < 24 && minute >= 0 && minute < 60 &&
                        second >= 0 && second < 60;
  if (wrong != std::errc{} || after != z || !in_range) return std::nullopt;
  return Clock::WallTime{std::chrono::sys_days{date} + std::chrono::hours{hour} +
                         std::chrono::minutes{minute} +
                         microseconds{static_cast<std::int64_t>(second * 1e6 + 0.5)}};
}

}  // namespace dynadeck
