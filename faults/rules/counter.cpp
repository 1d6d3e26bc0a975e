#include "faults/rules/counter.h"

#include "faults/requests/canonical_hash.h"
#include "harness/seam/random.h"

namespace dynadeck::faults {
namespace {

// Draws a lane's series apart from what canonical_hash() draws, which is below.
constexpr std::uint64_t kLaneSeed = 10;

// A lane's name as text.
std::string_view lane_of(const Counting& counting, const Request& request) {
  if (counting.lane == "session") return request.session;
  constexpr std::string_view kHeader = "header ";
  if (counting.lane.starts_with(kHeader)) {
    return request.headers.find(std::string_view(counting.lane).substr(kHeader.size()))
        .value_or("");
  }
  return request.access_key;
}

}  // namespace

std::uint64_t series_of(const Counting& counting, const Request& request) {
  switch (counting.by) {
    case Counting::By::kOrder:
      return Counter::kOnlySeries;
    case Counting::By::kLane:
      return draw_bits(kLaneSeed, lane_of(counting, request), 0) | 1;
    case Counting::By::kRequest:
      return canonical_hash(request) | 1;
  }
  return Counter::kOnlySeries;
}

Counter::Tally& Counter::tally_of(Shard& shard, std::uint64_t series) {
  const auto found = shard.tallies.find(series);
  if (found != shard.tallies.end()) return found->second;
  if (shard.tallies.size() >= kMaxSeries) series = kOnlySeries;
  return shard.tallies[series];
}

void Counter::reset() {
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    shard.tallies.clear();
  }
  only_ = 0;
  matched_ = 0;
  struck_ = 0;
}

}  // namespace dynadeck::faults
