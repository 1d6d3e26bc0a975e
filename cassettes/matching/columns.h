// What a matcher has to know of the exchanges of a tape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dynadeck::cassettes {

// Row i of the columns is the exchange with the i-th smallest sequence: its ordinal is i.
struct MatchColumns {
  std::vector<std::uint64_t> hashes;        // match hash
  std::vector<std::uint32_t> overlaps;      // later arrivals before this one completed
  std::vector<std::uint32_t> sections;      // 0 is none
  std::vector<std::uint32_t> predecessors;  // distance to the write that came before; 0 is none

  std::size_t size() const { return hashes.size(); }
};

}  // namespace dynadeck::cassettes
