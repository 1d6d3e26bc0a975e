#include <atomic>
#include <map>
#include <thread>

#include "tests/engine/deck.h"

namespace dynadeck::engine {
namespace {

// Runs `work(number)` in so many threads at once.
template <typename Work>
void in_threads(int count, const Work& work) {
  std::vector<std::thread> threads;
  for (int number = 0; number < count; ++number)
    threads.emplace_back([&, number] { work(number); });
  for (std::thread& thread : threads) thread.join();
}

constexpr int kThreads = 4;
constexpr int kRounds = 200;

std::string move_one(int from, int to) {
  const auto side = [](int account, const std::string& sign) {
    return "{'Update':{'TableName':'Table','Key':{'p':{'S':'" + std::to_string(account) +
           "'}},'UpdateExpression':'ADD v :n','ExpressionAttributeValues':{':n':{'N':'" + sign +
           "1'}}}}";
  };
  return Deck::json("{'TransactItems':[" + side(from, "-") + "," + side(to, "") + "]}");
}

}  // namespace

TEST_CASE("concurrent increments all count", "[engine]") {
  Deck deck;
  deck.make_table("");
  const std::string increment = Deck::json(
      "{'TableName':'Table','Key':{'p':{'S':'a'}},'UpdateExpression':'ADD v :n',"
      "'ExpressionAttributeValues':{':n':{'N':'1'}}}");
  in_threads(kThreads, [&](int) {
    for (int round = 0; round < kRounds; ++round) deck.send("UpdateItem", increment);
  });
  const auto item = deck.call("GetItem", "{'TableName':'Table','Key':{'p':{'S':'a'}}}")["Item"];
  CHECK(item["v"]["N"] == std::to_string(kThreads * kRounds));
}

TEST_CASE("of concurrent conditional inserts one succeeds", "[engine]") {
  Deck deck;
  deck.make_table("");
  for (int round = 0; round < kRounds; ++round) {
    const std::string insert =
        Deck::json("{'TableName':'Table','Item':{'p':{'S':'" + std::to_string(round) +
                   "'}},'ConditionExpression':'attribute_not_exists(p)'}");
    std::atomic<int> inserted{0};
    in_threads(2, [&](int) { inserted += deck.send("PutItem", insert).ok() ? 1 : 0; });
    REQUIRE(inserted == 1);
  }
  CHECK(deck.call("DescribeTable", "{'TableName':'Table'}")["Table"]["ItemCount"] == kRounds);
}

TEST_CASE("transactions move money and lose none", "[engine]") {
  Deck deck;
  deck.make_table("");
  std::atomic<bool> failed{false};
  std::atomic<int> moved{0};
  in_threads(kThreads, [&](int number) {
    for (int round = 0; round < kRounds; ++round) {
      const Response response =
          deck.send("TransactWriteItems", move_one((number + round) % 5, (number + round + 1) % 5));
      if (response.ok()) ++moved;
      if (!response.ok() && response.body.find("TransactionConflict") == std::string::npos) {
        failed = true;
      }
      // A reader in between sees no half of a transaction.
      const auto scan = nlohmann::json::parse(
          deck.send("TransactGetItems",
                    Deck::json(
                        "{'TransactItems':[{'Get':{'TableName':'Table','Key':{'p':{'S':'0'}}}},"
                        "{'Get':{'TableName':'Table','Key':{'p':{'S':'1'}}}},{'Get':{'TableName':"
                        "'Table','Key':{'p':{'S':'2'}}}},{'Get':{'TableName':'Table','Key':{'p':"
                        "{'S':'3'}}}},{'Get':{'TableName':'Table','Key':{'p':{'S':'4'}}}}]}"))
              .body);
      int sum = 0;
      for (const auto& answer : scan["Responses"]) {
        if (answer.contains("Item")) sum += std::stoi(answer["Item"]["v"]["N"].get<std::string>());
      }
      if (sum != 0) failed = true;
    }
  });
  CHECK_FALSE(failed);
  CHECK(moved > 0);
}

TEST_CASE("an index that is added under writes ends complete", "[engine]") {
  Deck deck;
  deck.make_table("N");
  const auto put = [&](int partition, int sort, int value) {
    deck.send("PutItem",
              Deck::json("{'TableName':'Table','Item':{'p':{'S':'" + std::to_string(partition) +
                         "'},'s':{'N':'" + std::to_string(sort) + "'},'g':{'S':'g" +
                         std::to_string(value % 7) + "'}}}"));
  };
  for (int number = 0; number < 6000; ++number) put(number % 50, number, number);
  std::atomic<bool> over{false};
  std::thread writer([&] {
    for (int round = 0; !over; ++round) {
      put(round % 50, round % 7000, round * 3);
      const int gone = round * 13 % 6000;
      deck.send("DeleteItem",
                Deck::json("{'TableName':'Table','Key':{'p':{'S':'" + std::to_string(gone % 50) +
                           "'},'s':{'N':'" + std::to_string(gone) + "'}}}"));
    }
  });
  deck.call("UpdateTable",
            "{'TableName':'Table','AttributeDefinitions':[{'AttributeName':'g','AttributeType':"
            "'S'}],'GlobalSecondaryIndexUpdates':[{'Create':{'IndexName':'global','KeySchema':"
            "[{'AttributeName':'g','KeyType':'HASH'}],'Projection':{'ProjectionType':'ALL'}}}]}");
  nlohmann::json index;
  do {
    index =
        deck.call("DescribeTable", "{'TableName':'Table'}")["Table"]["GlobalSecondaryIndexes"][0];
  } while (index["IndexStatus"] != "ACTIVE");
  over = true;
  writer.join();

  const auto all = [&](const std::string& more) {
    std::map<std::string, nlohmann::json> items;
    std::string start;
    while (true) {
      const auto page = deck.call("Scan", "{'TableName':'Table'" + more + start + "}");
      for (const auto& item : page["Items"]) {
        items[item["p"].dump() + item["s"].dump()] = item;
      }
      if (!page.contains("LastEvaluatedKey")) return items;
      start = ",'ExclusiveStartKey':" + page["LastEvaluatedKey"].dump();
    }
  };
  const auto table = all("");
  CHECK(all(",'IndexName':'global'") == table);
  const auto described = deck.call("DescribeTable", "{'TableName':'Table'}")["Table"];
  CHECK(described["ItemCount"] == table.size());
  CHECK(described["GlobalSecondaryIndexes"][0]["ItemCount"] == table.size());
  CHECK(described["GlobalSecondaryIndexes"][0]["IndexSizeBytes"] == described["TableSizeBytes"]);
}

}  // namespace dynadeck::engine
