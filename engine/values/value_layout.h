// How the bytes of an encoded value lie: lengths, and where a value ends. For value_view.h and
// value_writer.h, which inline it; docs/formats/storage.md draws it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/values/value_type.h"

namespace dynadeck::engine::layout {

constexpr std::size_t kLengthBytes = 4;                   // of a container's members
constexpr std::size_t kContainerHead = 1 + kLengthBytes;  // type and length

struct Varint {
  std::size_t value;
  std::size_t bytes;
};

// The number at `position`; the codec wrote it, so it is there.
inline Varint read_varint(std::string_view data, std::size_t position) {
  const auto first = static_cast<unsigned char>(data[position]);
  if (first < 0x80) return {first, 1};
  std::size_t value = first & 0x7f;
  std::size_t bytes = 1;
  for (unsigned shift = 7;; shift += 7) {
    const auto byte = static_cast<unsigned char>(data[position + bytes++]);
    value |= static_cast<std::size_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return {value, bytes};
  }
}

inline void append_varint(std::string& out, std::size_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

inline std::uint32_t read_length(std::string_view data, std::size_t position) {
  std::uint32_t length = 0;
  for (std::size_t index = 0; index < kLengthBytes; ++index) {
    length |= static_cast<std::uint32_t>(static_cast<unsigned char>(data[position + index]))
              << (8 * index);
  }
  return length;
}

// How many bytes the value at the start of `data` takes.
inline std::size_t encoded_length(std::string_view data) {
  switch (static_cast<Type>(data.front())) {
    case Type::kString:
    case Type::kNumber:
    case Type::kBinary: {
      const Varint length = read_varint(data, 1);
      return 1 + length.bytes + length.value;
    }
    case Type::kBool:
      return 2;
    case Type::kNull:
      return 1;
    default:
      return kContainerHead + read_length(data, 1);
  }
}

}  // namespace dynadeck::engine::layout
