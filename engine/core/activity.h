// What the engine has done since its start, for the metrics.
#pragma once

#include <atomic>
#include <cstdint>

namespace dynadeck::engine {

// *Synchronized*, without locks.
struct Activity {
  std::atomic<std::uint64_t> expired_items{0};  // deleted by time to live
  std::atomic<std::uint64_t> stream_records_written{0};
  std::atomic<std::uint64_t> stream_records_read{0};  // by GetRecords; as often as they were
  // How old the last record of the last GetRecords was; zero where that came up with none.
  std::atomic<std::int64_t> iterator_age_microseconds{0};
};

}  // namespace dynadeck::engine
