// How long a stream keeps its records and closed shards, and how it forgets them.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "engine/messages/api_error.h"
#include "engine/store/store.h"
#include "engine/streams/shard.h"
#include "harness/seam/clock.h"

namespace dynadeck::engine {

// Source: [doc] Developer Guide, "Change data capture for DynamoDB Streams".
inline constexpr std::chrono::hours kRetention{24};

// What is too old, and when the next record will be.
struct OldRecords {
  struct End {
    std::uint32_t shard;
    std::uint64_t sequence;
  };
  std::vector<End> ends;  // per shard that has any: the first number that is not
  Clock::WallTime due;
};

// Reads the records up to `settled`. Fails where the disk does.
Result<OldRecords> find_old_records(Store& store, const StreamDefinition& stream,
                                    std::uint64_t settled, Clock::WallTime now);

struct ForgottenRecords {
  bool any;             // records or shards: the definition has changed
  Clock::WallTime due;  // when there is more to forget
};

// Forgets old records, and shards that were closed so long ago that they have no others. The
// definition may be a later one than that in which they were found: shards may have been rolled
// since. batch: gets the erasures, not the definition.
ForgottenRecords forget_old_records(StreamDefinition& definition, const OldRecords& old,
                                    Clock::WallTime now, Batch& batch);

}  // namespace dynadeck::engine
