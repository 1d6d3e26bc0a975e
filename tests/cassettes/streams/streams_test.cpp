#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cassettes/deck.h"
#include "cassettes/streams/line.h"
#include "cassettes/tape/reader.h"
#include "cassettes/tape/writer.h"
#include "tests/cassettes/doubles.h"

using namespace dynadeck;
using namespace dynadeck::cassettes;
using namespace dynadeck::cassettes::testing;

namespace {

const std::string kArn = "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/2026";

std::string record(int number, const std::string& id, std::int64_t second = 0) {
  return R"({"eventID":"e)" + std::to_string(number) +
         R"(","eventName":"INSERT","dynamodb":{"ApproximateCreationDateTime":)" +
         std::to_string(second) + R"(,"Keys":{"id":{"S":")" + id +
         R"("}},"NewImage":{"id":{"S":")" + id + R"("},"v":{"S":"1"}},"SequenceNumber":")" +
         std::to_string(number) + R"(","SizeBytes":9}})";
}

// A fake engine with one stream: puts leave records 1, 2, 3, ... in its open shard.
struct StreamStudio : Studio {
  Deck* deck_below = nullptr;
  int records = 0;
  std::string shard = "s1";
  FakeService::Answer polls;  // answers the Streams API; empty: nobody asks

  void tell(StreamLine::Kind kind, std::uint64_t exchange, std::string json,
            bool expired = false) const {
    StreamLine line;
    line.kind = kind;
    line.exchange = exchange;
    line.expired = expired;
    line.stream_arn = kArn;
    line.shard = shard;
    line.json = std::move(json);
    deck_below->add_stream_line(std::move(line));
  }
  void tell_stream(std::uint64_t exchange, const std::string& status) const {
    tell(StreamLine::Kind::kStream, exchange,
         R"({"KeySchema":[],"StreamArn":")" + kArn + R"(","StreamStatus":")" + status +
             R"(","TableName":"t"})");
  }
  void tell_shard(const std::string& id, const std::string& range,
                  const std::string& parent) const {
    tell(StreamLine::Kind::kShard, 0,
         R"({"ShardId":")" + id + R"(","SequenceNumberRange":{)" + range + "}" +
             (parent.empty() ? "" : R"(,"ParentShardId":")" + parent + "\"") + "}");
  }
  // Between records 100 n + ... the numbers of shards.
  void roll() {
    tell_shard("s1", R"("StartingSequenceNumber":"0","EndingSequenceNumber":"100")", "");
    shard = "s2";
    tell_shard("s2", R"("StartingSequenceNumber":"101")", "s1");
    records = 101;
  }

  std::unique_ptr<Deck> recording_deck() {
    auto deck = this->deck([this](const Request& request) {
      if (info(request.operation).api == Api::kStreams) return polls(request);
      if (request.operation == Operation::kCreateTable) {
        tell_stream(request.exchange, "ENABLED");
        tell_shard("s1", R"("StartingSequenceNumber":"0")", "");
      } else if (request.operation == Operation::kPutItem) {
        const auto body = nlohmann::json::parse(request.body);
        tell(StreamLine::Kind::kRecord, request.exchange,
             record(++records, body["Item"]["id"]["S"].get<std::string>()));
      }
      return answer("{}");
    });
    deck_below = deck.get();
    return deck;
  }
};

Request create() { return ask(Operation::kCreateTable, R"({"TableName":"t"})"); }

nlohmann::json asked(Deck& deck, Operation operation, const nlohmann::json& body,
                     const std::string& session = {}) {
  Request request = ask(operation, body.dump());
  request.session = session;
  const Response response = deck.handle(request);
  INFO(response.body);
  REQUIRE(response.status == 200);
  return nlohmann::json::parse(response.body);
}

std::string iterator(Deck& deck, const std::string& type, const std::string& number = {},
                     const std::string& shard = "s1", const std::string& session = {}) {
  nlohmann::json body{{"StreamArn", kArn}, {"ShardId", shard}, {"ShardIteratorType", type}};
  if (!number.empty()) body["SequenceNumber"] = number;
  return asked(deck, Operation::kGetShardIterator, body, session)["ShardIterator"];
}

