// The requests about Kinesis destinations; see inputs/items.h for what their readers check.
#pragma once

#include <string>

#include "engine/messages/api_error.h"
#include "engine/wire/json_value.h"

namespace dynadeck::engine {

struct KinesisDestinationInput {
  std::string table_name;
  std::string stream_arn;
  std::string precision;  // MILLISECOND, MICROSECOND; empty if not given
};

// Of EnableKinesisStreamingDestination and DisableKinesisStreamingDestination.
Result<KinesisDestinationInput> read_kinesis_destination(const JsonValue& body);
Result<KinesisDestinationInput> read_update_kinesis_destination(const JsonValue& body);
// The table's name or ARN.
Result<std::string> read_describe_kinesis_destination(const JsonValue& body);

}  // namespace dynadeck::engine
