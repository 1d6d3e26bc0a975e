#include "engine/inputs/streams.h"

#include "engine/inputs/members.h"
#include "engine/messages/streams.h"
#include "engine/wire/table_shapes.h"

namespace dynadeck::engine {
namespace {

ShardIteratorType iterator_type(std::string_view word) {
  if (word == "LATEST") return ShardIteratorType::kLatest;
  if (word == "AT_SEQUENCE_NUMBER") return ShardIteratorType::kAtSequenceNumber;
  if (word == "AFTER_SEQUENCE_NUMBER") return ShardIteratorType::kAfterSequenceNumber;
  return ShardIteratorType::kTrimHorizon;
}

bool needs_number(ShardIteratorType type) {
  return type == ShardIteratorType::kAtSequenceNumber ||
         type == ShardIteratorType::kAfterSequenceNumber;
}

}  // namespace

Result<ListStreamsInput> read_list_streams(const JsonValue& body) {
  if (Status status = check_request(shapes::kListStreams, body); !status.ok()) {
    return status.error();
  }
  ListStreamsInput input;
  if (const auto name = text_member(body, "TableName")) input.table_name = *name;
  input.limit = integer_member(body, "Limit").value_or(input.limit);
  input.exclusive_start_stream_arn = string_member(body, "ExclusiveStartStreamArn");
  return input;
}

Result<DescribeStreamInput> read_describe_stream(const JsonValue& body) {
  if (Status status = check_request(shapes::kDescribeStream, body); !status.ok()) {
    return status.error();
  }
  DescribeStreamInput input;
  input.stream_arn = string_member(body, "StreamArn");
  input.limit = integer_member(body, "Limit").value_or(input.limit);
  input.exclusive_start_shard_id = string_member(body, "ExclusiveStartShardId");
  if (const JsonValue* filter = body.find("ShardFilter")) {
    input.children_of = string_member(*filter, "ShardId");
  }
  return input;
}

Result<GetShardIteratorInput> read_get_shard_iterator(const JsonValue& body) {
  if (Status status = check_request(shapes::kGetShardIterator, body); !status.ok()) {
    return status.error();
  }
  GetShardIteratorInput input;
  input.stream_arn = string_member(body, "StreamArn");
  input.shard_id = string_member(body, "ShardId");
  input.type = iterator_type(string_member(body, "ShardIteratorType"));
  const auto number = text_member(body, "SequenceNumber");
  if (number && !needs_number(input.type)) {
    return validation_error(messages::sequence_number_not_allowed());
  }
  if (!number && needs_number(input.type)) {
    return validation_error(messages::sequence_number_required());
  }
  input.sequence_number = number.value_or(std::string_view());
  return input;
}

Result<GetRecordsInput> read_get_records(const JsonValue& body) {
  if (Status status = check_request(shapes::kGetRecords, body); !status.ok()) {
    return status.error();
  }
  GetRecordsInput input;
  input.shard_iterator = string_member(body, "ShardIterator");
  input.limit = integer_member(body, "Limit").value_or(input.limit);
  return input;
}

}  // namespace dynadeck::engine