// The numbers of the records that a page has; `iterator` becomes the next one, empty at the end.
std::vector<std::string> read(Deck& deck, std::string& iterator, int limit = 100,
                              const std::string& session = {}) {
  const auto page =
      asked(deck, Operation::kGetRecords, {{"ShardIterator", iterator}, {"Limit", limit}}, session);
  iterator = page.value("NextShardIterator", "");
  std::vector<std::string> numbers;
  for (const auto& found : page["Records"]) {
    numbers.push_back(found["dynamodb"]["SequenceNumber"]);
  }
  return numbers;
}

std::vector<std::string> read_all(Deck& deck, const std::string& session = {}) {
  std::string place = iterator(deck, "TRIM_HORIZON", {}, "s1", session);
  return read(deck, place, 100, session);
}

using Numbers = std::vector<std::string>;

// A table with three items and two shards, which nobody reads.
void record_writes(const std::string& path) {
  StreamStudio studio;
  const auto deck = studio.recording_deck();
  REQUIRE(deck->insert(recording(path)));
  (void)deck->handle(create());
  (void)deck->handle(put("a", "1"));
  (void)deck->handle(put("b", "1"));
  studio.roll();
  (void)deck->handle(put("c", "1"));
  REQUIRE(deck->eject());
}

std::vector<std::string> other_lines(const std::string& path) {
  std::vector<std::string> lines;
  const auto tape = TapeReader::open(path);
  REQUIRE(tape);
  REQUIRE(tape->for_each_line([&](std::string_view line, std::size_t) {
    if (is_stream_line(line)) lines.emplace_back(line);
    return true;
  }));
  return lines;
}

}  // namespace

TEST_CASE("a stream's lines name what caused them", "[cassettes]") {
  const Folder folder;
  record_writes(folder.file("a.tape"));
  const auto lines = other_lines(folder.file("a.tape"));
  REQUIRE(lines.size() == 7);
  CHECK(lines[0].starts_with(R"({"type":"stream","offset_us":0,"exchange":1,"stream_arn":)"));
  CHECK(lines[1].starts_with(R"({"type":"stream_shard","offset_us":0,"stream_arn":)"));
  const auto second = parse_stream_line(lines[3]);
  REQUIRE(second);
  CHECK(second->exchange == 3);
  CHECK(second->shard == "s1");
  CHECK(second->json == record(2, "b"));
  std::string again;
  append_line(again, *second);
  CHECK(again == lines[3] + "\n");

  const Folder without;
  StreamStudio studio;
  CassetteOptions options = recording(without.file("a.tape"));
  REQUIRE(set_option(options, "stream-records", "false"));
  const auto deck = studio.recording_deck();
  REQUIRE(deck->insert(options));
  (void)deck->handle(put("a", "1"));
  REQUIRE(deck->eject());
  CHECK(other_lines(without.file("a.tape")).empty());
}

TEST_CASE("streams are listened to while a tape wants to hear of them", "[cassettes]") {
  const Folder folder;
  Studio studio;
  std::string heard;
  DeckContext context = studio.context();
  context.listen_to_streams = [&](bool listens) { heard += listens ? '+' : '-'; };
  Deck deck(std::make_unique<FakeService>([](const Request&) { return answer("{}"); }), context);
  CassetteOptions options = recording(folder.file("a.tape"));
  REQUIRE(deck.insert(options));
  CHECK(heard == "+");
  REQUIRE(deck.set_stopped(true));
  CHECK(heard == "+-");
  REQUIRE(deck.set_stopped(false));
  REQUIRE(deck.eject());
  CHECK(heard == "+-+-");
  REQUIRE(deck.insert(replaying(folder.file("a.tape"))));
  REQUIRE(deck.eject());
  options.path = folder.file("b.tape");
  options.stream_records = false;
  REQUIRE(deck.insert(options));
  REQUIRE(deck.eject());
  CHECK(heard == "+-+-");
}

