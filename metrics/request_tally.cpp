#include "metrics/request_tally.h"

#include <algorithm>
#include <unordered_map>

#include "harness/seam/error.h"

namespace dynadeck::metrics {
namespace {

constexpr std::size_t kShards = 8;

// Upper bounds in nanoseconds. A local answer takes tens of microseconds, an injected delay
// seconds.
constexpr std::array<std::uint64_t, 18> kBounds = {
    50'000,      100'000,      250'000,      500'000,      1'000'000,      2'500'000,
    5'000'000,   10'000'000,   25'000'000,   50'000'000,   100'000'000,    250'000'000,
    500'000'000, 1000'000'000, 2500'000'000, 5000'000'000, 10'000'000'000, 30'000'000'000};
constexpr std::size_t kBuckets = kBounds.size() + 1;

// Outcomes are "ok", the codes of the error table in its order, then these.
enum LastOutcome : std::uint8_t { kOther, kAbandoned, kLastOutcomes };
constexpr std::size_t kMaxErrors = 96;
constexpr std::size_t kOutcomes = 1 + kMaxErrors + kLastOutcomes;

std::size_t outcome_of(const Response& response) {
  static const auto codes = [] {
    std::unordered_map<std::string_view, std::size_t> result;
    for (const ErrorShape& shape : all_errors()) {
      if (result.size() < kMaxErrors) result.emplace(shape.code, 1 + result.size());
    }
    return result;
  }();
  if (response.ok()) return 0;
  const auto found = codes.find(response.error_code);
  return found == codes.end() ? 1 + kMaxErrors + kOther : found->second;
}

std::string_view outcome_name(std::size_t outcome) {
  if (outcome == 0) return "ok";
  if (outcome == 1 + kMaxErrors + kOther) return "other";
  if (outcome == 1 + kMaxErrors + kAbandoned) return "abandoned";
  return outcome - 1 < all_errors().size() ? all_errors()[outcome - 1].code : "other";
}

std::string operation_name(std::size_t operation) {
  return std::string(info(static_cast<Operation>(operation)).name);
}

using Count = std::atomic<std::uint64_t>;

void add(Count& count, std::uint64_t by = 1) { count.fetch_add(by, std::memory_order_relaxed); }

}  // namespace

struct alignas(128) RequestTally::Shard {
  Count started{0};
  Count finished{0};
  std::array<std::array<Count, kOutcomes>, kOperationCount> requests{};
  struct Durations {
    std::array<Count, kBuckets> buckets{};
    Count nanoseconds{0};
  };
  std::array<Durations, kOperationCount> durations{};
};

RequestTally::RequestTally() : shards_(std::make_unique<Shard[]>(kShards)) {
  static_assert(kMaxErrors >= 64);
}

RequestTally::~RequestTally() = default;

RequestTally::Shard& RequestTally::shard() {
  static std::atomic<std::size_t> threads{0};
  thread_local const std::size_t mine = threads.fetch_add(1, std::memory_order_relaxed) % kShards;
  return shards_[mine];
}

void RequestTally::start() { add(shard().started); }

void RequestTally::finish(Operation operation, const Response& response,
                          std::chrono::nanoseconds duration) {
  Shard& mine = shard();
  const auto row = static_cast<std::size_t>(operation);
  const auto nanoseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(0, duration.count()));
  const auto bucket = static_cast<std::size_t>(
      std::lower_bound(kBounds.begin(), kBounds.end(), nanoseconds) - kBounds.begin());
  add(mine.finished);
  add(mine.requests[row][outcome_of(response)]);
  add(mine.durations[row].buckets[bucket]);
  add(mine.durations[row].nanoseconds, nanoseconds);
  if (!response.faults.empty()) count_faults(response.faults);
}

void RequestTally::abandon(Operation operation) {
  Shard& mine = shard();
  add(mine.finished);
  add(mine.requests[static_cast<std::size_t>(operation)][1 + kMaxErrors + kAbandoned]);
}

void RequestTally::count_faults(const std::vector<InjectedFault>& faults) {
  const std::lock_guard lock(mutex_);
  for (const InjectedFault& fault : faults) {
    const auto found = faults_.find({fault.rule, fault.kind});
    if (found != faults_.end()) {
      ++found->second;
    } else if (faults_.size() < kMaxFaultSeries) {
      faults_.emplace(std::pair(fault.rule, fault.kind), 1);
    } else {
      ++faults_[{"other", "other"}];
    }
  }
}

std::vector<Family> RequestTally::collect() const {
  return {collect_requests(), collect_durations(), collect_in_flight(), collect_faults()};
}

Family RequestTally::collect_requests() const {
  Family family{"dynadeck_requests_total",
                "Requests answered, by operation and outcome (ok or the error's code).",
                Family::Type::kCounter,
                {}};
  for (std::size_t operation = 0; operation < kOperationCount; ++operation) {
    for (std::size_t outcome = 0; outcome < kOutcomes; ++outcome) {
      std::uint64_t count = 0;
      for (std::size_t at = 0; at < kShards; ++at) {
        count += shards_[at].requests[operation][outcome].load(std::memory_order_relaxed);
      }
      if (count == 0) continue;
      family.samples.push_back({{{"operation", operation_name(operation)},
                                 {"outcome", std::string(outcome_name(outcome))}},
                                static_cast<double>(count),
                                {}});
    }
  }
  return family;
}

Family RequestTally::collect_durations() const {
  Family family{"dynadeck_request_duration_seconds",
                "From the request's arrival in the chain to its answer, by operation.",
                Family::Type::kHistogram,
                {}};
  for (std::size_t operation = 0; operation < kOperationCount; ++operation) {
    Distribution total;
    total.counts.assign(kBuckets, 0);
    std::uint64_t nanoseconds = 0;
    std::uint64_t count = 0;
    for (std::size_t at = 0; at < kShards; ++at) {
      const Shard::Durations& durations = shards_[at].durations[operation];
      nanoseconds += durations.nanoseconds.load(std::memory_order_relaxed);
      for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
        const auto here = durations.buckets[bucket].load(std::memory_order_relaxed);
        total.counts[bucket] += here;
        count += here;
      }
    }
    if (count == 0) continue;
    for (const std::uint64_t bound : kBounds) {
      total.upper_bounds.push_back(static_cast<double>(bound) / 1e9);
    }
    total.sum = static_cast<double>(nanoseconds) / 1e9;
    family.samples.push_back({{{"operation", operation_name(operation)}}, 0, std::move(total)});
  }
  return family;
}

Family RequestTally::collect_in_flight() const {
  // Finished first: a request that ends in between must not make the difference negative.
  std::uint64_t finished = 0;
  for (std::size_t at = 0; at < kShards; ++at) finished += shards_[at].finished.load();
  std::uint64_t started = 0;
  for (std::size_t at = 0; at < kShards; ++at) started += shards_[at].started.load();
  return gauge("dynadeck_requests_in_flight", "Requests that wait for their answer.",
               static_cast<double>(started - std::min(started, finished)));
}

Family RequestTally::collect_faults() const {
  Family family{"dynadeck_faults_injected_total",
                "Faults injected, by rule and kind.",
                Family::Type::kCounter,
                {}};
  const std::lock_guard lock(mutex_);
  for (const auto& [key, count] : faults_) {
    family.samples.push_back(
        {{{"rule", key.first}, {"kind", key.second}}, static_cast<double>(count), {}});
  }
  return family;
}

}  // namespace dynadeck::metrics
