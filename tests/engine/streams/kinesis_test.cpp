#include <mutex>
#include <vector>

#include "engine/streams/change_sink.h"
#include "tests/engine/streams/support.h"

namespace dynadeck::engine {
namespace {

const std::string kStream = "arn:aws:kinesis:us-east-1:000000000000:stream/changes";
const std::string kRequest = "{'TableName':'Table','StreamArn':'" + kStream + "'";

class Sink : public ChangeSink {
 public:
  void deliver(KinesisRecord record) override {
    const std::lock_guard lock(mutex_);
    records.push_back(std::move(record));
  }
  std::vector<KinesisRecord> records;

 private:
  std::mutex mutex_;
};

nlohmann::json destinations(Deck& deck) {
  return deck.call("DescribeKinesisStreamingDestination",
                   "{'TableName':'Table'}")["KinesisDataStreamDestinations"];
}

const std::string kState =
    "ValidationException: Table is not in a valid state to enable Kinesis Streaming Destination: ";

}  // namespace

TEST_CASE("a Kinesis destination has AWS's states and errors", "[engine]") {
  Deck deck;
  deck.make_table("");
  CHECK(destinations(deck).empty());
  CHECK(deck.error("DisableKinesisStreamingDestination", kRequest + "}") ==
        kState + "KinesisStreamingDestination must be ACTIVE to perform DISABLE operation.");
  const auto enabled = deck.call("EnableKinesisStreamingDestination", kRequest + "}");
  CHECK(enabled["DestinationStatus"] == "ENABLING");
  CHECK(enabled["TableName"] == "Table");
  CHECK(destinations(deck) ==
        parsed("[{'DestinationStatus':'ACTIVE','StreamArn':'" + kStream + "'}]"));
  CHECK(deck.error("EnableKinesisStreamingDestination", kRequest + "}") ==
        kState +
            "EnableKinesisStreamingDestination must be DISABLED or ENABLE_FAILED to perform "
            "ENABLE operation.");

  const auto precision = [](const std::string& word) {
    return kRequest +
           ",'UpdateKinesisStreamingConfiguration':"
           "{'ApproximateCreationDateTimePrecision':'" +
           word + "'}}";
  };
  CHECK(deck.error("UpdateKinesisStreamingDestination", precision("MILLISECOND"))
            .rfind("ValidationException: Invalid Request: Precision is already set", 0) == 0);
  CHECK(deck.error("UpdateKinesisStreamingDestination", kRequest + "}")
            .rfind("ValidationException: Streaming destination cannot be updated", 0) == 0);
  CHECK(deck.call("UpdateKinesisStreamingDestination",
                  precision("MICROSECOND"))["DestinationStatus"] == "UPDATING");
  CHECK(destinations(deck)[0]["ApproximateCreationDateTimePrecision"] == "MICROSECOND");
  CHECK(deck.call("DisableKinesisStreamingDestination", kRequest + "}")["DestinationStatus"] ==
        "DISABLING");
  CHECK(destinations(deck) ==
        parsed("[{'DestinationStatus':'DISABLED','StreamArn':'" + kStream + "'}]"));
}

TEST_CASE("a Kinesis destination gets every change with both images", "[engine]") {
  Sink sink;
  Deck deck;
  deck.engine().set_change_sink(&sink);
  deck.make_table("");
  put(deck, "a", "zero");
  deck.call("EnableKinesisStreamingDestination", kRequest + "}");
  put(deck, "a", "one");
  put(deck, "a", "one");
  deck.call("DeleteItem", "{'TableName':'Table','Key':{'p':{'S':'a'}}}");
  deck.call("DisableKinesisStreamingDestination", kRequest + "}");
  put(deck, "a", "two");

  REQUIRE(sink.records.size() == 2);
  CHECK(sink.records[0].stream_arn == kStream);
  CHECK(sink.records[0].partition_key == sink.records[1].partition_key);
  const auto change = nlohmann::json::parse(sink.records[0].data);
  CHECK(change["eventName"] == "MODIFY");
  CHECK(change["recordFormat"] == "application/json");
  CHECK(change["tableName"] == "Table");
  CHECK(change["userIdentity"].is_null());
  CHECK(change["eventID"].get<std::string>().size() == 36);
  CHECK(change["dynamodb"]["ApproximateCreationDateTime"] == 1767225600000);
  CHECK(change["dynamodb"]["OldImage"]["v"]["S"] == "zero");
  CHECK(change["dynamodb"]["NewImage"]["v"]["S"] == "one");
  CHECK(change["dynamodb"]["SizeBytes"] == 15);
  CHECK(nlohmann::json::parse(sink.records[1].data)["eventName"] == "REMOVE");
}

}  // namespace dynadeck::engine