TEST_CASE("a consumer that was not there when the tape was recorded reads its streams",
          "[cassettes]") {
  const Folder folder;
  record_writes(folder.file("a.tape"));
  const auto order = GENERATE(Order::kStrict, Order::kItem, Order::kFree);
  Studio studio;
  const auto deck = studio.empty_deck();
  CassetteOptions options = replaying(folder.file("a.tape"), order);
  options.verify = true;
  REQUIRE(deck->insert(options));

  CHECK(asked(*deck, Operation::kListStreams, {{"TableName", "t"}})["Streams"].empty());
  (void)deck->handle(create());
  const auto listed = asked(*deck, Operation::kListStreams, {{"TableName", "t"}})["Streams"];
  REQUIRE(listed.size() == 1);
  CHECK(listed[0] ==
        nlohmann::json{{"StreamArn", kArn}, {"StreamLabel", "2026"}, {"TableName", "t"}});
  CHECK(asked(*deck, Operation::kListStreams, {{"TableName", "other"}})["Streams"].empty());

  std::string place = iterator(*deck, "TRIM_HORIZON");
  const std::string start = place;
  CHECK(read(*deck, place).empty());
  CHECK(place == start);
  (void)deck->handle(put("a", "1"));
  CHECK(read(*deck, place) == Numbers{"1"});
  CHECK(read(*deck, place).empty());

  // The shard is open, and has no child, while there is more to come.
  const auto describe = [&] {
    return asked(*deck, Operation::kDescribeStream, {{"StreamArn", kArn}})["StreamDescription"];
  };
  CHECK(describe()["Shards"].size() == 1);
  CHECK_FALSE(describe()["Shards"][0]["SequenceNumberRange"].contains("EndingSequenceNumber"));
  CHECK(describe()["StreamStatus"] == "ENABLED");
  (void)deck->handle(put("b", "1"));
  const auto shards = describe()["Shards"];
  REQUIRE(shards.size() == 2);
  CHECK(shards[0]["SequenceNumberRange"]["EndingSequenceNumber"] == "100");
  CHECK(shards[1]["ParentShardId"] == "s1");
  const auto first = asked(*deck, Operation::kDescribeStream, {{"StreamArn", kArn}, {"Limit", 1}});
  CHECK(first["StreamDescription"]["LastEvaluatedShardId"] == "s1");
  CHECK(read(*deck, place) == Numbers{"2"});
  CHECK(place.empty());

  std::string child = iterator(*deck, "TRIM_HORIZON", {}, "s2");
  (void)deck->handle(put("c", "1"));
  CHECK(read(*deck, child) == Numbers{"102"});
  CHECK_FALSE(child.empty());
  const auto report = deck->eject();
  REQUIRE(report);
  CHECK(report->clean());
  CHECK(report->built > 10);
}

TEST_CASE("all kinds of iterators lead to the records", "[cassettes]") {
  const Folder folder;
  record_writes(folder.file("a.tape"));
  Studio studio;
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(folder.file("a.tape"), Order::kItem)));
  (void)deck->handle(create());
  (void)deck->handle(put("a", "1"));
  std::string latest = iterator(*deck, "LATEST");
  (void)deck->handle(put("b", "1"));
  CHECK(read(*deck, latest) == Numbers{"2"});
  const auto from = [&](const std::string& type, const std::string& number) {
    std::string place = iterator(*deck, type, number);
    return read(*deck, place);
  };
  CHECK(from("TRIM_HORIZON", "") == Numbers{"1", "2"});
  CHECK(from("AT_SEQUENCE_NUMBER", "1") == Numbers{"1", "2"});
  CHECK(from("AT_SEQUENCE_NUMBER", "2") == Numbers{"2"});
  CHECK(from("AFTER_SEQUENCE_NUMBER", "0") == Numbers{"1", "2"});
  CHECK(from("AFTER_SEQUENCE_NUMBER", "1") == Numbers{"2"});
  CHECK(from("AFTER_SEQUENCE_NUMBER", "50").empty());
  std::string place = iterator(*deck, "TRIM_HORIZON");
  CHECK(read(*deck, place, 1) == Numbers{"1"});
  CHECK(read(*deck, place, 1) == Numbers{"2"});

  const auto refused = [&](Operation operation, const nlohmann::json& body) {
    return deck->handle(ask(operation, body.dump())).error_code == "CassetteUnmatchedException";
  };
  const nlohmann::json at{
      {"StreamArn", kArn}, {"ShardId", "s1"}, {"ShardIteratorType", "AT_SEQUENCE_NUMBER"}};
  const auto with = [](nlohmann::json body, const char* name, const nlohmann::json& value) {
    body[name] = value;
    return body;
  };
  CHECK(refused(Operation::kGetShardIterator, at));
  CHECK(refused(Operation::kGetShardIterator, with(at, "SequenceNumber", "1000")));
  CHECK(refused(Operation::kGetShardIterator, with(at, "SequenceNumber", "x")));
  CHECK(refused(Operation::kGetShardIterator, with(at, "ShardId", "s9")));
  CHECK(refused(Operation::kGetRecords, {{"ShardIterator", "made up"}}));
  CHECK(refused(Operation::kGetRecords, {{"ShardIterator", kArn + "|1|tape.99.s1"}}));
  CHECK(refused(Operation::kGetRecords, {{"ShardIterator", place}, {"Limit", 1001}}));
  CHECK(refused(Operation::kDescribeStream, {{"StreamArn", "arn:other"}}));
}

