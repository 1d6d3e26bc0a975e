#include "engine/operations/operations.h"

namespace dynadeck::engine {

OperationFunction find_operation_function(Operation operation) {
  switch (operation) {
    case Operation::kBatchGetItem:
      return batch_get_item;
    case Operation::kBatchWriteItem:
      return batch_write_item;
    case Operation::kCreateTable:
      return create_table;
    case Operation::kDeleteItem:
      return delete_item;
    case Operation::kDeleteTable:
      return delete_table;
    case Operation::kDescribeEndpoints:
      return describe_endpoints;
    case Operation::kDescribeKinesisStreamingDestination:
      return describe_kinesis_streaming_destination;
    case Operation::kDescribeLimits:
      return describe_limits;
    case Operation::kDescribeStream:
      return describe_stream;
    case Operation::kDescribeTable:
      return describe_table;
    case Operation::kDescribeTimeToLive:
      return describe_time_to_live;
    case Operation::kDisableKinesisStreamingDestination:
      return disable_kinesis_streaming_destination;
    case Operation::kEnableKinesisStreamingDestination:
      return enable_kinesis_streaming_destination;
    case Operation::kGetItem:
      return get_item;
    case Operation::kGetRecords:
      return get_records;
    case Operation::kGetShardIterator:
      return get_shard_iterator;
    case Operation::kListStreams:
      return list_streams;
    case Operation::kListTables:
      return list_tables;
    case Operation::kListTagsOfResource:
      return list_tags_of_resource;
    case Operation::kPutItem:
      return put_item;
    case Operation::kQuery:
      return query;
    case Operation::kScan:
      return scan;
    case Operation::kTagResource:
      return tag_resource;
    case Operation::kTransactGetItems:
      return transact_get_items;
    case Operation::kTransactWriteItems:
      return transact_write_items;
    case Operation::kUntagResource:
      return untag_resource;
    case Operation::kUpdateItem:
      return update_item;
    case Operation::kUpdateKinesisStreamingDestination:
      return update_kinesis_streaming_destination;
    case Operation::kUpdateTable:
      return update_table;
    case Operation::kUpdateTimeToLive:
      return update_time_to_live;
    default:
      return nullptr;
  }
}

}  // namespace dynadeck::engine
