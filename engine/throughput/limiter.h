// Enforces throughput: what tables, global indexes and partitions may read and write in a second.
//
// This room decides who is throttled. What an operation costs it is told.
//
// Source: [doc] "Throttling", "Burst and adaptive capacity", "Best practices for partition keys",
// "Quotas": unused capacity of 300 seconds is saved; a partition key gets 3,000 read and 1,000
// write units; an on-demand table without a maximum gets 40,000 of each. [chosen] partition keys
// and quotas save one second; a new bucket is full; requests may overdraw (token_bucket.h); scans
// are not counted against partitions.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>

#include "engine/messages/api_error.h"
#include "engine/tables/schema.h"
#include "engine/throughput/token_bucket.h"

namespace dynadeck::engine {

// What a request takes from one table or one global index. Local indexes take from their table.
struct Charge {
  const TableDefinition* table;
  const Index* index;  // a global one; nullptr: the table
  bool is_write;
  double units;
  std::optional<std::uint64_t> partition;  // hash of the partition key; absent: several
};

// Why a charge was refused.
struct Throttled {
  enum class Limit : std::uint8_t { kProvisioned, kMaxOnDemand, kAccount, kKeyRange };
  Limit limit;
  bool on_demand;  // how the table is billed
  bool of_index;
  bool is_write;
  std::string resource;  // ARN

  // The exception: its code, AWS's sentence, the reasons with the resource.
  ApiError error() const;
  // The code of a transaction's cancellation reason.
  std::string_view cancellation_code() const;
};

// *Synchronized.*
class ThroughputLimiter {
 public:
  // clock: outlives this. Its calendar time drives the buckets, so that whoever moves it fills
  // them.
  explicit ThroughputLimiter(const Clock& clock) : clock_(clock) {}

  // Whether all charges find something left; else the first that does not.
  std::optional<Throttled> check(std::span<const Charge> charges);
  // Takes, whatever is left.
  void charge(std::span<const Charge> charges);
  // Both: nothing is taken where a charge is refused.
  std::optional<Throttled> take(std::span<const Charge> charges);

 private:
  struct BucketKey {
    std::uint32_t id;  // of the table or index
    bool is_write;
    std::optional<std::uint64_t> partition;  // absent: the bucket of the whole

    bool operator==(const BucketKey&) const = default;
  };
  struct BucketKeyHash {
    std::size_t operator()(const BucketKey& key) const;
  };
  using Buckets = std::unordered_map<BucketKey, TokenBucket, BucketKeyHash>;
  struct Shard {
    std::mutex mutex;
    Buckets buckets;                    // guarded by mutex; one that is missing is full
    std::size_t prune_at = kPruneFrom;  // guarded by mutex
  };
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kPruneFrom = 1024;

  // Calls use(bucket), filled up to now, under its lock.
  template <typename Use>
  void with_bucket(const BucketKey& key, const FlowRate& rate, const Use& use);
  bool admits(const BucketKey& key, const FlowRate& rate);
  void take(const BucketKey& key, const FlowRate& rate, double units);
  void prune(Shard& shard, Clock::WallTime now);

  const Clock& clock_;
  std::array<Shard, kShards> shards_;
};

// The partition in the key of an item or of an index's entry.
std::uint64_t partition_of(std::string_view stored_key);

}  // namespace dynadeck::engine
