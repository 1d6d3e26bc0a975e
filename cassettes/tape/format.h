// The numbers of the container; docs/formats/cassette.md explains them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dynadeck::cassettes {

inline constexpr std::uint32_t kZstdMagic = 0xFD2FB528;
inline constexpr std::uint32_t kIndexMagic = 0x184D2A5D;       // a skippable frame
inline constexpr std::uint32_t kSeekTableMagic = 0x184D2A5E;   // a skippable frame
inline constexpr std::uint32_t kSeekTableFooter = 0x8F92EAB1;  // the last four bytes of the file
inline constexpr std::string_view kIndexName = "DDINDEX1";
inline constexpr std::string_view kFormatName = "dynadeck-cassette";
inline constexpr int kFormatVersion = 1;

// What a reader allocates at most for one frame, whatever the file says.
inline constexpr std::size_t kMostFrameBytes = std::size_t{64} << 20;
inline constexpr int kMostWindowLog = 23;
// Where the recorder ends a frame.
inline constexpr std::size_t kFrameBytes = std::size_t{256} << 10;

// A tape of fewer bytes of lines is read sooner than an index is worth.
inline constexpr std::size_t kShortTapeBytes = std::size_t{256} << 10;

// One data frame of a tape.
struct FrameRow {
  std::uint64_t offset = 0;
  std::uint64_t compressed_bytes = 0;
  std::uint64_t decompressed_bytes = 0;
  std::uint64_t first_sequence = 0;  // lowest of its exchanges; 0 without one
  std::uint32_t exchanges = 0;
  std::uint32_t lines = 0;
};

inline void append_little_endian(std::string& out, std::uint64_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(number >> (8 * i));
}

inline std::uint64_t little_endian(const char* from, int bytes) {
  std::uint64_t number = 0;
  for (int i = 0; i < bytes; ++i) {
    number |= static_cast<std::uint64_t>(static_cast<unsigned char>(from[i])) << (8 * i);
  }
  return number;
}

}  // namespace dynadeck::cassettes
