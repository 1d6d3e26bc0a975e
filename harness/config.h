// What a user asked for: the command line and the environment, checked.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/seam/clock.h"
#include "harness/seam/result.h"

namespace dynadeck {

enum class Command : std::uint8_t {
  kServe,
  kRecord,    // a private server, recording, around a child command
  kReplay,    // a private server, replaying, around a child command
  kCassette,  // tools for tapes; arguments in `rest`
  kFaults,    // tools for rule files; arguments in `rest`
  kPrint,     // `text` is all there is to say: help or version
};

enum class DurabilityChoice : std::uint8_t { kWal, kSync };

struct CredentialOption {
  std::string access_key;
  std::string secret;
};

// Another DynamoDB that answers in the engine's place.
struct UpstreamChoice {
  std::string url;  // empty: the embedded engine answers
  std::string streams_url;
  std::string region;
  bool sign = true;
  std::string ca_file;
  unsigned retries = 0;
  std::chrono::milliseconds connect_timeout{3'000};
  std::chrono::milliseconds response_timeout{30'000};
  std::chrono::milliseconds total_timeout{60'000};
  std::string shadow;  // a URL, or "embedded": also asked, and compared; empty: nobody
};

// All options of `serve`, with their defaults.
struct ServeOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8000;
  std::string data_dir = "dynadeck-data";
  bool in_memory = false;
  DurabilityChoice durability = DurabilityChoice::kWal;
  bool shared_db = false;
  std::optional<std::uint64_t> seed;
  std::optional<Clock::WallTime> clock;  // where the clock stands still from the start
  std::string record_file;
  std::string replay_file;
  // How the tape is recorded or replayed, by the cassette room's names: {"order", "strict"}.
  std::vector<std::pair<std::string, std::string>> cassette;
  double error_probability = 0;
  double read_error_probability = 0;
  double write_error_probability = 0;
  std::string faults;  // a file, or a URL that is asked again
  std::chrono::milliseconds faults_poll_interval{5'000};
  UpstreamChoice upstream;
  std::vector<CredentialOption> credentials;
  std::string log_level = "info";
  std::chrono::milliseconds status_delay{0};
  bool enforce_throughput = false;
  std::uint32_t stream_shards = 1;
  std::string kinesis_endpoint;  // empty: nothing is delivered to Kinesis destinations
  std::chrono::milliseconds stream_roll_age{0};          // zero: shards are rolled on demand only
  std::chrono::milliseconds ttl_sweep_interval{10'000};  // zero: on demand only
  unsigned workers = 0;                                  // 0: one per hardware thread
  std::chrono::milliseconds drain_timeout{5000};
};

struct Config {
  Command command = Command::kServe;
  ServeOptions serve;
  std::vector<std::string> child;  // record, replay: the command to run, with its arguments
  std::vector<std::string> rest;   // cassette, faults: what follows
  std::string text;                // kPrint
};

// What was wrong with the command line: one line for stderr.
struct UsageError {
  std::string message;
};

// arguments: without the program's name. Reads DYNADECK_* and LocalStack's DYNAMODB_*_PROBABILITY
// from the environment; the command line wins over both. DynamoDB Local's options (-port,
// -inMemory, ...) mean what they mean there.
Outcome<Config, UsageError> read_config(std::span<const std::string> arguments);

}  // namespace dynadeck
