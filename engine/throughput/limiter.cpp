#include "engine/throughput/limiter.h"

#include "engine/messages/tables.h"
#include "engine/store/key_codec.h"
#include "harness/seam/error.h"

namespace dynadeck::engine {
namespace {

constexpr double kBurstSeconds = 300;
constexpr double kNoBurstSeconds = 1;
constexpr double kAccountUnits = 40'000;
constexpr double kPartitionReadUnits = 3'000;
constexpr double kPartitionWriteUnits = 1'000;

struct Allowance {
  Throttled::Limit limit;
  FlowRate rate;
};

// What the table or index as a whole may do.
Allowance allowance_of(const Charge& charge) {
  const TableDefinition& table = *charge.table;
  if (table.billing == BillingMode::kProvisioned) {
    const ProvisionedThroughput& units =
        charge.index != nullptr ? charge.index->throughput : table.throughput;
    const std::int64_t rate = charge.is_write ? units.write_units : units.read_units;
    return {Throttled::Limit::kProvisioned, {static_cast<double>(rate), kBurstSeconds}};
  }
  const auto& maximum = charge.index != nullptr ? charge.index->on_demand : table.on_demand;
  if (maximum) {
    const auto& rate = charge.is_write ? maximum->max_write_units : maximum->max_read_units;
    if (rate && *rate > 0) {
      return {Throttled::Limit::kMaxOnDemand, {static_cast<double>(*rate), kBurstSeconds}};
    }
  }
  return {Throttled::Limit::kAccount, {kAccountUnits, kNoBurstSeconds}};
}

FlowRate partition_rate(const Charge& charge) {
  return {charge.is_write ? kPartitionWriteUnits : kPartitionReadUnits, kNoBurstSeconds};
}

std::uint32_t id_of(const Charge& charge) {
  return charge.index != nullptr ? charge.index->id : charge.table->id;
}

Throttled throttled(const Charge& charge, Throttled::Limit limit) {
  return {limit, charge.table->billing == BillingMode::kPayPerRequest, charge.index != nullptr,
          charge.is_write,
          charge.index != nullptr ? charge.table->index_arn(*charge.index) : charge.table->arn()};
}

std::string_view limit_name(Throttled::Limit limit) {
  switch (limit) {
    case Throttled::Limit::kProvisioned:
      return "ProvisionedThroughputExceeded";
    case Throttled::Limit::kMaxOnDemand:
      return "MaxOnDemandThroughputExceeded";
    case Throttled::Limit::kAccount:
      return "AccountLimitExceeded";
    case Throttled::Limit::kKeyRange:
      break;
  }
  return "KeyRangeThroughputExceeded";
}

}  // namespace

// Source of the codes and of the lower-case member: [doc] API reference, the three exceptions, and
// "Diagnosing throttling".
ApiError Throttled::error() const {
  ApiError error;
  if (!on_demand) {
    error.code = "ProvisionedThroughputExceededException";
    error.message = messages::provisioned_throughput_exceeded(of_index);
  } else if (limit == Limit::kMaxOnDemand) {
    error.code = "ThrottlingException";
    error.message = messages::on_demand_maximum_exceeded();
  } else if (limit == Limit::kAccount) {
    error.code = "RequestLimitExceeded";
    error.message = messages::account_throughput_exceeded();
  } else {
    error.code = "ThrottlingException";
    error.message = messages::on_demand_capacity_exceeded(of_index);
  }
  error.members =
      error.code == "ThrottlingException" ? "\"throttlingReasons\"" : "\"ThrottlingReasons\"";
  error.members.append(":[{\"reason\":\"").append(of_index ? "Index" : "Table");
  error.members.append(is_write ? "Write" : "Read").append(limit_name(limit));
  error.members.append("\",\"resource\":");
  append_json_string(error.members, resource);
  error.members.append("}]");
  return error;
}

std::string_view Throttled::cancellation_code() const {
  return on_demand ? "ThrottlingError" : "ProvisionedThroughputExceeded";
}

std::size_t ThroughputLimiter::BucketKeyHash::operator()(const BucketKey& key) const {
  const std::uint64_t whole = std::uint64_t{key.id} << 1 | std::uint64_t{key.is_write};
  const std::uint64_t mixed = (whole + 1) * 0x9e3779b97f4a7c15ULL;
  return mixed ^ (key.partition ? *key.partition * 0xc2b2ae3d27d4eb4fULL : 0) ^ mixed >> 32;
}

template <typename Use>
void ThroughputLimiter::with_bucket(const BucketKey& key, const FlowRate& rate, const Use& use) {
  const Clock::WallTime now = clock_.now();
  Shard& shard = shards_[BucketKeyHash{}(key) % kShards];
  const std::lock_guard lock(shard.mutex);
  if (shard.buckets.size() >= shard.prune_at) prune(shard, now);
  TokenBucket& bucket = shard.buckets.try_emplace(key, rate, now).first->second;
  bucket.fill(rate, now);
  use(bucket);
}

// Forgets full buckets; so nobody keeps a bucket for every key that was ever touched.
void ThroughputLimiter::prune(Shard& shard, Clock::WallTime now) {
  std::erase_if(shard.buckets, [&](const auto& entry) { return entry.second.is_full_at(now); });
  shard.prune_at = std::max(kPruneFrom, 2 * shard.buckets.size());
}

bool ThroughputLimiter::admits(const BucketKey& key, const FlowRate& rate) {
  bool result = false;
  with_bucket(key, rate, [&](TokenBucket& bucket) { result = bucket.admits(); });
  return result;
}

void ThroughputLimiter::take(const BucketKey& key, const FlowRate& rate, double units) {
  with_bucket(key, rate, [&](TokenBucket& bucket) { bucket.take(units); });
}

std::optional<Throttled> ThroughputLimiter::check(std::span<const Charge> charges) {
  for (const Charge& charge : charges) {
    const Allowance allowance = allowance_of(charge);
    if (!admits({id_of(charge), charge.is_write, std::nullopt}, allowance.rate)) {
      return throttled(charge, allowance.limit);
    }
    if (charge.partition &&
        !admits({id_of(charge), charge.is_write, charge.partition}, partition_rate(charge))) {
      return throttled(charge, Throttled::Limit::kKeyRange);
    }
  }
  return std::nullopt;
}

void ThroughputLimiter::charge(std::span<const Charge> charges) {
  for (const Charge& charge : charges) {
    take({id_of(charge), charge.is_write, std::nullopt}, allowance_of(charge).rate, charge.units);
    if (charge.partition) {
      take({id_of(charge), charge.is_write, charge.partition}, partition_rate(charge),
           charge.units);
    }
  }
}

std::optional<Throttled> ThroughputLimiter::take(std::span<const Charge> charges) {
  std::optional<Throttled> refused = check(charges);
  if (!refused) charge(charges);
  return refused;
}

std::uint64_t partition_of(std::string_view stored_key) {
  return read_u64(stored_key.substr(sizeof(std::uint32_t)));
}

}  // namespace dynadeck::engine
