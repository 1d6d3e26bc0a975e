// What PutItem, UpdateItem and DeleteItem have in common.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "engine/core/core.h"
#include "engine/inputs/items.h"
#include "engine/messages/api_error.h"
#include "engine/values/item_record.h"

namespace dynadeck::engine {

// The item that a write leaves behind.
struct WriteResult {
  enum class Kind : std::uint8_t { kPut, kErase, kNothing };
  Kind kind = Kind::kNothing;
  std::string item;  // kPut: encoded
};

struct ItemWriteSteps {
  // Whether key and item fit the table.
  std::function<Status(const TableDefinition&)> check;
  // The item or its key.
  ItemView key;
  // Called under the item's lock, after the condition has held. before: absent if there is no item.
  std::function<Result<WriteResult>(const TableDefinition&,
                                    const std::optional<ItemRecord>& before)>
      change;
  // Appends the answer's Attributes member, if there is one; views are of the item before and
  // after, without bytes where there is none.
  std::function<void(std::string& out, ItemView before, ItemView after)> append_attributes;
};

// Finds the table, locks the item, checks the condition, changes, commits, answers.
Result<std::string> write_item(Core& core, const Request& request, const WriteInput& input,
                               const ItemWriteSteps& steps);

// ConditionalCheckFailedException, with the item where it was asked for and exists.
ApiError condition_failure(const std::optional<ItemRecord>& item, bool return_item);

// Appends "Attributes":{...}.
void append_attributes(std::string& out, ItemView item);

// Appends {"ItemCollectionKey":{...},"SizeEstimateRangeGB":[0.0,1.0]}.
void append_collection_metrics(std::string& out, const TableDefinition& table, ItemView key);

}  // namespace dynadeck::engine
