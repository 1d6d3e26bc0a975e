#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cassettes/streams/line.h"
#include "cassettes/tape/interaction.h"
#include "cassettes/tape/reader.h"
#include "cassettes/tape/writer.h"
#include "cassettes/tools/command.h"
#include "harness/seam/error.h"
#include "harness/seam/random.h"
#include "tests/cassettes/doubles.h"

using namespace dynadeck;
using namespace dynadeck::cassettes;
using namespace dynadeck::cassettes::testing;

namespace {

struct Ran {
  int status;
  std::string output;
  std::string errors;
};

Ran cassette(const std::vector<std::string>& arguments) {
  std::ostringstream out, err;
  const int status = run_cassette_command(arguments, {}, out, err);
  return {status, out.str(), err.str()};
}

// Puts and gets of two items, in two sections, with a failure.
void make_tape(const std::string& path, const std::string& value = "1") {
  Studio studio;
  const auto deck = studio.deck([calls = studio.calls](const Request& request) {
    if (request.operation == Operation::kDeleteItem) {
      return error_response("ConditionalCheckFailedException", "The conditional request failed");
    }
    return answer("{\"n\":" + std::to_string(++*calls) + "}");
  });
  REQUIRE(deck->insert(recording(path)));
  for (const char* section : {"one", "two"}) {
    Request first = put("a", value);
    first.session = section;
    first.request_number = 1;
    first.request_id = request_id_of(studio.context().seed, 0);
    (void)deck->handle(first);
    Request second = get("a");
    second.session = section;
    (void)deck->handle(second);
  }
  (void)deck->handle(
      ask(Operation::kDeleteItem, R"({"TableName":"other","Key":{"id":{"S":"a"}}})"));
  REQUIRE(deck->eject());
}

std::vector<Interaction> exchanges(const std::string& path) {
  const auto tape = TapeReader::open(path);
  REQUIRE(tape);
  CHECK(tape->stored_index_fits());
  std::vector<Interaction> all;
  REQUIRE(tape->for_each_line([&](std::string_view line, std::size_t) {
    if (auto interaction = parse_interaction(line)) all.push_back(std::move(*interaction));
    return true;
  }));
  return all;
}

// Servers that note what they are asked.
struct FakeServers {
  std::string body = "{}";
  std::string error;                                // instead of every answer
  std::function<Response(const Request&)> answers;  // instead of `body`
  std::chrono::milliseconds paused{0};
  std::vector<ServerChoice> opened;
  std::vector<std::string> asked;  // target, or region and stream; then body, or data

  ToolServers servers() {
    return {
        [this](
            const ServerChoice& choice) -> Outcome<std::unique_ptr<RemoteDatabase>, std::string> {
          opened.push_back(choice);
          return std::unique_ptr<RemoteDatabase>(std::make_unique<Database>(*this));
        },
        [this](const ServerChoice& choice, const std::string& region,
               const std::string& stream) -> Outcome<std::unique_ptr<RemoteStream>, std::string> {
          opened.push_back(choice);
          return std::unique_ptr<RemoteStream>(
              std::make_unique<Stream>(*this, region + "/" + stream));
        },
        [this](std::chrono::milliseconds duration) { paused += duration; }};
  }

 private:
  struct Database : RemoteDatabase {
    explicit Database(FakeServers& the_servers) : all(the_servers) {}
    Outcome<Response, std::string> ask(const Request& request) override {
      all.asked.push_back(std::string(*request.headers.find("x-amz-target")));
      all.asked.push_back(request.body);
      if (!all.error.empty()) return all.error;
      return all.answers ? all.answers(request) : answer(all.body);
    }
    FakeServers& all;
  };
  struct Stream : RemoteStream {
    Stream(FakeServers& the_servers, std::string a_name)
        : all(the_servers), name(std::move(a_name)) {}
    Outcome<Done, std::string> put(std::string partition_key, std::string data) override {
      all.asked.push_back(name + " " + partition_key);
      all.asked.push_back(data);
      return Done{};
    }
    Outcome<Done, std::string> finish() override {
      if (!all.error.empty()) return all.error;
      all.asked.push_back("finished");
      return Done{};
    }
    FakeServers& all;
    std::string name;
  };
};

Ran cassette_with(FakeServers& servers, const std::vector<std::string>& arguments) {
  std::ostringstream out, err;
  const int status = run_cassette_command(arguments, servers.servers(), out, err);
  return {status, out.str(), err.str()};
}

}  // namespace

TEST_CASE("stats counts what is on a tape", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  make_tape(path);
  const Ran text = cassette({"stats", path});
  CHECK(text.status == 0);
  CHECK(contains(text.output, "5 exchanges"));
  CHECK(contains(text.output, "ConditionalCheckFailedException 1"));
  const Ran json = cassette({"stats", "--json", path});
  CHECK(contains(json.output, R"("operations":{"DeleteItem":1,"GetItem":2,"PutItem":2})"));
  CHECK(contains(json.output, R"("tables":{"other":1,"t":4})"));
  CHECK(contains(json.output, R"("latency_ms":{"DeleteItem":{"p50":)"));
  CHECK(contains(json.output, R"("bytes":{"DeleteItem":{"request":)"));
}

TEST_CASE("diff finds what two tapes do not share", "[cassettes]") {
  const Folder folder;
  make_tape(folder.file("a.tape"));
  make_tape(folder.file("b.tape"), "2");
  const Ran same = cassette({"diff", folder.file("a.tape"), folder.file("a.tape")});
  CHECK(same.status == 0);
  const Ran other = cassette({"diff", folder.file("a.tape"), folder.file("b.tape")});
  CHECK(other.status == 1);
  CHECK(contains(other.output, "- 1 PutItem"));
  CHECK(contains(other.output, "+ 1 PutItem"));
  CHECK(contains(other.output, "4 differences"));
}