TEST_CASE("a record waits for those before it, unless told otherwise", "[cassettes]") {
  const Folder folder;
  record_writes(folder.file("a.tape"));
  Studio studio;
  const auto deck = studio.empty_deck();
  CassetteOptions options = replaying(folder.file("a.tape"), Order::kItem);
  SECTION("ordered") {
    REQUIRE(deck->insert(options));
    (void)deck->handle(put("b", "1"));
    CHECK(read_all(*deck).empty());
    CHECK(deck->report().held_back.find("record 2") != std::string::npos);
    (void)deck->handle(put("a", "1"));
    CHECK(read_all(*deck) == Numbers{"1", "2"});
    CHECK(deck->report().held_back.empty());
  }
  SECTION("played") {
    REQUIRE(set_option(options, "streams", "played"));
    REQUIRE(deck->insert(options));
    (void)deck->handle(put("b", "1"));
    CHECK(read_all(*deck) == Numbers{"2"});
    (void)deck->handle(put("a", "1"));
    CHECK(read_all(*deck) == Numbers{"1", "2"});
  }
  SECTION("all") {
    REQUIRE(set_option(options, "streams", "all"));
    REQUIRE(deck->insert(options));
    CHECK(asked(*deck, Operation::kListStreams, nlohmann::json::object())["Streams"].size() == 1);
    std::string place = iterator(*deck, "TRIM_HORIZON");
    CHECK(read(*deck, place) == Numbers{"1", "2"});
    CHECK(place.empty());
  }
  SECTION("taped") {
    REQUIRE(set_option(options, "streams", "taped"));
    REQUIRE(deck->insert(options));
    CHECK(deck->handle(ask(Operation::kListStreams, "{}")).status == 400);
  }
}

TEST_CASE("an expired item's record comes when the clock says so", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  StreamStudio studio;
  const std::int64_t later =
      std::chrono::floor<std::chrono::seconds>(studio.clock.now()).time_since_epoch().count() + 60;
  {
    const auto deck = studio.recording_deck();
    REQUIRE(deck->insert(recording(path)));
    (void)deck->handle(create());
    (void)deck->handle(put("a", "1"));
    studio.tell(StreamLine::Kind::kRecord, 0, record(++studio.records, "a", later), true);
    REQUIRE(deck->eject());
  }
  CHECK(other_lines(path).back().find(R"("expired":true)") != std::string::npos);
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path, Order::kItem)));
  (void)deck->handle(put("a", "1"));
  CHECK(read_all(*deck) == Numbers{"1"});
  studio.clock.advance(std::chrono::minutes(1));
  CHECK(read_all(*deck) == Numbers{"1", "2"});
}

TEST_CASE("a section reads what its own exchanges caused", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  StreamStudio studio;
  const auto in = [](const std::string& section, Request request) {
    request.session = section;
    return request;
  };
  {
    const auto deck = studio.recording_deck();
    REQUIRE(deck->insert(recording(path)));
    (void)deck->handle(create());
    (void)deck->handle(put("setup", "1"));
    (void)deck->handle(in("one", put("a", "1")));
    (void)deck->handle(in("two", put("b", "1")));
    (void)deck->handle(in("one", put("c", "1")));
    REQUIRE(deck->eject());
  }
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path, Order::kItem)));
  (void)deck->handle(put("setup", "1"));
  (void)deck->handle(in("two", put("b", "1")));
  CHECK(read_all(*deck, "two") == Numbers{"1", "3"});
  CHECK(read_all(*deck, "one") == Numbers{"1"});
  CHECK(asked(*deck, Operation::kListStreams, nlohmann::json::object(), "two")["Streams"].size() ==
        1);
  std::string late = iterator(*deck, "LATEST", {}, "s1", "one");
  (void)deck->handle(in("one", put("c", "1")));
  CHECK(read_all(*deck, "one") == Numbers{"1"});
  (void)deck->handle(in("one", put("a", "1")));
  CHECK(read(*deck, late, 100, "one") == Numbers{"2", "4"});
  REQUIRE(deck->mark("one"));
  CHECK(read_all(*deck, "one") == Numbers{"1"});
  CHECK(read_all(*deck, "two") == Numbers{"1", "3"});
}

