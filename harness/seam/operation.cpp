#include "harness/seam/operation.h"

#include <array>
#include <unordered_map>

namespace dynadeck {
namespace {

using Row = OperationInfo;

// PartiQL statements may read or write; they count as writes, the stricter class.
constexpr std::array kOperations = {
    Row{Operation::kUnknown, "Unknown", Api::kDynamoDb, OperationClass::kControl, false},
    Row{Operation::kBatchExecuteStatement, "BatchExecuteStatement", Api::kDynamoDb,
        OperationClass::kWrite, false},
    Row{Operation::kBatchGetItem, "BatchGetItem", Api::kDynamoDb, OperationClass::kRead, false},
    Row{Operation::kBatchWriteItem, "BatchWriteItem", Api::kDynamoDb, OperationClass::kWrite,
        false},
    Row{Operation::kCancelBulkOperation, "CancelBulkOperation", Api::kDynamoDb,
        OperationClass::kControl, false},
    Row{Operation::kCreateBackup, "CreateBackup", Api::kDynamoDb, OperationClass::kControl, false},
    Row{Operation::kCreateGlobalTable, "CreateGlobalTable", Api::kDynamoDb,
        OperationClass::kControl, false},
    Row{Operation::kCreateTable, "CreateTable", Api::kDynamoDb, OperationClass::kControl, false},
    Row{Operation::kDeleteBackup, "DeleteBackup", Api::kDynamoDb, OperationClass::kControl, false},
    Row{Operation::kDeleteItem, "DeleteItem", Api::kDynamoDb, OperationClass::kWrite, false},
    Row{Operation::kDeleteResourcePolicy, "DeleteResourcePolicy", Api::kDynamoDb,
        OperationClass::kControl, false},
    Row{Operation::kDeleteTable, "DeleteTable", Api::kDynamoDb, OperationClass::kControl, false},
    Row{Operation::kDescribeBackup, "DescribeBackup", Api::kDynamoDb, OperationClass::kControl,
        false},
    Row{Operation::kDescribeBulkOperation, "DescribeBulkOperation", Api::kDynamoDb,
        OperationClass::kControl, false},
    Row{Operation::kDescribeContinuousBackups, "DescribeContinuousBackups", Api::kDynamoDb,
        OperationClass::kControl, false},
    Row{Operation::kDescribeContributorInsights, "DescribeContributorInsights", Api::kDynamoDb,
        OperationClass::kControl, false},
    Row{Operation::kDescribeEndpoints, "DescribeEndpoints", Api::kDynamoDb,
        OperationClass::kControl, false},
    Row{Operation::kDescribeExport, "DescribeExport", Api::kDynamoDb, OperationClass::kControl,
        false},
    Row{Operation::kDescribeGlobalTable, "DescribeGlobalTable", Api::kDynamoDb,
        OperationClass::kControl, false},
    Row{Operation::kDescribeGlobalTableSettings, "DescribeGlobalTableSettings", Api::kDynamoDb,
        OperationClass::kControl, false},
    Row{Operation::kDescribeImport, "DescribeImport", Api::kDynamoDb, OperationClass::kControl,
        false},
    Row{Operation::kDescribeKinesisStreamingDestination, "DescribeKinesisStreamingDestination",
        Api::kDynamoDb, OperationClass::kControl, false},
    Row{Operation::kDescribeLimits, "DescribeLimits", Api::kDynamoDb, OperationClass::kControl,
        false},
    Row{Operation::kDescribeTable, "DescribeTable", Api::kDynamoDb, OperationClass::kControl,
        false},
    Row{Operation::kDescribeTableReplicaAutoScaling, "DescribeTableReplicaAutoScaling",
        Api::kDynamoDb, OperationClass::kControl, false},
    Row{Operation::kDescribeTimeToLive, "DescribeTimeToLive", Api::kDynamoDb,
        OperationClass::kControl, false},
    Row{Operation::kDisableKinesisStreamingDestination, "DisableKinesisStreamingDestination",
        Api::kDynamoDb, OperationClass::kControl, false},
    Row{Operation::kEnableKinesisStreamingDestination, "EnableKinesisStreamingDestination",
        Api::kDynamoDb, OperationClass::kControl, false},
    Row{Operation::kExecuteStatement, "ExecuteStatement", Api::kDynamoDb, OperationClass::kWrite,
        false},
    Row{Operation::kExecuteTransaction, "ExecuteTransaction", Api::kDynamoDb,
        OperationClass::kWrite, true},
    Row{Operation::kExportTableToPointInTime, "ExportTableToPointInTime", Api::kDynamoDb,
        OperationClass::kControl, false},
    Row{Operation::kGetItem, "GetItem", Api::kDynamoDb, OperationClass::kRead, false},
    Row{Operation::kGetResourcePolicy, "GetResourcePolicy", Api::kDynamoDb,
        OperationClass::kControl, false},
    Row{Operation::kImportTable, "ImportTable", Api::kDynamoDb, OperationClass::kControl, false},
    Row{Operation::kListBackups, "ListBackups", Api::kDynamoDb, OperationClass::kControl, false},
    Row{Operation::kListBulkOperations, "ListBulkOperations", Api::kDynamoDb,
        OperationClass::kControl, false},
    Row{Operation::kListContributorInsights, "ListContributorInsights", Api::kDynamoDb,
        OperationClass::kControl, false},
    Row{Operation::kListExports, "ListExports", Api::kDynamoDb, OperationClass::kControl, false},
    Row{Operation::kListGlobalTables, "ListGlobalTables", Api::kDynamoDb, OperationClass::kControl,
        false},
    Row{Operation::kListImports, "ListImports", Api::kDynamoDb, OperationClass::kControl, false},
    Row{Operation::kListTables, "ListTables", Api::kDynamoDb, OperationClass::kControl, false},
    Row{Operation::kListTagsOfResource, "ListTagsOfResource", Api::kDynamoDb,
        OperationClass::kControl, false},
    Row{Operation::kPutItem, "PutItem", Api::kDynamoDb, OperationClass::kWrite, false},
    Row{Operation::kPutResourcePolicy, "PutResourcePolicy", Api::kDynamoDb,
        OperationClass::kControl, false},
    Row{Operation::kQuery, "Query", Api::kDynamoDb, OperationClass::kRead, false},
    Row{Operation::kRestoreTableFromBackup, "RestoreTableFromBackup", Api::kDynamoDb,
        OperationClass::kControl, false},
    Row{Operation::kRestoreTableToPointInTime, "RestoreTableToPointInTime", Api::kDynamoDb,
        OperationClass::kControl, false},
    Row{Operation::kScan, "Scan", Api::kDynamoDb, OperationClass::kRead, false},
    Row{Operation::kSearchVectors, "SearchVectors", Api::kDynamoDb, OperationClass::kRead, false},
    Row{Operation::kStartBulkPutItems, "StartBulkPutItems", Api::kDynamoDb,
        OperationClass::kControl, false},
    Row{Operation::kTagResource, "TagResource", Api::kDynamoDb, OperationClass::kControl, false},
    Row{Operation::kTransactGetItems, "TransactGetItems", Api::kDynamoDb, OperationClass::kRead,
        true},
    Row{Operation::kTransactWriteItems, "TransactWriteItems", Api::kDynamoDb,
        OperationClass::kWrite, true},
    Row{Operation::kUntagResource, "UntagResource", Api::kDynamoDb, OperationClass::kControl,
        false},
    Row{Operation::kUpdateContinuousBackups, "UpdateContinuousBackups", Api::kDynamoDb,
        OperationClass::kControl, false},
    Row{Operation::kUpdateContributorInsights, "UpdateContributorInsights", Api::kDynamoDb,
        OperationClass::kControl, false},
    Row{Operation::kUpdateGlobalTable, "UpdateGlobalTable", Api::kDynamoDb,
        OperationClass::kControl, false},
    Row{Operation::kUpdateGlobalTableSettings, "UpdateGlobalTableSettings", Api::kDynamoDb,
        OperationClass::kControl, false},
    Row{Operation::kUpdateItem, "UpdateItem", Api::kDynamoDb, OperationClass::kWrite, false},
    Row{Operation::kUpdateKinesisStreamingDestination, "UpdateKinesisStreamingDestination",
        Api::kDynamoDb, OperationClass::kControl, false},
    Row{Operation::kUpdateTable, "UpdateTable", Api::kDynamoDb, OperationClass::kControl, false},
    Row{Operation::kUpdateTableReplicaAutoScaling, "UpdateTableReplicaAutoScaling", Api::kDynamoDb,
        OperationClass::kControl, false},
    Row{Operation::kUpdateTimeToLive, "UpdateTimeToLive", Api::kDynamoDb, OperationClass::kControl,
        false},
    Row{Operation::kDescribeStream, "DescribeStream", Api::kStreams, OperationClass::kStreams,
        false},
    Row{Operation::kGetRecords, "GetRecords", Api::kStreams, OperationClass::kStreams, false},
    Row{Operation::kGetShardIterator, "GetShardIterator", Api::kStreams, OperationClass::kStreams,
        false},
    Row{Operation::kListStreams, "ListStreams", Api::kStreams, OperationClass::kStreams, false},
};
static_assert(kOperations.size() == kOperationCount);

using Names = std::unordered_map<std::string_view, Operation>;

Names names_of(Api api) {
  Names names;
  for (const Row& row : kOperations) {
    if (row.api == api && row.operation != Operation::kUnknown) {
      names.emplace(row.name, row.operation);
    }
  }
  return names;
}

}  // namespace

std::span<const OperationInfo> all_operations() { return kOperations; }

const OperationInfo& info(Operation operation) {
  return kOperations[static_cast<std::size_t>(operation)];
}

Operation find_operation(Api api, std::string_view name) {
  static const Names dynamodb = names_of(Api::kDynamoDb);
  static const Names streams = names_of(Api::kStreams);
  const Names& names = api == Api::kDynamoDb ? dynamodb : streams;
  const auto found = names.find(name);
  return found == names.end() ? Operation::kUnknown : found->second;
}

}  // namespace dynadeck