TEST_CASE("redact replaces on a tape that exists", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  const std::string out = folder.file("b.tape");
  make_tape(path, "hidden-value");
  const Ran ran = cassette({"redact", path, "--redact", "attribute:v", "-o", out});
  INFO(ran.errors);
  CHECK(ran.status == 0);
  CHECK(contains(ran.output, "2 lines redacted"));
  for (const Interaction& interaction : exchanges(out)) {
    CHECK_FALSE(contains(interaction.request, "hidden-value"));
  }
  // It still answers the same requests.
  Studio studio;
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(out, Order::kItem)));
  CHECK(deck->handle(put("a", "hidden-value")).ok());
  // Once more changes nothing.
  const Ran again = cassette({"redact", out, "--redact", "attribute:v"});
  CHECK(contains(again.output, "0 lines redacted"));
  CHECK(cassette({"redact", path, "--redact", "$..", "-o", out}).status == 2);
  CHECK(cassette({"redact", path, "--redact", "attribute:v", "-o", out}).status == 2);
}

// A table, and two sections that are marked, with one and two records.
void make_marked_tape(const std::string& path) {
  Studio studio;
  Deck* below = nullptr;
  int number = 0;
  const auto tell = [&](StreamLine::Kind kind, std::uint64_t exchange, std::string json) {
    StreamLine line;
    line.kind = kind;
    line.exchange = exchange;
    line.stream_arn = "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/s";
    line.shard = "x";
    line.json = std::move(json);
    below->add_stream_line(std::move(line));
  };
  const auto deck = studio.deck([&](const Request& request) {
    if (request.operation == Operation::kCreateTable) {
      tell(StreamLine::Kind::kStream, request.exchange, R"({"StreamStatus":"ENABLED"})");
      tell(StreamLine::Kind::kShard, 0, R"({"ShardId":"x"})");
    } else {
      tell(StreamLine::Kind::kRecord, request.exchange,
           R"({"eventID":"1","eventName":"INSERT","dynamodb":{"SequenceNumber":")" +
               std::to_string(++number) + R"(","NewImage":{"v":{"S":"hidden"}}}})");
    }
    return answer("{}");
  });
  below = deck.get();
  REQUIRE(deck->insert(recording(path)));
  (void)deck->handle(ask(Operation::kCreateTable, R"({"TableName":"t"})"));
  REQUIRE(deck->mark("first"));
  (void)deck->handle(put("a", "hidden"));
  REQUIRE(deck->mark("second"));
  (void)deck->handle(put("b", "hidden"));
  (void)deck->handle(put("b", "hidden"));
  REQUIRE(deck->eject());
}

std::string lines_of(const std::string& path) { return cassette({"export", path}).output; }

// How often a text stands in another.
std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

TEST_CASE("tools keep marks and what is told of streams", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  make_marked_tape(path);
  const auto kept = [](const std::string& tape, std::size_t times = 1) {
    const std::string lines = lines_of(tape);
    INFO(lines);
    CHECK(count(lines, R"({"type":"mark")") == 2 * times);
    CHECK(count(lines, R"({"type":"stream")") == times);
    CHECK(count(lines, R"({"type":"stream_shard")") == times);
    CHECK(count(lines, R"({"type":"stream_record")") == 3 * times);
    CHECK(cassette({"verify", tape}).status == 0);
  };
  kept(path);
  const std::string redacted = folder.file("r.tape");
  const auto rule = GENERATE(as<std::string>{}, "attribute:v", "$.Item.v", "pattern:hid+en");
  REQUIRE(cassette({"redact", path, "--redact", rule, "-o", redacted}).status == 0);
  kept(redacted);
  CHECK_FALSE(contains(lines_of(redacted), "hidden"));

  const std::string merged = folder.file("m.tape");
  REQUIRE(cassette({"merge", path, path, "-o", merged}).status == 0);
  kept(merged, 2);
  CHECK(contains(lines_of(merged), R"("exchange":8,"stream_arn")"));

  REQUIRE(cassette({"split", path, "-o", folder.file("new/folder")}).status == 0);
  CHECK(read_file(folder.file("new/folder/second.tape")).size() > 0);
  CHECK(cassette({"split", path, "-o", path}).status == 2);
  REQUIRE(cassette({"split", path, "-o", folder.file("")}).status == 0);
  const std::string second = lines_of(folder.file("second.tape"));
  CHECK(count(second, R"({"type":"stream_record")") == 2);
  CHECK(count(second, R"({"type":"stream")") == 1);
  CHECK(count(second, R"({"type":"stream_shard")") == 1);
  CHECK(cassette({"verify", folder.file("second.tape")}).status == 0);
  CHECK(count(lines_of(folder.file("first.tape")), R"({"type":"stream_record")") == 1);
  REQUIRE(cassette({"split", path, "--by", "table", "-o", folder.file("")}).status == 0);
  CHECK(count(lines_of(folder.file("t.tape")), R"({"type":"stream_record")") == 3);
  CHECK(cassette({"verify", folder.file("t.tape")}).status == 0);

  const std::string archive = folder.file("a.har");
  REQUIRE(cassette({"export", path, "--format", "har", "-o", archive}).status == 0);
  REQUIRE(cassette({"import", archive, "-o", folder.file("h.tape")}).status == 0);
  const std::string imported = lines_of(folder.file("h.tape"));
  CHECK(count(imported, R"({"type":"stream_record")") == 3);
  CHECK(cassette({"verify", folder.file("h.tape")}).status == 0);

  REQUIRE(cassette({"compact", path}).status == 0);
  kept(path);
  // The second put of b is the first again, and its record belongs to that then.
  REQUIRE(cassette({"compact", path, "--dedupe"}).status == 0);
  kept(path);
  CHECK(count(lines_of(path), R"("exchange":3,"stream_arn")") == 2);
}

