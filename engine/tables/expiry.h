// When items expire, and the index of it.
//
// docs/formats/storage.md draws the index: table, second, item.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/store/store.h"
#include "engine/values/value_view.h"
#include "harness/seam/clock.h"

namespace dynadeck::engine {

// Seconds since 1970. Nothing where the attribute is absent, no number, negative, or further away
// than any clock; fractions are cut off.
// Source: [doc] Developer Guide, "Using time to live (TTL) in DynamoDB".
std::optional<std::uint64_t> expiry_second(ItemView item, std::string_view attribute);

// item_key: of the item family.
std::string expiry_key(std::uint64_t second, std::string_view item_key);

// The key of the item that an entry speaks of.
std::string item_key_of(std::string_view expiry_key);

// The entries of a table's items that have expired by now, but not more than five years ago.
KeySpan expired_span(std::uint32_t table_id, Clock::WallTime now);
bool is_expired(std::uint64_t second, Clock::WallTime now);

}  // namespace dynadeck::engine
