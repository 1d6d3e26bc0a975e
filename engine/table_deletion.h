// The end of a table.
#pragma once

#include "engine/core.h"

namespace dynadeck::engine {

// Forgets the table and everything it holds: a few range deletions, however large it is. The caller
// has the control lock.
Status delete_table_data(Core& core, const TableKey& key);

}  // namespace dynadeck::engine
