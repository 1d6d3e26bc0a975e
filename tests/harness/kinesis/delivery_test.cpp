#include "harness/kinesis/delivery.h"

#include <catch2/catch.hpp>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>

using namespace dynadeck;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const std::string kStream = "arn:aws:kinesis:us-east-1:000000000000:stream/changes";

engine::KinesisRecord record(const std::string& key, const std::string& data) {
  return {kStream, key, data};
}

KinesisDelivery::Options quick() {
  KinesisDelivery::Options options;
  options.first_pause = 1ms;
  options.longest_pause = 1ms;
  return options;
}

// A Kinesis that refuses every nth record, and keeps what it takes by partition key.
class Kinesis {
 public:
  explicit Kinesis(int refuses_every) : refuses_every_(refuses_every) {}

  KinesisDelivery::Answer put(const std::string& body) {
    json answer = {{"Records", json::array()}};
    const json request = json::parse(body);
    for (const auto& one : request["Records"]) {
      if (++count_ % refuses_every_ == 0) {
        answer["Records"].push_back({{"ErrorCode", "ProvisionedThroughputExceededException"}});
        continue;
      }
      taken[one["PartitionKey"]].push_back(one["Data"]);
      answer["Records"].push_back({{"SequenceNumber", "1"}, {"ShardId", "s"}});
    }
    return {200, answer.dump()};
  }

  std::map<std::string, std::vector<std::string>> taken;

 private:
  const int refuses_every_;
  int count_ = 0;
};

}  // namespace

TEST_CASE("PutRecords names the stream and carries base64", "[kinesis]") {
  const json body = json::parse(put_records_body(kStream, {record("k", "{}"), record("l", "abc")}));
  CHECK(body["StreamName"] == "changes");
  REQUIRE(body["Records"].size() == 2);
  CHECK(body["Records"][0]["Data"] == "e30=");
  CHECK(body["Records"][1]["PartitionKey"] == "l");
}

TEST_CASE("an answer says which records failed", "[kinesis]") {
  CHECK(failed_records(R"({"Records":[{"SequenceNumber":"1"},{"ErrorCode":"x"}]})", 2) ==
        std::vector<bool>{false, true});
  CHECK_FALSE(failed_records(R"({"Records":[]})", 2).has_value());
  CHECK_FALSE(failed_records("no JSON", 1).has_value());
}

TEST_CASE("each item's changes arrive once and in order, whatever is refused", "[kinesis]") {
  Kinesis kinesis(GENERATE(2, 3, 7, 1000000));
  KinesisDelivery delivery(
      quick(), [&](const std::string&, const std::string& body) { return kinesis.put(body); });
  std::map<std::string, std::vector<std::string>> sent;
  for (int number = 0; number < 600; ++number) {
    const std::string key = std::to_string(number % 7);
    // Three bytes each, so that base64 is easy to compare: four characters per record.
    std::string data = std::to_string(100 + number);
    data.resize(3);
    delivery.deliver(record(key, data));
    json expected = json::parse(put_records_body(kStream, {record(key, data)}));
    sent[key].push_back(expected["Records"][0]["Data"]);
  }
  REQUIRE(delivery.drain(10s));
  CHECK(kinesis.taken == sent);
  CHECK(delivery.stats().delivered == 600);
  CHECK(delivery.stats().dropped == 0);
}

TEST_CASE("an outage is sat out", "[kinesis]") {
  int calls = 0;
  KinesisDelivery delivery(quick(), [&](const std::string&, const std::string&) {
    return ++calls < 4 ? KinesisDelivery::Answer{calls == 2 ? 500 : 0, "gone"}
                       : KinesisDelivery::Answer{200, R"({"Records":[{"SequenceNumber":"1"}]})"};
  });
  delivery.deliver(record("k", "a"));
  REQUIRE(delivery.drain(10s));
  CHECK(delivery.stats().delivered == 1);
  CHECK(delivery.stats().retried == 3);
}

TEST_CASE("what Kinesis refuses for good is dropped and counted", "[kinesis]") {
  KinesisDelivery delivery(quick(), [](const std::string&, const std::string&) {
    return KinesisDelivery::Answer{400, R"({"__type":"ResourceNotFoundException"})"};
  });
  delivery.deliver(record("k", "a"));
  REQUIRE(delivery.drain(10s));
  CHECK(delivery.stats().refused == 1);
}

TEST_CASE("a full queue slows nobody down, and says what it dropped", "[kinesis]") {
  std::mutex mutex;
  std::vector<std::string> lines;
  KinesisDelivery::Options options = quick();
  options.max_queued_records = 10;
  options.last_patience = 1ms;
  options.log = [&](const std::string& line) {
    const std::lock_guard lock(mutex);
    lines.push_back(line);
  };
  std::uint64_t dropped = 0;
  {
    KinesisDelivery delivery(options, [](const std::string&, const std::string&) {
      return KinesisDelivery::Answer{0, "unreachable"};
    });
    for (int number = 0; number < 100; ++number) delivery.deliver(record("k", "a"));
    dropped = delivery.stats().dropped;
    CHECK(dropped >= 89);
    CHECK(delivery.stats().queued <= 10);
  }
  // A slow machine hears of it more than once.
  REQUIRE(lines.size() >= 3);
  CHECK(lines.front() == "kinesis: the queue is full: changes are dropped");
  CHECK_THAT(lines.back(), Catch::Matchers::EndsWith("they were not sent before the end"));
  const std::string prefix = "kinesis: " + kStream + " lost ";
  std::uint64_t lost = 0;
  for (const std::string& line : lines) {
    if (line.starts_with(prefix)) lost += std::stoull(line.substr(prefix.size()));
  }
  CHECK(lost == 100);
}
