#include "cassettes/matching/renamed_index.h"

#include <algorithm>
#include <utility>

#include "cassettes/matching/hash.h"

namespace dynadeck::cassettes {
namespace {

// Some 50 MB. Beyond that all is forgotten, and read again where it is asked for.
constexpr std::size_t kMostKnown = 200'000;
// How much further a group is read before what was found is tried again.
constexpr std::size_t kStep = 64;

}  // namespace

const Renamed* RenamedIndex::of(std::uint32_t ordinal) {
  const auto known = known_.find(ordinal);
  if (known != known_.end()) return &known->second;
  std::optional<Renamed> values = read_(ordinal);
  if (!values) return nullptr;
  if (known_.size() >= kMostKnown) known_.clear();
  return &known_.emplace(ordinal, std::move(*values)).first->second;
}

bool RenamedIndex::find(std::span<const std::uint32_t> group,
                        const std::vector<std::string>& values, const Try& take) {
  if (group.empty()) return false;
  if (indexed_ >= 2 * kMostKnown) {
    groups_.clear();
    indexed_ = 0;
  }
  const auto mix = [](std::uint64_t hash, const std::string& value) {
    return combine(hash, hash_text(value));
  };
  std::uint64_t wanted = 0;
  for (const std::string& value : values) wanted = mix(wanted, value);
  Group& known = groups_[group.front()];
  const auto found = known.by_values.find(wanted);
  if (found != known.by_values.end() && take(found->second)) return true;
  while (known.read < group.size()) {
    bool grown = false;
    const std::size_t end = std::min(group.size(), known.read + kStep);
    for (; known.read < end; ++known.read) {
      const std::uint32_t ordinal = group[known.read];
      const Renamed* const renamed = of(ordinal);
      if (renamed == nullptr) continue;
      std::uint64_t hash = 0;
      for (const std::string& value : identifying(*renamed)) hash = mix(hash, value);
      known.by_values[hash].push_back(ordinal);
      ++indexed_;
      grown = grown || hash == wanted;
    }
    if (grown && take(known.by_values[wanted])) return true;
  }
  return false;
}

}  // namespace dynadeck::cassettes
