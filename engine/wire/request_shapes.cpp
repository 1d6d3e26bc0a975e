// Which operation has which shape.
#include "engine/wire/item_shapes.h"
#include "engine/wire/table_shapes.h"

namespace dynadeck::engine {

const Shape* request_shape(Operation operation) {
  switch (operation) {
    case Operation::kBatchGetItem:
      return &shapes::kBatchGetItem;
    case Operation::kBatchWriteItem:
      return &shapes::kBatchWriteItem;
    case Operation::kCreateTable:
      return &shapes::kCreateTable;
    case Operation::kDeleteItem:
      return &shapes::kDeleteItem;
    case Operation::kDeleteTable:
      return &shapes::kDeleteTable;
    case Operation::kDescribeEndpoints:
    case Operation::kDescribeLimits:
      return &shapes::kNothing;
    case Operation::kDescribeStream:
      return &shapes::kDescribeStream;
    case Operation::kDescribeTable:
      return &shapes::kDescribeTable;
    case Operation::kDescribeTimeToLive:
      return &shapes::kDescribeTimeToLive;
    case Operation::kGetItem:
      return &shapes::kGetItem;
    case Operation::kGetRecords:
      return &shapes::kGetRecords;
    case Operation::kGetShardIterator:
      return &shapes::kGetShardIterator;
    case Operation::kListStreams:
      return &shapes::kListStreams;
    case Operation::kListTables:
      return &shapes::kListTables;
    case Operation::kListTagsOfResource:
      return &shapes::kListTagsOfResource;
    case Operation::kPutItem:
      return &shapes::kPutItem;
    case Operation::kQuery:
      return &shapes::kQuery;
    case Operation::kScan:
      return &shapes::kScan;
    case Operation::kTagResource:
      return &shapes::kTagResource;
    case Operation::kTransactGetItems:
      return &shapes::kTransactGetItems;
    case Operation::kTransactWriteItems:
      return &shapes::kTransactWriteItems;
    case Operation::kUntagResource:
      return &shapes::kUntagResource;
    case Operation::kUpdateItem:
      return &shapes::kUpdateItem;
    case Operation::kUpdateTable:
      return &shapes::kUpdateTable;
    case Operation::kUpdateTimeToLive:
      return &shapes::kUpdateTimeToLive;
    default:
      return nullptr;
  }
}

}  // namespace dynadeck::engine
