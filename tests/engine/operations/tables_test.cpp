#include "tests/engine/deck.h"

namespace dynadeck::engine {
namespace {

const char* const kProvisioned =
    "{'TableName':'Music','AttributeDefinitions':[{'AttributeName':'Artist','AttributeType':'S'},"
    "{'AttributeName':'Song','AttributeType':'S'}],'KeySchema':[{'AttributeName':'Artist',"
    "'KeyType':'HASH'},{'AttributeName':'Song','KeyType':'RANGE'}],'ProvisionedThroughput':"
    "{'ReadCapacityUnits':5,'WriteCapacityUnits':6}}";

}  // namespace

TEST_CASE("a table is described as AWS does", "[engine]") {
  Deck deck;
  const auto created = deck.call("CreateTable", kProvisioned)["TableDescription"];
  CHECK(created["TableStatus"] == "CREATING");
  CHECK(created["ItemCount"] == 0);
  CHECK(created["CreationDateTime"] == 1767225600.0);
  CHECK(created["TableArn"] == "arn:aws:dynamodb:us-east-1:000000000000:table/Music");
  CHECK(created["ProvisionedThroughput"] ==
        parsed("{'NumberOfDecreasesToday':0,'ReadCapacityUnits':5,'WriteCapacityUnits':6}"));
  CHECK_FALSE(created.contains("BillingModeSummary"));
  const auto described = deck.call("DescribeTable", "{'TableName':'Music'}")["Table"];
  CHECK(described["TableStatus"] == "ACTIVE");
  CHECK(described["TableId"] == created["TableId"]);
  CHECK(described["KeySchema"] == parsed("[{'AttributeName':'Artist','KeyType':'HASH'},"
                                         "{'AttributeName':'Song','KeyType':'RANGE'}]"));
  CHECK(deck.call("DescribeTable",
                  "{'TableName':'arn:aws:dynamodb:us-east-1:000000000000:"
                  "table/Music'}")["Table"] == described);
}

TEST_CASE("a name is taken once per namespace", "[engine]") {
  Deck deck;
  deck.call("CreateTable", kProvisioned);
  CHECK(deck.error("CreateTable", kProvisioned) ==
        "ResourceInUseException: Table already exists: Music");
  deck.call("CreateTable", kProvisioned, {"000000000000", "eu-west-1"});
  deck.call("CreateTable", kProvisioned, {"111111111111", "us-east-1"});
  CHECK(deck.call("ListTables", "{}")["TableNames"] == parsed("['Music']"));
  CHECK(deck.engine().reset("000000000000", "us-east-1").value() == 1);
  CHECK(deck.call("ListTables", "{}")["TableNames"].empty());
  CHECK(deck.call("ListTables", "{}", {"111111111111", "us-east-1"})["TableNames"].size() == 1);
  CHECK(deck.engine().reset().value() == 2);
}

TEST_CASE("namespaces merge in a shared database", "[engine]") {
  EngineOptions options = Deck::in_memory();
  options.shared_db = true;
  Deck deck(options);
  deck.call("CreateTable", kProvisioned);
  CHECK(deck.call("ListTables", "{}", {"111111111111", "eu-west-1"})["TableNames"].size() == 1);
}

TEST_CASE("tables are listed in pages", "[engine]") {
  Deck deck;
  for (const char* name : {"ccc", "aaa", "bbb"}) {
    std::string body(kProvisioned);
    body.replace(body.find("Music"), 5, name);
    deck.call("CreateTable", body);
  }
  const auto first = deck.call("ListTables", "{'Limit':2}");
  CHECK(first == parsed("{'TableNames':['aaa','bbb'],'LastEvaluatedTableName':'bbb'}"));
  CHECK(deck.call("ListTables", "{'Limit':2,'ExclusiveStartTableName':'bbb'}") ==
        parsed("{'TableNames':['ccc']}"));
}

TEST_CASE("a deleted table is gone with its items", "[engine]") {
  Deck deck;
  deck.make_table();
  deck.call("PutItem", "{'TableName':'Table','Item':{'p':{'S':'a'},'s':{'N':'1'}}}");
  const auto deleted = deck.call("DeleteTable", "{'TableName':'Table'}")["TableDescription"];
  CHECK(deleted["TableStatus"] == "DELETING");
  CHECK(deleted["ItemCount"] == 1);
  CHECK_FALSE(deleted.contains("KeySchema"));
  CHECK(deck.error("DescribeTable", "{'TableName':'Table'}") ==
        "ResourceNotFoundException: Requested resource not found: Table: Table not found");
  CHECK(deck.error("GetItem", "{'TableName':'Table','Key':{'p':{'S':'a'},'s':{'N':'1'}}}") ==
        "ResourceNotFoundException: Requested resource not found");
  deck.make_table();
  CHECK(deck.call("Scan", "{'TableName':'Table'}")["Count"] == 0);
  CHECK(deck.call("DescribeTable", "{'TableName':'Table'}")["Table"]["ItemCount"] == 0);
}

TEST_CASE("deletion protection protects", "[engine]") {
  Deck deck;
  deck.make_table("N", "'DeletionProtectionEnabled':true,");
  CHECK(deck.error("DeleteTable", "{'TableName':'Table'}").rfind("ValidationException", 0) == 0);
}

TEST_CASE("statuses last for the status delay", "[engine]") {
  EngineOptions options = Deck::in_memory();
  options.status_delay = std::chrono::seconds(2);
  Deck deck(options);
  deck.make_table();
  const auto status = [&] {
    return deck.call("DescribeTable", "{'TableName':'Table'}")["Table"]["TableStatus"];
  };
  CHECK(status() == "CREATING");
  CHECK(deck.error("Scan", "{'TableName':'Table'}") ==
        "ResourceNotFoundException: Requested resource not found");
  CHECK(
      deck.error("DeleteTable", "{'TableName':'Table'}") ==
      "ResourceInUseException: Attempt to change a resource which is still in use: Table is being "
      "created: Table");
  deck.clock().advance(std::chrono::seconds(2));
  CHECK(status() == "ACTIVE");
  deck.call("DeleteTable", "{'TableName':'Table'}");
  CHECK(status() == "DELETING");
  CHECK(deck.call("ListTables", "{}")["TableNames"].size() == 1);
  deck.clock().advance(std::chrono::seconds(2));
  CHECK(deck.call("ListTables", "{}")["TableNames"].empty());
  deck.make_table();
}

TEST_CASE("counts and sizes are exact, also after writes that replace", "[engine]") {
  Deck deck;
  deck.make_table("");
  const auto counts = [&] {
    const auto table = deck.call("DescribeTable", "{'TableName':'Table'}")["Table"];
    return std::pair<int, int>(table["ItemCount"], table["TableSizeBytes"]);
  };
  deck.call("PutItem", "{'TableName':'Table','Item':{'p':{'S':'a'},'v':{'S':'12345'}}}");
  CHECK(counts() == std::pair(1, 8));
  deck.call("PutItem", "{'TableName':'Table','Item':{'p':{'S':'a'},'v':{'S':'1'}}}");
  CHECK(counts() == std::pair(1, 4));
  deck.call("UpdateItem", "{'TableName':'Table','Key':{'p':{'S':'b'}}}");
  CHECK(counts() == std::pair(2, 6));
  deck.call("DeleteItem", "{'TableName':'Table','Key':{'p':{'S':'a'}}}");
  deck.call("DeleteItem", "{'TableName':'Table','Key':{'p':{'S':'a'}}}");
  CHECK(counts() == std::pair(1, 2));
}

}  // namespace dynadeck::engine
