// The requests of DynamoDB Streams; see inputs/items.h for what their readers check.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/messages/api_error.h"
#include "engine/wire/json_value.h"

namespace dynadeck::engine {

struct ListStreamsInput {
  std::optional<std::string> table_name;
  std::int64_t limit = 100;
  std::string exclusive_start_stream_arn;  // empty: from the beginning
};

struct DescribeStreamInput {
  std::string stream_arn;
  std::int64_t limit = 100;
  std::string exclusive_start_shard_id;  // empty: from the beginning
  std::string children_of;               // ShardFilter CHILD_SHARDS; empty: all shards
};

enum class ShardIteratorType : std::uint8_t {
  kTrimHorizon,
  kLatest,
  kAtSequenceNumber,
  kAfterSequenceNumber,
};

struct GetShardIteratorInput {
  std::string stream_arn;
  std::string shard_id;
  ShardIteratorType type = ShardIteratorType::kTrimHorizon;
  std::string sequence_number;  // with the last two types, and only with them
};

struct GetRecordsInput {
  std::string shard_iterator;
  std::int64_t limit = 1000;
};

Result<ListStreamsInput> read_list_streams(const JsonValue& body);
Result<DescribeStreamInput> read_describe_stream(const JsonValue& body);
Result<GetShardIteratorInput> read_get_shard_iterator(const JsonValue& body);
Result<GetRecordsInput> read_get_records(const JsonValue& body);

}  // namespace dynadeck::engine
