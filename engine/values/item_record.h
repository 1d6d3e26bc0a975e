// An item as the store keeps it: its size, then the encoded map.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/values/value_view.h"

namespace dynadeck::engine {

// A stored record taken apart; points into the record's bytes.
struct ItemRecord {
  std::size_t size_bytes;  // by DynamoDB's arithmetic
  ItemView item;
};

// record: as append_record wrote it.
ItemRecord read_record(std::string_view record);

void append_record(std::string& out, ItemView item, std::size_t size_bytes);

}  // namespace dynadeck::engine