// A consumer that asks once before there is a record, and twice behind.
std::string record_consumer(const std::string& path) {
  StreamStudio studio;
  int pages = 0;
  studio.polls = [&](const Request& request) {
    if (request.operation == Operation::kGetShardIterator) {
      return answer(R"({"ShardIterator":"i1"})");
    }
    const std::vector<std::string> answers = {R"({"Records":[],"NextShardIterator":"i2"})",
                                              R"({"Records":[)" + record(1, "a") + "," +
                                                  record(2, "b") + R"(],"NextShardIterator":"i3"})",
                                              R"({"Records":[],"NextShardIterator":"i4"})"};
    return answer(answers.at(static_cast<std::size_t>(pages++)));
  };
  const auto deck = studio.recording_deck();
  REQUIRE(deck->insert(recording(path)));
  (void)deck->handle(create());
  std::string place = iterator(*deck, "TRIM_HORIZON");
  CHECK(read(*deck, place).empty());
  (void)deck->handle(put("a", "1"));
  (void)deck->handle(put("b", "1"));
  CHECK(read(*deck, place) == Numbers{"1", "2"});
  CHECK(read(*deck, place).empty());
  REQUIRE(deck->eject());
  return place;
}

TEST_CASE("a taped answer is given where it says what can be said now", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  CHECK(record_consumer(path) == "i4");
  const auto order = GENERATE(Order::kStrict, Order::kItem);
  Studio studio;
  const auto deck = studio.empty_deck();
  CassetteOptions options = replaying(path, order);
  options.verify = true;
  REQUIRE(deck->insert(options));
  (void)deck->handle(create());
  std::string place = iterator(*deck, "TRIM_HORIZON");
  CHECK(place == "i1");
  const auto end = [&] {
    const auto report = deck->eject();
    REQUIRE(report);
    CHECK(report->clean());
    return report->built;
  };
  SECTION("asked as it was taped") {
    CHECK(read(*deck, place).empty());
    (void)deck->handle(put("a", "1"));
    (void)deck->handle(put("b", "1"));
    CHECK(read(*deck, place) == Numbers{"1", "2"});
    CHECK(read(*deck, place).empty());
    CHECK(place == "i4");
    CHECK(end() == 0);
  }
  SECTION("too early for a taped page") {
    CHECK(read(*deck, place).empty());
    CHECK(place == "i2");
    CHECK(read(*deck, place).empty());
    CHECK(place == "i2");
    (void)deck->handle(put("a", "1"));
    CHECK(read(*deck, place, 99) == Numbers{"1"});
    (void)deck->handle(put("b", "1"));
    CHECK(read(*deck, place) == Numbers{"2"});
    CHECK(end() == 3);
  }
  SECTION("late: an empty page would be out of date") {
    (void)deck->handle(put("a", "1"));
    (void)deck->handle(put("b", "1"));
    CHECK(read(*deck, place) == Numbers{"1", "2"});
    CHECK(read(*deck, place).empty());
    CHECK(end() == 2);
  }
  SECTION("with another limit, and longer than it was taped") {
    CHECK(read(*deck, place).empty());
    (void)deck->handle(put("a", "1"));
    (void)deck->handle(put("b", "1"));
    CHECK(read(*deck, place, 1) == Numbers{"1"});
    CHECK(read(*deck, place, 1) == Numbers{"2"});
    for (int i = 0; i < 5; ++i) CHECK(read(*deck, place).empty());
    CHECK(end() == 7);
  }
  SECTION("not at all") {
    (void)deck->handle(put("a", "1"));
    (void)deck->handle(put("b", "1"));
    CHECK(end() == 0);
  }
}

TEST_CASE("a tape that is played round and round does not wait for polls", "[cassettes]") {
  const Folder folder;
  (void)record_consumer(folder.file("a.tape"));
  Studio studio;
  const auto deck = studio.empty_deck();
  CassetteOptions options =
      replaying(folder.file("a.tape"), GENERATE(Order::kStrict, Order::kItem));
  options.repeat = Repeat::kCycle;
  REQUIRE(deck->insert(options));
  for (int round = 0; round < 3; ++round) {
    CHECK(deck->handle(create()).ok());
    CHECK(deck->handle(put("a", "1")).ok());
    CHECK(deck->handle(put("b", "1")).ok());
    if (round != 1) CHECK(read_all(*deck) == Numbers{"1", "2"});
  }
}

