// What tests of streams ask again and again.
#pragma once

#include <string>
#include <vector>

#include "tests/engine/deck.h"

namespace dynadeck::engine {

inline const std::string kNewAndOld =
    "'StreamSpecification':{'StreamEnabled':true,'StreamViewType':'NEW_AND_OLD_IMAGES'},";

inline void put(Deck& deck, const std::string& key, const std::string& value) {
  deck.call("PutItem",
            "{'TableName':'Table','Item':{'p':{'S':'" + key + "'},'v':{'S':'" + value + "'}}}");
}

inline std::string latest_stream(Deck& deck) {
  return deck.call("DescribeTable", "{'TableName':'Table'}")["Table"]["LatestStreamArn"];
}

inline nlohmann::json describe_stream(Deck& deck, const std::string& arn,
                                      const std::string& more = "") {
  return deck.call("DescribeStream",
                   "{'StreamArn':'" + arn + "'" + more + "}")["StreamDescription"];
}

inline std::string iterator(Deck& deck, const std::string& arn, const std::string& shard,
                            const std::string& type, const std::string& sequence = "") {
  return deck.call(
      "GetShardIterator",
      "{'StreamArn':'" + arn + "','ShardId':'" + shard + "','ShardIteratorType':'" + type + "'" +
          (sequence.empty() ? "" : ",'SequenceNumber':'" + sequence + "'") + "}")["ShardIterator"];
}

inline nlohmann::json records_at(Deck& deck, const std::string& shard_iterator,
                                 const std::string& more = "") {
  return deck.call("GetRecords", "{'ShardIterator':'" + shard_iterator + "'" + more + "}");
}

// Everything that the latest stream has, shard by shard, parents first.
inline std::vector<nlohmann::json> all_records(Deck& deck) {
  const std::string arn = latest_stream(deck);
  std::vector<nlohmann::json> records;
  const auto stream = describe_stream(deck, arn);
  for (const auto& shard : stream["Shards"]) {
    auto page = records_at(deck, iterator(deck, arn, shard["ShardId"], "TRIM_HORIZON"));
    for (const auto& record : page["Records"]) records.push_back(record);
  }
  return records;
}

}  // namespace dynadeck::engine
