#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/streams/sink.h"
#include "tests/engine/streams/support.h"

namespace dynadeck::engine {
namespace {

using Kind = StreamNote::Kind;

class Listener : public StreamSink {
 public:
  void take(const std::string& stream_arn, std::span<const StreamNote> told) override {
    const std::lock_guard lock(mutex_);
    arn = stream_arn;
    notes.insert(notes.end(), told.begin(), told.end());
  }

  std::vector<StreamNote> of(Kind kind) const {
    std::vector<StreamNote> found;
    for (const StreamNote& note : notes) {
      if (note.kind == kind) found.push_back(note);
    }
    return found;
  }

  std::string arn;
  std::vector<StreamNote> notes;

 private:
  std::mutex mutex_;
};

void send(Deck& deck, const std::string& operation, const std::string& body,
          std::uint64_t exchange) {
  Request request;
  request.operation = find_operation(Api::kDynamoDb, operation);
  request.scope = {"000000000000", "us-east-1"};
  request.body = Deck::json(body);
  request.exchange = exchange;
  const Response response = deck.engine().handle(request);
  INFO(response.body);
  CHECK(response.ok());
}

std::string put_body(const std::string& key, const std::string& more = "") {
  return "{'TableName':'Table','Item':{'p':{'S':'" + key + "'}" + more + "}}";
}

std::string number_of(const StreamNote& note) {
  return nlohmann::json::parse(note.json)["dynamodb"]["SequenceNumber"];
}

}  // namespace

TEST_CASE("who listens is told of records as they are read, and of what caused them", "[engine]") {
  Listener listener;
  Deck deck;
  deck.make_table("", kNewAndOld);
  put(deck, "before", "one");
  deck.engine().set_stream_sink(&listener);
  CHECK(listener.of(Kind::kStream).size() == 1);
  CHECK(listener.of(Kind::kShard).size() == 1);
  CHECK(listener.of(Kind::kRecord).empty());

  send(deck, "PutItem", put_body("a"), 7);
  send(deck, "PutItem", put_body("a"), 8);  // changes nothing
  send(deck, "BatchWriteItem",
       "{'RequestItems':{'Table':[{'PutRequest':{'Item':{'p':{'S':'b'}}}},"
       "{'DeleteRequest':{'Key':{'p':{'S':'a'}}}}]}}",
       9);
  send(deck, "TransactWriteItems",
       "{'TransactItems':[{'Put':{'TableName':'Table','Item':{'p':{'S':'c'}}}},"
       "{'Delete':{'TableName':'Table','Key':{'p':{'S':'b'}}}}]}",
       10);
  deck.engine().set_stream_sink(nullptr);
  send(deck, "PutItem", put_body("d"), 11);

  const auto records = listener.of(Kind::kRecord);
  const auto read = all_records(deck);
  REQUIRE(records.size() == 5);
  REQUIRE(read.size() == 7);
  const std::vector<std::uint64_t> causes = {7, 9, 9, 10, 10};
  for (std::size_t i = 0; i < records.size(); ++i) {
    CHECK(nlohmann::json::parse(records[i].json) == read[i + 1]);
    CHECK(records[i].exchange == causes[i]);
    CHECK_FALSE(records[i].expired);
    CHECK(records[i].shard_id == describe_stream(deck, listener.arn)["Shards"][0]["ShardId"]);
  }
}

TEST_CASE("who listens is told of streams and shards in their place", "[engine]") {
  Listener listener;
  Deck deck;
  deck.engine().set_stream_sink(&listener);
  send(deck, "CreateTable",
       "{'TableName':'Table','BillingMode':'PAY_PER_REQUEST'," + kNewAndOld +
           "'AttributeDefinitions':[{'AttributeName':'p','AttributeType':'S'}],"
           "'KeySchema':[{'AttributeName':'p','KeyType':'HASH'}]}",
       3);
  send(deck, "PutItem", put_body("a"), 4);
  REQUIRE(deck.engine().roll_shards({"Table", "", "", "", 2}).ok());
  send(deck, "PutItem", put_body("b"), 5);
  send(deck, "DeleteTable", "{'TableName':'Table'}", 6);

  std::string kinds;
  for (const StreamNote& note : listener.notes) kinds += "SHR"[static_cast<int>(note.kind)];
  // One shard; closed, and two children; both closed at the end.
  CHECK(kinds == "SHRHHHRHHS");
  const auto shown = describe_stream(deck, listener.arn);
  nlohmann::json shards = nlohmann::json::array();
  std::map<std::string, nlohmann::json> last;
  for (const StreamNote& note : listener.of(Kind::kShard)) {
    const auto shard = nlohmann::json::parse(note.json);
    last[shard["ShardId"]] = shard;
  }
  for (const auto& [id, shard] : last) shards.push_back(shard);
  CHECK(shards == shown["Shards"]);
  nlohmann::json without = shown;
  without.erase("Shards");
  CHECK(nlohmann::json::parse(listener.notes.back().json) == without);
  CHECK(listener.notes.front().exchange == 3);
  CHECK(listener.notes[3].exchange == 0);
  CHECK(listener.notes.back().exchange == 6);
}

TEST_CASE("an expired item's record has no exchange", "[engine]") {
  Listener listener;
  Deck deck;
  deck.make_table("", kNewAndOld);
  deck.call("UpdateTimeToLive",
            "{'TableName':'Table','TimeToLiveSpecification':"
            "{'Enabled':true,'AttributeName':'ends'}}");
  deck.engine().set_stream_sink(&listener);
  send(deck, "PutItem", put_body("a", ",'ends':{'N':'1767225601'}"), 2);
  deck.clock().advance(std::chrono::minutes(1));
  REQUIRE(*deck.engine().expire_items() == 1);
  const auto records = listener.of(Kind::kRecord);
  REQUIRE(records.size() == 2);
  CHECK(records[1].expired);
  CHECK(records[1].exchange == 0);
}

TEST_CASE("of many writers who listens hears in the order of the numbers", "[engine]") {
  constexpr int kWriters = 4;
  constexpr int kWrites = 400;
  Listener listener;
  Deck deck;
  deck.make_table("", kNewAndOld);
  deck.engine().set_stream_sink(&listener);
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&deck, writer] {
      for (int write = 0; write < kWrites; ++write) {
        const std::string key = std::to_string(writer) + "-" + std::to_string(write % 7);
        deck.send("PutItem",
                  Deck::json(put_body(key, ",'v':{'N':'" + std::to_string(write) + "'}")));
        if (write % 50 == writer) (void)deck.engine().roll_shards({});
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  std::map<std::string, std::string> last;  // by shard
  std::size_t count = 0;
  for (const StreamNote& note : listener.notes) {
    if (note.kind == Kind::kShard) {
      const auto shard = nlohmann::json::parse(note.json);
      const auto range = shard["SequenceNumberRange"];
      const bool closed = range.contains("EndingSequenceNumber");
      // A shard is there before its records, and closed behind them.
      CHECK((closed || !last.contains(shard["ShardId"])));
      if (closed) last[shard["ShardId"]] = range["EndingSequenceNumber"];
    }
    if (note.kind != Kind::kRecord) continue;
    ++count;
    CHECK(last[note.shard_id] < number_of(note));
    last[note.shard_id] = number_of(note);
  }
  CHECK(count == kWriters * kWrites);
}

}  // namespace dynadeck::engine
