#include <set>

#include "tests/engine/deck.h"

namespace dynadeck::engine {
namespace {

// Ten items in partition p, sort keys 0 to 9, attribute v.
void fill(Deck& deck) {
  for (int number = 0; number < 10; ++number) {
    const std::string text = std::to_string(number);
    deck.call("PutItem", "{'TableName':'Table','Item':{'p':{'S':'p'},'s':{'N':'" + text +
                             "'},'v':{'S':'v" + text + "'}}}");
  }
  deck.call("PutItem", "{'TableName':'Table','Item':{'p':{'S':'q'},'s':{'N':'1'}}}");
}

std::string numbers(const nlohmann::json& answer) {
  std::string result;
  for (const auto& item : answer["Items"]) result += item["s"]["N"].get<std::string>() + " ";
  return result;
}

}  // namespace

TEST_CASE("a query reads its stretch of the partition", "[engine]") {
  Deck deck;
  deck.make_table();
  fill(deck);
  const auto [condition, expected] = GENERATE(table<std::string, std::string>({
      {"", "0 1 2 3 4 5 6 7 8 9 "},
      {" AND s = :a", "3 "},
      {" AND s < :a", "0 1 2 "},
      {" AND s <= :a", "0 1 2 3 "},
      {" AND s > :b", "7 8 9 "},
      {" AND s >= :b", "6 7 8 9 "},
      {" AND s BETWEEN :a AND :b", "3 4 5 6 "},
  }));
  std::string values = "':p':{'S':'p'}";
  if (condition.find(":a") != std::string::npos) values += ",':a':{'N':'3'}";
  if (condition.find(":b") != std::string::npos) values += ",':b':{'N':'6'}";
  const std::string body = "{'TableName':'Table','KeyConditionExpression':'p = :p" + condition +
                           "','ExpressionAttributeValues':{" + values + "}";
  CHECK(numbers(deck.call("Query", body + "}")) == expected);
  std::string backwards = numbers(deck.call("Query", body + ",'ScanIndexForward':false}"));
  std::string reversed;
  for (std::size_t at = expected.size(); at > 0; at -= 2) reversed += expected.substr(at - 2, 2);
  CHECK(backwards == reversed);
}

TEST_CASE("pages of a query join without gap or overlap", "[engine]") {
  Deck deck;
  deck.make_table();
  fill(deck);
  const std::string direction = GENERATE("true", "false");
  std::string all;
  std::string start;
  int pages = 0;
  while (true) {
    const auto page = deck.call("Query",
                                "{'TableName':'Table','KeyConditionExpression':'p = :p','Limit':3,"
                                "'ExpressionAttributeValues':{':p':{'S':'p'}},'ScanIndexForward':" +
                                    direction + start + "}");
    all += numbers(page);
    ++pages;
    if (!page.contains("LastEvaluatedKey")) break;
    CHECK(page["LastEvaluatedKey"].size() == 2);
    start = ",'ExclusiveStartKey':" + page["LastEvaluatedKey"].dump();
  }
  CHECK(all == (direction == "true" ? "0 1 2 3 4 5 6 7 8 9 " : "9 8 7 6 5 4 3 2 1 0 "));
  CHECK(pages == 4);
}

TEST_CASE("a limit that meets the end still names a last key", "[engine]") {
  Deck deck;
  deck.make_table();
  fill(deck);
  CHECK(deck.call("Scan", "{'TableName':'Table','Limit':11}").contains("LastEvaluatedKey"));
  CHECK_FALSE(deck.call("Scan", "{'TableName':'Table','Limit':12}").contains("LastEvaluatedKey"));
}

TEST_CASE("filters count what they saw", "[engine]") {
  Deck deck;
  deck.make_table();
  fill(deck);
  const auto answer =
      deck.call("Scan",
                "{'TableName':'Table','FilterExpression':'v = :v','ExpressionAttributeValues':"
                "{':v':{'S':'v7'}},'ProjectionExpression':'s','ReturnConsumedCapacity':'TOTAL'}");
  CHECK(answer["Items"] == parsed("[{'s':{'N':'7'}}]"));
  CHECK(answer["Count"] == 1);
  CHECK(answer["ScannedCount"] == 11);
  CHECK(answer["ConsumedCapacity"]["CapacityUnits"] == 0.5);
  const auto count = deck.call("Scan", "{'TableName':'Table','Select':'COUNT'}");
  CHECK(count == parsed("{'Count':11,'ScannedCount':11}"));
}

TEST_CASE("a page ends at one megabyte", "[engine]") {
  Deck deck;
  deck.make_table();
  const std::string big(100000, 'x');
  for (int number = 0; number < 14; ++number) {
    deck.call("PutItem", "{'TableName':'Table','Item':{'p':{'S':'p'},'s':{'N':'" +
                             std::to_string(number) + "'},'v':{'S':'" + big + "'}}}");
  }
  const auto page = deck.call("Query",
                              "{'TableName':'Table','KeyConditionExpression':'p = :p',"
                              "'ExpressionAttributeValues':{':p':{'S':'p'}},"
                              "'ReturnConsumedCapacity':'TOTAL'}");
  CHECK(page["Count"] == 11);
  CHECK(page["LastEvaluatedKey"]["s"]["N"] == "10");
  CHECK(page["ConsumedCapacity"]["CapacityUnits"] == 134.5);
}

TEST_CASE("segments of a parallel scan divide the table", "[engine]") {
  Deck deck;
  deck.make_table("");
  for (int number = 0; number < 200; ++number) {
    deck.call("PutItem",
              "{'TableName':'Table','Item':{'p':{'S':'" + std::to_string(number) + "'}}}");
  }
  const int total = GENERATE(1, 2, 3, 7, 4096, 5000, 1000000);
  std::set<std::string> seen;
  const int asked = std::min(total, 7);
  for (int segment = 0; segment < asked; ++segment) {
    const auto page =
        deck.call("Scan", "{'TableName':'Table','Segment':" + std::to_string(segment) +
                              ",'TotalSegments':" + std::to_string(total) + "}");
    for (const auto& item : page["Items"]) {
      CHECK(seen.insert(item["p"]["S"].get<std::string>()).second);
    }
  }
  if (asked == total) CHECK(seen.size() == 200);
}

TEST_CASE("a starting key has to fit", "[engine]") {
  Deck deck;
  deck.make_table();
  const std::string query =
      "{'TableName':'Table','KeyConditionExpression':'p = :p','ExpressionAttributeValues':"
      "{':p':{'S':'p'}},'ExclusiveStartKey':";
  CHECK(deck.error("Query", query + "{'p':{'S':'p'}}}") ==
        "ValidationException: The provided starting key is invalid");
  CHECK(deck.error("Query", query + "{'p':{'S':'q'},'s':{'N':'1'}}}") ==
        "ValidationException: The provided starting key is outside query boundaries based on "
        "provided conditions");
  CHECK(deck.error("Scan", "{'TableName':'Table','ExclusiveStartKey':{'p':{'S':'p'}}}") ==
        "ValidationException: The provided starting key is invalid: The provided key element does "
        "not match the schema");
}

}  // namespace dynadeck::engine