TEST_CASE("streams of what is behind a tape are not hidden by those on it", "[cassettes]") {
  const Folder folder;
  record_writes(folder.file("a.tape"));
  Studio studio;
  const auto deck = studio.deck([](const Request&) { return answer(R"({"Streams":[7]})"); });
  CassetteOptions options = replaying(folder.file("a.tape"), Order::kItem);
  const bool adds = GENERATE(true, false);
  if (adds) {
    options.mode = Mode::kNewEpisodes;
  } else {
    options.unmatched = Unmatched::kPassthrough;
  }
  REQUIRE(deck->insert(options));
  (void)deck->handle(put("a", "1"));
  CHECK(asked(*deck, Operation::kListStreams, {{"TableName", "x"}})["Streams"][0] == 7);
  CHECK(read_all(*deck) == Numbers{"1"});
}

TEST_CASE("a tape without lines of streams answers from what its consumers saw", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  StreamStudio studio;
  studio.polls = [](const Request& request) {
    if (request.operation == Operation::kDescribeStream) {
      return answer(R"({"StreamDescription":{"StreamArn":")" + kArn +
                    R"(","StreamStatus":"ENABLED","Shards":[{"ShardId":"s1"}]}})");
    }
    if (request.operation == Operation::kGetShardIterator)
      return answer(R"({"ShardIterator":"i1"})");
    return answer(R"({"Records":[)" + record(9, "a") + "," + record(10, "b") +
                  R"(],"NextShardIterator":"i2"})");
  };
  {
    const auto deck = studio.recording_deck();
    CassetteOptions options = recording(path);
    options.stream_records = false;
    REQUIRE(deck->insert(options));
    (void)asked(*deck, Operation::kDescribeStream, {{"StreamArn", kArn}});
    std::string place = iterator(*deck, "LATEST");
    CHECK(read(*deck, place) == Numbers{"9", "10"});
    REQUIRE(deck->eject());
  }
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path, GENERATE(Order::kStrict, Order::kItem))));
  std::string place = iterator(*deck, "TRIM_HORIZON");
  CHECK(read(*deck, place, 1) == Numbers{"9"});
  CHECK(read(*deck, place, 5) == Numbers{"10"});
  CHECK(read(*deck, place, 5).empty());
  CHECK(iterator(*deck, "LATEST") == "i1");
  place = "i1";
  CHECK(read(*deck, place, 3) == Numbers{"9", "10"});
  place = "i2";
  CHECK(read(*deck, place).empty());
  CHECK(asked(*deck, Operation::kDescribeStream,
              {{"StreamArn", kArn}, {"Limit", 5}})["StreamDescription"]["Shards"]
            .size() == 1);
}

TEST_CASE("lines that cannot be used", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  record_writes(path);
  const auto rewrite = [&](const std::string& instead_of_second) {
    const auto tape = TapeReader::open(path);
    REQUIRE(tape);
    auto writer = TapeWriter::create(folder.file("b.tape"), tape->header(), {});
    REQUIRE(writer);
    int found = 0;
    REQUIRE(tape->for_each_line([&](std::string_view line, std::size_t) {
      const bool replace = line_type(line) == "stream_record" && ++found == 2;
      if (is_exchange_line(line)) return writer->add(*parse_interaction(line)).ok();
      return writer->add_other((replace ? instead_of_second : std::string(line)) + "\n").ok();
    }));
    REQUIRE(writer->finish());
  };
  Studio studio;
  const auto deck = studio.empty_deck();
  SECTION("an exchange that is not on the tape keeps no record back") {
    StreamLine line;
    line.exchange = 77;
    line.stream_arn = kArn;
    line.shard = "s1";
    line.json = record(2, "b");
    std::string text;
    append_line(text, line);
    text.pop_back();
    rewrite(text);
    REQUIRE(deck->insert(replaying(folder.file("b.tape"), Order::kItem)));
    CHECK(read_all(*deck).empty());
    (void)deck->handle(put("a", "1"));
    CHECK(read_all(*deck) == Numbers{"1", "2"});
  }
  SECTION("a damaged line is told of, and the rest of the tape plays") {
    const auto damaged = GENERATE(
        as<std::string>{}, R"({"type":"stream_record","stream_arn":"a")",
        R"({"type":"stream_record","offset_us":0})",
        R"({"type":"stream_record","stream_arn":"a","shard":"s"})",
        R"({"type":"stream_record","stream_arn":"a","shard":"s","record":[]})",
        R"({"type":"stream_record","stream_arn":"a","shard":"s","record":{"dynamodb":{"SequenceNumber":"-1"}}})",
        R"({"type":"stream_record","stream_arn":"a","record":{"dynamodb":{"SequenceNumber":"1"}}})",
        R"({"type":"stream_shard","stream_arn":"a","description":{}})",
        R"({"type":"stream","stream_arn":"a","description":7})");
    rewrite(damaged);
    REQUIRE(deck->insert(replaying(folder.file("b.tape"), Order::kItem)));
    CHECK(deck->handle(put("a", "1")).ok());
    const Response response = deck->handle(ask(Operation::kListStreams, "{}"));
    CHECK(response.error_code == "CassetteUnmatchedException");
    CHECK(response.body.find("a line of a stream cannot be read") != std::string::npos);
  }
}

