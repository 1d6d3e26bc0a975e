// Changes in the form in which DynamoDB sends them to Kinesis.
#pragma once

#include <string>
#include <string_view>

#include "engine/streams/change_sink.h"
#include "engine/streams/record.h"
#include "engine/tables/schema.h"

namespace dynadeck::engine {

// event_id: a UUID. item_key: of the item family.
// Source: [doc] Developer Guide, "Using Kinesis Data Streams to capture changes to DynamoDB".
KinesisRecord make_kinesis_record(const TableDefinition& table,
                                  const KinesisDestination& destination, std::string_view item_key,
                                  const StreamChange& change, Clock::WallTime now,
                                  std::string_view event_id);

}  // namespace dynadeck::engine
