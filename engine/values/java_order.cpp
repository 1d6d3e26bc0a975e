#include "engine/values/java_order.h"

#include <algorithm>
#include <cstdint>

namespace dynadeck::engine {
namespace {

// String.hashCode(), mixed as HashMap does.
std::uint32_t java_hash(std::string_view text) {
  std::uint32_t hash = 0;
  for (const char c : text) hash = hash * 31 + static_cast<unsigned char>(c);
  return hash ^ (hash >> 16);
}

}  // namespace

void order_as_java(std::vector<std::string_view>& members, std::size_t total) {
  std::uint32_t capacity = 16;
  while (capacity * 3 / 4 < total) capacity *= 2;
  std::stable_sort(
      members.begin(), members.end(), [&](std::string_view left, std::string_view right) {
        return (java_hash(left) & (capacity - 1)) < (java_hash(right) & (capacity - 1));
      });
}

}  // namespace dynadeck::engine
