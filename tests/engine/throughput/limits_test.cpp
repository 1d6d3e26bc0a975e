#include <catch2/catch.hpp>

#include "engine/throughput/limiter.h"
#include "tests/engine/deck.h"

namespace dynadeck::engine {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::Contains;

EngineOptions enforcing() {
  EngineOptions options = Deck::in_memory();
  options.enforce_throughput = true;
  return options;
}

// A table with partition key p:S, and, where reads and writes are given, an index by g:S.
void make_provisioned(Deck& deck, int reads, int writes, int index_writes = 0) {
  const auto units = [](int read, int write) {
    return "'ProvisionedThroughput':{'ReadCapacityUnits':" + std::to_string(read) +
           ",'WriteCapacityUnits':" + std::to_string(write) + "}";
  };
  std::string attributes = "{'AttributeName':'p','AttributeType':'S'}";
  std::string indexes;
  if (index_writes > 0) {
    attributes += ",{'AttributeName':'g','AttributeType':'S'}";
    indexes =
        ",'GlobalSecondaryIndexes':[{'IndexName':'By_g','KeySchema':[{'AttributeName':'g',"
        "'KeyType':'HASH'}],'Projection':{'ProjectionType':'ALL'}," +
        units(1, index_writes) + "}]";
  }
  deck.call("CreateTable", "{'TableName':'Table','AttributeDefinitions':[" + attributes +
                               "],'KeySchema':[{'AttributeName':'p','KeyType':'HASH'}]," +
                               units(reads, writes) + indexes + "}");
}

std::string put(const std::string& key, const std::string& more = "") {
  return "{'TableName':'Table','Item':{'p':{'S':'" + key + "'}" + more + "}}";
}

const std::string kGet = "{'TableName':'Table','Key':{'p':{'S':'a'}},'ConsistentRead':true}";

// How many of so many calls came through.
int count_successes(Deck& deck, const std::string& operation, const std::string& body, int calls) {
  int successes = 0;
  for (int call = 0; call < calls; ++call) {
    if (deck.send(operation, Deck::json(body)).ok()) ++successes;
  }
  return successes;
}

}  // namespace

TEST_CASE("a bucket saves what is left unused, and no more than it can hold", "[engine]") {
  const Clock::WallTime start{};
  const FlowRate rate{10, 300};
  TokenBucket bucket(rate, start);
  bucket.take(3000);
  CHECK_FALSE(bucket.admits());
  bucket.fill(rate, start + 1s);
  CHECK(bucket.admits());
  bucket.take(10);
  CHECK_FALSE(bucket.admits());
  CHECK_FALSE(bucket.is_full_at(start + 300s));
  CHECK(bucket.is_full_at(start + 301s));
  bucket.fill(rate, start + 10000s);
  bucket.take(2999);
  CHECK(bucket.admits());
  bucket.take(1);
  CHECK_FALSE(bucket.admits());
}

TEST_CASE("what a bucket owes is paid by the seconds that follow", "[engine]") {
  const Clock::WallTime start{};
  const FlowRate rate{1, 1};
  TokenBucket bucket(rate, start);
  bucket.take(11);
  bucket.fill(rate, start + 10s);
  CHECK_FALSE(bucket.admits());
  bucket.fill(rate, start + 11s);
  CHECK(bucket.admits());
}

TEST_CASE("a clock that is turned back neither fills a bucket nor empties it", "[engine]") {
  const Clock::WallTime start{1h};
  const FlowRate rate{1, 10};
  TokenBucket bucket(rate, start);
  bucket.take(10);
  bucket.fill(rate, start - 60s);
  CHECK_FALSE(bucket.admits());
  bucket.fill(rate, start - 59s);
  CHECK(bucket.admits());
}

TEST_CASE("provisioned writes have a burst of 300 seconds, then their rate", "[engine]") {
  Deck deck(enforcing());
  make_provisioned(deck, 1, 2);
  CHECK(count_successes(deck, "PutItem", put("a"), 700) == 600);
  deck.clock().advance(1s);
  CHECK(count_successes(deck, "PutItem", put("a"), 5) == 2);
  deck.clock().advance(1h);
  CHECK(count_successes(deck, "PutItem", put("a"), 700) == 600);
}

TEST_CASE("nothing is throttled unless it is asked for", "[engine]") {
  Deck deck;
  make_provisioned(deck, 1, 1);
  CHECK(count_successes(deck, "PutItem", put("a"), 400) == 400);
}

