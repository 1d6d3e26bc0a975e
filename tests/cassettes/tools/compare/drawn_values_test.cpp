#include "cassettes/tools/compare/drawn_values.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "cassettes/tools/tool.h"

using namespace dynadeck::cassettes;

namespace {

// What is told of two answers to one request.
std::vector<std::string> told(DrawnValues& drawn, const std::string& operation,
                              const std::string& request, const Answer& taped,
                              const Answer& other) {
  const auto answers = drawn.comparable(operation, request, {taped, other});
  return differences(answers.other, answers.taped, {}, "answered", "taped");
}

std::string table(const std::string& id, const std::string& more = "") {
  return R"({"Table":{"TableId":")" + id + R"(","TableArn":"arn:)" + id + R"(")" + more + "}}";
}

std::string record(const std::string& number) {
  return R"({"Records":[{"eventID":"e)" + number + R"(","dynamodb":{"SequenceNumber":")" + number +
         R"("}}],"NextShardIterator":"next )" + number + R"("})";
}

const std::string kDescribe = R"({"TableName":"orders"})";
const std::string kGone =
    R"({"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"no"})";

}  // namespace

TEST_CASE("what servers draw is compared up to a consistent renaming", "[cassettes]") {
  DrawnValues drawn;
  const auto described = [&](const std::string& taped, const std::string& other) {
    return told(drawn, "DescribeTable", kDescribe, {200, table(taped)}, {200, table(other)});
  };
  CHECK(described("one", "eins").empty());
  CHECK(described("one", "eins").empty());
  CHECK(described("two", "zwei").empty());
  CHECK(described("two", "eins") ==
        std::vector<std::string>{R"($.Table.TableArn: answered "arn:eins", taped "arn:two")",
                                 R"($.Table.TableId: answered "eins", taped "two")"});
  CHECK(told(drawn, "DescribeTable", kDescribe, {200, table("one")}, {200, R"({"Table":{}})"})
            .size() == 2);
}

TEST_CASE("what another server drew is put into later requests", "[cassettes]") {
  DrawnValues drawn;
  CHECK(told(drawn, "DescribeTable", kDescribe, {200, table("one")}, {200, table("eins")}).empty());
  CHECK(drawn.carried(R"({"ResourceArn":"arn:one","Tags":[]})") ==
        R"({"ResourceArn":"arn:eins","Tags":[]})");
  CHECK(drawn.carried(R"({"RequestItems":{"arn:one":{"Keys":[{"id":{"S":"arn:one"}}]}}})") ==
        R"({"RequestItems":{"arn:eins":{"Keys":[{"id":{"S":"arn:one"}}]}}})");
  // The user's own, and what nobody has drawn, stay as they are, white space included.
  for (const std::string untouched :
       {R"({"TableName": "t", "Item": {"TableName": {"S": "arn:one"}, "id": {"S": "arn:one"}}})",
        R"({"TableName": "t", "ExpressionAttributeValues": {":a": {"S": "arn:one"}}})",
        R"({"TableName": "arn:other"})", R"({"ClientRequestToken": "one"})", "no JSON"}) {
    CHECK(drawn.carried(untouched) == untouched);
  }
  // Sentences name what the client asked with.
  CHECK(told(drawn, "GetItem", R"({"TableName":"arn:one"})",
             {400, R"({"__type":"x#Y","message":"Table: arn:one not found"})"},
             {400, R"({"__type":"x#Y","message":"Table: arn:eins not found"})"})
            .empty());
  CHECK(told(drawn, "BatchGetItem", "{}", {200, R"({"Responses":{"arn:one":[{"a":1},{"b":2}]}})"},
             {200, R"({"Responses":{"arn:eins":[{"b":2},{"a":1}]}})"})
            .empty());
}

TEST_CASE("sequence numbers and shards have their meaning within a stream", "[cassettes]") {
  DrawnValues drawn;
  for (const std::string stream : {"a", "b"}) {
    const std::string asked = R"({"StreamArn":")" + stream + R"(","ShardId":"s"})";
    CHECK(told(drawn, "GetShardIterator", asked, {200, R"({"ShardIterator":"at )" + stream + "\"}"},
               {200, R"({"ShardIterator":"bei )" + stream + "\"}"})
              .empty());
  }
  CHECK(drawn.carried(R"({"ShardIterator":"at b"})") == R"({"ShardIterator":"bei b"})");
  const auto read = [&](const std::string& iterator, const std::string& taped,
                        const std::string& other) {
    return told(drawn, "GetRecords", R"({"ShardIterator":")" + iterator + "\"}",
                {200, record(taped)}, {200, record(other)});
  };
  CHECK(read("at a", "1", "71").empty());
  CHECK(drawn.carried(R"({"StreamArn":"a","SequenceNumber":"1"})") ==
        R"({"StreamArn":"a","SequenceNumber":"71"})");
  CHECK(drawn.carried(R"({"StreamArn":"b","SequenceNumber":"1"})") ==
        R"({"StreamArn":"b","SequenceNumber":"1"})");
  CHECK(drawn.carried(R"({"ShardIterator":"next 1"})") == R"({"ShardIterator":"next 71"})");
  // The next page belongs to the stream as well, and another number for one that is known is told.
  CHECK(read("next 1", "2", "72").empty());
  CHECK(read("at a", "1", "73").size() == 2);
}

