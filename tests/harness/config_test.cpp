#include "harness/config.h"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "harness/seam/time_text.h"

using namespace dynadeck;
using namespace std::chrono_literals;

namespace {

using Arguments = std::vector<std::string>;

Config config_of(const Arguments& arguments) {
  auto config = read_config(arguments);
  INFO((config.ok() ? "" : config.error().message));
  REQUIRE(config.ok());
  return *std::move(config);
}

std::string refusal_of(const Arguments& arguments) {
  const auto config = read_config(arguments);
  REQUIRE_FALSE(config.ok());
  return config.error().message;
}

struct EnvironmentVariable {
  EnvironmentVariable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~EnvironmentVariable() { unsetenv(name_); }
  const char* name_;
};

}  // namespace

TEST_CASE("no arguments mean serve with its defaults", "[config]") {
  const Config config = config_of({});
  CHECK(config.command == Command::kServe);
  CHECK(config.serve.host == "127.0.0.1");
  CHECK(config.serve.port == 8000);
  CHECK(config.serve.data_dir == "dynadeck-data");
  CHECK_FALSE(config.serve.in_memory);
  CHECK_FALSE(config.serve.seed);
  CHECK(config_of({"--port", "1234"}).serve.port == 1234);
  CHECK(config_of({"serve", "--port=1234"}).serve.port == 1234);
}

TEST_CASE("every serve option is read", "[config]") {
  const Config config = config_of({"serve",
                                   "--host",
                                   "0.0.0.0",
                                   "--port",
                                   "0",
                                   "--in-memory",
                                   "--durability",
                                   "sync",
                                   "--shared-db",
                                   "--seed",
                                   "42",
                                   "--clock",
                                   "2026-01-01T00:00:00Z",
                                   "--record",
                                   "a.tape",
                                   "--error-probability",
                                   "0.1",
                                   "--read-error-probability",
                                   "0.2",
                                   "--write-error-probability",
                                   "0.3",
                                   "--credentials",
                                   "AK:SK",
                                   "--credentials",
                                   "BK:S:K",
                                   "--log-level",
                                   "debug",
                                   "--faults",
                                   "https://rules.example/day.yaml",
                                   "--faults-poll-interval",
                                   "2s",
                                   "--status-delay",
                                   "150ms",
                                   "--stream-shards",
                                   "3",
                                   "--stream-roll-age",
                                   "4h",
                                   "--ttl-sweep-interval",
                                   "0",
                                   "--drain-timeout",
                                   "2s"});
  const ServeOptions& serve = config.serve;
  CHECK(serve.host == "0.0.0.0");
  CHECK(serve.port == 0);
  CHECK(serve.in_memory);
  CHECK(serve.durability == DurabilityChoice::kSync);
  CHECK(serve.shared_db);
  CHECK(serve.seed == 42U);
  CHECK(serve.clock == Clock::WallTime{1767225600s});
  CHECK(serve.record_file == "a.tape");
  CHECK(serve.error_probability == 0.1);
  CHECK(serve.read_error_probability == 0.2);
  CHECK(serve.write_error_probability == 0.3);
  REQUIRE(serve.credentials.size() == 2);
  CHECK(serve.credentials[0].access_key == "AK");
  CHECK(serve.credentials[1].secret == "S:K");
  CHECK(serve.log_level == "debug");
  CHECK(serve.faults == "https://rules.example/day.yaml");
  CHECK(serve.faults_poll_interval == 2s);
  CHECK(serve.status_delay == 150ms);
  CHECK(serve.stream_shards == 3);
  CHECK(serve.stream_roll_age == 4h);
  CHECK(serve.ttl_sweep_interval == 0s);
  CHECK(serve.drain_timeout == 2s);
}

