// From a match hash to the exchanges that have it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace dynadeck::cassettes {

// Built once from a column of hashes in time linear in its size. Immutable.
class MatchTable {
 public:
  // Borrows the hashes.
  explicit MatchTable(std::span<const std::uint64_t> hashes);

  // Ordinals of the exchanges with that hash, ascending.
  std::span<const std::uint32_t> find(std::uint64_t hash) const;

 private:
  std::size_t bucket(std::uint64_t hash) const { return hash >> shift_; }

  std::span<const std::uint64_t> hashes_;
  int shift_ = 63;
  std::vector<std::uint32_t> starts_;  // of each bucket in order_, and the end
  std::vector<std::uint32_t> order_;   // ordinals by bucket, in a bucket by (hash, ordinal)
};

}  // namespace dynadeck::cassettes
