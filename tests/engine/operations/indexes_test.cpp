#include <set>

#include "tests/engine/deck.h"

namespace dynadeck::engine {
namespace {

const char* const kIndexes =
    "'LocalSecondaryIndexes':[{'IndexName':'local','KeySchema':[{'AttributeName':'p','KeyType':"
    "'HASH'},{'AttributeName':'l','KeyType':'RANGE'}],'Projection':{'ProjectionType':'KEYS_ONLY'}}]"
    ","
    "'GlobalSecondaryIndexes':[{'IndexName':'global','KeySchema':[{'AttributeName':'g','KeyType':"
    "'HASH'},{'AttributeName':'s','KeyType':'RANGE'}],'Projection':{'ProjectionType':'INCLUDE',"
    "'NonKeyAttributes':['x']}}],";
const char* const kAttributes =
    ",{'AttributeName':'l','AttributeType':'N'},{'AttributeName':'g','AttributeType':'S'}";

void make_indexed_table(Deck& deck) { deck.make_table("N", kIndexes, kAttributes); }

void put(Deck& deck, int sort, const std::string& rest) {
  deck.call("PutItem", "{'TableName':'Table','Item':{'p':{'S':'p'},'s':{'N':'" +
                           std::to_string(sort) + "'}" + rest + "}}");
}

nlohmann::json query_global(Deck& deck, const std::string& more = "") {
  return deck.call("Query",
                   "{'TableName':'Table','IndexName':'global','KeyConditionExpression':"
                   "'g = :g','ExpressionAttributeValues':{':g':{'S':'g'}}" +
                       more + "}");
}

std::pair<int, int> index_counts(Deck& deck, const std::string& kind) {
  const auto table = deck.call("DescribeTable", "{'TableName':'Table'}")["Table"];
  const auto& index = table[kind][0];
  return {index["ItemCount"], index["IndexSizeBytes"]};
}

}  // namespace

TEST_CASE("an index has the items with its key, and what it projects", "[engine]") {
  Deck deck;
  make_indexed_table(deck);
  put(deck, 2, ",'g':{'S':'g'},'x':{'S':'shown'},'y':{'S':'hidden'}");
  put(deck, 1, ",'g':{'S':'g'}");
  put(deck, 3, "");
  CHECK(query_global(deck)["Items"] ==
        parsed("[{'p':{'S':'p'},'s':{'N':'1'},'g':{'S':'g'}},"
               "{'p':{'S':'p'},'s':{'N':'2'},'g':{'S':'g'},'x':{'S':'shown'}}]"));
  CHECK(index_counts(deck, "GlobalSecondaryIndexes") == std::pair(2, 20));
  CHECK(deck.call("Scan", "{'TableName':'Table','IndexName':'global'}")["Count"] == 2);
}

TEST_CASE("an index follows its items", "[engine]") {
  Deck deck;
  make_indexed_table(deck);
  put(deck, 1, ",'g':{'S':'other'}");
  CHECK(query_global(deck)["Count"] == 0);
  put(deck, 1, ",'g':{'S':'g'}");
  CHECK(query_global(deck)["Count"] == 1);
  deck.call("UpdateItem",
            "{'TableName':'Table','Key':{'p':{'S':'p'},'s':{'N':'1'}},"
            "'UpdateExpression':'SET x = :x','ExpressionAttributeValues':"
            "{':x':{'S':'new'}}}");
  CHECK(query_global(deck)["Items"][0]["x"]["S"] == "new");
  deck.call("UpdateItem",
            "{'TableName':'Table','Key':{'p':{'S':'p'},'s':{'N':'1'}},"
            "'UpdateExpression':'REMOVE g'}");
  CHECK(query_global(deck)["Count"] == 0);
  CHECK(index_counts(deck, "GlobalSecondaryIndexes") == std::pair(0, 0));
  put(deck, 1, ",'g':{'S':'g'}");
  deck.call("DeleteItem", "{'TableName':'Table','Key':{'p':{'S':'p'},'s':{'N':'1'}}}");
  CHECK(deck.call("Scan", "{'TableName':'Table','IndexName':'global'}")["Count"] == 0);
}

TEST_CASE("a local index orders by its own sort key and fetches from the table", "[engine]") {
  Deck deck;
  make_indexed_table(deck);
  put(deck, 1, ",'l':{'N':'30'},'y':{'S':'one'}");
  put(deck, 2, ",'l':{'N':'10'},'y':{'S':'two'}");
  put(deck, 3, ",'y':{'S':'three'}");
  const std::string query =
      "{'TableName':'Table','IndexName':'local','KeyConditionExpression':'p = :p',"
      "'ExpressionAttributeValues':{':p':{'S':'p'}},'ReturnConsumedCapacity':'INDEXES'";
  const auto keys = deck.call("Query", query + "}");
  CHECK(keys["Items"] == parsed("[{'p':{'S':'p'},'s':{'N':'2'},'l':{'N':'10'}},"
                                "{'p':{'S':'p'},'s':{'N':'1'},'l':{'N':'30'}}]"));
  CHECK(keys["ConsumedCapacity"]["CapacityUnits"] == 0.5);
  const auto all = deck.call("Query", query + ",'Select':'ALL_ATTRIBUTES','ConsistentRead':true}");
  CHECK(all["Items"][0]["y"]["S"] == "two");
  CHECK(all["ConsumedCapacity"]["Table"]["CapacityUnits"] == 2.0);
  CHECK(all["ConsumedCapacity"]["LocalSecondaryIndexes"]["local"]["CapacityUnits"] == 1.0);
}

TEST_CASE("a page of an index goes on where it stopped, among equal keys too", "[engine]") {
  Deck deck;
  deck.make_table("N",
                  "'GlobalSecondaryIndexes':[{'IndexName':'global','KeySchema':[{'AttributeName':"
                  "'g','KeyType':'HASH'}],'Projection':{'ProjectionType':'ALL'}}],",
                  ",{'AttributeName':'g','AttributeType':'S'}");
  for (int number = 0; number < 20; ++number) put(deck, number, ",'g':{'S':'g'}");
  const std::string direction = GENERATE("true", "false");
  std::set<std::string> seen;
  std::string start;
  while (true) {
    const auto page = query_global(deck, ",'Limit':3,'ScanIndexForward':" + direction + start);
    for (const auto& item : page["Items"]) {
      CHECK(seen.insert(item["s"]["N"].get<std::string>()).second);
    }
    if (!page.contains("LastEvaluatedKey")) break;
    CHECK(page["LastEvaluatedKey"].size() == 3);
    start = ",'ExclusiveStartKey':" + page["LastEvaluatedKey"].dump();
  }
  CHECK(seen.size() == 20);
}

TEST_CASE("an index key of the wrong type is refused", "[engine]") {
  Deck deck;
  make_indexed_table(deck);
  CHECK(deck.error("PutItem",
                   "{'TableName':'Table','Item':{'p':{'S':'p'},'s':{'N':'1'},"
                   "'g':{'N':'1'}}}") ==
        "ValidationException: One or more parameter values were invalid: Type mismatch for Index "
        "Key g Expected: S Actual: N IndexName: global");
}

TEST_CASE("index writes cost what they change", "[engine]") {
  Deck deck;
  make_indexed_table(deck);
  const auto global_units = [&](const std::string& rest) {
    const auto consumed =
        deck.call("PutItem", "{'TableName':'Table','Item':{'p':{'S':'p'},'s':{'N':'1'}" + rest +
                                 "},'ReturnConsumedCapacity':'INDEXES'}")["ConsumedCapacity"];
    if (!consumed.contains("GlobalSecondaryIndexes")) return 0.0;
    return consumed["GlobalSecondaryIndexes"]["global"]["CapacityUnits"].get<double>();
  };
  CHECK(global_units("") == 0);
  CHECK(global_units(",'g':{'S':'g'}") == 1);
  CHECK(global_units(",'g':{'S':'g'},'y':{'S':'not projected'}") == 0);
  CHECK(global_units(",'g':{'S':'g'},'x':{'S':'projected'}") == 1);
  CHECK(global_units(",'g':{'S':'h'}") == 2);
  CHECK(global_units("") == 1);
}

TEST_CASE("an index that is added has all items, and those of the wrong type not", "[engine]") {
  Deck deck;
  deck.make_table("N");
  for (int number = 0; number < 200; ++number) put(deck, number, ",'g':{'S':'g'}");
  put(deck, 1000, ",'g':{'N':'1'}");
  put(deck, 1001, "");
  const auto answer = deck.call(
      "UpdateTable",
      "{'TableName':'Table','AttributeDefinitions':[{'AttributeName':'g','AttributeType':'S'},"
      "{'AttributeName':'s','AttributeType':'N'}],'GlobalSecondaryIndexUpdates':[{'Create':"
      "{'IndexName':'global','KeySchema':[{'AttributeName':'g','KeyType':'HASH'},{'AttributeName':"
      "'s','KeyType':'RANGE'}],'Projection':{'ProjectionType':'ALL'}}}]}")["TableDescription"];
  CHECK(answer["TableStatus"] == "UPDATING");
  CHECK(answer["GlobalSecondaryIndexes"][0]["IndexStatus"] == "CREATING");
  const auto table = deck.call("DescribeTable", "{'TableName':'Table'}")["Table"];
  CHECK(table["TableStatus"] == "ACTIVE");
  CHECK(table["GlobalSecondaryIndexes"][0]["IndexStatus"] == "ACTIVE");
  CHECK(table["GlobalSecondaryIndexes"][0]["ItemCount"] == 200);
  CHECK(query_global(deck)["Count"] == 200);

  const auto removed = deck.call("UpdateTable",
                                 "{'TableName':'Table','GlobalSecondaryIndexUpdates':"
                                 "[{'Delete':{'IndexName':'global'}}]}");
  CHECK(removed["TableDescription"]["GlobalSecondaryIndexes"][0]["IndexStatus"] == "DELETING");
  CHECK_FALSE(deck.call("DescribeTable", "{'TableName':'Table'}")["Table"].contains(
      "GlobalSecondaryIndexes"));
  CHECK(deck.error("Scan", "{'TableName':'Table','IndexName':'global'}") ==
        "ValidationException: The table does not have the specified index: global");
}

TEST_CASE("a global index may have several attributes per key", "[engine]") {
  Deck deck;
  deck.make_table(
      "N",
      "'GlobalSecondaryIndexes':[{'IndexName':'many','KeySchema':[{'AttributeName':'a','KeyType':"
      "'HASH'},{'AttributeName':'b','KeyType':'HASH'},{'AttributeName':'c','KeyType':'RANGE'},"
      "{'AttributeName':'d','KeyType':'RANGE'}],'Projection':{'ProjectionType':'ALL'}}],",
      ",{'AttributeName':'a','AttributeType':'S'},{'AttributeName':'b','AttributeType':'N'},"
      "{'AttributeName':'c','AttributeType':'S'},{'AttributeName':'d','AttributeType':'N'}");
  int sort = 0;
  for (const char* c : {"x", "y"}) {
    for (int d = 0; d < 3; ++d) {
      put(deck, sort++,
          ",'a':{'S':'a'},'b':{'N':'1'},'c':{'S':'" + std::string(c) + "'},'d':{'N':'" +
              std::to_string(d) + "'}");
    }
  }
  const auto count = [&](const std::string& condition, const std::string& values) {
    return deck.call("Query",
                     "{'TableName':'Table','IndexName':'many','KeyConditionExpression':'a = :a AND "
                     "b = :b" +
                         condition +
                         "','ExpressionAttributeValues':{':a':{'S':'a'},"
                         "':b':{'N':'1'}" +
                         values + "}}")["Count"];
  };
  CHECK(count("", "") == 6);
  CHECK(count(" AND c = :c", ",':c':{'S':'x'}") == 3);
  CHECK(count(" AND c = :c AND d > :d", ",':c':{'S':'x'},':d':{'N':'0'}") == 2);
  CHECK(count(" AND c > :c", ",':c':{'S':'x'}") == 3);
}

TEST_CASE("under a status delay an index is CREATING and DELETING as long, then there or gone",
          "[engine]") {
  using namespace std::chrono_literals;
  EngineOptions options = Deck::in_memory();
  options.status_delay = 2s;
  Deck deck(options);
  deck.make_table("N");
  deck.clock().advance(2s);
  const auto status = [&] {
    const auto table = deck.call("DescribeTable", "{'TableName':'Table'}")["Table"];
    return table.contains("GlobalSecondaryIndexes")
               ? table["GlobalSecondaryIndexes"][0]["IndexStatus"].get<std::string>()
               : std::string("none");
  };
  const std::string create =
      "{'TableName':'Table','AttributeDefinitions':[{'AttributeName':'g','AttributeType':'S'}],"
      "'GlobalSecondaryIndexUpdates':[{'Create':{'IndexName':'global','KeySchema':"
      "[{'AttributeName':'g','KeyType':'HASH'}],'Projection':{'ProjectionType':'ALL'}}}]}";
  deck.call("UpdateTable", create);
  CHECK(status() == "CREATING");
  deck.clock().advance(2s);
  CHECK(status() == "ACTIVE");

  deck.call("PutItem", "{'TableName':'Table','Item':{'p':{'S':'a'},'s':{'N':'1'},'g':{'S':'x'}}}");
  deck.call("UpdateTable",
            "{'TableName':'Table','GlobalSecondaryIndexUpdates':[{'Delete':{'IndexName':"
            "'global'}}]}");
  CHECK(status() == "DELETING");
  deck.clock().advance(2s);
  CHECK(status() == "none");
  CHECK(
      deck.call("DescribeTable", "{'TableName':'Table'}")["Table"]["AttributeDefinitions"].size() ==
      2);
  // Its name is free again, and nothing of it is left.
  deck.call("UpdateTable", create);
  deck.clock().advance(2s);
  CHECK(status() == "ACTIVE");
  CHECK(deck.call("Scan", "{'TableName':'Table','IndexName':'global'}")["Count"] == 1);
}

TEST_CASE("an index is active no sooner than it can be read", "[engine]") {
  Deck deck;
  deck.make_table("N");
  for (int sort = 0; sort < 5000; ++sort) put(deck, sort, ",'g':{'S':'x'}");
  deck.call("UpdateTable",
            "{'TableName':'Table','AttributeDefinitions':[{'AttributeName':'g','AttributeType':"
            "'S'}],'GlobalSecondaryIndexUpdates':[{'Create':{'IndexName':'global','KeySchema':"
            "[{'AttributeName':'g','KeyType':'HASH'}],'Projection':{'ProjectionType':'KEYS_ONLY'}"
            "}}]}");
  nlohmann::json index;
  do {
    index =
        deck.call("DescribeTable", "{'TableName':'Table'}")["Table"]["GlobalSecondaryIndexes"][0];
    if (index.contains("Backfilling")) CHECK(index["IndexStatus"] == "CREATING");
  } while (index["IndexStatus"] != "ACTIVE");
  CHECK(deck.call("Scan", "{'TableName':'Table','IndexName':'global'}")["Count"] == 5000);
}

}  // namespace dynadeck::engine
