#include "engine/items/page_size.h"

namespace dynadeck::engine {
namespace {

std::size_t length_bytes(std::size_t length) { return length < 128 ? 1 : length < 16384 ? 2 : 3; }

std::size_t stored_bytes(ValueView value) {
  switch (value.type()) {
    case Type::kString:
      return value.string().size() + length_bytes(value.string().size());
    case Type::kNumber:
    case Type::kBinary:
      return value.size_bytes() + 1;
    case Type::kNull:
      return 0;
    case Type::kBool:
      return 1;
    case Type::kMap: {
      std::size_t bytes = 3;
      for (const MapEntry& entry : value.map()) bytes += 2 + stored_bytes(entry.value);
      return bytes;
    }
    case Type::kList: {
      std::size_t bytes = 3;
      for (const ValueView member : value.list()) bytes += 1 + stored_bytes(member);
      return bytes;
    }
    default: {
      std::size_t bytes = 1;
      for (const ValueView member : value.list()) bytes += 1 + member.size_bytes();
      return bytes;
    }
  }
}

}  // namespace

std::size_t page_size_bytes(ItemView item, std::string_view sort_key) {
  constexpr std::size_t kBlockBytes = 3072;
  constexpr std::size_t kBlockHeadBytes = 18;
  std::size_t bytes = 0;
  std::size_t sort_bytes = 0;
  for (const MapEntry& entry : item.map()) {
    if (entry.name == sort_key) {
      sort_bytes = entry.value.size_bytes();
    } else {
      bytes += 1 + stored_bytes(entry.value);
    }
  }
  return 2 + bytes + (1 + (1 + bytes) / kBlockBytes) * (kBlockHeadBytes + sort_bytes);
}

}  // namespace dynadeck::engine
