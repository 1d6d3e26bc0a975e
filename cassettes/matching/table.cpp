#include "cassettes/matching/table.h"

#include <algorithm>
#include <bit>

namespace dynadeck::cassettes {

MatchTable::MatchTable(std::span<const std::uint64_t> hashes) : hashes_(hashes) {
  // About two exchanges a bucket: the directory is half the size of the order.
  const int bits = std::clamp(static_cast<int>(std::bit_width(hashes.size())) - 1, 1, 28);
  shift_ = 64 - bits;
  starts_.assign((std::size_t{1} << bits) + 1, 0);
  for (const std::uint64_t hash : hashes) ++starts_[bucket(hash) + 1];
  for (std::size_t i = 1; i < starts_.size(); ++i) starts_[i] += starts_[i - 1];

  order_.resize(hashes.size());
  std::vector<std::uint32_t> next(starts_.begin(), starts_.end() - 1);
  for (std::uint32_t ordinal = 0; ordinal < hashes.size(); ++ordinal) {
    order_[next[bucket(hashes[ordinal])]++] = ordinal;
  }
  const auto by_hash = [&](std::uint32_t left, std::uint32_t right) {
    return hashes_[left] != hashes_[right] ? hashes_[left] < hashes_[right] : left < right;
  };
  for (std::size_t i = 0; i + 1 < starts_.size(); ++i) {
    const auto begin = order_.begin() + starts_[i];
    const auto end = order_.begin() + starts_[i + 1];
    // A bucket of one hash only, however large, is in order already.
    if (!std::is_sorted(begin, end, by_hash)) std::sort(begin, end, by_hash);
  }
}

std::span<const std::uint32_t> MatchTable::find(std::uint64_t hash) const {
  const auto begin = order_.begin() + starts_[bucket(hash)];
  const auto end = order_.begin() + starts_[bucket(hash) + 1];
  const auto first = std::lower_bound(
      begin, end, hash,
      [&](std::uint32_t ordinal, std::uint64_t wanted) { return hashes_[ordinal] < wanted; });
  const auto last = std::upper_bound(
      first, end, hash,
      [&](std::uint64_t wanted, std::uint32_t ordinal) { return wanted < hashes_[ordinal]; });
  return {first, last};
}

}  // namespace dynadeck::cassettes
