#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>

#include "tests/engine/streams/support.h"

namespace dynadeck::engine {
namespace {

std::vector<std::string> names(const std::vector<nlohmann::json>& records) {
  std::vector<std::string> result;
  for (const auto& record : records) result.push_back(record["eventName"]);
  return result;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a stream tells inserts, changes and removals with both images", "[engine]") {
  Deck deck;
  deck.make_table("", kNewAndOld);
  put(deck, "a", "one");
  put(deck, "a", "two");
  deck.call("DeleteItem", "{'TableName':'Table','Key':{'p':{'S':'a'}}}");

  const auto records = all_records(deck);
  REQUIRE(names(records) == Names{"INSERT", "MODIFY", "REMOVE"});
  const auto& modified = records[1];
  CHECK(modified["eventVersion"] == "1.1");
  CHECK(modified["eventSource"] == "aws:dynamodb");
  CHECK(modified["awsRegion"] == "us-east-1");
  CHECK(modified["eventID"].get<std::string>().size() == 32);
  CHECK_FALSE(modified.contains("userIdentity"));
  const auto& change = modified["dynamodb"];
  CHECK(change["ApproximateCreationDateTime"] == 1767225600);
  CHECK(change["Keys"] == parsed("{'p':{'S':'a'}}"));
  CHECK(change["NewImage"] == parsed("{'p':{'S':'a'},'v':{'S':'two'}}"));
  CHECK(change["OldImage"] == parsed("{'p':{'S':'a'},'v':{'S':'one'}}"));
  CHECK(change["StreamViewType"] == "NEW_AND_OLD_IMAGES");
  CHECK(change["SizeBytes"] == 14);
  CHECK(records[0]["dynamodb"]["SequenceNumber"] < change["SequenceNumber"]);
  CHECK_FALSE(records[0]["dynamodb"].contains("OldImage"));
  CHECK_FALSE(records[2]["dynamodb"].contains("NewImage"));
  CHECK(records[0]["eventID"] != records[1]["eventID"]);
  CHECK(all_records(deck) == records);
}

TEST_CASE("images are those of the view type", "[engine]") {
  const auto view = GENERATE(as<std::string>{}, "KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE");
  Deck deck;
  deck.make_table("",
                  "'StreamSpecification':{'StreamEnabled':true,'StreamViewType':'" + view + "'},");
  put(deck, "a", "one");
  put(deck, "a", "two");
  const auto change = all_records(deck).at(1)["dynamodb"];
  CHECK(change["Keys"] == parsed("{'p':{'S':'a'}}"));
  CHECK(change.contains("NewImage") == (view == "NEW_IMAGE"));
  CHECK(change.contains("OldImage") == (view == "OLD_IMAGE"));
}

TEST_CASE("what changes nothing leaves no record", "[engine]") {
  Deck deck;
  deck.make_table("", kNewAndOld);
  put(deck, "a", "one");
  put(deck, "a", "one");
  deck.call("UpdateItem",
            "{'TableName':'Table','Key':{'p':{'S':'a'}},'UpdateExpression':'SET v = :v',"
            "'ExpressionAttributeValues':{':v':{'S':'one'}}}");
  deck.call("DeleteItem", "{'TableName':'Table','Key':{'p':{'S':'b'}}}");
  CHECK(names(all_records(deck)) == Names{"INSERT"});
}

TEST_CASE("batches and transactions leave their records in order", "[engine]") {
  Deck deck;
  deck.make_table("", kNewAndOld);
  deck.call("BatchWriteItem",
            "{'RequestItems':{'Table':[{'PutRequest':{'Item':{'p':{'S':'a'}}}},"
            "{'PutRequest':{'Item':{'p':{'S':'b'}}}},{'DeleteRequest':{'Key':{'p':{'S':'c'}}}}]}}");
  deck.call("TransactWriteItems",
            "{'TransactItems':[{'Delete':{'TableName':'Table','Key':{'p':{'S':'b'}}}},"
            "{'Put':{'TableName':'Table','Item':{'p':{'S':'c'}}}},"
            "{'Update':{'TableName':'Table','Key':{'p':{'S':'a'}},'UpdateExpression':'SET v = :v',"
            "'ExpressionAttributeValues':{':v':{'N':'1'}}}}]}");
  const auto records = all_records(deck);
  CHECK(names(records) == Names{"INSERT", "INSERT", "REMOVE", "INSERT", "MODIFY"});
  std::string keys;
  for (const auto& record : records) {
    keys += record["dynamodb"]["Keys"]["p"]["S"].get<std::string>();
  }
  CHECK(keys == "abbca");
}

TEST_CASE("iterators begin where their types say", "[engine]") {
  Deck deck;
  deck.make_table("", kNewAndOld);
  for (const char* key : {"a", "b", "c"}) put(deck, key, "x");
  const std::string arn = latest_stream(deck);
  const std::string shard = describe_stream(deck, arn)["Shards"][0]["ShardId"];
  const auto whole = records_at(deck, iterator(deck, arn, shard, "TRIM_HORIZON"));
  REQUIRE(whole["Records"].size() == 3);
  const std::string second = whole["Records"][1]["dynamodb"]["SequenceNumber"];

  const auto count = [&](const std::string& at) { return records_at(deck, at)["Records"].size(); };
  CHECK(count(iterator(deck, arn, shard, "AT_SEQUENCE_NUMBER", second)) == 2);
  CHECK(count(iterator(deck, arn, shard, "AFTER_SEQUENCE_NUMBER", second)) == 1);
  const std::string latest = iterator(deck, arn, shard, "LATEST");
  CHECK(count(latest) == 0);
  put(deck, "d", "x");
  CHECK(count(latest) == 1);
  CHECK(count(whole["NextShardIterator"]) == 1);

  SECTION("pages follow each other") {
    std::string at = iterator(deck, arn, shard, "TRIM_HORIZON");
    std::vector<std::string> seen;
    for (int page = 0; page < 4; ++page) {
      const auto answer = records_at(deck, at, ",'Limit':1");
      REQUIRE(answer["Records"].size() == 1);
      seen.push_back(answer["Records"][0]["dynamodb"]["Keys"]["p"]["S"]);
      at = answer["NextShardIterator"];
    }
    CHECK(seen == Names{"a", "b", "c", "d"});
    CHECK(records_at(deck, at)["Records"].empty());
  }
}

TEST_CASE("a page ends at a megabyte", "[engine]") {
  Deck deck;
  deck.make_table("", kNewAndOld);
  for (const char* key : {"a", "b", "c", "d"}) put(deck, key, std::string(300000, 'x'));
  const std::string arn = latest_stream(deck);
  const std::string shard = describe_stream(deck, arn)["Shards"][0]["ShardId"];
  const auto page = records_at(deck, iterator(deck, arn, shard, "TRIM_HORIZON"));
  CHECK(page["Records"].size() == 3);
  CHECK(records_at(deck, page["NextShardIterator"])["Records"].size() == 1);
}

TEST_CASE("what is wrong with an iterator is said", "[engine]") {
  Deck deck;
  deck.make_table("", kNewAndOld);
  put(deck, "a", "x");
  const std::string arn = latest_stream(deck);
  const std::string shard = describe_stream(deck, arn)["Shards"][0]["ShardId"];
  const auto ask = [&](const std::string& stream, const std::string& shard_id,
                       const std::string& more) {
    return deck.error("GetShardIterator", "{'StreamArn':'" + stream + "','ShardId':'" + shard_id +
                                              "','ShardIteratorType':" + more + "}");
  };
  CHECK(ask(arn + "0", shard, "'LATEST'") ==
        "ResourceNotFoundException: Requested resource not found: Stream: " + arn + "0 not found");
  CHECK(ask(std::string(40, 'x'), shard, "'LATEST'") == "ValidationException: Invalid StreamArn");
  CHECK(ask(arn, std::string(30, 'x'), "'LATEST'") ==
        "ResourceNotFoundException: Requested resource not found: Shard does not exist");
  CHECK(ask(arn, shard, "'AT_SEQUENCE_NUMBER','SequenceNumber':'123456789012345678901'") ==
        "ValidationException: Invalid SequenceNumber for the shard");
  CHECK(ask(arn, shard, "'AT_SEQUENCE_NUMBER','SequenceNumber':'abcdefghijabcdefghijabc'") ==
        "ValidationException: Invalid SequenceNumber");
  CHECK(deck.error("GetRecords", "{'ShardIterator':'nonsense'}") ==
        "ValidationException: Invalid ShardIterator");
  CHECK(deck.error("GetRecords", "{'ShardIterator':'" + arn + "|1|AAAA'}") ==
        "ValidationException: Invalid ShardIterator");
  CHECK(deck.error("DescribeStream", "{'StreamArn':'" + arn + "x'}") ==
        "ResourceNotFoundException: Requested resource not found: Stream: " + arn + "x not found");
}

TEST_CASE("an iterator expires after a quarter of an hour", "[engine]") {
  Deck deck;
  deck.make_table("", kNewAndOld);
  const std::string arn = latest_stream(deck);
  const std::string shard = describe_stream(deck, arn)["Shards"][0]["ShardId"];
  const std::string at = iterator(deck, arn, shard, "TRIM_HORIZON");
  deck.clock().advance(std::chrono::minutes(15));
  const std::string next = records_at(deck, at)["NextShardIterator"];
  deck.clock().advance(std::chrono::seconds(1));
  CHECK(deck.error("GetRecords", "{'ShardIterator':'" + at + "'}")
            .rfind("ExpiredIteratorException: ", 0) == 0);
  CHECK(records_at(deck, next)["Records"].empty());
}

TEST_CASE("records are gone after a day", "[engine]") {
  Deck deck;
  deck.make_table("", kNewAndOld);
  put(deck, "old", "x");
  const auto old = all_records(deck).at(0);
  deck.clock().advance(std::chrono::hours(24) - std::chrono::minutes(10));
  put(deck, "new", "x");
  const std::string arn = latest_stream(deck);
  const std::string shard = describe_stream(deck, arn)["Shards"][0]["ShardId"];
  const std::string at = iterator(deck, arn, shard, "TRIM_HORIZON");
  CHECK(records_at(deck, at)["Records"].size() == 2);
  deck.clock().advance(std::chrono::minutes(11));

  CHECK(deck.error("GetRecords", "{'ShardIterator':'" + at + "'}") ==
        "TrimmedDataAccessException: The data you are trying to access has been trimmed");
  const std::string sequence = old["dynamodb"]["SequenceNumber"];
  CHECK(deck.error("GetShardIterator", "{'StreamArn':'" + arn + "','ShardId':'" + shard +
                                           "','ShardIteratorType':'AT_SEQUENCE_NUMBER',"
                                           "'SequenceNumber':'" +
                                           sequence + "'}") ==
        "TrimmedDataAccessException: The data you are trying to access has been trimmed");
  CHECK(records_at(deck, iterator(deck, arn, shard, "AFTER_SEQUENCE_NUMBER", sequence))["Records"]
            .size() == 1);
  CHECK(all_records(deck).size() == 1);
}

TEST_CASE("a stream can be ended and another begun", "[engine]") {
  Deck deck;
  deck.make_table("");
  CHECK(deck.call("ListStreams", "{}")["Streams"].empty());
  const std::string enable =
      "{'TableName':'Table','StreamSpecification':{'StreamEnabled':true,"
      "'StreamViewType':'KEYS_ONLY'}}";
  const std::string disable = "{'TableName':'Table','StreamSpecification':{'StreamEnabled':false}}";
  deck.call("UpdateTable", enable);
  const std::string first = latest_stream(deck);
  put(deck, "a", "x");
  CHECK(deck.error("UpdateTable", enable).rfind("ValidationException: ", 0) == 0);
  deck.call("UpdateTable", disable);
  put(deck, "b", "x");
  CHECK(latest_stream(deck) == first);
  CHECK(deck.error("UpdateTable", disable).rfind("ValidationException: ", 0) == 0);

  const auto ended = describe_stream(deck, first);
  CHECK(ended["StreamStatus"] == "DISABLED");
  CHECK(ended["Shards"][0]["SequenceNumberRange"].contains("EndingSequenceNumber"));
  const std::string shard = ended["Shards"][0]["ShardId"];
  const auto page = records_at(deck, iterator(deck, first, shard, "TRIM_HORIZON"));
  CHECK(page["Records"].size() == 1);
  CHECK_FALSE(page.contains("NextShardIterator"));

  deck.call("UpdateTable", enable);
  const std::string second = latest_stream(deck);
  CHECK(second != first);
  put(deck, "c", "x");
  CHECK(all_records(deck).size() == 1);
  CHECK(deck.call("ListStreams", "{'TableName':'Table'}")["Streams"].size() == 2);
  const auto page_one = deck.call("ListStreams", "{'Limit':1}");
  CHECK(page_one["Streams"][0]["StreamArn"] == first);
  const auto page_two =
      deck.call("ListStreams", "{'ExclusiveStartStreamArn':'" +
                                   page_one["LastEvaluatedStreamArn"].get<std::string>() + "'}");
  CHECK(page_two["Streams"][0]["StreamArn"] == second);
  CHECK_FALSE(page_two.contains("LastEvaluatedStreamArn"));

  deck.clock().advance(std::chrono::hours(24));
  CHECK(deck.call("ListStreams", "{}")["Streams"].size() == 1);
  CHECK(deck.error("DescribeStream", "{'StreamArn':'" + first + "'}")
            .rfind("ResourceNotFoundException: ", 0) == 0);
}

TEST_CASE("a deleted table's stream stays readable for a day", "[engine]") {
  Deck deck;
  deck.make_table("", kNewAndOld);
  put(deck, "a", "x");
  const std::string arn = latest_stream(deck);
  deck.call("DeleteTable", "{'TableName':'Table'}");
  const auto stream = describe_stream(deck, arn);
  CHECK(stream["StreamStatus"] == "DISABLED");
  const auto page =
      records_at(deck, iterator(deck, arn, stream["Shards"][0]["ShardId"], "TRIM_HORIZON"));
  CHECK(page["Records"].size() == 1);
  CHECK_FALSE(page.contains("NextShardIterator"));

  deck.make_table("", kNewAndOld);
  CHECK(latest_stream(deck) != arn);
  CHECK(deck.call("ListStreams", "{}")["Streams"].size() == 2);
  deck.clock().advance(std::chrono::hours(24));
  CHECK(deck.call("ListStreams", "{}")["Streams"].size() == 1);
}

TEST_CASE("streams belong to their account and region", "[engine]") {
  Deck deck;
  deck.make_table("", kNewAndOld);
  CHECK(deck.call("ListStreams", "{}").at("Streams").size() == 1);
  CHECK(deck.call("ListStreams", "{}", {"000000000000", "eu-west-1"})["Streams"].empty());
}

TEST_CASE("a rolled shard ends, and its child goes on", "[engine]") {
  Deck deck;
  deck.make_table("", kNewAndOld);
  put(deck, "a", "one");
  const std::string arn = latest_stream(deck);
  const std::string parent = describe_stream(deck, arn)["Shards"][0]["ShardId"];
  const std::string at = iterator(deck, arn, parent, "LATEST");
  CHECK(deck.engine().roll_shards({}).value() == 1);
  put(deck, "a", "two");

  const auto shards = describe_stream(deck, arn)["Shards"];
  REQUIRE(shards.size() == 2);
  CHECK(shards[0]["ShardId"] == parent);
  CHECK(shards[0]["SequenceNumberRange"].contains("EndingSequenceNumber"));
  CHECK(shards[1]["ParentShardId"] == parent);
  CHECK_FALSE(shards[1]["SequenceNumberRange"].contains("EndingSequenceNumber"));
  CHECK(shards[0]["SequenceNumberRange"]["EndingSequenceNumber"] <
        shards[1]["SequenceNumberRange"]["StartingSequenceNumber"]);
  const auto last = records_at(deck, at);
  CHECK(last["Records"].empty());
  CHECK_FALSE(last.contains("NextShardIterator"));
  const auto page = records_at(deck, iterator(deck, arn, shards[1]["ShardId"], "TRIM_HORIZON"));
  REQUIRE(page["Records"].size() == 1);
  CHECK(page["Records"][0]["dynamodb"]["OldImage"]["v"]["S"] == "one");
  CHECK(page.contains("NextShardIterator"));

  SECTION("children are asked for by their parent") {
    const auto children = describe_stream(
        deck, arn, ",'ShardFilter':{'Type':'CHILD_SHARDS','ShardId':'" + parent + "'}");
    REQUIRE(children["Shards"].size() == 1);
    CHECK(children["Shards"][0]["ShardId"] == shards[1]["ShardId"]);
  }
  SECTION("shards come in pages") {
    const auto one = describe_stream(deck, arn, ",'Limit':1");
    CHECK(one["Shards"].size() == 1);
    CHECK(one["LastEvaluatedShardId"] == parent);
    const auto two = describe_stream(deck, arn, ",'ExclusiveStartShardId':'" + parent + "'");
    REQUIRE(two["Shards"].size() == 1);
    CHECK(two["Shards"][0]["ShardId"] == shards[1]["ShardId"]);
    CHECK_FALSE(two.contains("LastEvaluatedShardId"));
  }
  SECTION("a closed shard is gone with its records") {
    deck.clock().advance(std::chrono::hours(24));
    const auto left = describe_stream(deck, arn)["Shards"];
    REQUIRE(left.size() == 1);
    CHECK_FALSE(left[0].contains("ParentShardId"));
  }
}

TEST_CASE("a shard splits by the hash of the partition key", "[engine]") {
  EngineOptions options = Deck::in_memory();
  options.stream_shards = 2;
  Deck deck(options);
  deck.make_table("", kNewAndOld);
  const std::string arn = latest_stream(deck);
  REQUIRE(describe_stream(deck, arn)["Shards"].size() == 2);
  const auto write_round = [&](const std::string& value) {
    for (int key = 0; key < 40; ++key) put(deck, std::to_string(key), value);
  };
  write_round("one");
  Engine::ShardRoll roll;
  roll.table = "Table";
  roll.children = 2;
  CHECK(deck.engine().roll_shards(roll).value() == 2);
  write_round("two");

  // Which shard each key's first and second change went to.
  std::map<std::string, std::vector<std::string>> paths;
  std::map<std::string, std::string> parents;
  const auto shards = describe_stream(deck, arn)["Shards"];
  REQUIRE(shards.size() == 6);
  for (const auto& shard : shards) {
    const std::string id = shard["ShardId"];
    parents[id] = shard.value("ParentShardId", "");
    const auto page = records_at(deck, iterator(deck, arn, id, "TRIM_HORIZON"));
    CHECK_FALSE(page["Records"].empty());
    for (const auto& record : page["Records"]) {
      paths[record["dynamodb"]["Keys"]["p"]["S"]].push_back(id);
    }
  }
  REQUIRE(paths.size() == 40);
  for (const auto& [key, path] : paths) {
    INFO(key);
    REQUIRE(path.size() == 2);
    CHECK(parents[path[1]] == path[0]);
  }
}

TEST_CASE("the identifiers of shards ascend, though the clock stands still", "[engine]") {
  EngineOptions options = Deck::in_memory();
  options.stream_shards = 8;
  Deck deck(options);
  deck.make_table("", kNewAndOld);
  Engine::ShardRoll roll;
  roll.children = 2;
  CHECK(deck.engine().roll_shards(roll).value() == 8);
  CHECK(deck.engine().roll_shards(roll).value() == 16);
  std::vector<std::string> ids;
  const auto stream = describe_stream(deck, latest_stream(deck));
  for (const auto& shard : stream["Shards"]) ids.push_back(shard["ShardId"]);
  REQUIRE(ids.size() == 8 + 16 + 32);
  CHECK(std::adjacent_find(ids.begin(), ids.end(), std::greater_equal<>()) == ids.end());
}

TEST_CASE("shards roll when they are old enough", "[engine]") {
  EngineOptions options = Deck::in_memory();
  options.stream_roll_age = std::chrono::hours(4);
  Deck deck(options);
  deck.make_table("", kNewAndOld);
  const std::string arn = latest_stream(deck);
  put(deck, "a", "one");
  deck.clock().advance(std::chrono::hours(4));
  put(deck, "a", "two");
  CHECK(describe_stream(deck, arn)["Shards"].size() == 2);
  deck.clock().advance(std::chrono::hours(4));
  CHECK(describe_stream(deck, arn)["Shards"].size() == 3);
}

TEST_CASE("streams, their records and iterators survive a restart", "[engine]") {
  const auto directory =
      std::filesystem::temp_directory_path() / ("dynadeck-streams-" + std::to_string(::getpid()));
  std::filesystem::remove_all(directory);
  EngineOptions options;
  options.data_dir = directory.string();
  std::optional<Deck> deck(std::in_place, options);
  deck->make_table("", kNewAndOld);
  put(*deck, "a", "one");
  put(*deck, "b", "one");
  const std::string arn = latest_stream(*deck);
  const std::string shard = describe_stream(*deck, arn)["Shards"][0]["ShardId"];
  const auto page = records_at(*deck, iterator(*deck, arn, shard, "TRIM_HORIZON"), ",'Limit':1");
  const std::string latest = iterator(*deck, arn, shard, "LATEST");
  const std::string next = page["NextShardIterator"];
  const auto before = all_records(*deck);

  deck.reset();
  deck.emplace(options);
  CHECK(all_records(*deck) == before);
  put(*deck, "c", "one");
  CHECK(records_at(*deck, next)["Records"].size() == 2);
  CHECK(records_at(*deck, latest)["Records"].size() == 1);
  CHECK(all_records(*deck).back()["dynamodb"]["SequenceNumber"] >
        before.back()["dynamodb"]["SequenceNumber"]);
  deck.reset();
  std::filesystem::remove_all(directory);
}

}  // namespace dynadeck::engine
