// An item as it is in the store now.
#pragma once

#include <optional>
#include <string_view>

#include "engine/messages/api_error.h"
#include "engine/store/store.h"
#include "engine/values/item_record.h"

namespace dynadeck::engine {

// The item as it is, or nothing; points into `value`.
inline Result<std::optional<ItemRecord>> load_item(const Store& store, std::string_view item_key,
                                                   PinnedValue& value) {
  const Result<bool> exists = store.get(Family::kItems, item_key, value);
  if (!exists.ok()) return exists.error();
  if (!exists.value()) return std::optional<ItemRecord>();
  return std::optional(read_record(value.view()));
}

}  // namespace dynadeck::engine
