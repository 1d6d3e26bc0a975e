// How much of a page of 1 MB an item takes.
#pragma once

#include <cstddef>
#include <string_view>

#include "engine/values/value_view.h"

namespace dynadeck::engine {

// Source: [doc] "Paginating table query results": 1 MB.
inline constexpr std::size_t kPageBytes = 1024 * 1024;

// sort_key: name of the table's sort attribute; empty without one.
//
// Source: [peer] dynalite 4: the service's pages end as if names took one byte and as if it counted
// some of its own bookkeeping.
std::size_t page_size_bytes(ItemView item, std::string_view sort_key);

}  // namespace dynadeck::engine
