#include "cassettes/tools/compare/drawn_members.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace dynadeck::cassettes {
namespace {

using Names = std::vector<std::string_view>;

constexpr std::array<std::string_view, 21> kUserData = {"Item",
                                                        "Items",
                                                        "Key",
                                                        "Keys",
                                                        "NewImage",
                                                        "OldImage",
                                                        "Attributes",
                                                        "Responses",
                                                        "LastEvaluatedKey",
                                                        "ExclusiveStartKey",
                                                        "ItemCollectionKey",
                                                        "ItemCollectionMetrics",
                                                        "ExpressionAttributeValues",
                                                        "ExpressionAttributeNames",
                                                        "Expected",
                                                        "AttributeUpdates",
                                                        "KeyConditions",
                                                        "QueryFilter",
                                                        "ScanFilter",
                                                        "Parameters",
                                                        "KinesisDataStreamDestinations"};

// Which rows of the table have a name, by the name.
using Rows = std::unordered_map<std::string_view, std::vector<std::size_t>>;

Rows rows_by(Names DrawnMembers::*names) {
  Rows rows;
  for (std::size_t row = 0; row < drawn_members().size(); ++row) {
    for (const std::string_view name : drawn_members()[row].*names) rows[name].push_back(row);
  }
  return rows;
}

}  // namespace

// What is drawn, in the answers of the control plane and of Streams, and why. Answers of the data
// plane hold what the user has put there; only the token that asks for more is the server's.
const std::vector<DrawnMembers>& drawn_members() {
  static const std::vector<DrawnMembers> table = {
      // The server's own region and account, and in a stream's or a backup's when it was made.
      {Compared::kRenamed,
       {"TableArn", "IndexArn", "LatestStreamArn", "StreamArn", "LastEvaluatedStreamArn",
        "BackupArn", "SourceBackupArn", "SourceTableArn", "LastEvaluatedBackupArn", "ExportArn",
        "ImportArn", "GlobalTableArn"},
       {"TableName", "TableArn", "ResourceArn", "StreamArn", "ExclusiveStartStreamArn", "BackupArn",
        "SourceTableArn", "ExclusiveStartBackupArn", "ExportArn", "ImportArn"}},
      // Of the server, in every stream record.
      {Compared::kRenamed, {"awsRegion"}, {}},
      // Random, one for each table.
      {Compared::kRenamed, {"TableId"}, {}},
      // Random, one for each stream record.
      {Compared::kRenamed, {"eventID"}, {}},
      // A policy's, for who wants to change only the one he has seen.
      {Compared::kRenamed, {"RevisionId"}, {"ExpectedRevisionId"}},
      // Made of the time and something random.
      {Compared::kPerStream,
       {"ShardId", "ParentShardId", "LastEvaluatedShardId"},
       {"ShardId", "ExclusiveStartShardId"}},
      // Counted on within a stream, from where the server likes.
      {Compared::kPerStream, {"SequenceNumber"}, {"SequenceNumber"}},
      // A shard may begin with its first record's number, or before.
      {Compared::kPerStream,
       {"StartingSequenceNumber", "EndingSequenceNumber"},
       {"SequenceNumber"}},
      // They hold places in a form of the server's, and the time.
      {Compared::kCarried, {"ShardIterator", "NextShardIterator"}, {"ShardIterator"}},
      {Compared::kCarried, {"NextToken"}, {"NextToken"}},
      // When the server did something. A label is such a time; two streams may share one.
      {Compared::kPresence,
       {"CreationDateTime", "CreationRequestDateTime", "ApproximateCreationDateTime",
        "LastIncreaseDateTime", "LastDecreaseDateTime", "LastUpdateToPayPerRequestDateTime",
        "LastUpdateDateTime", "InaccessibleEncryptionDateTime", "LatestStreamLabel", "StreamLabel",
        "EarliestRestorableDateTime", "LatestRestorableDateTime", "BackupCreationDateTime",
        "BackupExpiryDateTime", "TableCreationDateTime", "StartTime", "EndTime"},
       {}},
      // [doc] DescribeTable: refreshed about every six hours.
      {Compared::kPresence, {"ItemCount", "TableSizeBytes", "IndexSizeBytes"}, {}},
  };
  return table;
}

std::optional<std::size_t> row_of_answered(std::string_view name) {
  static const Rows rows = rows_by(&DrawnMembers::answered);
  const auto found = rows.find(name);
  return found == rows.end() ? std::nullopt : std::optional(found->second.front());
}

const std::vector<std::size_t>& rows_of_asked(std::string_view name) {
  static const Rows rows = rows_by(&DrawnMembers::asked);
  static const std::vector<std::size_t> none;
  const auto found = rows.find(name);
  return found == rows.end() ? none : found->second;
}

bool is_user_data(std::string_view name) {
  return std::find(kUserData.begin(), kUserData.end(), name) != kUserData.end();
}

bool is_user_data(Places places) {
  return std::any_of(places.begin(), places.end(),
                     [](const Place& place) { return is_user_data(place.name); });
}

}  // namespace dynadeck::cassettes
