// The types of attribute values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace dynadeck::engine {

// On disk: only append, never renumber.
enum class Type : std::uint8_t {
  kString = 1,
  kNumber = 2,
  kBinary = 3,
  kBool = 4,
  kNull = 5,
  kMap = 6,
  kList = 7,
  kStringSet = 8,
  kNumberSet = 9,
  kBinarySet = 10,
};

// By their numbers, as requests and answers name them.
inline constexpr std::array<std::string_view, 11> kTypeNames = {
    "", "S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"};

inline std::string_view type_name(Type type) { return kTypeNames[static_cast<std::size_t>(type)]; }

inline std::optional<Type> type_from_name(std::string_view name) {
  for (std::size_t index = 1; index < kTypeNames.size(); ++index) {
    if (kTypeNames[index] == name) return static_cast<Type>(index);
  }
  return std::nullopt;
}

inline bool is_set(Type type) {
  return type == Type::kStringSet || type == Type::kNumberSet || type == Type::kBinarySet;
}

// Of what type a set's members are.
inline Type member_type(Type set) {
  if (set == Type::kNumberSet) return Type::kNumber;
  return set == Type::kBinarySet ? Type::kBinary : Type::kString;
}

}  // namespace dynadeck::engine