TEST_CASE("the exception names reason and resource", "[engine]") {
  Deck deck(enforcing());
  make_provisioned(deck, 1, 1);
  count_successes(deck, "PutItem", put("a"), 300);
  const Response refused = deck.send("PutItem", Deck::json(put("a")));
  CHECK(refused.body ==
        R"({"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",)"
        R"("ThrottlingReasons":[{"reason":"TableWriteProvisionedThroughputExceeded",)"
        R"("resource":"arn:aws:dynamodb:us-east-1:000000000000:table/Table"}],)"
        R"("message":"The level of configured provisioned throughput for the table was exceeded. )"
        R"(Consider increasing your provisioning level with the UpdateTable API."})");
}

TEST_CASE("reads are throttled apart from writes, by what they have cost", "[engine]") {
  Deck deck(enforcing());
  make_provisioned(deck, 1, 1);
  deck.call("PutItem", put("a"));
  CHECK(count_successes(deck, "GetItem", kGet, 310) == 300);
  CHECK_THAT(deck.send("Query", Deck::json("{'TableName':'Table','KeyConditionExpression':'p=:p',"
                                           "'ExpressionAttributeValues':{':p':{'S':'a'}}}"))
                 .body,
             Contains("TableReadProvisionedThroughputExceeded"));
  CHECK_FALSE(deck.send("Scan", Deck::json("{'TableName':'Table'}")).ok());
  deck.call("PutItem", put("b"));
  deck.clock().advance(1s);
  // An eventually consistent read costs half.
  CHECK(count_successes(deck, "GetItem", "{'TableName':'Table','Key':{'p':{'S':'a'}}}", 5) == 2);
}

TEST_CASE("a global index without throughput throttles the table's writes", "[engine]") {
  Deck deck(enforcing());
  make_provisioned(deck, 10, 1000, 1);
  const std::string indexed = put("a", ",'g':{'S':'x'},'n':{'N':'1'}");
  const std::string changed = put("a", ",'g':{'S':'x'},'n':{'N':'2'}");
  for (int pair = 0; pair < 150; ++pair) {
    deck.call("PutItem", indexed);
    deck.call("PutItem", changed);
  }
  const Response refused = deck.send("PutItem", Deck::json(indexed));
  CHECK_THAT(refused.body, Contains("\"reason\":\"IndexWriteProvisionedThroughputExceeded\""));
  CHECK_THAT(refused.body, Contains("table/Table/index/By_g"));
  CHECK_THAT(refused.body, Contains("for one or more global secondary indexes of the table"));
  // What does not touch the index goes on.
  CHECK(deck.send("PutItem", Deck::json(put("b"))).ok());
  // And nothing of the refused write has happened.
  CHECK(deck.call("GetItem", kGet)["Item"]["n"]["N"] == "2");
}

TEST_CASE("a failed condition costs a write", "[engine]") {
  Deck deck(enforcing());
  make_provisioned(deck, 1, 1);
  deck.call("PutItem", put("a"));
  const std::string conditional =
      "{'TableName':'Table','Item':{'p':{'S':'a'}},'ConditionExpression':"
      "'attribute_not_exists(p)'}";
  for (int call = 0; call < 299; ++call) {
    CHECK_THAT(deck.error("PutItem", conditional), Contains("ConditionalCheckFailedException"));
  }
  CHECK_THAT(deck.error("PutItem", conditional),
             Contains("ProvisionedThroughputExceededException"));
}

TEST_CASE("one partition key has 1,000 writes a second, whatever its table has", "[engine]") {
  Deck deck(enforcing());
  make_provisioned(deck, 1, 100000);
  CHECK(count_successes(deck, "PutItem", put("hot"), 1100) == 1000);
  CHECK_THAT(deck.send("PutItem", Deck::json(put("hot"))).body,
             Contains("TableWriteKeyRangeThroughputExceeded"));
  CHECK(deck.send("PutItem", Deck::json(put("cold"))).ok());
  deck.clock().advance(1s);
  CHECK(count_successes(deck, "PutItem", put("hot"), 1100) == 1000);
}

