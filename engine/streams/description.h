// A stream and its shards as DescribeStream shows them.
#pragma once

#include <string>

#include "engine/streams/shard.h"

namespace dynadeck::engine {

// Appends the object of a shard.
void append_shard(std::string& out, const StreamDefinition& stream, const Shard& shard);

// Append the members of a description that come before its Shards, with the object's bracket, and
// those that come behind, with that and a comma before.
void append_description_start(std::string& out, const StreamDefinition& stream);
void append_description_end(std::string& out, const StreamDefinition& stream);

}  // namespace dynadeck::engine
