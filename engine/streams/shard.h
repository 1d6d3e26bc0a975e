// What a stream is: its shards and their lineage. Plain values; stream.h changes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tables/schema.h"

namespace dynadeck::engine {

// One shard has the records of the items whose partition keys hash into its range, from when it was
// opened until it was closed. A closed shard's children have what comes after.
struct Shard {
  std::uint32_t number = 0;  // in its stream, from 1
  std::string id;            // "shardId-00000001767225600000-3f9a2c4d"
  std::uint32_t parent = 0;  // number; 0: none
  std::uint64_t hash_from = 0;
  std::uint64_t hash_to = 0;  // included
  // Numbers of their own, which no record has: all records lie between.
  std::uint64_t first_sequence = 0;
  std::uint64_t last_sequence = 0;  // 0: open
  Clock::WallTime opened;
  OptionalTime closed;
  std::uint64_t trimmed_until = 0;  // records before this number are gone

  bool open() const { return last_sequence == 0; }
};

struct StreamDefinition {
  std::uint32_t id = 0;
  std::uint32_t table_id = 0;
  Scope scope;
  std::string table_name;
  std::string label;
  KeySchema keys;
  StreamViewType view = StreamViewType::kKeysOnly;
  Clock::WallTime created;
  OptionalTime disabled;
  std::uint64_t secret = 0;   // of its iterators and event ids
  std::vector<Shard> shards;  // by number; those that are gone are left out

  std::string arn() const;
  const Shard* find_shard(std::string_view shard_id) const;
  const Shard* find_shard(std::uint32_t number) const;
};

std::string encode_stream(const StreamDefinition& stream);
// Nothing for bytes that encode_stream has not written.
std::optional<StreamDefinition> decode_stream(std::string_view bytes);

// Where the store keeps a stream's definition, and its shards' records.
std::string stream_key(std::uint32_t stream_id);
std::string record_key(std::uint32_t stream_id, std::uint32_t shard, std::uint64_t sequence);
std::uint64_t sequence_of(std::string_view record_key);

}  // namespace dynadeck::engine
