// The key of a table or an index.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/values/value_view.h"

namespace dynadeck::engine {

struct KeyAttribute {
  std::string name;
  Type type;  // kString, kNumber or kBinary

  friend bool operator==(const KeyAttribute&, const KeyAttribute&) = default;
};

// Source: [doc] "Quotas": attributes per partition key and per sort key of a global index.
inline constexpr std::size_t kMaxKeyAttributes = 4;

// The key of a table, or of an index. A table has one partition attribute and at most one sort
// attribute; a global index up to four of each.
struct KeySchema {
  std::vector<KeyAttribute> partition;
  std::vector<KeyAttribute> sort;

  const KeyAttribute* find(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  std::size_t count() const { return partition.size() + sort.size(); }
};

// Appends the encoded item with those attributes of the keys that `item` has.
void append_key_attributes(std::string& out, const KeySchema& keys, ItemView item);

}  // namespace dynadeck::engine