TEST_CASE("an upstream is described", "[config]") {
  const UpstreamChoice upstream =
      config_of({"--upstream", "https://dynamodb.{region}.amazonaws.com", "--upstream-region",
                 "eu-west-1", "--sign", "none", "--upstream-ca", "ca.pem", "--upstream-retries",
                 "2", "--upstream-timeout", "5s", "--upstream-connect-timeout", "100ms"})
          .serve.upstream;
  CHECK(upstream.url == "https://dynamodb.{region}.amazonaws.com");
  CHECK(upstream.region == "eu-west-1");
  CHECK_FALSE(upstream.sign);
  CHECK(upstream.ca_file == "ca.pem");
  CHECK(upstream.retries == 2);
  CHECK(upstream.total_timeout == 5s);
  CHECK(upstream.connect_timeout == 100ms);
  CHECK(upstream.response_timeout == 30s);
}

TEST_CASE("DynamoDB Local's options are understood", "[config]") {
  const Config config =
      config_of({"-port", "9000", "-inMemory", "-sharedDb", "-cors", "*", "-delayTransientStatuses",
                 "-optimizeDbBeforeStartup", "-disableTelemetry"});
  CHECK(config.command == Command::kServe);
  CHECK(config.serve.port == 9000);
  CHECK(config.serve.in_memory);
  CHECK(config.serve.shared_db);
  CHECK(config.serve.status_delay == 2s);
  CHECK(config_of({"-dbPath", "/x"}).serve.data_dir == "/x");
  CHECK(refusal_of({"-dbPath", "/x", "-inMemory"}).find("exclude") != std::string::npos);
}

TEST_CASE("the environment is weaker than the command line", "[config]") {
  const EnvironmentVariable port("DYNADECK_PORT", "7777");
  const EnvironmentVariable localstack("DYNAMODB_WRITE_ERROR_PROBABILITY", "0.25");
  CHECK(config_of({}).serve.port == 7777);
  CHECK(config_of({"--port", "1"}).serve.port == 1);
  CHECK(config_of({}).serve.write_error_probability == 0.25);
  CHECK(config_of({"--write-error-probability", "0.5"}).serve.write_error_probability == 0.5);
  const EnvironmentVariable own("DYNADECK_WRITE_ERROR_PROBABILITY", "0.75");
  CHECK(config_of({}).serve.write_error_probability == 0.75);
}

TEST_CASE("LocalStack's switch for expired items can only turn the sweeps off", "[config]") {
  CHECK(config_of({}).serve.ttl_sweep_interval == 10s);
  {
    const EnvironmentVariable on("DYNAMODB_REMOVE_EXPIRED_ITEMS", GENERATE("1", "true", ""));
    CHECK(config_of({}).serve.ttl_sweep_interval == 10s);
  }
  const EnvironmentVariable off("DYNAMODB_REMOVE_EXPIRED_ITEMS", GENERATE("0", "false", "False"));
  CHECK(config_of({}).serve.ttl_sweep_interval == 0s);
  CHECK(config_of({"--ttl-sweep-interval", "3s"}).serve.ttl_sweep_interval == 3s);
  const EnvironmentVariable own("DYNADECK_TTL_SWEEP_INTERVAL", "5s");
  CHECK(config_of({}).serve.ttl_sweep_interval == 5s);
}

TEST_CASE("a Kinesis endpoint comes from the command line or the environment", "[config]") {
  CHECK(config_of({}).serve.kinesis_endpoint.empty());
  const EnvironmentVariable endpoint("DYNADECK_KINESIS_ENDPOINT", "http://127.0.0.1:4567");
  CHECK(config_of({}).serve.kinesis_endpoint == "http://127.0.0.1:4567");
  CHECK(config_of({"--kinesis-endpoint", "https://kinesis.{region}.amazonaws.com"})
            .serve.kinesis_endpoint == "https://kinesis.{region}.amazonaws.com");
}

TEST_CASE("a data directory from the environment gives way to --in-memory", "[config]") {
  const EnvironmentVariable dir("DYNADECK_DATA_DIR", "/elsewhere");
  CHECK(config_of({}).serve.data_dir == "/elsewhere");
  CHECK(config_of({"--in-memory"}).serve.in_memory);
}

