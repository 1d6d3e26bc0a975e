// One page of Query or Scan: walks a range, filters, projects, writes the answer.
#pragma once

#include <optional>
#include <string>

#include "engine/core/core.h"
#include "engine/inputs/reads.h"

namespace dynadeck::engine {

// What is read: a table or one of its indexes.
struct ReadTarget {
  const Table* table;
  const Index* index;  // nullptr: the table itself

  std::uint32_t id() const { return index != nullptr ? index->id : table->definition.id; }
  Family family() const { return index != nullptr ? Family::kIndexEntries : Family::kItems; }
  const KeySchema& keys() const { return index != nullptr ? index->keys : table->definition.keys; }
};

// Finds the table and the index, and checks what depends on them: ConsistentRead, Select.
Result<ReadTarget> find_target(const Core& core, const CatalogView& view, const Request& request,
                               const ReadInput& input);

// Whether no path leads into a key, and whether the attributes that the request wants are all in
// the index; those of a local index are fetched from the table otherwise.
Status check_projection(const ReadTarget& target, const ReadInput& input);

// Whether the index of a Query has all attributes that its filter looks at. A Scan's filter just
// does not see the others. Source: [seen] users' reports; [peer] DynamoDB Local.
Status check_filter_projection(const ReadTarget& target, const ReadInput& input);

// The stretch of keys that a page walks, and how.
struct PageRange {
  std::string from;
  std::string until;
  std::string start_after;  // the exclusive start key's; empty: from the beginning
  bool forward = true;
  Access access = Access::kRange;
};

// Whether an ExclusiveStartKey has the attributes of the table's and the index's key.
// is_scan: Scan has other words for a key that does not fit its table.
Status check_start_key(const ReadTarget& target, ItemView key, bool is_scan);

// The whole key that a checked ExclusiveStartKey stands for.
std::string start_key(const ReadTarget& target, ItemView key);

// The answer's body.
Result<std::string> read_page(Core& core, const Request& request, const ReadTarget& target,
                              const ReadInput& input, PageRange range);

}  // namespace dynadeck::engine
