// Which items a request or an answer speaks of, and where.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cassettes/json_path.h"
#include "cassettes/lanes.h"
#include "harness/service.h"

namespace dynadeck::cassettes {

// Whether the members of an object are named by tables, as those of RequestItems are. places: where
// the object is.
bool is_by_table(Places places);

// Items are known by a hash of account, region, table and key. What names no item, or one of a
// table whose key is not known, is left out. Immutable.
class PlacedItems {
 public:
  PlacedItems() = default;

  static PlacedItems of_request(const Scope& scope, std::string_view request,
                                const KeySchemas& keys);
  // request: the one that was answered. What the answer says of an item without its key, as
  // UPDATED_NEW does, is of the item that was asked for.
  static PlacedItems of_answer(const Scope& scope, std::string_view request,
                               std::string_view answer, const KeySchemas& keys);

  // The item that the innermost object around a place speaks of; 0 where there is none.
  // place: as text_of gives it.
  std::uint64_t at(std::string_view place) const;

  // By the places of the objects.
  const std::unordered_map<std::string, std::uint64_t>& all() const { return items_; }

 private:
  std::unordered_map<std::string, std::uint64_t> items_;
};

}  // namespace dynadeck::cassettes
