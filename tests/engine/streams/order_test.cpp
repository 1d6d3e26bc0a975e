#include <atomic>
#include <map>
#include <thread>
#include <utility>

#include "engine/core/activity.h"
#include "tests/engine/streams/support.h"

namespace dynadeck::engine {
namespace {

constexpr int kWriters = 4;
constexpr int kVersions = 150;

// Writes versions 1, 2, 3, ... to its own item: single writes, a transaction with a second item,
// and batches in turn.
void write_versions(Deck& deck, int number) {
  const std::string key = std::to_string(number);
  for (int version = 1; version <= kVersions; ++version) {
    const std::string item =
        "'Item':{'p':{'S':'" + key + "'},'v':{'N':'" + std::to_string(version) + "'}}";
    const std::string twin =
        "'Item':{'p':{'S':'" + key + "-twin'},'v':{'N':'" + std::to_string(version) + "'}}";
    if (version % 3 == 0) {
      deck.send("TransactWriteItems",
                Deck::json("{'TransactItems':[{'Put':{'TableName':'Table'," + item +
                           "}},{'Put':{'TableName':'Table'," + twin + "}}]}"));
    } else if (version % 3 == 1) {
      deck.send("BatchWriteItem", Deck::json("{'RequestItems':{'Table':[{'PutRequest':{" + item +
                                             "}},{'PutRequest':{" + twin + "}}]}}"));
    } else {
      deck.send("PutItem", Deck::json("{'TableName':'Table'," + item + "}"));
      deck.send("PutItem", Deck::json("{'TableName':'Table'," + twin + "}"));
    }
  }
}

// A consumer as the SDKs' libraries have them: parents before children, each shard to its end.
class Consumer {
 public:
  explicit Consumer(Deck& deck) : deck_(deck), arn_(send_table()) {}

  // Takes what there is. Catch's assertions are not for threads: faults are collected.
  void poll() {
    discover();
    for (auto& [shard, at] : iterators_) {
      if (at.empty() || !(parents_[shard].empty() || iterators_[parents_[shard]].empty())) continue;
      const auto page = ask("GetRecords", "{'ShardIterator':'" + at + "'}");
      std::string last;
      for (const auto& record : page["Records"]) take(record, last);
      at = page.value("NextShardIterator", "");
    }
  }

  std::map<std::string, int> versions;  // the last seen of each item
  std::vector<std::string> faults;

 private:
  nlohmann::json ask(const std::string& operation, const std::string& body) {
    return nlohmann::json::parse(deck_.send(operation, Deck::json(body)).body);
  }
  std::string send_table() {
    return ask("DescribeTable", "{'TableName':'Table'}")["Table"]["LatestStreamArn"];
  }
  void discover() {
    std::string from;  // a page has at most 100 shards
    do {
      const std::string start =
          from.empty() ? "" : ",'ExclusiveStartShardId':'" + std::exchange(from, "") + "'";
      const auto stream =
          ask("DescribeStream", "{'StreamArn':'" + arn_ + "'" + start + "}")["StreamDescription"];
      meet(stream["Shards"]);
      from = stream.value("LastEvaluatedShardId", "");
    } while (!from.empty());
  }
  void meet(const nlohmann::json& shards) {
    for (const auto& shard : shards) {
      const std::string id = shard["ShardId"];
      if (parents_.contains(id)) continue;
      parents_[id] = shard.value("ParentShardId", "");
      iterators_[id] = ask("GetShardIterator", "{'StreamArn':'" + arn_ + "','ShardId':'" + id +
                                                   "','ShardIteratorType':'TRIM_HORIZON'}")
                           .value("ShardIterator", "");
    }
  }
  void take(const nlohmann::json& record, std::string& last) {
    const auto& change = record["dynamodb"];
    const std::string key = change["Keys"]["p"]["S"];
    const std::string sequence = change["SequenceNumber"];
    const int version = std::stoi(change["NewImage"]["v"]["N"].get<std::string>());
    const int before = change.contains("OldImage")
                           ? std::stoi(change["OldImage"]["v"]["N"].get<std::string>())
                           : 0;
    if (version != versions[key] + 1 || before != versions[key]) {
      faults.push_back(key + ": " + std::to_string(version) + " after " +
                       std::to_string(versions[key]));
    }
    if (sequence <= last) faults.push_back(sequence + " after " + last);
    versions[key] = version;
    last = sequence;
  }

