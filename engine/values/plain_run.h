// JSON strings, eight bytes at once.
#pragma once

#include <cstdint>
#include <cstring>

namespace dynadeck::engine {

// Whether one of the eight bytes ends the part of a string that is the same inside JSON and
// outside: a quote, a backslash or a control character. Threads: pure.
inline bool ends_plain_run(const char* eight_bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  std::uint64_t word = 0;
  std::memcpy(&word, eight_bytes, sizeof word);
  // Non-zero if some byte of it is zero.
  const auto zero_byte = [](std::uint64_t bytes) { return (bytes - kOnes) & ~bytes & kHighBits; };
  const std::uint64_t below_space = (word - kOnes * 0x20) & ~word & kHighBits;
  return (below_space | zero_byte(word ^ kOnes * '"') | zero_byte(word ^ kOnes * '\\')) != 0;
}

}  // namespace dynadeck::engine
