// An update of one item: by UpdateItem, and within transactions.
#pragma once

#include <cstddef>
#include <optional>

#include "engine/expressions/updates/update.h"
#include "engine/operations/items/item_write.h"

namespace dynadeck::engine {

// Whether the key fits the table, the update leaves the key alone, and what it gives to index keys
// has their types.
Status check_update(const Update& update, const TableDefinition& table, ItemView key);

// The item after the update, within the limits.
Result<WriteResult> apply_update(const Update& update, const TableDefinition& table, ItemView key,
                                 const std::optional<ItemRecord>& before);

}  // namespace dynadeck::engine