TEST_CASE("on demand, a maximum throttles, and so does a hot key", "[engine]") {
  Deck deck(enforcing());
  deck.make_table("", "'OnDemandThroughput':{'MaxReadRequestUnits':1},");
  deck.call("PutItem", put("a"));
  CHECK(count_successes(deck, "GetItem", kGet, 310) == 300);
  CHECK(deck.send("GetItem", Deck::json(kGet)).body ==
        R"({"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException",)"
        R"("throttlingReasons":[{"reason":"TableReadMaxOnDemandThroughputExceeded",)"
        R"("resource":"arn:aws:dynamodb:us-east-1:000000000000:table/Table"}],)"
        R"("message":"Throughput exceeds the maximum OnDemandThroughput configured on table or )"
        R"(index"})");
  CHECK(count_successes(deck, "PutItem", put("hot"), 1100) == 1000);
  CHECK_THAT(deck.send("PutItem", Deck::json(put("hot"))).body,
             Contains("ThrottlingException") && Contains("TableWriteKeyRangeThroughputExceeded"));
}

TEST_CASE("a batch hands back what was throttled, and fails where all was", "[engine]") {
  Deck deck(enforcing());
  make_provisioned(deck, 1, 1);
  count_successes(deck, "PutItem", put("a"), 298);
  const std::string batch =
      "{'RequestItems':{'Table':[{'PutRequest':{'Item':{'p':{'S':'a'}}}},"
      "{'PutRequest':{'Item':{'p':{'S':'b'}}}},{'PutRequest':{'Item':{'p':{'S':'c'}}}}]}}";
  const auto answer = deck.call("BatchWriteItem", batch);
  CHECK(answer["UnprocessedItems"] ==
        parsed("{'Table':[{'PutRequest':{'Item':{'p':{'S':'c'}}}}]}"));
  CHECK_THAT(deck.error("BatchWriteItem", batch),
             Contains("ProvisionedThroughputExceededException"));

  count_successes(deck, "GetItem", kGet, 299);
  const std::string reads =
      "{'RequestItems':{'Table':{'Keys':[{'p':{'S':'a'}},{'p':{'S':'b'}}],"
      "'ConsistentRead':true}}}";
  const auto read = deck.call("BatchGetItem", reads);
  CHECK(read["Responses"]["Table"].size() == 1);
  CHECK(read["UnprocessedKeys"] ==
        parsed("{'Table':{'Keys':[{'p':{'S':'b'}}],'ConsistentRead':true}}"));
  CHECK_THAT(deck.error("BatchGetItem", reads), Contains("ProvisionedThroughputExceededException"));
}

TEST_CASE("a transaction that finds too little is cancelled and takes nothing", "[engine]") {
  Deck deck(enforcing());
  make_provisioned(deck, 1, 1);
  count_successes(deck, "PutItem", put("a"), 300);
  const std::string write =
      "{'TransactItems':[{'Put':{'TableName':'Table','Item':{'p':{'S':'t'}}}}]}";
  const Response refused = deck.send("TransactWriteItems", Deck::json(write));
  CHECK_THAT(refused.body, Contains("TransactionCanceledException") &&
                               Contains("\"Code\":\"ProvisionedThroughputExceeded\""));
  deck.clock().advance(1s);
  CHECK(deck.send("TransactWriteItems", Deck::json(write)).ok());
  // It cost two units, of which one was there.
  deck.clock().advance(1s);
  CHECK_FALSE(deck.send("PutItem", Deck::json(put("a"))).ok());

  count_successes(deck, "GetItem", kGet, 300);
  CHECK_THAT(deck.send("TransactGetItems",
                       Deck::json("{'TransactItems':[{'Get':{'TableName':'Table','Key':"
                                  "{'p':{'S':'a'}}}}]}"))
                 .body,
             Contains("\"Code\":\"ProvisionedThroughputExceeded\""));
}

TEST_CASE("more throughput holds at once", "[engine]") {
  Deck deck(enforcing());
  make_provisioned(deck, 1, 1);
  count_successes(deck, "PutItem", put("a"), 300);
  deck.call("UpdateTable",
            "{'TableName':'Table','ProvisionedThroughput':{'ReadCapacityUnits':1,"
            "'WriteCapacityUnits':7}}");
  deck.clock().advance(1s);
  CHECK(count_successes(deck, "PutItem", put("a"), 20) == 7);
}

TEST_CASE("keys that have rested are forgotten", "[engine]") {
  Deck deck(enforcing());
  make_provisioned(deck, 1, 100000);
  for (int key = 0; key < 40000; ++key) {
    REQUIRE(deck.send("PutItem", Deck::json(put("k" + std::to_string(key)))).ok());
    if (key % 1000 == 0) deck.clock().advance(1s);
  }
}

}  // namespace dynadeck::engine
