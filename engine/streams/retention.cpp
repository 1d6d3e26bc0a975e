#include "engine/streams/retention.h"

#include <algorithm>

#include "engine/streams/record.h"

namespace dynadeck::engine {

Result<OldRecords> find_old_records(Store& store, const StreamDefinition& stream,
                                    std::uint64_t settled, Clock::WallTime now) {
  OldRecords old{{}, now + kRetention};
  const std::uint32_t id = stream.id;
  for (const Shard& shard : stream.shards) {
    Cursor cursor = store.cursor(Family::kStreamRecords,
                                 {record_key(id, shard.number, shard.trimmed_until),
                                  record_key(id, shard.number, settled + 1)},
                                 Access::kBulk);
    std::uint64_t end = 0;
    for (cursor.seek_first(); cursor.valid(); cursor.next()) {
      const Clock::WallTime expiry = record_time(cursor.value()) + kRetention;
      if (expiry > now) {
        old.due = std::min(old.due, expiry);
        break;
      }
      end = sequence_of(cursor.key()) + 1;
    }
    if (Status status = cursor.status(); !status.ok()) return status.error();
    if (end > 0) old.ends.push_back({shard.number, end});
  }
  return old;
}

ForgottenRecords forget_old_records(StreamDefinition& definition, const OldRecords& old,
                                    Clock::WallTime now, Batch& batch) {
  Clock::WallTime due = old.due;
  for (const OldRecords::End& end : old.ends) {
    for (Shard& shard : definition.shards) {
      if (shard.number != end.shard || shard.trimmed_until >= end.sequence) continue;
      batch.erase_range(Family::kStreamRecords,
                        record_key(definition.id, shard.number, shard.trimmed_until),
                        record_key(definition.id, shard.number, end.sequence));
      shard.trimmed_until = end.sequence;
    }
  }
  for (const Shard& shard : definition.shards) {
    if (shard.closed && *shard.closed + kRetention > now) {
      due = std::min(due, *shard.closed + kRetention);
    }
  }
  const std::size_t gone = std::erase_if(definition.shards, [&](const Shard& shard) {
    return shard.closed && *shard.closed + kRetention <= now;
  });
  return {gone > 0 || !batch.empty(), due};
}

}  // namespace dynadeck::engine