TEST_CASE("secrets of items stand in no image of theirs", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  const auto rule = GENERATE(as<std::string>{}, "$.Item.id", "$.Item", "attribute:id",
                             "pattern:secret-[a-z]+", "$..id", "$.Key.id");
  StreamStudio studio;
  studio.polls = [](const Request& request) {
    if (request.operation == Operation::kGetShardIterator)
      return answer(R"({"ShardIterator":"i"})");
    return answer(R"({"Records":[)" + record(1, "secret-a") + R"(],"NextShardIterator":"j"})");
  };
  {
    const auto deck = studio.recording_deck();
    CassetteOptions options = recording(path);
    REQUIRE(set_option(options, "redact", rule));
    if (rule == "$.Key.id") REQUIRE(set_option(options, "redact", "$.Item.id"));
    REQUIRE(deck->insert(options));
    (void)deck->handle(create());
    (void)deck->handle(put("secret-a", "1"));
    std::string place = iterator(*deck, "TRIM_HORIZON");
    CHECK(read(*deck, place) == Numbers{"1"});
    REQUIRE(deck->eject());
  }
  const auto tape = TapeReader::open(path);
  REQUIRE(tape);
  REQUIRE(tape->for_each_line([&](std::string_view line, std::size_t) {
    CHECK(line.find("secret-a") == std::string_view::npos);
    return true;
  }));
  // Who writes the secret reads it.
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path, Order::kItem)));
  (void)deck->handle(put("secret-a", "1"));
  const auto page = asked(*deck, Operation::kGetRecords,
                          {{"ShardIterator", iterator(*deck, "TRIM_HORIZON")}, {"Limit", 3}});
  CHECK(page["Records"][0]["dynamodb"]["Keys"]["id"]["S"] == "secret-a");
  CHECK(page["Records"][0]["dynamodb"]["NewImage"]["id"]["S"] == "secret-a");
}

TEST_CASE("a stream's name that differs from run to run is renamed", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  const std::string taped = "0a1b2c3d-0000-4000-8000-000000000001";
  const std::string live = "0a1b2c3d-0000-4000-8000-000000000002";
  const auto created = [](const std::string& id) {
    return ask(Operation::kCreateTable, R"({"TableName":"t-)" + id + R"("})");
  };
  const auto arn = [](const std::string& id) {
    return "arn:aws:dynamodb:us-east-1:000000000000:table/t-" + id + "/stream/2026";
  };
  Studio studio;
  {
    Deck* below = nullptr;
    const auto deck = studio.deck([&](const Request& request) {
      StreamLine line;
      line.kind = StreamLine::Kind::kStream;
      line.exchange = request.exchange;
      line.stream_arn = arn(taped);
      line.json = R"({"StreamArn":")" + arn(taped) + R"(","StreamStatus":"ENABLED"})";
      below->add_stream_line(std::move(line));
      return answer("{}");
    });
    below = deck.get();
    CassetteOptions options = recording(path);
    REQUIRE(set_option(options, "normalise", "uuid"));
    REQUIRE(deck->insert(options));
    (void)deck->handle(created(taped));
    REQUIRE(deck->eject());
  }
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path, Order::kItem)));
  (void)deck->handle(created(live));
  const auto described = asked(*deck, Operation::kDescribeStream, {{"StreamArn", arn(live)}});
  CHECK(described["StreamDescription"]["StreamArn"] == arn(live));
}
