#include "harness/layer_options.h"

#include <spdlog/spdlog.h>

#include "engine/engine.h"
#include "harness/shadow/shadow.h"
#include "harness/upstream/upstream.h"

namespace dynadeck {
namespace {

void log_warning(const std::string& line) { spdlog::warn("{}", line); }

}  // namespace

engine::EngineOptions engine_options(const ServeOptions& options) {
  engine::EngineOptions result;
  result.data_dir = options.data_dir;
  result.in_memory = options.in_memory;
  result.durability = options.durability == DurabilityChoice::kSync ? engine::Durability::kSync
                                                                    : engine::Durability::kWal;
  result.shared_db = options.shared_db;
  result.status_delay = options.status_delay;
  result.enforce_throughput = options.enforce_throughput;
  result.stream_shards = options.stream_shards;
  result.stream_roll_age = options.stream_roll_age;
  result.ttl_sweep_interval = options.ttl_sweep_interval;
  return result;
}

UpstreamOptions upstream_options(const UpstreamChoice& choice) {
  UpstreamOptions result;
  result.url = choice.url;
  result.streams_url = choice.streams_url;
  result.region = choice.region;
  result.signing = choice.sign ? UpstreamSigning::kAuto : UpstreamSigning::kNone;
  result.ca_file = choice.ca_file;
  result.retries = choice.retries;
  result.timeouts.connect = choice.connect_timeout;
  result.timeouts.response = choice.response_timeout;
  result.timeouts.total = choice.total_timeout;
  result.log = log_warning;
  return result;
}

UpstreamOptions shadow_upstream_options(const UpstreamChoice& choice) {
  UpstreamOptions result = upstream_options(choice);
  result.url = choice.shadow;
  result.streams_url.clear();
  return result;
}

ShadowOptions shadow_options(const UpstreamChoice& choice) {
  ShadowOptions result;
  result.name = choice.shadow;
  result.log = log_warning;
  return result;
}

std::string mode_of(const ServeOptions& options) {
  if (!options.replay_file.empty()) return "replay";
  if (!options.upstream.url.empty()) return "upstream";
  return options.in_memory ? "in-memory" : "embedded";
}

}  // namespace dynadeck
