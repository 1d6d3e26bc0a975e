// Billing mode and provisioned throughput in UpdateTable.
#pragma once

#include "engine/inputs/tables.h"
#include "engine/messages/api_error.h"
#include "engine/tables/schema.h"

namespace dynadeck::engine {

// Changes `stored` as the request wants it; `shown` gets what the answer shows already: statuses
// and dates, not the new numbers. Fails where the request does not fit the table as it is.
Status update_throughput(Clock::WallTime now, const UpdateTableInput& input,
                         TableDefinition& stored, TableDefinition& shown);

}  // namespace dynadeck::engine
