#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "cassettes/interaction.h"
#include "cassettes/tape_reader.h"
#include "cassettes/tape_writer.h"
#include "cassettes/tools/command.h"
#include "harness/error.h"
#include "harness/random.h"
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
  const int status = run_cassette_command(arguments, out, err);
  return {status, out.str(), err.str()};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
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

// Answers every request with the same body, one connection, until it is closed.
class TinyServer {
 public:
  explicit TinyServer(std::string body) : body_(std::move(body)) {
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(listen(listener_, 4) == 0);
    socklen_t length = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~TinyServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::string requests() const { return requests_; }

 private:
  void serve() {
    const int connection = accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    std::string pending;
    char buffer[4096];
    for (ssize_t got = 0; (got = recv(connection, buffer, sizeof buffer, 0)) > 0;) {
      pending.append(buffer, static_cast<std::size_t>(got));
      const std::size_t head = pending.find("\r\n\r\n");
      const std::size_t at = pending.find("Content-Length: ");
      if (head == std::string::npos || at == std::string::npos) continue;
      const std::size_t length = std::stoul(pending.substr(at + 16));
      if (pending.size() < head + 4 + length) continue;
      requests_ += pending;
      pending.clear();
      const std::string answer =
          "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body_.size()) + "\r\n\r\n" + body_;
      (void)!send(connection, answer.data(), answer.size(), 0);
    }
    close(connection);
  }

  const std::string body_;
  std::string requests_;
  int listener_ = -1;
  int port_ = 0;
  std::thread thread_;
};

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

// A section that is marked, in which a stream record is read.
void make_marked_tape(const std::string& path) {
  Studio studio;
  const auto deck = studio.deck([](const Request& request) {
    if (request.operation == Operation::kGetShardIterator) {
      return answer(R"({"ShardIterator":"i1"})");
    }
    return answer(R"({"Records":[{"eventID":"1","dynamodb":{"NewImage":{"v":{"S":"hidden"}}}}]})");
  });
  CassetteOptions options = recording(path);
  options.stream_records = true;
  REQUIRE(deck->insert(options));
  REQUIRE(deck->mark("first"));
  (void)deck->handle(ask(
      Operation::kGetShardIterator,
      R"({"StreamArn":"arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/s","ShardId":"x"})"));
  (void)deck->handle(ask(Operation::kGetRecords, R"({"ShardIterator":"i1"})"));
  REQUIRE(deck->eject());
}

std::string lines_of(const std::string& path) { return cassette({"export", path}).output; }

TEST_CASE("tools keep marks and stream records", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  make_marked_tape(path);
  const auto kept = [](const std::string& tape) {
    const std::string lines = lines_of(tape);
    INFO(lines);
    CHECK(contains(lines, R"({"type":"mark")"));
    CHECK(contains(lines, R"({"type":"stream_record")"));
  };
  kept(path);
  const std::string redacted = folder.file("r.tape");
  REQUIRE(cassette({"redact", path, "--redact", "attribute:v", "-o", redacted}).status == 0);
  kept(redacted);
  CHECK_FALSE(contains(lines_of(redacted), "hidden"));
  CHECK(cassette({"verify", redacted}).status == 0);
  const std::string merged = folder.file("m.tape");
  REQUIRE(cassette({"merge", path, path, "-o", merged}).status == 0);
  kept(merged);
  REQUIRE(cassette({"split", path, "-o", folder.file("")}).status == 0);
  kept(folder.file("first.tape"));
  REQUIRE(cassette({"compact", path}).status == 0);
  kept(path);
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
  {
    TinyServer server(R"({ "n" : 1 })");
    const Ran ran = cassette({"run-against", path, server.url()});
    INFO(ran.output << ran.errors);
    CHECK(ran.status == 1);
    CHECK(contains(ran.output, "1 answered as taped, 4 otherwise"));
    CHECK(contains(ran.output, "$.n: answered 1, taped 2"));
    CHECK(contains(server.requests(), "X-Amz-Target: DynamoDB_20120810.PutItem"));
  }
  {
    TinyServer server("{}");
    const Ran ran =
        cassette({"run-against", path, server.url(), "--ignore", "$.n", "--section", "one"});
    CHECK(ran.status == 0);
  }
  CHECK(cassette({"run-against", path, "http://127.0.0.1:1"}).status == 2);
  CHECK(cassette({"run-against", path, "ftp://x"}).status == 2);
}

TEST_CASE("play-stream feeds a consumer", "[cassettes]") {
  const Folder folder;
  const std::string path = folder.file("a.tape");
  const bool own_lines = GENERATE(true, false);
  Studio studio;
  CassetteOptions options = recording(path);
  options.stream_records = own_lines;
  {
    const auto deck = studio.deck([](const Request& request) {
      if (request.operation == Operation::kGetShardIterator) {
        return answer(R"({"ShardIterator":"it"})");
      }
      return answer(
          R"({"NextShardIterator":"it","Records":[{"eventID":"1","dynamodb":{"Keys":{}}}]})");
    });
    REQUIRE(deck->insert(options));
    (void)deck->handle(
        ask(Operation::kGetShardIterator,
            R"({"StreamArn":"arn:aws:dynamodb:r:0:table/orders/stream/x","ShardId":"s"})"));
    for (int i = 0; i < 2; ++i) {
      (void)deck->handle(ask(Operation::kGetRecords, R"({"ShardIterator":"it"})"));
    }
    REQUIRE(deck->eject());
  }
  const Ran once = cassette({"play-stream", path, "--to-stdout"});
  CHECK(once.output == "{\"eventID\":\"1\",\"dynamodb\":{\"Keys\":{}}}\n");
  const Ran twice = cassette({"play-stream", path, "--to-stdout", "--repeats"});
  CHECK(std::count(twice.output.begin(), twice.output.end(), '\n') == 2);
  {
    TinyServer kinesis("{}");
    const Ran ran = cassette(
        {"play-stream", path, "--kinesis-endpoint", kinesis.url(), "--kinesis-stream", "changes"});
    INFO(ran.errors);
    CHECK(ran.status == 0);
    CHECK(contains(kinesis.requests(), "Kinesis_20131202.PutRecord"));
    CHECK(contains(kinesis.requests(), R"("StreamName":"changes")"));
  }
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

// Writes a golden tape: only for something new in the format, and then one more.
TEST_CASE("approve the golden tape", "[.approve]") {
  const std::string golden = std::string(DYNADECK_SOURCE_DIR) + "/tests/golden/cassette-v1";
  make_tape(golden + "-short.tape");
  write_file(golden + "-short.jsonl", cassette({"export", golden + "-short.tape"}).output);
}