TEST_CASE("tools show and count stream records", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  make_marked_tape(path);
  const Ran shown = cassette({"show", path});
  CHECK(count(shown.output, "record INSERT t/x 1 of exchange 2") == 1);
  CHECK(count(shown.output, "record INSERT") == 3);
  const Ran one = cassette({"show", path, "--sequence", "3"});
  CHECK(count(one.output, "record INSERT t/x 2 of exchange 3") == 1);
  CHECK(count(one.output, "record INSERT") == 1);
  CHECK(count(cassette({"show", path, "--json"}).output, R"({"type":"stream_record")") == 3);
  CHECK(count(cassette({"show", path, "--operation", "GetItem"}).output, "record INSERT") == 0);
  CHECK(contains(cassette({"stats", path}).output, "stream records\n  t INSERT 3\n"));
  CHECK(contains(cassette({"stats", path, "--json"}).output, R"("stream_records":{"t INSERT":3})"));
}

TEST_CASE("diff compares stream records where both tapes have them", "[cassettes]") {
  const Folder folder;
  make_marked_tape(folder.file("a.tape"));
  const std::string lines = lines_of(folder.file("a.tape"));
  const auto with = [&](const std::string& name, const std::string& text) {
    write_file(folder.file(name + ".jsonl"), text);
    REQUIRE(cassette({"import", folder.file(name + ".jsonl"), "-o", folder.file(name)}).status ==
            0);
    return cassette({"diff", folder.file("a.tape"), folder.file(name)});
  };
  CHECK(with("same", lines).status == 0);
  std::string other = lines;
  other.replace(other.rfind("INSERT"), 6, "MODIFY");
  const Ran changed = with("changed", other);
  CHECK(changed.status == 1);
  CHECK(contains(changed.output, "- record t INSERT"));
  CHECK(contains(changed.output, "+ record t MODIFY"));
  CHECK(contains(changed.output, "2 differences"));
}

TEST_CASE("verify reads stream records", "[cassettes]") {
  const Folder folder;
  make_marked_tape(folder.file("a.tape"));
  const std::string lines = lines_of(folder.file("a.tape"));
  const auto verified = [&](const std::string& from, const std::string& to) {
    std::string text = lines;
    text.replace(text.rfind(from), from.size(), to);
    write_file(folder.file("b.jsonl"), text);
    REQUIRE(cassette({"import", folder.file("b.jsonl"), "-o", folder.file("b.tape"), "--overwrite"})
                .status == 0);
    const Ran ran = cassette({"verify", folder.file("b.tape")});
    CHECK(ran.status == 1);
    return ran.output;
  };
  CHECK(contains(verified(R"("exchange":4)", R"("exchange":9)"),
                 "stream record 3 names exchange 9, which is not on the tape"));
  // As a killed process may leave it: the record was flushed, its exchange not yet answered.
  const std::string bytes = read_file(folder.file("b.tape"));
  write_file(folder.file("cut.tape"), bytes.substr(0, bytes.size() - 20));
  REQUIRE(cassette({"compact", folder.file("cut.tape")}).status == 0);
  CHECK(cassette({"verify", folder.file("cut.tape")}).status == 0);
  CHECK(contains(verified(R"("SequenceNumber":"3")", R"("SequenceNumber":"1")"),
                 "stream record 1 of shard x stands behind 2"));
  CHECK(contains(verified(R"("NewImage":{"v":{"S":"hidden")",
                          R"("NewImage":{"v":{"S":"AKIAABCDEFGHIJKLMNOP")"),
                 "stream record 3 holds an AWS access key id"));
}

TEST_CASE("a tape that is redacted twice still answers", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  const std::string body =
      R"({"TableName":"t","Item":{"id":{"S":"a"},"n":{"N":"4711"},"b":{"B":"c2VjcmV0"}}})";
  {
    Studio studio;
    const auto deck = studio.counting_deck();
    CassetteOptions options = recording(path);
    options.redact = {{"", "n", ""}};
    REQUIRE(deck->insert(options));
    (void)deck->handle(ask(Operation::kPutItem, body));
    REQUIRE(deck->eject());
  }
  REQUIRE(cassette({"redact", path, "--redact", "attribute:n", "--redact", "$.Item.n", "--redact",
                    "attribute:b"})
              .status == 0);
  REQUIRE(cassette({"redact", path, "--redact", "$.Item.b"}).status == 0);
  CHECK_FALSE(contains(lines_of(path), "4711"));
  CHECK_FALSE(contains(lines_of(path), "c2VjcmV0"));
  Studio studio;
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(path)));
  CHECK(deck->handle(ask(Operation::kPutItem, body)).ok());
}

