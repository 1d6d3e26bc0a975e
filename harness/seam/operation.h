// The operations of DynamoDB and DynamoDB Streams, and what each of them is.
//
// Source: [doc] the operations of @aws-sdk/client-dynamodb 3.1164 and
// @aws-sdk/client-dynamodb-streams 3.1141; tests/clients holds the list against the packages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace dynadeck {

// The two services behind X-Amz-Target: "DynamoDB_20120810" and "DynamoDBStreams_20120810".
enum class Api : std::uint8_t { kDynamoDb, kStreams };

// What an operation does to data. Fault rules and metrics speak of these classes.
enum class OperationClass : std::uint8_t { kRead, kWrite, kControl, kStreams };

// In the order of the table in operation.cpp. Not stored anywhere: names are.
enum class Operation : std::uint8_t {
  kUnknown,
  kBatchExecuteStatement,
  kBatchGetItem,
  kBatchWriteItem,
  kCancelBulkOperation,
  kCreateBackup,
  kCreateGlobalTable,
  kCreateTable,
  kDeleteBackup,
  kDeleteItem,
  kDeleteResourcePolicy,
  kDeleteTable,
  kDescribeBackup,
  kDescribeBulkOperation,
  kDescribeContinuousBackups,
  kDescribeContributorInsights,
  kDescribeEndpoints,
  kDescribeExport,
  kDescribeGlobalTable,
  kDescribeGlobalTableSettings,
  kDescribeImport,
  kDescribeKinesisStreamingDestination,
  kDescribeLimits,
  kDescribeTable,
  kDescribeTableReplicaAutoScaling,
  kDescribeTimeToLive,
  kDisableKinesisStreamingDestination,
  kEnableKinesisStreamingDestination,
  kExecuteStatement,
  kExecuteTransaction,
  kExportTableToPointInTime,
  kGetItem,
  kGetResourcePolicy,
  kImportTable,
  kListBackups,
  kListBulkOperations,
  kListContributorInsights,
  kListExports,
  kListGlobalTables,
  kListImports,
  kListTables,
  kListTagsOfResource,
  kPutItem,
  kPutResourcePolicy,
  kQuery,
  kRestoreTableFromBackup,
  kRestoreTableToPointInTime,
  kScan,
  kSearchVectors,
  kStartBulkPutItems,
  kTagResource,
  kTransactGetItems,
  kTransactWriteItems,
  kUntagResource,
  kUpdateContinuousBackups,
  kUpdateContributorInsights,
  kUpdateGlobalTable,
  kUpdateGlobalTableSettings,
  kUpdateItem,
  kUpdateKinesisStreamingDestination,
  kUpdateTable,
  kUpdateTableReplicaAutoScaling,
  kUpdateTimeToLive,
  kDescribeStream,
  kGetRecords,
  kGetShardIterator,
  kListStreams,
};

// For arrays by operation: the last one stands here.
inline constexpr std::size_t kOperationCount =
    static_cast<std::size_t>(Operation::kListStreams) + 1;

struct OperationInfo {
  Operation operation;
  std::string_view name;  // as on the wire: "GetItem"
  Api api;
  OperationClass operation_class;
  bool transactional;  // TransactGetItems, TransactWriteItems, ExecuteTransaction
};

// One row per operation, kUnknown first. Index with static_cast<std::size_t>(operation).
std::span<const OperationInfo> all_operations();

const OperationInfo& info(Operation operation);

// The operation of that name in that API, or kUnknown.
Operation find_operation(Api api, std::string_view name);

}  // namespace dynadeck
