// What the cassette room counts, for the metrics.
#pragma once

#include <atomic>
#include <cstdint>

namespace dynadeck::cassettes {

// Totals since the program began; they survive a change of tape. Synchronized, lock-free.
struct Stats {
  std::atomic<std::uint64_t> exchanges_recorded{0};
  std::atomic<std::uint64_t> exchanges_played{0};
  std::atomic<std::uint64_t> exchanges_unmatched{0};
  std::atomic<std::uint64_t> exchanges_lost{0};  // could not be written: disk full and the like
  std::atomic<std::uint64_t> line_bytes{0};      // recorded, before compression
  std::atomic<std::uint64_t> tape_bytes{0};      // written to the file
};

}  // namespace dynadeck::cassettes
