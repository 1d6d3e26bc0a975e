#include "engine/streams/shard.h"

#include <algorithm>

#include "engine/store/key_codec.h"

namespace dynadeck::engine {

std::string StreamDefinition::arn() const {
  return "arn:aws:dynamodb:" + scope.region + ":" + scope.account + ":table/" + table_name +
         "/stream/" + label;
}

const Shard* StreamDefinition::find_shard(std::string_view shard_id) const {
  const auto found = std::find_if(shards.begin(), shards.end(),
                                  [&](const Shard& shard) { return shard.id == shard_id; });
  return found == shards.end() ? nullptr : &*found;
}

const Shard* StreamDefinition::find_shard(std::uint32_t number) const {
  const auto found = std::find_if(shards.begin(), shards.end(),
                                  [&](const Shard& shard) { return shard.number == number; });
  return found == shards.end() ? nullptr : &*found;
}

// Streams have ids from 1: what begins with 0 is a definition.
std::string stream_key(std::uint32_t stream_id) {
  std::string key;
  append_u32(key, 0);
  append_u32(key, stream_id);
  return key;
}

std::string record_key(std::uint32_t stream_id, std::uint32_t shard, std::uint64_t sequence) {
  std::string key;
  append_u32(key, stream_id);
  append_u32(key, shard);
  append_u64(key, sequence);
  return key;
}

std::uint64_t sequence_of(std::string_view record_key) { return read_u64(record_key.substr(8)); }

}  // namespace dynadeck::engine