TEST_CASE("merge and split are each other's inverse", "[cassettes]") {
  const Folder folder;
  make_tape(folder.file("a.tape"));
  make_tape(folder.file("b.tape"), "2");
  const std::string merged = folder.file("m.tape");
  const Ran ran = cassette({"merge", folder.file("a.tape"), folder.file("b.tape"), "-o", merged});
  INFO(ran.errors);
  REQUIRE(ran.status == 0);
  const auto all = exchanges(merged);
  REQUIRE(all.size() == 10);
  CHECK(all[5].sequence == 6);
  CHECK(all[9].completed == 10);

  std::filesystem::create_directory(folder.file("out"));
  REQUIRE(cassette({"split", merged, "-o", folder.file("out")}).status == 0);
  CHECK(exchanges(folder.file("out/one.tape")).size() == 4);
  CHECK(exchanges(folder.file("out/unnamed.tape")).size() == 2);
  REQUIRE(cassette({"split", merged, "--by", "table", "-o", folder.file("out")}).status == 0);
  CHECK(exchanges(folder.file("out/other.tape")).size() == 2);
}

TEST_CASE("compact keeps every exchange, and completes a tape cut short", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  make_tape(path);
  const auto before = exchanges(path);
  SECTION("whole") {}
  SECTION("cut short") {
    const std::string bytes = read_file(path);
    write_file(path, bytes.substr(0, bytes.size() - 20));
    CHECK(cassette({"verify", path}).status == 1);
  }
  REQUIRE(cassette({"compact", path}).status == 0);
  CHECK(cassette({"verify", path}).status == 0);
  const auto after = exchanges(path);
  REQUIRE(after.size() == before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    std::string left, right;
    append_line(left, before[i]);
    append_line(right, after[i]);
    CHECK(left == right);
  }
}

TEST_CASE("compact leaves out repetitions when told", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  {
    const auto deck = studio.deck([](const Request&) { return answer("{}"); });
    REQUIRE(deck->insert(recording(path)));
    for (int i = 0; i < 5; ++i) (void)deck->handle(get("a"));
    REQUIRE(deck->eject());
  }
  const Ran ran = cassette({"compact", "--dedupe", path});
  CHECK(contains(ran.output, "4 repetitions left out"));
  CHECK(exchanges(path).size() == 1);
}

TEST_CASE("what is exported can be imported", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  make_tape(path);
  const auto format = GENERATE(as<std::string>{}, "jsonl", "har");
  const std::string text = folder.file("text");
  const std::string back = folder.file("back.tape");
  REQUIRE(cassette({"export", path, "--format", format, "-o", text}).status == 0);
  const Ran ran = cassette({"import", text, "-o", back});
  INFO(ran.errors);
  REQUIRE(ran.status == 0);
  CHECK(cassette({"diff", path, back}).status == 0);
  CHECK(exchanges(back).size() == 5);
  if (format == "har") {
    REQUIRE(system(("jq -e '.log.entries | length == 5' " + text + " >/dev/null").c_str()) == 0);
  }
}

TEST_CASE("a browser's archive becomes a tape", "[cassettes]") {
  const Folder folder;
  write_file(folder.file("a.har"), R"({"log":{"entries":[
    {"time":1.5,"request":{"url":"https://dynamodb.eu-west-1.amazonaws.com/",
      "headers":[{"name":"x-amz-target","value":"DynamoDB_20120810.GetItem"}],
      "postData":{"text":"{\"TableName\":\"t\"}"}},
     "response":{"status":200,"content":{"text":"{}"}}},
    {"request":{"url":"https://example.com/","headers":[]},"response":{"status":200}}]}})");
  const Ran ran = cassette({"import", folder.file("a.har"), "-o", folder.file("a.tape")});
  INFO(ran.errors);
  CHECK(contains(ran.output, "1 exchanges, 1 not DynamoDB's"));
  const auto all = exchanges(folder.file("a.tape"));
  REQUIRE(all.size() == 1);
  CHECK(all[0].scope.region == "eu-west-1");
  CHECK(all[0].duration.count() == 1500);
  write_file(folder.file("b"), "nonsense\n");
  CHECK(cassette({"import", folder.file("b"), "-o", folder.file("b.tape")}).status == 2);
}

