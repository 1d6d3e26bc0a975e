#include "engine/streams/lineage.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace dynadeck::engine {
namespace {

constexpr std::size_t kPrefixBytes = 8;  // "shardId-"
constexpr std::size_t kTimeDigits = 20;

// The millisecond that an identifier names.
std::int64_t millisecond_of(const std::string& shard_id) {
  std::int64_t millisecond = 0;
  if (shard_id.size() < kPrefixBytes + kTimeDigits) return millisecond;
  const char* const digits = shard_id.data() + kPrefixBytes;
  std::from_chars(digits, digits + kTimeDigits, millisecond);
  return millisecond;
}

// [chosen] As AWS's look: the time in milliseconds, and some chance. Consumers rely on their order,
// so those that are opened together ascend, and later ones name a later time, though the clock may
// stand still. Source: [doc] scylladb's test_streams.py, which passes against the service.
void name_shards(std::span<Shard> opened, std::span<const Shard> before, Random& random) {
  if (opened.empty()) return;
  std::int64_t millisecond = std::chrono::floor<std::chrono::milliseconds>(opened.front().opened)
                                 .time_since_epoch()
                                 .count();
  for (const Shard& shard : before) {
    millisecond = std::max(millisecond, millisecond_of(shard.id) + 1);
  }
  std::vector<std::uint32_t> chance;
  for (std::size_t count = opened.size(); count > 0; --count) {
    chance.push_back(static_cast<std::uint32_t>(random.bits() >> 32));
  }
  std::sort(chance.begin(), chance.end());
  for (std::size_t position = 0; position < opened.size(); ++position) {
    char text[48];
    std::snprintf(text, sizeof text, "shardId-%020lld-%08x", static_cast<long long>(millisecond),
                  chance[position]);
    opened[position].id = text;
  }
}

}  // namespace

std::uint64_t last_number(const StreamDefinition& definition) {
  std::uint64_t last = 0;
  for (const Shard& shard : definition.shards) {
    last = std::max({last, shard.first_sequence, shard.last_sequence, shard.trimmed_until});
  }
  return last;
}

void open_first_shards(StreamDefinition& definition, std::uint32_t count, Random& random) {
  count = std::max(count, 1U);
  const std::uint64_t width = std::numeric_limits<std::uint64_t>::max() / count;
  for (std::uint32_t position = 0; position < count; ++position) {
    Shard shard;
    shard.number = position + 1;
    shard.hash_from = position * width;
    shard.hash_to = position + 1 == count ? std::numeric_limits<std::uint64_t>::max()
                                          : shard.hash_from + (width - 1);
    shard.first_sequence = position + 1;
    shard.trimmed_until = shard.first_sequence;
    shard.opened = definition.created;
    definition.shards.push_back(std::move(shard));
  }
  name_shards(definition.shards, {}, random);
}

std::size_t replace_shards(StreamDefinition& definition, std::string_view shard_id,
                           std::uint32_t children, Clock::WallTime now, std::uint64_t& next,
                           Random& random) {
  std::uint32_t number = definition.shards.empty() ? 0 : definition.shards.back().number;
  std::size_t closed = 0;
  std::vector<Shard> opened;
  for (Shard& shard : definition.shards) {
    if (!shard.open() || (!shard_id.empty() && shard.id != shard_id)) continue;
    ++closed;
    shard.last_sequence = next++;
    shard.closed = now;
    const std::uint64_t width = (shard.hash_to - shard.hash_from) / children;
    for (std::uint32_t position = 0; position < children; ++position) {
      Shard child;
      child.number = ++number;
      child.parent = shard.number;
      child.hash_from = position == 0 ? shard.hash_from : opened.back().hash_to + 1;
      child.hash_to = position + 1 == children ? shard.hash_to : child.hash_from + width;
      child.first_sequence = next++;
      child.trimmed_until = child.first_sequence;
      child.opened = now;
      opened.push_back(std::move(child));
    }
  }
  name_shards(opened, definition.shards, random);
  definition.shards.insert(definition.shards.end(), opened.begin(), opened.end());
  return closed;
}

void close_shards(StreamDefinition& definition, Clock::WallTime now, std::uint64_t& next) {
  for (Shard& shard : definition.shards) {
    if (!shard.open()) continue;
    shard.last_sequence = next++;
    shard.closed = now;
  }
}

}  // namespace dynadeck::engine
