#include "tests/engine/deck.h"

namespace dynadeck::engine {
namespace {

std::string put_action(const std::string& key, const std::string& more = "") {
  return "{'Put':{'TableName':'Table','Item':{'p':{'S':'" + key + "'}}" + more + "}}";
}

std::string transaction(const std::string& actions, const std::string& more = "") {
  return "{'TransactItems':[" + actions + "]" + more + "}";
}

}  // namespace

TEST_CASE("a transaction happens as a whole or not at all", "[engine]") {
  Deck deck;
  deck.make_table("");
  deck.call("PutItem", "{'TableName':'Table','Item':{'p':{'S':'there'},'v':{'N':'1'}}}");
  const std::string condition = ",'ConditionExpression':'attribute_not_exists(p)'";
  const Response response = deck.send(
      "TransactWriteItems",
      Deck::json(
          transaction(put_action("new") + "," +
                      put_action("there", condition + ",'ReturnValuesOnConditionCheckFailure':"
                                                      "'ALL_OLD'"))));
  CHECK(response.error_code == "TransactionCanceledException");
  const auto answer = nlohmann::json::parse(response.body);
  CHECK(answer["Message"] ==
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, "
        "ConditionalCheckFailed]");
  CHECK(answer["CancellationReasons"] ==
        parsed("[{'Code':'None'},{'Code':'ConditionalCheckFailed','Item':{'p':{'S':'there'},"
               "'v':{'N':'1'}},'Message':'The conditional request failed'}]"));
  CHECK(deck.call("Scan", "{'TableName':'Table'}")["Count"] == 1);

  deck.call("TransactWriteItems",
            transaction(put_action("new") +
                        ",{'Update':{'TableName':'Table','Key':{'p':{'S':'there'}},"
                        "'UpdateExpression':'ADD v :one','ExpressionAttributeValues':"
                        "{':one':{'N':'1'}}}},{'Delete':{'TableName':'Table','Key':{'p':{'S':"
                        "'nobody'}}}},{'ConditionCheck':{'TableName':'Table','Key':{'p':{'S':"
                        "'void'}},'ConditionExpression':'attribute_not_exists(p)'}}"));
  const auto answers = deck.call(
      "TransactGetItems",
      transaction("{'Get':{'TableName':'Table','Key':{'p':{'S':'there'}}}},{'Get':{'TableName':"
                  "'Table','Key':{'p':{'S':'void'}}}}",
                  ",'ReturnConsumedCapacity':'TOTAL'"));
  CHECK(answers["Responses"] == parsed("[{'Item':{'p':{'S':'there'},'v':{'N':'2'}}},{}]"));
  CHECK(answers["ConsumedCapacity"][0]["CapacityUnits"] == 4.0);
}

TEST_CASE("a transaction touches an item once", "[engine]") {
  Deck deck;
  deck.make_table("");
  CHECK(deck.error("TransactWriteItems", transaction(put_action("a") + "," + put_action("a"))) ==
        "ValidationException: Transaction request cannot include multiple operations on one item");
}

TEST_CASE("a transaction with a token happens once in ten minutes", "[engine]") {
  Deck deck;
  deck.make_table("");
  const auto add = [&](const std::string& amount) {
    return transaction(
        "{'Update':{'TableName':'Table','Key':{'p':{'S':'a'}},'UpdateExpression':'ADD v :n',"
        "'ExpressionAttributeValues':{':n':{'N':'" +
            amount + "'}}}}",
        ",'ClientRequestToken':'token'");
  };
  const auto value = [&] {
    return deck.call("GetItem", "{'TableName':'Table','Key':{'p':{'S':'a'}}}")["Item"]["v"]["N"];
  };
  deck.call("TransactWriteItems", add("1"));
  deck.call("TransactWriteItems", add("1"));
  CHECK(value() == "1");
  CHECK(deck.error("TransactWriteItems", add("2")).rfind("IdempotentParameterMismatch", 0) == 0);
  deck.clock().advance(std::chrono::minutes(10));
  deck.call("TransactWriteItems", add("1"));
  CHECK(value() == "2");
  deck.call("TransactWriteItems", add("1"));
  CHECK(value() == "2");
}

TEST_CASE("a transaction costs twice", "[engine]") {
  Deck deck;
  deck.make_table("");
  const auto consumed = deck.call(
      "TransactWriteItems",
      transaction(put_action("a") + "," + put_action("b"), ",'ReturnConsumedCapacity':'TOTAL'"));
  CHECK(consumed["ConsumedCapacity"] == parsed("[{'CapacityUnits':4.0,'TableName':'Table'}]"));
}

TEST_CASE("a batch writes and reads many items", "[engine]") {
  Deck deck;
  deck.make_table("");
  deck.call("PutItem", "{'TableName':'Table','Item':{'p':{'S':'old'}}}");
  CHECK(deck.call(
            "BatchWriteItem",
            "{'RequestItems':{'Table':[{'PutRequest':{'Item':{'p':{'S':'a'}}}},"
            "{'DeleteRequest':{'Key':{'p':{'S':'old'}}}},"
            "{'DeleteRequest':{'Key':{'p':{'S':'none'}}}}]},'ReturnConsumedCapacity':'TOTAL'}") ==
        parsed("{'UnprocessedItems':{},'ConsumedCapacity':[{'TableName':'Table','CapacityUnits':"
               "3.0}]}"));
  CHECK(deck.call("BatchGetItem",
                  "{'RequestItems':{'Table':{'Keys':[{'p':{'S':'a'}},{'p':{'S':'old'}}]}},"
                  "'ReturnConsumedCapacity':'TOTAL'}") ==
        parsed("{'Responses':{'Table':[{'p':{'S':'a'}}]},'UnprocessedKeys':{},'ConsumedCapacity':"
               "[{'TableName':'Table','CapacityUnits':1.0}]}"));
  CHECK(deck.error("BatchGetItem",
                   "{'RequestItems':{'Table':{'Keys':[{'p':{'S':'a'}},{'p':{'S':'a'}}]}}}") ==
        "ValidationException: Provided list of item keys contains duplicates");
}

TEST_CASE("a batch answers at most 16 MB", "[engine]") {
  Deck deck;
  deck.make_table("");
  const std::string big(390000, 'x');
  std::string keys;
  for (int number = 0; number < 50; ++number) {
    const std::string key = "{'p':{'S':'" + std::to_string(number) + "'}";
    deck.call("PutItem", "{'TableName':'Table','Item':" + key + ",'v':{'S':'" + big + "'}}}");
    keys += (number > 0 ? "," : "") + key + "}";
  }
  const auto answer = deck.call(
      "BatchGetItem", "{'RequestItems':{'Table':{'Keys':[" + keys + "],'ConsistentRead':true}}}");
  const std::size_t got = answer["Responses"]["Table"].size();
  CHECK(got == 43);
  CHECK(answer["UnprocessedKeys"]["Table"]["Keys"].size() == 50 - got);
  CHECK(answer["UnprocessedKeys"]["Table"]["ConsistentRead"] == true);
}

}  // namespace dynadeck::engine