TEST_CASE("a tape becomes a conformance case", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  make_tape(path);
  const Ran ran = cassette({"to-conformance", path, "--section", "one"});
  CHECK(ran.status == 0);
  CHECK(contains(ran.output, R"("operation":"PutItem")"));
  CHECK(contains(ran.output, R"("expect":{"body":{"n":2}})"));
  const Ran all = cassette({"to-conformance", path});
  CHECK(contains(all.output,
                 R"("error":"ConditionalCheckFailedException","message":"The conditional)"));
}

TEST_CASE("run-against compares an endpoint with a tape", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  make_tape(path);
  FakeServers servers;
  servers.body = R"({ "n" : 1 })";
  const Ran all = cassette_with(servers, {"run-against", path, "https://there", "--ca", "c.pem"});
  INFO(all.output << all.errors);
  CHECK(all.status == 1);
  CHECK(contains(all.output, "1 answered as taped, 4 otherwise"));
  CHECK(contains(all.output, "$.n: answered 1, taped 2"));
  REQUIRE(servers.opened.size() == 1);
  CHECK(servers.opened[0].url == "https://there");
  CHECK(servers.opened[0].ca_file == "c.pem");
  CHECK(servers.opened[0].sign);
  REQUIRE(servers.asked.size() == 10);
  CHECK(servers.asked[0] == "DynamoDB_20120810.PutItem");

  servers.body = "{}";
  CHECK(cassette_with(servers, {"run-against", path, "http://there", "--unsigned", "--ignore",
                                "$.n", "--section", "one"})
            .status == 0);
  CHECK_FALSE(servers.opened[1].sign);
  servers.error = "http://there: connection refused";
  const Ran unreachable = cassette_with(servers, {"run-against", path, "http://there"});
  CHECK(unreachable.status == 2);
  CHECK(contains(unreachable.errors, "connection refused"));
}

// A table that is made, put into and deleted.
void make_table_tape(const std::string& path) {
  Studio studio;
  const auto deck = studio.deck([](const Request&) { return answer("{}"); });
  REQUIRE(deck->insert(recording(path)));
  (void)deck->handle(ask(Operation::kCreateTable, R"({"TableName":"t"})"));
  (void)deck->handle(put("a", "1"));
  (void)deck->handle(ask(Operation::kDeleteTable, R"({"TableName":"t"})"));
  REQUIRE(deck->eject());
}

TEST_CASE("run-against waits for tables", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  make_table_tape(path);
  FakeServers servers;
  int polls = 0;
  int polls_until_done = 3;
  servers.answers = [&](const Request& request) {
    if (request.operation != Operation::kDescribeTable) return polls = 0, answer("{}");
    CHECK(request.body == R"({"TableName":"t"})");
    if (++polls < polls_until_done)
      return answer(R"({"Table":{"TableStatus":"ACTIVE",)"
                    R"("GlobalSecondaryIndexes":[)"
                    R"({"IndexStatus":"CREATING"}]}})");
    const bool deleted = servers.asked.end()[-2 * polls - 2] == "DynamoDB_20120810.DeleteTable";
    return deleted ? error_response("ResourceNotFoundException", "not found")
                   : answer(R"({"Table":{"TableStatus":"ACTIVE"}})");
  };
  const Ran patient = cassette_with(servers, {"run-against", path, "http://there"});
  INFO(patient.output << patient.errors);
  CHECK(patient.status == 0);
  CHECK(contains(patient.output, "3 requests of"));
  CHECK(servers.asked.size() == 2 * (3 + 2 * 3));
  CHECK(servers.paused == std::chrono::milliseconds(2 * (20 + 40)));

  // So long and no longer; what follows is asked all the same.
  servers.asked.clear();
  servers.paused = {};
  polls_until_done = 1'000;
  const Ran hasty = cassette_with(servers, {"run-against", path, "http://there", "--wait", "1"});
  CHECK(hasty.status == 0);
  CHECK(count(hasty.errors, "\n") == 2);
  CHECK(contains(hasty.errors, "exchange 1 CreateTable: the table was not ready within --wait"));
  CHECK(servers.paused < std::chrono::seconds(4));

  servers.asked.clear();
  CHECK(
      cassette_with(servers, {"run-against", path, "http://there", "--wait", "0"}).errors.empty());
  CHECK(servers.asked.size() == 2 * 3);

  servers.answers = [](const Request& request) {
    return request.operation == Operation::kDescribeTable
               ? error_response("AccessDeniedException", "not allowed")
               : answer("{}");
  };
  const Ran blind = cassette_with(servers, {"run-against", path, "http://there"});
  CHECK(blind.status == 0);
  CHECK(contains(blind.errors, "DescribeTable does not say whether the table is ready"));
}

TEST_CASE("run-against asks with what the other server drew, and waits for its records",
          "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  const auto page = [](const std::string& records, const std::string& next) {
    return answer(R"({"Records":[)" + records + R"(],"NextShardIterator":")" + next + "\"}");
  };
  {
    Studio studio;
    const auto deck = studio.deck([&](const Request& request) {
      if (request.operation == Operation::kGetShardIterator) {
        return answer(R"({"ShardIterator":"taped"})");
      }
      return page(R"({"eventID":"1"},{"eventID":"2"})", "taped next");
    });
    REQUIRE(deck->insert(recording(path)));
    (void)deck->handle(ask(Operation::kGetShardIterator, R"({"StreamArn":"s","ShardId":"x"})"));
    (void)deck->handle(ask(Operation::kGetRecords, R"({"ShardIterator":"taped"})"));
    REQUIRE(deck->eject());
  }
  FakeServers servers;
  servers.answers = [&](const Request& request) {
    if (request.operation == Operation::kGetShardIterator) {
      return answer(R"({"ShardIterator":"own"})");
    }
    if (request.body == R"({"ShardIterator":"own"})") return page(R"({"eventID":"71"})", "own 2");
    if (contains(request.body, "own 2")) return page("", "own 3");
    CHECK(request.body == R"({"Limit":1,"ShardIterator":"own 3"})");
    return page(R"({"eventID":"72"})", "own 4");
  };
  const Ran ran = cassette_with(servers, {"run-against", path, "http://there"});
  INFO(ran.output << ran.errors);
  CHECK(ran.status == 0);
  CHECK(servers.asked.size() == 2 * 4);
  servers.asked.clear();
  CHECK(cassette_with(servers, {"run-against", path, "http://there", "--wait", "0"}).status == 1);
  CHECK(servers.asked.size() == 2 * 2);
}

TEST_CASE("diff pairs requests that hold what a server has drawn", "[cassettes]") {
  const Folder folder;
  const auto make = [&](const std::string& name, const std::string& iterator) {
    Studio studio;
    const auto deck = studio.deck([&](const Request& request) {
      return request.operation == Operation::kGetShardIterator
                 ? answer(R"({"ShardIterator":")" + iterator + "\"}")
                 : answer(R"({"Records":[]})");
    });
    REQUIRE(deck->insert(recording(folder.file(name))));
    (void)deck->handle(ask(Operation::kGetShardIterator, R"({"StreamArn":"s","ShardId":"x"})"));
    (void)deck->handle(ask(Operation::kGetRecords, R"({"ShardIterator":")" + iterator + "\"}"));
    REQUIRE(deck->eject());
    return folder.file(name);
  };
  const Ran same = cassette({"diff", make("a.tape", "here"), make("b.tape", "there")});
  INFO(same.output);
  CHECK(same.status == 0);
}

