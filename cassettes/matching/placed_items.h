// Which items a request or an answer speaks of, and where.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cassettes/json/path.h"
#include "cassettes/matching/lanes.h"
#include "harness/seam/service.h"

namespace dynadeck::cassettes {

// The members of requests and answers whose own members are named by tables.
inline constexpr std::array<std::string_view, 5> kByTable = {
    "RequestItems", "Responses", "UnprocessedItems", "UnprocessedKeys", "ItemCollectionMetrics"};

// Whether the members of an object are named by tables, as those of RequestItems are. places: where
// the object is.
bool is_by_table(Places places);

// Items are known by a hash of account, region, table and key. What names no item, or one of a
// table whose key is not known, is left out. Borrows the schemas. Immutable.
class PlacedItems {
 public:
  PlacedItems() = default;

  static PlacedItems of_request(const Scope& scope, std::string_view request,
                                const KeySchemas& keys);
  // request: the one that was answered. What the answer says of an item without its key, as
  // UPDATED_NEW does, is of the item that was asked for.
  static PlacedItems of_answer(const Scope& scope, std::string_view request,
                               std::string_view answer, const KeySchemas& keys);

  // What a value belongs to, by hashes; 0 where it belongs to none.
  struct Owner {
    std::uint64_t item = 0;
    std::uint64_t attribute = 0;  // of the path in the item: two attributes may have one time, too
    bool key = false;             // it is one of the key's attributes
  };
  // Asks the innermost object around a place. place: as text_of gives it.
  Owner at(std::string_view place) const;

 private:
  class Finder;
  struct Object {
    std::uint64_t item;
    const std::vector<std::string>* key;         // the names of its attributes
    std::map<std::string, std::string> updated;  // the paths that its placeholders are put at
  };
  static Owner owner(const Object& object, std::string_view place);

  std::unordered_map<std::string, Object> objects_;  // by place
};

}  // namespace dynadeck::cassettes
