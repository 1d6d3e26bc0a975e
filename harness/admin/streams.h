// Admin requests about streams and time to live.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "harness/seam/admin.h"
#include "harness/seam/result.h"

namespace dynadeck {

// Answers how many, or a sentence where that is impossible.
using Counted = Outcome<std::size_t, std::string>;

// DELETE: deletes what has expired; {"ExpiredItems": n}. Source: [doc] LocalStack, "DynamoDB".
AdminHandler expiry_handler(std::function<Counted()> expire);

// Which shards are to be rolled; empty texts mean all.
struct ShardRollRequest {
  std::string table;
  std::string account;
  std::string region;
  std::string shard_id;
  std::uint32_t children = 1;  // of each closed shard
};

// POST ?table=&account=&region=&shard=&children=: closes open shards and opens their children;
// {"ClosedShards": n}.
AdminHandler shard_roll_handler(std::function<Counted(const ShardRollRequest&)> roll);

}  // namespace dynadeck