TEST_CASE("play-stream feeds a consumer", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  const bool own_lines = GENERATE(true, false);
  Studio studio;
  CassetteOptions options = recording(path);
  const std::string arn = "arn:aws:dynamodb:r:0:table/orders/stream/x";
  const std::string record = R"({"eventID":"1","dynamodb":{"Keys":{},"SequenceNumber":"1"}})";
  {
    const auto deck = studio.deck([&](const Request& request) {
      if (request.operation == Operation::kGetShardIterator) {
        return answer(R"({"ShardIterator":"it"})");
      }
      return answer(R"({"NextShardIterator":"it","Records":[)" + record + "]}");
    });
    REQUIRE(deck->insert(options));
    for (int i = 0; own_lines && i < 2; ++i) {
      StreamLine line;
      line.stream_arn = arn;
      line.shard = "s";
      line.json = record;
      deck->add_stream_line(line);
    }
    (void)deck->handle(
        ask(Operation::kGetShardIterator, R"({"StreamArn":")" + arn + R"(","ShardId":"s"})"));
    for (int i = 0; i < 2; ++i) {
      (void)deck->handle(ask(Operation::kGetRecords, R"({"ShardIterator":"it"})"));
    }
    REQUIRE(deck->eject());
  }
  const Ran once = cassette({"play-stream", path, "--to-stdout"});
  CHECK(once.output == record + "\n");
  const Ran twice = cassette({"play-stream", path, "--to-stdout", "--repeats"});
  CHECK(std::count(twice.output.begin(), twice.output.end(), '\n') == 2);
  FakeServers servers;
  const Ran fed = cassette_with(servers, {"play-stream", path, "--kinesis-endpoint", "https://k",
                                          "--kinesis-stream", "changes", "--region", "eu-west-1"});
  INFO(fed.errors);
  CHECK(fed.status == 0);
  REQUIRE(servers.asked.size() == 3);
  CHECK(servers.asked[0].starts_with("eu-west-1/changes "));
  CHECK(contains(servers.asked[1], R"("tableName":"orders")"));
  CHECK(servers.asked[2] == "finished");
  servers.error = "https://k: answers 400";
  CHECK(cassette_with(servers, {"play-stream", path, "--kinesis-endpoint", "https://k",
                                "--kinesis-stream", "changes"})
            .status == 2);
  CHECK(cassette({"play-stream", path}).status == 2);
}

TEST_CASE("today's reader opens the tapes of yesterday", "[cassettes]") {
  // With an index and ids spelled out; without, and numbered.
  const std::string golden = std::string(DYNADECK_SOURCE_DIR) + "/tests/golden/cassette-v1" +
                             GENERATE(as<std::string>{}, "", "-short");
  const auto tape = TapeReader::open(golden + ".tape");
  REQUIRE(tape);
  CHECK(tape->complete());
  CHECK(tape->stored_index_fits());
  CHECK(cassette({"export", golden + ".tape"}).output == read_file(golden + ".jsonl"));
  const auto stored = tape->index();
  const auto made = tape->build_index(MatchRules());
  REQUIRE(stored);
  REQUIRE(made);
  CHECK(stored->hashes == made->hashes);
  CHECK(stored->predecessors == made->predecessors);
  CHECK(stored->section_names == made->section_names);

  Studio studio;
  const auto deck = studio.empty_deck();
  REQUIRE(deck->insert(replaying(golden + ".tape", Order::kItem)));
  Request request = put("a", "1");
  request.session = "one";
  CHECK(deck->handle(request).body == R"({"n":1})");
}

