#include "tests/engine/deck.h"

namespace dynadeck::engine {

TEST_CASE("a read may be asked to look at the past", "[engine]") {
  Deck deck;
  deck.make_table("");
  const auto put = [&](const std::string& value) {
    deck.call("PutItem", "{'TableName':'Table','Item':{'p':{'S':'a'},'v':{'S':'" + value + "'}}}");
  };
  const auto value_before = [&](int milliseconds, bool consistent = false) {
    Request request;
    request.operation = Operation::kGetItem;
    request.scope = {"000000000000", "us-east-1"};
    request.body = Deck::json("{'TableName':'Table','Key':{'p':{'S':'a'}},'ConsistentRead':" +
                              std::string(consistent ? "true" : "false") + "}");
    request.hints.stale_by = std::chrono::milliseconds(milliseconds);
    const auto answer = nlohmann::json::parse(deck.engine().handle(request).body);
    return answer.contains("Item") ? answer["Item"]["v"]["S"].get<std::string>() : "";
  };
  put("one");
  deck.clock().advance(std::chrono::seconds(1));
  put("two");
  CHECK(value_before(10) == "one");
  deck.clock().advance(std::chrono::milliseconds(100));
  CHECK(value_before(0) == "two");
  CHECK(value_before(50) == "two");
  CHECK(value_before(500) == "one");
  CHECK(value_before(5000) == "");
  CHECK(value_before(500, true) == "two");
}

}  // namespace dynadeck::engine
