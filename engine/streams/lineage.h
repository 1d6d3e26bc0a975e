// How a stream's shards follow one another: opened, closed, and replaced by their children. Works
// on the plain values of shard.h; stream.h decides when, and keeps what comes of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/streams/shard.h"
#include "harness/seam/clock.h"
#include "harness/seam/random.h"

namespace dynadeck::engine {

// The highest number that the definition knows of: of a shard's own ones, or of a record trimmed.
std::uint64_t last_number(const StreamDefinition& definition);

// The first shards of a new stream. count: 0 is taken for 1.
void open_first_shards(StreamDefinition& definition, std::uint32_t count, Random& random);

// Closes open shards and opens their children: each gets `children` of them, which halve its range.
// shard_id: empty for all that are open. next: the next number to give; goes on by those given.
// Returns how many shards were closed.
std::size_t replace_shards(StreamDefinition& definition, std::string_view shard_id,
                           std::uint32_t children, Clock::WallTime now, std::uint64_t& next,
                           Random& random);

// Closes all that are open, for good. next: as above.
void close_shards(StreamDefinition& definition, Clock::WallTime now, std::uint64_t& next);

}  // namespace dynadeck::engine