  Deck& deck_;
  const std::string arn_;
  std::map<std::string, std::string> iterators_;  // empty: at its end
  std::map<std::string, std::string> parents_;
};

}  // namespace

TEST_CASE("consumers see every change once, in order, while writers write and shards roll",
          "[engine]") {
  EngineOptions options = Deck::in_memory();
  options.stream_shards = GENERATE(1U, 3U);
  Deck deck(options);
  deck.make_table("", kNewAndOld);
  Consumer first(deck);
  Consumer second(deck);

  std::atomic<int> running{kWriters};
  std::vector<std::thread> threads;
  for (int number = 0; number < kWriters; ++number) {
    threads.emplace_back([&, number] {
      write_versions(deck, number);
      --running;
    });
  }
  for (Consumer* consumer : {&first, &second}) {
    threads.emplace_back([&, consumer] {
      while (running > 0) consumer->poll();
    });
  }
  threads.emplace_back([&] {
    for (std::uint32_t round = 0; running > 0 && round < 8; ++round) {
      Engine::ShardRoll roll;
      roll.children = 1 + round % 2;
      (void)deck.engine().roll_shards(roll);
      std::this_thread::yield();
    }
  });
  for (std::thread& thread : threads) thread.join();

  for (Consumer* consumer : {&first, &second}) {
    // Up to eight generations of shards; each may take a poll to be read and one to be seen ended.
    for (int round = 0; round < 40; ++round) consumer->poll();
    CHECK(consumer->faults == std::vector<std::string>());
    REQUIRE(consumer->versions.size() == 2 * kWriters);
    for (const auto& [key, version] : consumer->versions) CHECK(version == kVersions);
  }
}

TEST_CASE("old records go while writers write and readers read", "[engine]") {
  Deck deck;
  deck.make_table("", kNewAndOld);
  for (int number = 0; number < 500; ++number) put(deck, "old", std::to_string(number));
  const std::string first = all_records(deck).at(0)["dynamodb"]["SequenceNumber"];
  const std::string arn = latest_stream(deck);
  const std::string shard = describe_stream(deck, arn)["Shards"][0]["ShardId"];
  const std::string old = iterator(deck, arn, shard, "TRIM_HORIZON");
  deck.clock().advance(std::chrono::hours(24) + std::chrono::minutes(1));

  constexpr int kThreads = 3;
  std::vector<std::thread> threads;
  for (int number = 0; number < kThreads; ++number) {
    threads.emplace_back([&, number] {
      for (int version = 1; version <= kVersions; ++version) {
        deck.send("PutItem",
                  Deck::json("{'TableName':'Table','Item':{'p':{'S':'" + std::to_string(number) +
                             "'},'v':{'N':'" + std::to_string(version) + "'}}}"));
        deck.send("DescribeStream", Deck::json("{'StreamArn':'" + arn + "'}"));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  CHECK(all_records(deck).size() == kThreads * kVersions);
  CHECK(deck.error("GetShardIterator",
                   "{'StreamArn':'" + arn + "','ShardId':'" + shard +
                       "','ShardIteratorType':'AT_SEQUENCE_NUMBER','SequenceNumber':'" + first +
                       "'}") ==
        "TrimmedDataAccessException: The data you are trying to access has been trimmed");
  CHECK(deck.error("GetRecords", "{'ShardIterator':'" + old + "'}").rfind("Expired", 0) == 0);
  const Activity& activity = deck.engine().activity();
  CHECK(activity.stream_records_written == 500 + kThreads * kVersions);
  CHECK(activity.stream_records_read == 500 + kThreads * kVersions);
}

TEST_CASE("the age of an iterator is that of the last record it has shown", "[engine]") {
  Deck deck;
  deck.make_table("", kNewAndOld);
  put(deck, "a", "1");
  deck.clock().advance(std::chrono::seconds(90));
  CHECK(all_records(deck).size() == 1);
  CHECK(deck.engine().activity().iterator_age_microseconds == 90'000'000);
  const std::string arn = latest_stream(deck);
  const std::string shard = describe_stream(deck, arn)["Shards"][0]["ShardId"];
  CHECK(records_at(deck, iterator(deck, arn, shard, "LATEST"))["Records"].empty());
  CHECK(deck.engine().activity().iterator_age_microseconds == 0);
}

}  // namespace dynadeck::engine
