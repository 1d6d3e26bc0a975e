// What requests choose by a word.
#pragma once

#include <cstdint>

namespace dynadeck::engine {

enum class ReturnConsumedCapacity : std::uint8_t { kNone, kTotal, kIndexes };
enum class ReturnItemCollectionMetrics : std::uint8_t { kNone, kSize };
enum class ReturnValues : std::uint8_t { kNone, kAllOld, kUpdatedOld, kAllNew, kUpdatedNew };

enum class Select : std::uint8_t {
  kUnspecified,  // all attributes of a table, the projected ones of an index
  kAllAttributes,
  kAllProjectedAttributes,
  kSpecificAttributes,
  kCount,
};

}  // namespace dynadeck::engine
