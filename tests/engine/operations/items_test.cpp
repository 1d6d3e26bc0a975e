#include "tests/engine/deck.h"

namespace dynadeck::engine {

TEST_CASE("an item is what was put, until it is deleted", "[engine]") {
  Deck deck;
  deck.make_table("");
  const auto get = [&] {
    return deck.call("GetItem", "{'TableName':'Table','Key':{'p':{'S':'a'}}}");
  };
  CHECK(get() == parsed("{}"));
  CHECK(deck.call("PutItem", "{'TableName':'Table','Item':{'p':{'S':'a'},'n':{'N':'1.50'}}}") ==
        parsed("{}"));
  CHECK(get() == parsed("{'Item':{'p':{'S':'a'},'n':{'N':'1.5'}}}"));
  CHECK(deck.call("PutItem",
                  "{'TableName':'Table','Item':{'p':{'S':'a'}},'ReturnValues':"
                  "'ALL_OLD'}") == parsed("{'Attributes':{'p':{'S':'a'},'n':{'N':'1.5'}}}"));
  CHECK(deck.call("DeleteItem",
                  "{'TableName':'Table','Key':{'p':{'S':'a'}},'ReturnValues':"
                  "'ALL_OLD'}") == parsed("{'Attributes':{'p':{'S':'a'}}}"));
  CHECK(get() == parsed("{}"));
}

TEST_CASE("a key has to fit the table", "[engine]") {
  Deck deck;
  deck.make_table("N");
  const auto [key, message] = GENERATE(table<std::string, std::string>({
      {"{'p':{'S':'a'}}", "The provided key element does not match the schema"},
      {"{'p':{'S':'a'},'s':{'S':'1'}}", "The provided key element does not match the schema"},
      {"{'p':{'S':'a'},'x':{'N':'1'}}", "The provided key element does not match the schema"},
      {"{'p':{'S':''},'s':{'N':'1'}}",
       "One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
       "contain an empty string value. Key: p"},
  }));
  CHECK(deck.error("GetItem", "{'TableName':'Table','Key':" + key + "}") ==
        "ValidationException: " + message);
}

TEST_CASE("a write happens only under its condition", "[engine]") {
  Deck deck;
  deck.make_table("");
  const std::string insert =
      "{'TableName':'Table','Item':{'p':{'S':'a'},'n':{'N':'1'}},"
      "'ConditionExpression':'attribute_not_exists(p)'";
  deck.call("PutItem", insert + "}");
  CHECK(deck.error("PutItem", insert + "}") ==
        "ConditionalCheckFailedException: The conditional request failed");
  const Response response = deck.send(
      "PutItem", Deck::json(insert + ",'ReturnValuesOnConditionCheckFailure':'ALL_OLD'}"));
  CHECK(nlohmann::json::parse(response.body)["Item"] == parsed("{'p':{'S':'a'},'n':{'N':'1'}}"));
}

TEST_CASE("an update returns what it was asked for", "[engine]") {
  Deck deck;
  deck.make_table("");
  deck.call("PutItem", "{'TableName':'Table','Item':{'p':{'S':'a'},'n':{'N':'1'},'k':{'S':'x'}}}");
  const auto [wanted, attributes] = GENERATE(table<std::string, std::string>({
      {"NONE", ""},
      {"ALL_OLD", "{'p':{'S':'a'},'n':{'N':'1'},'k':{'S':'x'}}"},
      {"UPDATED_OLD", "{'n':{'N':'1'}}"},
      {"ALL_NEW", "{'p':{'S':'a'},'n':{'N':'3'},'k':{'S':'x'},'m':{'N':'2'}}"},
      {"UPDATED_NEW", "{'n':{'N':'3'},'m':{'N':'2'}}"},
  }));
  const auto answer =
      deck.call("UpdateItem",
                "{'TableName':'Table','Key':{'p':{'S':'a'}},'UpdateExpression':"
                "'SET n = n + :two, m = :two','ExpressionAttributeValues':{':two':{'N':'2'}},"
                "'ReturnValues':'" +
                    wanted + "'}");
  if (attributes.empty()) {
    CHECK_FALSE(answer.contains("Attributes"));
  } else {
    CHECK(answer["Attributes"] == parsed(attributes));
  }
}

TEST_CASE("an update makes the item that is not there", "[engine]") {
  Deck deck;
  deck.make_table("");
  CHECK(deck.call("UpdateItem",
                  "{'TableName':'Table','Key':{'p':{'S':'a'}},'ReturnValues':"
                  "'ALL_OLD'}") == parsed("{}"));
  CHECK(deck.call("GetItem", "{'TableName':'Table','Key':{'p':{'S':'a'}}}") ==
        parsed("{'Item':{'p':{'S':'a'}}}"));
  CHECK(deck.error("UpdateItem",
                   "{'TableName':'Table','Key':{'p':{'S':'a'}},'UpdateExpression':"
                   "'SET p = :v','ExpressionAttributeValues':{':v':{'S':'b'}}}")
            .find("Cannot update attribute p. This attribute is part of the key") !=
        std::string::npos);
}

TEST_CASE("writes cost by the larger of both items", "[engine]") {
  Deck deck;
  deck.make_table("");
  const auto units = [&](const std::string& operation, const std::string& rest) {
    return deck.call(operation, "{'TableName':'Table'," + rest +
                                    ",'ReturnConsumedCapacity':"
                                    "'TOTAL'}")["ConsumedCapacity"]["CapacityUnits"];
  };
  const std::string big(2000, 'x');
  CHECK(units("PutItem", "'Item':{'p':{'S':'a'},'v':{'S':'" + big + "'}}") == 2.0);
  CHECK(units("PutItem", "'Item':{'p':{'S':'a'}}") == 2.0);
  CHECK(units("PutItem", "'Item':{'p':{'S':'a'}}") == 1.0);
  CHECK(units("DeleteItem", "'Key':{'p':{'S':'none'}}") == 1.0);
  CHECK(units("GetItem", "'Key':{'p':{'S':'a'}}") == 0.5);
  CHECK(units("GetItem", "'Key':{'p':{'S':'a'}},'ConsistentRead':true") == 1.0);
}

TEST_CASE("what is not built yet says so", "[engine]") {
  Deck deck;
  CHECK(deck.error("SearchVectors", "{}") ==
        "UnknownOperationException: dynadeck does not answer SearchVectors yet");
}

}  // namespace dynadeck::engine
