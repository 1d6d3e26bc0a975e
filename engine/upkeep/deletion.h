// The end of a table.
#pragma once

#include "engine/core/core.h"

namespace dynadeck::engine {

// Forgets the table and everything it holds: a few range deletions, however large it is. The caller
// has the control lock. exchange: of the request that asked for it; 0: none did.
Status delete_table_data(Core& core, const TableKey& key, std::uint64_t exchange);

// Erases the entries of an index that no table has any more.
Status erase_index_data(Core& core, const Index& index);

// Whether the table's deletion has come to its end: it only waits to be cleared away.
bool is_gone(const TableDefinition& table, Clock::WallTime now);

}  // namespace dynadeck::engine
