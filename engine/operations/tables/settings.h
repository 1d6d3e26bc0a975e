// From what requests say of tables to what the catalog keeps; what table operations share.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/core.h"
#include "engine/inputs/tables.h"
#include "engine/tables/schema.h"

namespace dynadeck::engine {

// All need the control lock.

// The table as it is by now: nothing where its deletion has come to its end, and without the
// indexes whose deletion has.
const Table* find_settled_table(Core& core, const TableKey& key);

Index make_index(Core& core, IndexKind kind, const IndexInput& input,
                 const std::vector<AttributeDefinition>& attributes, const Transition& state);
ProvisionedThroughput make_throughput(const std::optional<Throughput>& input);
std::optional<OnDemandThroughput> make_on_demand(const std::optional<RequestUnits>& input);
std::optional<WarmThroughput> make_warm(const std::optional<RequestUnits>& input);
// Changes what the request names and keeps the rest.
void change_on_demand(const RequestUnits& input, std::optional<OnDemandThroughput>& units);
// Warm throughput only grows. whose: "table" or "index NAME".
Status check_more_warm(const RequestUnits& wanted, const WarmThroughput& current,
                       std::string_view whose);
void change_warm(const RequestUnits& input, std::optional<WarmThroughput>& units);
EncryptionSettings make_encryption(Core& core, const TableDefinition& table,
                                   const std::string& key_id);
// Begins a new stream.
void enable_stream(Core& core, TableDefinition& table, std::string_view view_type);

// Whether nothing is being done to the table. Fails with ResourceInUseException.
Status check_not_in_use(const Core& core, const TableDefinition& table);

}  // namespace dynadeck::engine