TEST_CASE("what a tool writes is for its owner, and over nothing that it was not told to replace",
          "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  make_tape(path);
  const std::string before = read_file(path);
  const auto format = GENERATE(as<std::string>{}, "jsonl", "har");
  const std::string text = folder.file("a.txt");
  const std::vector<std::string> exporting = {"export", path, "--format", format, "-o", text};
  REQUIRE(cassette(exporting).status == 0);
  struct stat status {};
  REQUIRE(stat(text.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);

  write_file(text, "notes");
  CHECK(contains(cassette(exporting).errors, "exists already; say --overwrite"));
  CHECK(cassette({"to-conformance", path, "-o", text}).status == 2);
  CHECK(read_file(text) == "notes");
  const std::string link = folder.file("link");
  REQUIRE(symlink(text.c_str(), link.c_str()) == 0);
  CHECK(contains(cassette({"export", path, "-o", link, "--overwrite"}).errors, "symbolic link"));
  // Only tapes are replaced by tapes, and no tape by text: least of all the one that is read.
  CHECK(contains(cassette({"compact", path, "-o", text, "--overwrite"}).errors, "is not a tape"));
  CHECK(contains(cassette({"compact", path, "-o", link, "--overwrite"}).errors, "symbolic link"));
  CHECK(contains(cassette({"export", path, "-o", path, "--overwrite"}).errors, "is a tape"));
  CHECK(read_file(text) == "notes");
  CHECK(read_file(path) == before);
  std::vector<std::string> replacing = exporting;
  replacing.emplace_back("--overwrite");
  CHECK(cassette(replacing).status == 0);
  CHECK(read_file(text) != "notes");
}

TEST_CASE("a tool that fails leaves nothing beside the tape", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  make_tape(path);
  std::string bytes = read_file(path);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
  const std::string damaged = folder.file("damaged.tape");
  write_file(damaged, bytes);
  const std::string out = folder.file("out.tape");
  const std::string wrong = folder.file("wrong.jsonl");
  write_file(wrong, lines_of(path) + "no line\n");
  const auto arguments =
      GENERATE_COPY(std::vector<std::string>{"compact", damaged, "-o", out},
                    std::vector<std::string>{"redact", damaged, "--redact", "v", "-o", out},
                    std::vector<std::string>{"merge", damaged, "-o", out},
                    std::vector<std::string>{"export", damaged, "-o", out},
                    std::vector<std::string>{"export", damaged, "--format", "har", "-o", out},
                    std::vector<std::string>{"import", wrong, "-o", out});
  CHECK(cassette(arguments).status == 2);
  CHECK(access(out.c_str(), F_OK) != 0);
  CHECK(access((out + ".new").c_str(), F_OK) != 0);
}

TEST_CASE("a whole tape that has the name of what is unfinished stays", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  make_tape(path);
  make_tape(path + ".new", "2");
  const std::string other = read_file(path + ".new");
  CHECK(contains(cassette({"compact", path}).errors, "is a whole tape; move it away"));
  CHECK(read_file(path + ".new") == other);
  // What a tool that was killed left is in nobody's way.
  write_file(path + ".new", other.substr(0, other.size() - 9));
  CHECK(cassette({"compact", path}).status == 0);
  CHECK(access((path + ".new").c_str(), F_OK) != 0);
}

TEST_CASE("a tape that is being recorded is not replaced under its recorder", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  Studio studio;
  const auto deck = studio.counting_deck();
  REQUIRE(deck->insert(recording(path)));
  (void)deck->handle(put("a", "1"));
  REQUIRE(deck->mark(""));
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"compact", path},
        std::vector<std::string>{"redact", path, "--redact", "v"}}) {
    CHECK(contains(cassette(arguments).errors, "is being recorded"));
  }
  // A copy of what there is yet can be made.
  CHECK(cassette({"compact", path, "-o", folder.file("copy.tape")}).status == 0);
  (void)deck->handle(put("b", "1"));
  REQUIRE(deck->eject());
  CHECK(exchanges(path).size() == 2);
}

TEST_CASE("an archive becomes the same tape again: header, marks, streams and numbers",
          "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  GENERATE(true, false) ? make_marked_tape(path) : make_tape(path);
  REQUIRE(cassette({"redact", path, "--redact", "attribute:v"}).status == 0);
  for (const char* format : {"har", "jsonl"}) {
    const std::string text = folder.file(format);
    const std::string again = folder.file(std::string(format) + ".tape");
    REQUIRE(cassette({"export", path, "--format", format, "-o", text}).status == 0);
    REQUIRE(cassette({"import", text, "-o", again}).status == 0);
    CHECK(lines_of(again) == lines_of(path));
  }
}

TEST_CASE("lines are imported from a pipe, and with the breaks of Windows", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  make_tape(path);
  const std::string lines = lines_of(path);
  std::string windows;
  for (const char byte : lines) windows += byte == '\n' ? "\r\n" : std::string(1, byte);
  const std::string archive = cassette({"export", path, "--format", "har"}).output;
  const auto text = GENERATE_COPY(lines, windows, archive);
  const std::string pipe = folder.file("pipe");
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  std::thread writer([&] { write_file(pipe, text); });
  const Ran ran = cassette({"import", pipe, "-o", folder.file("b.tape")});
  writer.join();
  CHECK(ran.status == 0);
  CHECK(lines_of(folder.file("b.tape")) == lines);
}

TEST_CASE("output that cannot be written is an error", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  make_tape(path);
  for (const char* tool : {"show", "stats", "verify", "export", "to-conformance"}) {
    std::ofstream full("/dev/full");
    std::ostringstream errors;
    CHECK(run_cassette_command(std::vector<std::string>{tool, path}, {}, full, errors) == 2);
    CHECK(errors.str() == "dynadeck: standard output: cannot be written\n");
  }
}

TEST_CASE("every tool says that a tape is cut short", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  make_tape(path);
  const std::string bytes = read_file(path);
  // Behind the last whole line, before the seek table.
  write_file(path, bytes.substr(0, bytes.size() - 50));
  REQUIRE(TapeReader::open(path)->lost_bytes() > 0);
  FakeServers servers;
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"show", path},
           {"stats", path},
           {"export", path},
           {"to-conformance", path},
           {"diff", path, path},
           {"merge", path, "-o", folder.file("m.tape")},
           {"split", path, "-o", folder.file("")},
           {"run-against", path, "http://there"},
           {"redact", path, "--redact", "v", "-o", folder.file("r.tape")}}) {
    INFO(arguments[0]);
    CHECK(contains(cassette_with(servers, arguments).errors, "cut short; the last "));
  }
}