TEST_CASE("dates are compared in that both are there", "[cassettes]") {
  DrawnValues drawn;
  const auto described = [&](const std::string& taped, const std::string& other) {
    return told(drawn, "DescribeTable", kDescribe, {200, R"({"Table":{)" + taped + "}}"},
                {200, R"({"Table":{)" + other + "}}"});
  };
  CHECK(
      described(R"("CreationDateTime":1.5,"ItemCount":3)", R"("CreationDateTime":2,"ItemCount":0)")
          .empty());
  CHECK(described(R"("CreationDateTime":1.5)", "").size() == 1);
  CHECK(described(R"("CreationDateTime":1.5)", R"("CreationDateTime":"2026")").size() == 1);
  CHECK(described(R"("Tags":[{"Key":"a"},{"Key":"b"}])", R"("Tags":[{"Key":"b"},{"Key":"a"}])")
            .empty());
}

TEST_CASE("what is on its way and what has arrived are the same", "[cassettes]") {
  DrawnValues drawn;
  const auto described = [&](const std::string& taped, const std::string& other) {
    return told(drawn, "DescribeTable", kDescribe, {200, R"({"Table":{)" + taped + "}}"},
                {200, R"({"Table":{)" + other + "}}"});
  };
  CHECK(described(R"("TableStatus":"CREATING")",
                  R"("TableStatus":"ACTIVE","LastUpdateToPayPerRequestDateTime":1)")
            .empty());
  CHECK(described(R"("TableStatus":"DELETING")", R"("TableStatus":"ACTIVE")").size() == 1);
  CHECK(described(R"("TableStatus":"ACTIVE","CreationDateTime":1)", R"("TableStatus":"ACTIVE")")
            .size() == 1);
  // An index that is being deleted, and the definition of its key, are gone elsewhere.
  CHECK(described(
            R"("AttributeDefinitions":[{"AttributeName":"id"},{"AttributeName":"g"}],)"
            R"("KeySchema":[{"AttributeName":"id"}],"GlobalSecondaryIndexes":[)"
            R"({"IndexName":"i","IndexStatus":"DELETING","KeySchema":[{"AttributeName":"g"}]}])",
            R"("AttributeDefinitions":[{"AttributeName":"id"}],)"
            R"("KeySchema":[{"AttributeName":"id"}])")
            .empty());
  const Answer leaving{200, R"({"Table":{"TableStatus":"DELETING"}})"};
  CHECK(told(drawn, "DescribeTable", kDescribe, leaving, {400, kGone}).empty());
  CHECK(told(drawn, "DescribeTable", kDescribe, {400, kGone}, leaving).empty());
  CHECK_FALSE(told(drawn, "GetItem", kDescribe, {200, "{}"}, {400, kGone}).empty());
}

TEST_CASE("what is the user's own is never taken for drawn", "[cassettes]") {
  DrawnValues drawn;
  const std::string item = R"({"TableId":{"S":"a"},"ShardId":"x","CreationDateTime":{"N":"1"}})";
  const std::string changed = R"({"TableId":{"S":"b"},"ShardId":"y","CreationDateTime":{"N":"2"}})";
  for (const char* operation :
       {"GetItem", "Query", "Scan", "ExecuteStatement", "TransactGetItems"}) {
    for (const std::string holder : {"Item", "Attributes", "LastEvaluatedKey", "Responses"}) {
      CHECK(told(drawn, operation, "{}", {200, "{\"" + holder + "\":" + item + "}"},
                 {200, "{\"" + holder + "\":" + changed + "}"})
                .size() == 3);
    }
  }
  for (const std::string holder : {"Keys", "NewImage", "OldImage"}) {
    const auto page = [&](const std::string& what) {
      return R"({"Records":[{"dynamodb":{")" + holder + "\":" + what + "}}]}";
    };
    CHECK(told(drawn, "GetRecords", "{}", {200, page(item)}, {200, page(changed)}).size() == 3);
  }
  CHECK(told(drawn, "Scan", "{}", {200, R"({"Items":[{"a":{"S":"1"}},{"a":{"S":"2"}}]})"},
             {200, R"({"Items":[{"a":{"S":"2"}},{"a":{"S":"1"}}]})"})
            .empty());
  CHECK(told(drawn, "Query", "{}", {200, R"({"Items":[{"a":{"S":"1"}},{"a":{"S":"2"}}]})"},
             {200, R"({"Items":[{"a":{"S":"2"}},{"a":{"S":"1"}}]})"})
            .size() == 2);
}
