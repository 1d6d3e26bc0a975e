#include <filesystem>
#include <optional>
#include <thread>

#include "engine/core/activity.h"
#include "tests/engine/streams/support.h"

namespace dynadeck::engine {
namespace {

constexpr std::int64_t kNow = 1767225600;  // where a ManualClock begins

void put_expiring(Deck& deck, const std::string& key, const std::string& value) {
  deck.call("PutItem",
            "{'TableName':'Table','Item':{'p':{'S':'" + key + "'},'ttl':" + value + "}}");
}

std::string at(std::int64_t second) { return "{'N':'" + std::to_string(second) + "'}"; }

void turn(Deck& deck, bool on, const std::string& attribute = "ttl") {
  deck.call("UpdateTimeToLive",
            "{'TableName':'Table','TimeToLiveSpecification':{'AttributeName':'" + attribute +
                "','Enabled':" + (on ? "true" : "false") + "}}");
}

std::string turn_error(Deck& deck, bool on, const std::string& attribute = "ttl") {
  return deck.error("UpdateTimeToLive",
                    "{'TableName':'Table','TimeToLiveSpecification':{'AttributeName':'" +
                        attribute + "','Enabled':" + (on ? "true" : "false") + "}}");
}

std::int64_t count(Deck& deck) {
  return deck.call("Scan", "{'TableName':'Table','Select':'COUNT'}")["Count"];
}

}  // namespace

TEST_CASE("time to live is described as AWS does", "[engine]") {
  Deck deck;
  deck.make_table("");
  const auto describe = [&] {
    return deck.call("DescribeTimeToLive", "{'TableName':'Table'}")["TimeToLiveDescription"];
  };
  CHECK(describe() == parsed("{'TimeToLiveStatus':'DISABLED'}"));
  turn(deck, true);
  CHECK(describe() == parsed("{'AttributeName':'ttl','TimeToLiveStatus':'ENABLED'}"));
  turn(deck, false);
  CHECK(describe() == parsed("{'TimeToLiveStatus':'DISABLED'}"));
  CHECK(deck.error("DescribeTimeToLive", "{'TableName':'Other'}") ==
        "ResourceNotFoundException: Requested resource not found: Table: Other not found");
}

TEST_CASE("a change of time to live that changes nothing is refused", "[engine]") {
  Deck deck;
  deck.make_table("");
  CHECK(turn_error(deck, false) == "ValidationException: TimeToLive is already disabled");
  turn(deck, true);
  CHECK(turn_error(deck, true) == "ValidationException: TimeToLive is already enabled");
  const std::string other =
      "ValidationException: TimeToLive is active on a different AttributeName: current "
      "AttributeName is ttl";
  CHECK(turn_error(deck, true, "other") == other);
  CHECK(turn_error(deck, false, "other") == other);
}

TEST_CASE("a change that takes its time shows it", "[engine]") {
  EngineOptions options = Deck::in_memory();
  options.status_delay = std::chrono::seconds(5);
  Deck deck(options);
  deck.make_table("");
  deck.clock().advance(std::chrono::seconds(5));
  turn(deck, true);
  const auto status = [&] {
    return deck.call("DescribeTimeToLive", "{'TableName':'Table'}")["TimeToLiveDescription"].value(
        "TimeToLiveStatus", "");
  };
  CHECK(status() == "ENABLING");
  CHECK(turn_error(deck, false) ==
        "ValidationException: Time to live has been modified multiple times within a fixed "
        "interval");
  deck.clock().advance(std::chrono::seconds(5));
  CHECK(status() == "ENABLED");
}

TEST_CASE("items expire when the clock says so", "[engine]") {
  Deck deck;
  deck.make_table("");
  turn(deck, true);
  put_expiring(deck, "soon", at(kNow + 10));
  put_expiring(deck, "later", at(kNow + 100));
  put_expiring(deck, "text", "{'S':'1'}");
  put_expiring(deck, "ancient", at(kNow - 6LL * 366 * 86400));
  put_expiring(deck, "past", at(kNow - 10));
  CHECK(deck.engine().expire_items().value() == 1);
  CHECK(count(deck) == 4);
  deck.clock().advance(std::chrono::seconds(9));
  CHECK(deck.engine().expire_items().value() == 0);
  deck.clock().advance(std::chrono::seconds(1));
  CHECK(deck.engine().expire_items().value() == 1);
  deck.clock().advance(std::chrono::seconds(90));
  CHECK(deck.engine().expire_items().value() == 1);
  CHECK(deck.engine().expire_items().value() == 0);
  CHECK(deck.engine().activity().expired_items == 3);
  CHECK(count(deck) == 2);
  CHECK(deck.call("DescribeTable", "{'TableName':'Table'}")["Table"]["ItemCount"] == 2);
}

TEST_CASE("the last value of the attribute counts", "[engine]") {
  Deck deck;
  deck.make_table("");
  turn(deck, true);
  put_expiring(deck, "a", at(kNow + 10));
  put_expiring(deck, "a", at(kNow + 100));
  put_expiring(deck, "b", at(kNow + 10));
  deck.call("UpdateItem",
            "{'TableName':'Table','Key':{'p':{'S':'b'}},'UpdateExpression':'REMOVE #t',"
            "'ExpressionAttributeNames':{'#t':'ttl'}}");
  put_expiring(deck, "c", at(kNow + 10));
  deck.call("DeleteItem", "{'TableName':'Table','Key':{'p':{'S':'c'}}}");
  deck.clock().advance(std::chrono::seconds(50));
  CHECK(deck.engine().expire_items().value() == 0);
  deck.clock().advance(std::chrono::seconds(50));
  CHECK(deck.engine().expire_items().value() == 1);
}

TEST_CASE("items that are older than the setting expire too", "[engine]") {
  const int items = GENERATE(10, 6000);  // indexed at once, or by and by
  Deck deck;
  deck.make_table("");
  for (int first = 0; first < items; first += 20) {
    std::string writes;
    for (int number = first; number < std::min(first + 20, items); ++number) {
      writes += (writes.empty() ? "" : ",") + std::string("{'PutRequest':{'Item':{'p':{'S':'") +
                std::to_string(number) + "'},'ttl':" + at(kNow + number % 2) +
                ",'other':" + at(kNow + 1000) + "}}}";
    }
    deck.call("BatchWriteItem", "{'RequestItems':{'Table':[" + writes + "]}}");
  }
  turn(deck, true);
  while (deck.call("DescribeTimeToLive",
                   "{'TableName':'Table'}")["TimeToLiveDescription"]["TimeToLiveStatus"] !=
         "ENABLED") {
    std::this_thread::yield();
  }
  CHECK(deck.engine().expire_items().value() == static_cast<std::size_t>(items / 2));

  SECTION("and by another attribute once that is set") {
    turn(deck, false);
    deck.clock().advance(std::chrono::seconds(10));
    CHECK(deck.engine().expire_items().value() == 0);
    turn(deck, true, "other");
    while (deck.call("DescribeTimeToLive",
                     "{'TableName':'Table'}")["TimeToLiveDescription"]["TimeToLiveStatus"] !=
           "ENABLED") {
      std::this_thread::yield();
    }
    CHECK(deck.engine().expire_items().value() == 0);
    deck.clock().advance(std::chrono::seconds(1000));
    CHECK(deck.engine().expire_items().value() == static_cast<std::size_t>(items / 2));
  }
}

TEST_CASE("expired items leave indexes, and records that name the service", "[engine]") {
  Deck deck;
  deck.make_table("",
                  kNewAndOld +
                      "'GlobalSecondaryIndexes':[{'IndexName':'byTime','KeySchema':"
                      "[{'AttributeName':'ttl','KeyType':'HASH'}],"
                      "'Projection':{'ProjectionType':'ALL'}}],",
                  ",{'AttributeName':'ttl','AttributeType':'N'}");
  turn(deck, true);
  put_expiring(deck, "a", at(kNow));
  CHECK(deck.engine().expire_items().value() == 1);
  CHECK(deck.call("Scan", "{'TableName':'Table','IndexName':'byTime'}")["Count"] == 0);
  const auto record = all_records(deck).at(1);
  CHECK(record["eventName"] == "REMOVE");
  CHECK(record["userIdentity"] ==
        parsed("{'PrincipalId':'dynamodb.amazonaws.com','Type':'Service'}"));
  CHECK(record["dynamodb"]["OldImage"]["p"]["S"] == "a");
}

TEST_CASE("a sweep comes by itself where it is asked to", "[engine]") {
  EngineOptions options = Deck::in_memory();
  options.ttl_sweep_interval = std::chrono::milliseconds(1);
  Deck deck(options);
  deck.make_table("");
  turn(deck, true);
  put_expiring(deck, "a", at(kNow + 5));
  deck.clock().advance(std::chrono::seconds(5));
  while (count(deck) > 0) std::this_thread::yield();
  CHECK(count(deck) == 0);
}

TEST_CASE("a deleted table leaves no expiries behind", "[engine]") {
  Deck deck;
  deck.make_table("");
  turn(deck, true);
  put_expiring(deck, "a", at(kNow));
  deck.call("DeleteTable", "{'TableName':'Table'}");
  deck.make_table("");
  CHECK(deck.engine().expire_items().value() == 0);
}

}  // namespace dynadeck::engine