TEST_CASE("record and replay take a tape and a command", "[config]") {
  const Config record =
      config_of({"record", "s.tape", "--seed", "1", "--", "npm", "test", "--port"});
  CHECK(record.command == Command::kRecord);
  CHECK(record.serve.record_file == "s.tape");
  CHECK(record.serve.in_memory);
  CHECK(record.child == Arguments{"npm", "test", "--port"});

  const Config kept = config_of({"record", "s.tape", "--data-dir", "d", "--", "true"});
  CHECK_FALSE(kept.serve.in_memory);

  const Config replay = config_of({"replay", "s.tape", "--", "pytest"});
  CHECK(replay.command == Command::kReplay);
  CHECK(replay.serve.replay_file == "s.tape");
  CHECK(replay.child == Arguments{"pytest"});
}

TEST_CASE("cassette options are passed on by name, in order", "[config]") {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  CHECK(config_of({"record", "s", "--overwrite", "--redact", "$.a", "--redact", "$.b", "--", "x"})
            .serve.cassette == Pairs{{"overwrite", "true"}, {"redact", "$.a"}, {"redact", "$.b"}});
  CHECK(config_of({"replay", "s", "--order", "strict", "--ignore", "$.a", "--", "x"})
            .serve.cassette == Pairs{{"order", "strict"}, {"ignore", "$.a"}});
}

TEST_CASE("tools get their own arguments", "[config]") {
  const Config config = config_of({"cassette", "show", "x.tape", "--json"});
  CHECK(config.command == Command::kCassette);
  CHECK(config.rest == Arguments{"show", "x.tape", "--json"});
}

TEST_CASE("help and version are texts", "[config]") {
  CHECK(config_of({"version"}).text.starts_with("dynadeck "));
  CHECK(config_of({"--version"}).text == config_of({"version"}).text);
  CHECK(config_of({"--help"}).text.find("replay") != std::string::npos);
  CHECK(config_of({"serve", "--help"}).text.find("--data-dir") != std::string::npos);
  CHECK(config_of({"record", "--help"}).text.find("-- COMMAND") != std::string::npos);
}

TEST_CASE("bad usage is refused in one line", "[config]") {
  const auto arguments = GENERATE(
      Arguments{"--no-such-option"}, Arguments{"serve", "--port", "70000"},
      Arguments{"serve", "--port", "x"}, Arguments{"serve", "--durability", "maybe"},
      Arguments{"serve", "--error-probability", "1.5"}, Arguments{"--credentials", "nocolon"},
      Arguments{"--clock", "yesterday"}, Arguments{"--status-delay", "-1s"},
      Arguments{"record", "x.tape"}, Arguments{"record", "--", "true"}, Arguments{"replay"},
      Arguments{"frobnicate"}, Arguments{"serve", "--", "true"},
      Arguments{"serve", "--record", "a", "--replay", "b"});
  const std::string message = refusal_of(arguments);
  CHECK_FALSE(message.empty());
  CHECK(message.find('\n') == std::string::npos);
}

TEST_CASE("a wrong LocalStack probability is refused", "[config]") {
  const EnvironmentVariable wrong("DYNAMODB_ERROR_PROBABILITY", GENERATE("2", "abc", "-1", "nan"));
  CHECK(refusal_of({}).find("DYNAMODB_ERROR_PROBABILITY") != std::string::npos);
}

TEST_CASE("durations and times", "[config]") {
  CHECK(parse_duration("1.5s") == 1500ms);
  CHECK(parse_duration("250ms") == 250ms);
  CHECK(parse_duration("3") == 3s);
  CHECK(parse_duration("2m") == 2min);
  CHECK(parse_duration("1d") == 24h);
  CHECK_FALSE(parse_duration("").has_value());
  CHECK_FALSE(parse_duration("s").has_value());
  CHECK_FALSE(parse_duration("1y").has_value());

  CHECK(parse_time("2026-01-31T12:30:15.25Z") ==
        Clock::WallTime{std::chrono::sys_days{std::chrono::year{2026} / 1 / 31} + 12h + 30min +
                        15s + 250ms});
  CHECK(parse_time("1767225600") == Clock::WallTime{1767225600s});
  CHECK_FALSE(parse_time("2026-02-30T00:00:00Z").has_value());
  CHECK_FALSE(parse_time("2026-01-01T24:00:00Z").has_value());
  CHECK_FALSE(parse_time("2026-01-01").has_value());
}
