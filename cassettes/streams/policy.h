// Which stream records a consumer may read while a tape is played.
#pragma once

#include <cstdint>

namespace dynadeck::cassettes {

enum class Streams : std::uint8_t {
  kOrdered,  // a shard's records up to the first whose exchange has not been played
  kPlayed,   // those whose exchanges have been played, whatever is before them in the shard
  kAll,      // all of them, from the start
  kTaped,    // those in the taped answers, to requests as they were taped
};

}  // namespace dynadeck::cassettes