TEST_CASE("verify finds credentials wherever they stand", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  make_tape(path, "planted");
  const std::string lines = lines_of(path);
  const auto verified = [&](const std::string& value) {
    std::string text = lines;
    const std::string before = R"({"S":"planted"})";
    text.replace(text.find(before), before.size(), value);
    write_file(folder.file("b.jsonl"), text);
    REQUIRE(cassette({"import", folder.file("b.jsonl"), "-o", folder.file("b.tape"), "--overwrite"})
                .status == 0);
    return cassette({"verify", folder.file("b.tape")}).output;
  };
  const std::string key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
  const std::string token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl";
  const std::vector<std::pair<std::string, std::string>> planted = {
      {R"({"S":"AKIAIOSFODNN7EXAMPLE"})", "an AWS access key id"},
      {R"({"S":"\u0041KIAIOSFODNN7EXAMPLE"})", "an AWS access key id"},
      {R"({"B":"a2V5IEFLSUFJT1NGT0ROTjdFWEFNUExFCg=="})", "an AWS access key id"},
      {R"({"BS":["a2V5IEFLSUFJT1NGT0ROTjdFWEFNUExFCg=="]})", "an AWS access key id"},
      {R"({"M":{"secretAccessKey":{"S":")" + key + R"("}}})", "an AWS secret key"},
      {R"({"S":"secret=wJalrXUtnFEMI\/K7MDENG+bPxRfiCYEXAMPLEKEY"})", "an AWS secret key"},
      {R"({"S":"IQoJb3JpZ2luX2VjEXAMPLETOKENEXAMPLETOKEN"})", "an AWS session token"},
      {R"({"S":")" + token + R"("})", "a JSON web token"},
      {R"({"S":"-----BEGIN ENCRYPTED PRIVATE KEY-----"})", "a private key"},
      {R"({"M":{"Authorization":{"S":"Basic abc"}}})", "an Authorization header"},
      {R"({"S":"glpat-0123456789abcdefghij"})", "a GitLab token"}};
  for (const auto& [value, what] : planted) {
    INFO(value);
    CHECK(contains(verified(value), "exchange 1 holds " + what));
  }
  for (const char* harmless :
       {R"({"S":"AKIAS are not keys"})", R"({"S":"0123456789012345678901234567890123456789"})",
        R"({"S":"a secret da39a3ee5e6b4b0d3255bfef95601890afd80709a"})", R"({"S":"eyJ.eyJ."})",
        R"({"M":{"Authorization":{"S":"redacted-0123456789abcdef"}}})", R"({"S":"graphghp_x"})"}) {
    INFO(harmless);
    CHECK(contains(verified(harmless), "all good"));
  }
}

TEST_CASE("verify reads several tapes, their headers and marks, and counts each exchange once",
          "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  make_marked_tape(path);
  const std::string lines = lines_of(path);
  const auto made = [&](const std::string& name, const std::string& from, const std::string& to) {
    std::string text = lines;
    text.replace(text.find(from), from.size(), to);
    write_file(folder.file("x.jsonl"), text);
    REQUIRE(cassette({"import", folder.file("x.jsonl"), "-o", folder.file(name)}).status == 0);
    return folder.file(name);
  };
  const std::string mark =
      made("mark.tape", R"("section":"first")", R"("section":"AKIAIOSFODNN7EXAMPLE")");
  const std::string header = made("header.tape", R"("redactions":[])",
                                  R"("redactions":[{"pattern":"AKIAIOSFODNN7EXAMPLE"}])");
  const std::string twice = made("twice.tape", R"("sequence":3,)", R"("sequence":2,)");
  const Ran ran = cassette({"verify", path, mark, header, twice});
  CHECK(ran.status == 1);
  CHECK(contains(ran.output, path + ": 4 exchanges in 2 frames, all good"));
  CHECK(contains(ran.output, "a line of type mark holds an AWS access key id"));
  CHECK(contains(ran.output, "the header holds an AWS access key id"));
  CHECK(contains(ran.output, "exchange 2 is there twice"));
  CHECK(cassette({"verify", path, folder.file("nothing")}).status == 2);
}

TEST_CASE("the command line says what is wrong with it", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  make_tape(path, "hidden");
  CHECK(contains(cassette({"shwo", path}).errors, "there is no tool shwo"));
  CHECK(contains(cassette({"show", "--help"}).output,
                 "Usage: dynadeck cassette show [OPTIONS] FILE"));
  CHECK(contains(cassette({"--help"}).output, "Exit status"));
  // An option that may be repeated does not swallow the tape behind it.
  CHECK(cassette({"redact", "--redact", "attribute:v", path}).status == 0);
  const std::string other = folder.file("b.tape");
  make_tape(other, "hidden");
  const Ran diff = cassette({"diff", "--ignore", "$.n", path, other});
  CHECK(contains(diff.errors, "redacted otherwise"));
  CHECK(cassette({"diff", other, other, "--ignore", "n"}).status == 2);
}

TEST_CASE("diff leaves out what it is told to ignore", "[cassettes]") {
  const Folder folder;
  make_tape(folder.file("a.tape"));
  std::string text = lines_of(folder.file("a.tape"));
  text.replace(text.find(R"({"n":1})"), 7, R"({"n":9})");
  write_file(folder.file("b.jsonl"), text);
  REQUIRE(cassette({"import", folder.file("b.jsonl"), "-o", folder.file("b.tape")}).status == 0);
  CHECK(cassette({"diff", folder.file("a.tape"), folder.file("b.tape")}).status == 1);
  CHECK(
      cassette({"diff", "--ignore", "$..n", folder.file("a.tape"), folder.file("b.tape")}).status ==
      0);
}

TEST_CASE("show prints marks where no filter asks for something else", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  make_marked_tape(path);
  CHECK(count(cassette({"show", path, "--json"}).output, R"({"type":"mark")") == 2);
  CHECK(count(cassette({"show", path, "--section", "first"}).output, "mark ") == 1);
  CHECK(count(cassette({"show", path, "--status", "404"}).output, "mark ") == 0);
}

// Writes a golden tape: only for something new in the format, and then one more.
TEST_CASE("approve the golden tape", "[.approve]") {
  const std::string golden = std::string(DYNADECK_SOURCE_DIR) + "/tests/golden/cassette-v1";
  make_tape(golden + "-short.tape");
  write_file(golden + "-short.jsonl", cassette({"export", golden + "-short.tape"}).output);
}
