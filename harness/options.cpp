#include "harness/options.h"

#include <CLI/CLI.hpp>

#include "harness/seam/time_text.h"

namespace dynadeck {
namespace {

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

void add_fault_options(CLI::App& app, ServeOptions& serve, RawOptions& raw) {
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
  app.add_option("--faults", serve.faults,
                 "Fault rules, in YAML or JSON; a URL is asked again while the server runs")
      ->type_name("FILE|URL")
      ->envname("DYNADECK_FAULTS");
  app.add_option("--faults-poll-interval", raw.faults_poll_interval,
                 "How often a URL is asked for its fault rules (default 5s)")
      ->type_name("DURATION")
      ->check(check_duration)
      ->envname("DYNADECK_FAULTS_POLL_INTERVAL");
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
               "Throttle what exceeds provisioned throughput, on-demand maxima or a partition")
      ->envname("DYNADECK_ENFORCE_THROUGHPUT");
  app.add_option("--stream-shards", serve.stream_shards, "How many shards a new stream begins with")
      ->type_name("N")
      ->check(CLI::Range(1, 1000))
      ->envname("DYNADECK_STREAM_SHARDS")
      ->capture_default_str();
  app.add_option("--stream-roll-age", raw.stream_roll_age,
                 "After which a stream's shard is closed and gets a child (AWS: 4h); 0: never")
      ->type_name("DURATION")
      ->check(check_duration)
      ->envname("DYNADECK_STREAM_ROLL_AGE");
  app.add_option("--kinesis-endpoint", serve.kinesis_endpoint,
                 "Where tables with a Kinesis destination send their changes")
      ->type_name("URL")
      ->envname("DYNADECK_KINESIS_ENDPOINT");
  app.add_option("--ttl-sweep-interval", raw.ttl_sweep_interval,
                 "How often expired items are deleted (default 10s); 0: only on request")
      ->type_name("DURATION")
      ->check(check_duration)
      ->envname("DYNADECK_TTL_SWEEP_INTERVAL");
  app.add_option("--credentials", raw.credentials,
                 "Accept only these, and verify signatures; repeatable")
      ->type_name("KEY:SECRET")
      ->take_all()
      ->check(check_credential)
      ->envname("DYNADECK_CREDENTIALS");
}

void add_upstream_options(CLI::App& app, UpstreamChoice& upstream, RawOptions& raw) {
  app.add_option(
         "--upstream", upstream.url,
         "Another DynamoDB that answers: http(s)://HOST[:PORT], {region} is filled in; or: aws")
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
  add_timeout("--upstream-timeout", raw.upstream_timeout,
              "For a whole request, retries included: a hard end (default 60s)",
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

void add_cassette_flag(CLI::App& app, ServeOptions& serve, const std::string& name,
                       const std::string& help) {
  const auto keep = [&serve, name](std::int64_t) { serve.cassette.emplace_back(name, "true"); };
  app.add_flag("--" + name, keep, help);
}

void add_mode_option(CLI::App& app, ServeOptions& serve) {
  add_cassette_option(app, serve, "mode", "MODE", "all, once, none or new-episodes");
}

void add_record_options(CLI::App& app, ServeOptions& serve) {
  add_cassette_flag(app, serve, "overwrite", "An existing tape may be replaced");
  add_cassette_flag(app, serve, "faults-clean",
                    "Tape what the database answered, not what the faults made of it");
  app.add_flag(
      "--stream-records,!--no-stream-records",
      [&serve](std::int64_t given) {
        serve.cassette.emplace_back("stream-records", given > 0 ? "true" : "false");
      },
      "Whether the tape has a line for each stream record (it has)");
  add_cassette_option(app, serve, "redact", "WHAT",
                      "Never taped: a path ($.Item.email), attribute:NAME or pattern:REGEX; "
                      "repeatable");
}

void add_replay_options(CLI::App& app, ServeOptions& serve) {
  add_cassette_option(app, serve, "order", "ORDER", "strict, item or free");
  add_cassette_option(app, serve, "repeat", "REPEAT", "once, last or cycle");
  add_cassette_option(app, serve, "unmatched", "WHAT", "error, passthrough or record");
  add_cassette_option(app, serve, "streams", "WHICH",
                      "Which stream records can be read: ordered, played, all or taped");
  add_cassette_option(app, serve, "ignore", "PATH", "Not compared ($.Item.createdAt); repeatable");
  add_cassette_option(app, serve, "normalise", "WHAT",
                      "Compared up to a consistent renaming: a path or a pattern; repeatable");
  add_cassette_option(app, serve, "match-only", "PATH", "Compare only this; repeatable");
  add_cassette_option(app, serve, "match-rules", "FILE", "The same, per operation and table");
  add_cassette_flag(app, serve, "verify", "All of the tape has to be played, or the status is 3");
  add_cassette_option(app, serve, "speed", "X", "instant, taped (or 1), 10x ten times faster");
}

void add_common_options(CLI::App& app, ServeOptions& serve, RawOptions& raw) {
  add_storage_options(app, serve, raw);
  add_determinism_options(app, serve, raw);
  add_fault_options(app, serve, raw);
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

}  // namespace

void add_serve_options(CLI::App& app, ServeOptions& serve, RawOptions& raw) {
  add_address_options(app, serve);
  add_common_options(app, serve, raw);
  app.add_option("--record", serve.record_file, "Tape what is asked and answered")
      ->type_name("FILE")
      ->envname("DYNADECK_RECORD");
  app.add_option("--replay", serve.replay_file, "Answer from a tape; no database")
      ->type_name("FILE")
      ->envname("DYNADECK_REPLAY");
  add_mode_option(app, serve);
  add_record_options(app, serve);
  add_replay_options(app, serve);
}

void add_record_command_options(CLI::App& app, ServeOptions& serve, RawOptions& raw) {
  app.footer("Usage: dynadeck record FILE [OPTIONS] -- COMMAND [ARGUMENTS]");
  app.add_option("FILE", serve.record_file, "The tape to write")->required();
  add_mode_option(app, serve);
  add_record_options(app, serve);
  // A mode may play too, and rules that the tape is recorded with are those of its replays.
  add_replay_options(app, serve);
  add_common_options(app, serve, raw);
}

void add_replay_command_options(CLI::App& app, ServeOptions& serve, RawOptions& raw) {
  app.footer("Usage: dynadeck replay FILE [OPTIONS] -- COMMAND [ARGUMENTS]");
  app.add_option("FILE", serve.replay_file, "The tape to play")->required();
  add_mode_option(app, serve);
  add_replay_options(app, serve);
  add_upstream_options(app, serve.upstream, raw);
  add_determinism_options(app, serve, raw);
  add_fault_options(app, serve, raw);
  add_server_options(app, serve, raw);
}

std::optional<UsageError> finish(ServeOptions& serve, const RawOptions& raw) {
  serve.durability = raw.durability == "sync" ? DurabilityChoice::kSync : DurabilityChoice::kWal;
  if (!raw.clock.empty()) serve.clock = parse_time(raw.clock);
  if (raw.delay_transient_statuses) serve.status_delay = std::chrono::seconds{2};
  const auto set = [](std::chrono::milliseconds& value, const std::string& text) {
    if (!text.empty()) value = *parse_duration(text);
  };
  set(serve.status_delay, raw.status_delay);
  set(serve.stream_roll_age, raw.stream_roll_age);
  set(serve.ttl_sweep_interval, raw.ttl_sweep_interval);
  set(serve.drain_timeout, raw.drain_timeout);
  set(serve.faults_poll_interval, raw.faults_poll_interval);
  set(serve.upstream.connect_timeout, raw.upstream_connect_timeout);
  set(serve.upstream.response_timeout, raw.upstream_response_timeout);
  set(serve.upstream.total_timeout, raw.upstream_timeout);
  serve.upstream.sign = raw.sign == "auto";
  for (const std::string& text : raw.credentials) {
    const std::size_t colon = text.find(':');
    serve.credentials.push_back({text.substr(0, colon), text.substr(colon + 1)});
  }
  if (serve.faults_poll_interval < std::chrono::milliseconds(10)) {
    return UsageError{"--faults-poll-interval: expected at least 10ms"};
  }
  if (!serve.record_file.empty() && !serve.replay_file.empty()) {
    return UsageError{"--record and --replay exclude each other"};
  }
  return std::nullopt;
}

}  // namespace dynadeck
