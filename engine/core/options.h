// How an engine is set up.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "engine/store/store.h"

namespace dynadeck::engine {

struct EngineOptions {
  std::string data_dir;  // made where it is missing; ignored in memory
  bool in_memory = false;
  Durability durability = Durability::kWal;
  bool shared_db = false;  // one namespace for all accounts and regions
  // How long a table or an index stays CREATING, UPDATING or DELETING. Zero: the answer to the
  // operation says so, and the next call finds it done.
  std::chrono::milliseconds status_delay{0};
  // Whether provisioned throughput, on-demand maxima and the limits of partitions are enforced.
  bool enforce_throughput = false;
  std::uint32_t stream_shards = 1;               // of a new stream
  std::chrono::milliseconds stream_roll_age{0};  // after which a shard is rolled; zero: never
  // How often items that have expired are looked for, and stream records that are too old. Zero:
  // only when asked to.
  std::chrono::milliseconds ttl_sweep_interval{0};
};

}  // namespace dynadeck::engine
