// Each kind of fault: fires, stays silent, repeats under its seed, is noted, meets its rate, and
// does what it says.
#include "faults/effects/effects.h"

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/faults/support.h"

using namespace dynadeck;
using namespace dynadeck::faults;
using namespace dynadeck::faults::testing;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

Abilities all_abilities() {
  Abilities abilities;
  abilities.snapshots = true;
  abilities.holds_back = true;
  abilities.roll_shards = [](const Scope&, std::string_view) { return true; };
  return abilities;
}

// A fault, a request that it applies to, and what the service behind answers.
struct Example {
  const char* kind;
  const char* fault;
  Operation operation;
  const char* body;
  const char* answer;
};

constexpr auto kTwoActions =
    R"({"TransactItems":[{"Put":{"TableName":"T","Item":{"pk":{"S":"a"}}}},)"
    R"({"Delete":{"TableName":"T","Key":{"pk":{"S":"b"}}}}]})";
constexpr auto kTwoWrites = R"({"RequestItems":{"T":[{"PutRequest":{"Item":{"pk":{"S":"a"}}}},)"
                            R"({"DeleteRequest":{"Key":{"pk":{"S":"b"}}}}]}})";
constexpr auto kPage = R"({"Items":[{"pk":{"S":"a"}}],"Count":1,"ScannedCount":1,)"
                       R"("LastEvaluatedKey":{"pk":{"S":"a"}}})";
constexpr auto kRecords = R"({"Records":[{"eventID":"1"}],"NextShardIterator":"next"})";

const std::vector<Example>& examples() {
  static const std::vector<Example> all = {
      {"error", "{error: InternalServerError}", Operation::kGetItem, "{}", "{}"},
      {"html", "{html: 502}", Operation::kGetItem, "{}", "{}"},
      {"latency", "{latency: 20ms}", Operation::kGetItem, "{}", "{}"},
      {"connection", "{connection: reset}", Operation::kPutItem, "{}", "{}"},
      {"truncate", "{truncate: {body_bytes: 1}}", Operation::kPutItem, "{}", "{}"},
      {"trickle", "{trickle: {chunk_bytes: 1, interval: 1ms}}", Operation::kPutItem, "{}", "{}"},
      {"corrupt", "{corrupt: json}", Operation::kPutItem, "{}", "{}"},
      {"cancel", "{cancel: TransactionConflict}", Operation::kTransactWriteItems, kTwoActions,
       "{}"},
      {"unprocessed", "{unprocessed: {count: 1}}", Operation::kBatchWriteItem, kTwoWrites, "{}"},
      {"stale", "{stale: {by: 1s}}", Operation::kGetItem, R"({"TableName":"T"})", "{}"},
      {"index_lag", "{index_lag: {by: 1s}}", Operation::kQuery,
       R"({"TableName":"T","IndexName":"I"})", "{}"},
      {"page", "{page: {items: 1}}", Operation::kScan, R"({"TableName":"T"})", kPage},
      {"records", "{records: repeat}", Operation::kGetRecords, R"({"ShardIterator":"it"})",
       kRecords},
      {"roll", "{roll: shards}", Operation::kPutItem, R"({"TableName":"T"})", "{}"},
  };
  return all;
}

std::string rule_for(const Example& example, const std::string& schedule) {
  return std::string("{rules: [{name: r, schedule: ") + schedule + ", fault: " + example.fault +
         "}]}";
}

Response answering(const char* body) {
  Response response;
  response.body = body;
  return response;
}

// Everything of an answer that reaches the client.
std::string bytes_of(const Response& response) {
  std::string text = std::to_string(response.status) + " " + response.content_type + "\n";
  for (const auto& [name, value] : response.headers) text += name + ": " + value + "\n";
  text += response.body + "\n";
  if (response.delivery) {
    const Delivery& delivery = *response.delivery;
    text += std::to_string(delivery.delay.count()) + " " +
            std::to_string(delivery.cut_after_bytes.value_or(0)) + " " +
            std::to_string(delivery.declared_content_length.value_or(0)) + " " +
            std::to_string(delivery.crc32.value_or(0)) + " " +
            std::to_string(static_cast<int>(delivery.end)) + "\n";
    if (delivery.trickle) text += std::to_string(delivery.trickle->chunk_bytes) + " trickled\n";
  }
  for (const InjectedFault& fault : response.faults) text += fault.rule + " " + fault.kind + "\n";
  return text;
}

// "1" for each request on whose answer the fault is noted, or nothing but marks of its kind.
std::string history(const Example& example, const std::string& schedule, std::size_t count,
                    std::uint64_t seed = 1) {
  Bench bench(rule_for(example, schedule), all_abilities(), seed);
  bench.answer = [&](const Request&) { return answering(example.answer); };
  const Request request = make_request(example.operation, example.body);
  std::string result;
  for (std::size_t at = 0; at < count; ++at) {
    bench.arrived.clear();
    bench.hints.clear();
    const Response response = bench.finish(bench.send(request));
    result += response.faults.empty() ? '0' : '1';
    for (const InjectedFault& fault : response.faults) {
      if (fault.kind != example.kind || fault.rule != "r") return "noted as " + fault.kind;
    }
  }
  return result;
}

}  // namespace

TEST_CASE("each kind of fault fires, stays silent, repeats and meets its rate", "[faults]") {
  constexpr std::size_t kRequests = 20'000;
  for (const Example& example : examples()) {
    INFO(example.kind);
    CHECK(history(example, "{}", 3) == "111");
    CHECK(history(example, "{probability: 0}", 3) == "000");
    CHECK(history(example, "{every: 2}", 4) == "0101");
    const std::string first = history(example, "{probability: 0.3}", kRequests, 7);
    CHECK(plausible(static_cast<std::size_t>(std::count(first.begin(), first.end(), '1')),
                    kRequests, 0.3));
    CHECK(history(example, "{probability: 0.3}", 2'000, 7) == first.substr(0, 2'000));
  }
}

TEST_CASE("each kind of fault repeats under its seed byte for byte", "[faults]") {
  const auto bytes = [](const Example& example, std::uint64_t seed) {
    Bench bench(rule_for(example, "{probability: 0.5}"), all_abilities(), seed);
    bench.answer = [&](const Request&) { return answering(example.answer); };
    const Request request = make_request(example.operation, example.body);
    std::string result;
    for (int at = 0; at < 200; ++at) result += bytes_of(bench.finish(bench.send(request)));
    return result;
  };
  for (const Example& example : examples()) {
    INFO(example.kind);
    CHECK(bytes(example, 7) == bytes(example, 7));
    CHECK(bytes(example, 7) != bytes(example, 8));
  }
}

TEST_CASE("what a fault draws for each element meets its rate", "[faults]") {
  constexpr std::size_t kRequests = 20'000;
  std::size_t hits = 0;
  SECTION("actions of a transaction") {
    Bench bench("{rules: [{fault: {cancel: {code: TransactionConflict, fraction: 0.2}}}]}");
    const Request request = make_request(Operation::kTransactWriteItems, kTwoActions);
    for (std::size_t at = 0; at < kRequests; ++at) {
      const Response response = bench.send(request);
      if (response.ok()) continue;
      const json reasons = json::parse(response.body)["CancellationReasons"];
      for (const json& reason : reasons) hits += reason["Code"] == "TransactionConflict" ? 1 : 0;
    }
    CHECK(plausible(hits, 2 * kRequests, 0.2));
  }
  SECTION("elements of a batch") {
    Bench bench("{rules: [{fault: {unprocessed: {fraction: 0.2, whole: answer}}}]}");
    const Request request = make_request(Operation::kBatchWriteItem, kTwoWrites);
    for (std::size_t at = 0; at < kRequests; ++at) {
      const json body = json::parse(bench.send(request).body);
      if (body.contains("UnprocessedItems")) hits += body["UnprocessedItems"]["T"].size();
    }
    CHECK(plausible(hits, 2 * kRequests, 0.2));
  }
  SECTION("blocks of a burst") {
    Bench bench(
        "{rules: [{schedule: {burst: {length: 4, probability: 0.2}}, fault: {error: "
        "InternalServerError}}]}");
    for (std::size_t at = 0; at < 4 * kRequests; ++at) {
      const bool struck = !bench.send(Operation::kGetItem).ok();
      if (struck && at % 4 == 0) ++hits;
      bench.arrived.clear();
      bench.requests.clear();
    }
    CHECK(plausible(hits, kRequests, 0.2));
  }
}

TEST_CASE("each kind of fault has an example here", "[faults]") {
  std::set<std::string> shown = {"header", "refuse", "throttle"};  // have cases of their own
  for (const Example& example : examples()) shown.insert(example.kind);
  for (const std::string& kind : effect_kinds()) CHECK(shown.count(kind) == 1);
}

TEST_CASE("each kind of fault prints as it parses", "[faults]") {
  const std::string fault = GENERATE(
      R"({"latency":"20ms"})", R"({"latency":{"fixed":"2us","per_byte":true,"limit":"1s"}})",
      R"({"latency":{"uniform":{"min":"1ms","max":"2ms"}}})",
      R"({"latency":{"normal":{"mean":"1ms","deviation":"2ms"}}})",
      R"({"latency":{"lognormal":{"p50":"1ms","p99":"2s"}}})",
      R"({"latency":{"pareto":{"scale":"1ms","shape":1.5}}})",
      R"({"latency":{"bytes_per_second":1000.0}})", R"({"connection":"hang"})",
      R"({"connection":{"end":"reset","bytes":"all"}})",
      R"({"connection":{"end":"close","bytes":17}})", R"({"truncate":{"body_bytes":3}})",
      R"({"trickle":{"chunk_bytes":1,"interval":"5ms"}})", R"({"corrupt":"crc32"})",
      R"({"html":504})", R"({"html":{"status":502,"body":"<p>"}})",
      R"({"cancel":"TransactionConflict"})",
      R"({"cancel":{"code":"ThrottlingError","actions":[1,2],"fraction":0.5}})",
      R"({"cancel":{"reasons":["None",{"code":"ConditionalCheckFailed","message":"m",)"
      R"("item":{"pk":{"S":"x"}}}]}})",
      R"({"truncate":{"fraction":0.5}})", R"({"corrupt":{"bytes":3}})",
      R"({"error":["ThrottlingException",{"code":"Own","message":"m"}]})",
      R"({"error":"InternalServerError","delay":"2s"})", R"({"header":"x-fault"})",
      R"({"stale":{"by":"2s"}})", R"({"index_lag":{"by":"10s"}})", R"({"page":{"items":3}})",
      R"({"page":{"empty":true}})", R"({"records":"empty"})", R"({"roll":"shards"})",
      R"({"refuse":"connections"})",
      R"({"throttle":{"rate":5.0,"burst":10.0,"per":"key pk","code":"ThrottlingException",)"
      R"("reasons":["TableWriteKeyRangeThroughputExceeded"],"retry_after":"filled"}})");
  const std::string at = fault.find("truncate") + fault.find("trickle") + fault.find("corrupt") +
                                     fault.find("records") + fault.find("bytes\":\"all") +
                                     fault.find("bytes\":17") ==
                                 6 * std::string::npos
                             ? "before"
                             : "after";
  const std::string rule = R"({"name":"r","fault":)" + fault + R"(,"at":")" + at + "\"}";
  const RuleFile file = rules_of("[" + rule + "]");
  CHECK(print_rule(file.rules.at(0)).dump() == rule);
}

TEST_CASE("latency before the operation lets the client change its mind", "[faults]") {
  Bench bench("{rules: [{fault: {latency: 2s}}]}");
  Response waiting = bench.send(Operation::kPutItem);
  REQUIRE(waiting.deferred);
  CHECK(waiting.deferred->delay == 2s);
  CHECK(waiting.faults.size() == 1);
  CHECK(bench.arrived.empty());
  const Response response = bench.finish(std::move(waiting));
  CHECK(bench.arrived.size() == 1);
  CHECK(response.faults.size() == 1);
}

TEST_CASE("latency after the operation delays its answer", "[faults]") {
  Bench bench("{rules: [{fault: {latency: 2s}, at: after}, {fault: {latency: 1s}, at: after}]}");
  const Response response = bench.send(Operation::kPutItem);
  CHECK(!response.deferred);
  CHECK(bench.arrived.size() == 1);
  REQUIRE(response.delivery);
  CHECK(response.delivery->delay == 3s);
}

TEST_CASE("latencies follow their distributions", "[faults]") {
  const auto delays = [](const std::string& latency, std::string body = "{}") {
    Bench bench("{rules: [{fault: {latency: " + latency + "}}]}");
    const Request request = make_request(Operation::kGetItem, std::move(body));
    std::vector<double> milliseconds;
    for (int count = 0; count < 20'000; ++count) {
      const Response response = bench.send(request);
      milliseconds.push_back(
          std::chrono::duration<double, std::milli>(response.deferred->delay).count());
    }
    std::sort(milliseconds.begin(), milliseconds.end());
    return milliseconds;
  };
  const auto at = [](const std::vector<double>& sorted, double quantile) {
    return sorted[static_cast<std::size_t>(quantile * static_cast<double>(sorted.size() - 1))];
  };
  SECTION("uniform") {
    const auto sorted = delays("{uniform: {min: 10ms, max: 20ms}}");
    CHECK(sorted.front() >= 10);
    CHECK(sorted.back() <= 20);
    CHECK(at(sorted, 0.5) == Approx(15).margin(0.2));
  }
  SECTION("normal") {
    const auto sorted = delays("{normal: {mean: 100ms, deviation: 10ms}}");
    CHECK(at(sorted, 0.5) == Approx(100).margin(0.5));
    CHECK(at(sorted, 0.8413) == Approx(110).margin(0.6));
  }
  SECTION("log-normal by percentiles") {
    const auto sorted = delays("{lognormal: {p50: 10ms, p99: 200ms}}");
    CHECK(at(sorted, 0.5) == Approx(10).epsilon(0.03));
    CHECK(at(sorted, 0.99) == Approx(200).epsilon(0.12));
  }
  SECTION("Pareto") {
    const auto sorted = delays("{pareto: {scale: 10ms, shape: 2}}");
    CHECK(sorted.front() >= 10);
    CHECK(at(sorted, 0.75) == Approx(20).epsilon(0.03));
  }
  SECTION("a limit") {
    CHECK(delays("{pareto: {scale: 10ms, shape: 0.5}, limit: 50ms}").back() == 50);
  }
  SECTION("per byte, and by bandwidth") {
    CHECK(delays("{fixed: 10us, per_byte: true}", std::string(300, ' ')).front() == 3);
    CHECK(delays("{bytes_per_second: 100000}", std::string(300, ' ')).front() == 3);
  }
}

TEST_CASE("a connection breaks before, in the middle of or after the answer", "[faults]") {
  SECTION("before: nothing happens") {
    Bench bench("{rules: [{fault: {connection: reset}}]}");
    const Response response = bench.send(Operation::kPutItem);
    CHECK(bench.arrived.empty());
    CHECK(!response.ok());
    CHECK(response.delivery->cut_after_bytes == 0u);
    CHECK(response.delivery->end == Delivery::End::kReset);
  }
  SECTION("after the operation, without a byte") {
    Bench bench("{rules: [{fault: {connection: hang}, at: after}]}");
    const Response response = bench.send(Operation::kPutItem);
    CHECK(bench.arrived.size() == 1);
    CHECK(response.delivery->cut_after_bytes == 0u);
    CHECK(response.delivery->end == Delivery::End::kHang);
    CHECK(response.error_code == "ConnectionHang");
  }
  SECTION("in the middle") {
    Bench bench("{rules: [{fault: {connection: {end: close, bytes: 40}}, at: after}]}");
    CHECK(bench.send(Operation::kPutItem).delivery->cut_after_bytes == 40u);
  }
  SECTION("after the whole answer") {
    Bench bench("{rules: [{fault: {connection: {end: reset, bytes: all}}, at: after}]}");
    const Response response = bench.send(Operation::kPutItem);
    CHECK(!response.delivery->cut_after_bytes);
    CHECK(response.ok());
  }
}

TEST_CASE("answers leave damaged", "[faults]") {
  const auto send = [](const std::string& fault) {
    Bench bench("{rules: [{fault: " + fault + "}]}");
    bench.answer = [](const Request&) { return answering(R"({"Item":{}})"); };
    return bench.send(Operation::kGetItem);
  };
  SECTION("truncated") {
    const Response response = send("{truncate: {body_bytes: 4}}");
    CHECK(response.body == R"({"It)");
    CHECK(response.delivery->declared_content_length == 11u);
    CHECK(response.delivery->end == Delivery::End::kClose);
  }
  SECTION("in drops") {
    const Response response = send("{trickle: {chunk_bytes: 3, interval: 10ms}}");
    CHECK(response.delivery->trickle->chunk_bytes == 3);
    CHECK(response.delivery->trickle->interval == 10ms);
  }
  SECTION("with a wrong checksum") { CHECK(send("{corrupt: crc32}").delivery->crc32); }
  SECTION("as something that is not JSON") {
    CHECK(json::parse(send("{corrupt: json}").body, nullptr, false).is_discarded());
  }
  SECTION("with a wrong length") {
    CHECK(send("{corrupt: content_length}").delivery->declared_content_length == 28u);
  }
  SECTION("as a middlebox's page") {
    const Response response = send("{html: 503}");
    CHECK(response.status == 503);
    CHECK(response.content_type == "text/html");
    CHECK_THAT(response.body, Contains("503 Service Temporarily Unavailable"));
  }
}

TEST_CASE("bytes are changed and the checksum is not", "[faults]") {
  Bench bench("{rules: [{fault: {corrupt: {bytes: 3}}}]}");
  const std::string body = R"({"Item":{"pk":{"S":"a"}}})";
  bench.answer = [&](const Request&) { return answering(body.c_str()); };
  const Response response = bench.send(Operation::kGetItem);
  REQUIRE(response.body.size() == body.size());
  std::size_t changed = 0;
  for (std::size_t at = 0; at < body.size(); ++at) changed += body[at] != response.body[at] ? 1 : 0;
  CHECK(changed == 3);
  CHECK(response.delivery->crc32 == 0x2649397aU);
}

TEST_CASE("a fault's answer may come later", "[faults]") {
  const std::string fault =
      GENERATE("error: InternalServerError", "html: 504", "connection: reset");
  Bench bench("{rules: [{fault: {" + fault + ", delay: 30s}}]}");
  const Response response = bench.send(Operation::kPutItem);
  REQUIRE(response.delivery);
  CHECK(response.delivery->delay == 30s);
  CHECK(response.faults.size() == 1);
  CHECK(bench.arrived.empty());
}

TEST_CASE("one of several errors is drawn", "[faults]") {
  Bench bench("{rules: [{fault: {error: [ThrottlingException, InternalServerError]}}]}");
  std::map<std::string, std::size_t> seen;
  const Request request = make_request(Operation::kGetItem);
  for (int at = 0; at < 20'000; ++at) ++seen[bench.send(request).error_code];
  CHECK(seen.size() == 2);
  CHECK(plausible(seen["ThrottlingException"], 20'000, 0.5));
}

TEST_CASE("a client chooses its fault by a header", "[faults]") {
  Bench bench("{rules: [{name: chosen, fault: {header: x-fault}}]}", all_abilities());
  const auto send = [&](const std::string& value) {
    Request& request = bench.requests.emplace_back(make_request(Operation::kGetItem));
    if (!value.empty()) request.headers.add("X-Fault", value);
    return bench.finish(bench.send(request));
  };
  CHECK(send("").ok());
  CHECK(send("").faults.empty());
  const Response failed = send("error: ThrottlingException");
  CHECK(failed.error_code == "ThrottlingException");
  REQUIRE(failed.faults.size() == 1);
  CHECK(failed.faults[0].rule == "chosen");
  CHECK(failed.faults[0].kind == "error");
  CHECK(send(R"({"html": 504, "delay": "2s"})").delivery->delay == 2s);
  bench.waited = Duration::zero();
  CHECK(send("latency: 300ms").ok());
  CHECK(bench.waited == 300ms);
  CHECK(send("stale: {by: 1s}").ok());
  CHECK(bench.hints.back().stale_by == 1s);
  CHECK(send("truncate: {fraction: 0.5}").delivery->declared_content_length == 2);

  const auto refused = [&](const std::string& value) {
    const Response response = send(value);
    CHECK(response.error_code == "ValidationException");
    return response.body;
  };
  CHECK_THAT(refused("error: Nonsense"), Contains("x-fault.error: 'Nonsense' is no error"));
  CHECK_THAT(refused("latency"), Contains("x-fault: expected a map with one member"));
  CHECK_THAT(refused("{"), Contains("line 1"));
  CHECK_THAT(refused("refuse: connections"), Contains("refuse is for rules"));
  CHECK_THAT(refused("header: x-fault"), Contains("header is for rules"));
  CHECK_THAT(refused("throttle: {rate: 1}"), Contains("remembers earlier requests"));
}

TEST_CASE("connections are refused by rules without a request", "[faults]") {
  Bench bench("{rules: [{schedule: {every: 2}, fault: {refuse: connections}}]}");
  CHECK(!bench.board.refuses_connection());
  CHECK(bench.board.refuses_connection());
  CHECK(!bench.board.refuses_connection());
  CHECK(bench.board.refused_connections() == 1);
  CHECK(bench.send(Operation::kGetItem).ok());
  CHECK(!parse_rules("{rules: [{when: {tables: T}, fault: {refuse: connections}}]}").ok());
}

TEST_CASE("refused connections, full buckets and chosen faults meet their rate and repeat",
          "[faults]") {
  constexpr std::size_t kTimes = 20'000;
  using Send = std::function<bool(Bench&)>;
  const auto history = [&](const std::string& rule, std::uint64_t seed, const Send& send) {
    Bench bench("{rules: [" + rule + "]}", {}, seed);
    std::string result;
    for (std::size_t at = 0; at < kTimes; ++at) result += send(bench) ? '1' : '0';
    return result;
  };
  Request asked = make_request(Operation::kGetItem);
  asked.headers.add("x-fault", "html: 502");
  const auto refused = [](Bench& bench) { return bench.board.refuses_connection(); };
  const auto failed = [&](Bench& bench) { return !bench.send(asked).ok(); };
  const auto check = [&](const std::string& fault, const Send& send) {
    INFO(fault);
    const std::string rule = "{name: r, schedule: {probability: 0.3}, fault: {" + fault + "}}";
    const std::string first = history(rule, 7, send);
    const auto hits = static_cast<std::size_t>(std::count(first.begin(), first.end(), '1'));
    CHECK(plausible(hits, kTimes, 0.3));
    CHECK(history(rule, 7, send) == first);
    CHECK(history(rule, 8, send) != first);
    const std::string never = "{schedule: {probability: 0}, fault: {" + fault + "}}";
    CHECK(history(never, 7, send).find('1') == std::string::npos);
  };
  check("refuse: connections", refused);
  check("throttle: {rate: 0.001, burst: 1}", failed);
  check("header: x-fault", failed);
}

TEST_CASE("a connection that ends in the middle of an answer ends after the operation",
          "[faults]") {
  for (const std::string& at : {std::string(), std::string(", at: after")}) {
    const auto file =
        parse_rules("{rules: [{fault: {connection: {end: close, bytes: 40}}" + at + "}]}");
    REQUIRE(file);
    CHECK(file->rules.at(0).at == At::kAfter);
  }
  CHECK(!parse_rules("{rules: [{fault: {connection: {end: close, bytes: 40}}, at: before}]}").ok());
}

TEST_CASE("transactions are cancelled with a reason for each action", "[faults]") {
  const auto send = [](const std::string& cancel) {
    Bench bench("{rules: [{fault: {cancel: " + cancel + "}}]}");
    return bench.send(Operation::kTransactWriteItems, kTwoActions);
  };
  CHECK(send("{reasons: [None, ConditionalCheckFailed]}").body ==
        R"({"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException",)"
        R"("CancellationReasons":[{"Code":"None"},{"Code":"ConditionalCheckFailed",)"
        R"("Message":"The conditional request failed"}],"Message":"Transaction cancelled, please )"
        R"(refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]"})");
  CHECK_THAT(send("TransactionConflict").body, Contains("[TransactionConflict, None]"));
  CHECK_THAT(send("{code: ThrottlingError, actions: [1, 9]}").body,
             Contains("[None, ThrottlingError]"));
  CHECK_THAT(send("{reasons: [{code: ConditionalCheckFailed, item: {pk: {S: a}}}]}").body,
             Contains(R"({"Code":"ConditionalCheckFailed","Item":{"pk":{"S":"a"}},"Message":)"));
  CHECK(send("{reasons: [None]}").ok());
  CHECK(!parse_rules("{rules: [{fault: {cancel: Whim}}]}").ok());
  CHECK(!parse_rules("{rules: [{at: after, fault: {cancel: TransactionConflict}}]}").ok());
}

TEST_CASE("batches do a part of their work", "[faults]") {
  SECTION("writes") {
    Bench bench("{rules: [{fault: {unprocessed: {items: [0]}}}]}");
    bench.answer = [](const Request&) {
      return answering(R"({"UnprocessedItems":{},"ConsumedCapacity":[{"CapacityUnits":1.0}]})");
    };
    const Response response = bench.send(Operation::kBatchWriteItem, kTwoWrites);
    CHECK(bench.arrived.at(0) ==
          R"({"RequestItems":{"T":[{"DeleteRequest":{"Key":{"pk":{"S":"b"}}}}]}})");
    CHECK(response.body ==
          R"({"UnprocessedItems":{"T":[{"PutRequest":{"Item":{"pk":{"S":"a"}}}}]},)"
          R"("ConsumedCapacity":[{"CapacityUnits":1.0}]})");
  }
  SECTION("reads keep what else was asked of the table") {
    Bench bench("{rules: [{fault: {unprocessed: {count: 1}}}]}");
    bench.answer = [](const Request&) { return answering(R"({"Responses":{"A":[{}]}})"); };
    const Response response = bench.send(
        Operation::kBatchGetItem,
        R"({"RequestItems":{"A":{"Keys":[{"pk":{"S":"a"}}]},)"
        R"("B":{"ConsistentRead":true,"Keys":[{"pk":{"S":"b"}}]}},"ReturnConsumedCapacity":"NONE"})");
    CHECK(bench.arrived.at(0) ==
          R"({"RequestItems":{"A":{"Keys":[{"pk":{"S":"a"}}]}},"ReturnConsumedCapacity":"NONE"})");
    CHECK(response.body ==
          R"({"Responses":{"A":[{}]},"UnprocessedKeys":{"B":{"ConsistentRead":true,)"
          R"("Keys":[{"pk":{"S":"b"}}]}}})");
  }
  SECTION("nothing at all is an error, as at AWS") {
    Bench bench("{rules: [{fault: {unprocessed: {fraction: 1}}}]}");
    CHECK(bench.send(Operation::kBatchWriteItem, kTwoWrites).error_code ==
          "ProvisionedThroughputExceededException");
    CHECK(bench.arrived.empty());
  }
  SECTION("unless an answer is asked for") {
    Bench bench("{rules: [{fault: {unprocessed: {fraction: 1, whole: answer}}}]}");
    const Response response = bench.send(Operation::kBatchWriteItem, kTwoWrites);
    CHECK(response.ok());
    CHECK(bench.arrived.empty());
    CHECK(json::parse(response.body)["UnprocessedItems"]["T"].size() == 2);
  }
  SECTION("two rules add up, and later answers may be deferred") {
    Bench bench(
        "{rules: [{fault: {unprocessed: {items: [0]}}}, {fault: {latency: 1s}}, "
        "{fault: {unprocessed: {items: [0], whole: answer}}}]}");
    const Response response = bench.finish(bench.send(Operation::kBatchWriteItem, kTwoWrites));
    CHECK(json::parse(response.body)["UnprocessedItems"]["T"].size() == 2);
    CHECK(bench.arrived.empty());
    CHECK(response.faults.size() == 3);
  }
  SECTION("an engine that can is told what to hold back, and validates all of it") {
    Bench bench(
        "{rules: [{fault: {unprocessed: {items: [0]}}}, "
        "{fault: {unprocessed: {fraction: 1}}}]}",
        all_abilities());
    const Response response = bench.send(Operation::kBatchWriteItem, kTwoWrites);
    CHECK(bench.arrived.at(0) == kTwoWrites);
    CHECK(bench.hints.at(0).held_back == std::vector<std::uint32_t>{0, 1});
    CHECK(response.error_code == "ProvisionedThroughputExceededException");
    CHECK(response.faults.size() == 1);
  }
  SECTION("an error of the rest stays") {
    Bench bench("{rules: [{fault: {unprocessed: {count: 1}}}]}");
    bench.answer = [](const Request&) {
      Response response;
      response.status = 400;
      response.error_code = "ResourceNotFoundException";
      return response;
    };
    const Response response = bench.send(Operation::kBatchWriteItem, kTwoWrites);
    CHECK(response.error_code == "ResourceNotFoundException");
    CHECK(response.faults.empty());
  }
}

TEST_CASE("stale reads ask the engine for its past", "[faults]") {
  const auto hints = [](const std::string& fault, Operation operation, const std::string& body) {
    Bench bench("{rules: [{fault: " + fault + "}]}", all_abilities());
    const Response response = bench.send(operation, body);
    CHECK(bench.arrived.at(0) == body);
    const bool noted = !response.faults.empty();
    const Hints hint = bench.hints.at(0);
    CHECK(noted == (hint.stale_by > 0ms || hint.index_lag > 0ms));
    return hint;
  };
  CHECK(hints("{stale: {by: 2s}}", Operation::kGetItem, R"({"TableName":"T"})").stale_by == 2s);
  CHECK(hints("{stale: {by: 2s}}", Operation::kGetItem, R"({"ConsistentRead":true})").stale_by ==
        0s);
  CHECK(hints("{stale: {by: 2s}}", Operation::kTransactGetItems, "{}").stale_by == 0s);
  CHECK(hints("{index_lag: {by: 2s}}", Operation::kQuery, R"({"IndexName":"I"})").index_lag == 2s);
  CHECK(hints("{index_lag: {by: 2s}}", Operation::kQuery, R"({"TableName":"T"})").index_lag == 0s);

  SECTION("and are refused where there is none") {
    ManualClock clock;
    RuleBoard board(clock, 1);
    const auto added = board.add(rules_of("{rules: [{fault: {stale: {by: 2s}}}]}"));
    REQUIRE(!added.ok());
    CHECK(added.error().why == RuleBoard::Refusal::Why::kUnable);
    CHECK_THAT(added.error().text, Contains("snapshots"));
    CHECK(!board.add(rules_of("{rules: [{fault: {roll: shards}}]}")).ok());
  }
}

TEST_CASE("pages are cut short, and every item comes once", "[faults]") {
  // A table of ten items that pages as DynamoDB does.
  const auto table = [](const Request& request) {
    const json asked = json::parse(request.body);
    int next = 0;
    if (asked.contains("ExclusiveStartKey")) {
      next = std::stoi(asked["ExclusiveStartKey"]["pk"]["N"].get<std::string>()) + 1;
    }
    const int limit = asked.value("Limit", 100);
    json items = json::array();
    json answer;
    while (next < 10 && static_cast<int>(items.size()) < limit) {
      items.push_back({{"pk", {{"N", std::to_string(next++)}}}});
    }
    if (static_cast<int>(items.size()) == limit) answer["LastEvaluatedKey"] = items.back();
    answer["Count"] = items.size();
    answer["ScannedCount"] = items.size();
    answer["Items"] = std::move(items);
    return answering(answer.dump().c_str());
  };
  const std::string fault = GENERATE("{items: 3}", "{items: 10}", "{items: 1}", "{empty: true}");
  const int limit = GENERATE(0, 2, 100);
  Bench bench("{rules: [{fault: {page: " + fault + "}}]}");
  bench.answer = table;

  std::vector<std::string> seen;
  std::size_t pages = 0;
  std::size_t empty_pages = 0;
  json request = {{"TableName", "T"}};
  if (limit > 0) request["Limit"] = limit;
  while (true) {
    REQUIRE(++pages < 50);
    const json page = json::parse(bench.send(Operation::kScan, request.dump()).body);
    for (const json& item : page["Items"]) seen.push_back(item["pk"]["N"]);
    CHECK(page["Count"] == page["Items"].size());
    if (!page.contains("LastEvaluatedKey")) break;
    if (page["Items"].empty()) ++empty_pages;
    request["ExclusiveStartKey"] = page["LastEvaluatedKey"];
  }
  CHECK(seen == std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
  if (fault == "{items: 3}" && limit != 2) CHECK(pages == 4);
  if (fault == "{empty: true}") CHECK(empty_pages > 0);
}

TEST_CASE("no paginator sees a key twice, and a retry gets the same page", "[faults]") {
  Bench bench("{rules: [{fault: {page: {empty: true}}}]}");
  bench.answer = [](const Request& request) {
    const json asked = json::parse(request.body);
    if (!asked.contains("ExclusiveStartKey") && asked.value("Limit", 2) == 1) {
      return answering(R"({"Items":[{"pk":{"S":"a"}}],"Count":1,"ScannedCount":1,)"
                       R"("LastEvaluatedKey":{"pk":{"S":"a"}}})");
    }
    return answering(R"({"Items":[{"pk":{"S":"a"}},{"pk":{"S":"b"}}],"Count":2})");
  };
  const Response first = bench.send(Operation::kScan, R"({"TableName":"T"})");
  CHECK(first.body == R"({"Items":[],"Count":0,"ScannedCount":0,)"
                      R"("LastEvaluatedKey":{"pk":{"S":"a"}}})");
  for (int attempt = 0; attempt < 2; ++attempt) {
    const Response next =
        bench.send(Operation::kScan, R"({"ExclusiveStartKey":{"pk":{"S":"a"}},"TableName":"T"})");
    CHECK(json::parse(next.body)["Count"] == 2);
    CHECK(json::parse(bench.arrived.back()) == json::parse(R"({"TableName":"T"})"));
  }
}

TEST_CASE("a stream's consumer reads nothing, or the same again", "[faults]") {
  const auto send = [](const std::string& fault, const char* answer) {
    Bench bench("{rules: [{fault: {records: " + fault + "}}]}");
    bench.answer = [=](const Request&) { return answering(answer); };
    return bench.send(Operation::kGetRecords, R"({"ShardIterator":"here"})");
  };
  CHECK(send("empty", kRecords).body == R"({"Records":[],"NextShardIterator":"here"})");
  CHECK(send("repeat", kRecords).body ==
        R"({"Records":[{"eventID":"1"}],"NextShardIterator":"here"})");
  const Response nothing = send("repeat", R"({"Records":[],"NextShardIterator":"next"})");
  CHECK(nothing.faults.empty());
  CHECK(nothing.body == R"({"Records":[],"NextShardIterator":"next"})");
  CHECK(send("empty", R"({"Records":[{}]})").body ==
        R"({"Records":[],"NextShardIterator":"here"})");
}

TEST_CASE("a rate holds by its token bucket", "[faults]") {
  SECTION("for the rule: the burst passes, then the rate") {
    Bench bench("{rules: [{fault: {throttle: {rate: 10, burst: 5}}}]}");
    int passed = 0;
    for (int at = 0; at < 20; ++at) passed += bench.send(Operation::kGetItem).ok() ? 1 : 0;
    CHECK(passed == 5);
    bench.clock.advance(300ms);
    for (int at = 0; at < 20; ++at) passed += bench.send(Operation::kGetItem).ok() ? 1 : 0;
    CHECK(passed == 8);
  }
  SECTION("over a long run") {
    Bench bench("{rules: [{fault: {throttle: {rate: 100, burst: 1}}}]}");
    int passed = 0;
    for (int at = 0; at < 20'000; ++at) {
      bench.clock.advance(1ms);
      passed += bench.send(Operation::kGetItem).ok() ? 1 : 0;
    }
    CHECK(passed == Approx(2000).margin(2));
  }
  SECTION("for each value of a key, with its reason and a hint") {
    Bench bench(
        "{rules: [{fault: {throttle: {rate: 2, burst: 1, per: key pk, "
        "code: ThrottlingException, retry_after: filled}}}]}");
    const auto put = [&](const char* key) {
      return bench.send(Operation::kPutItem,
                        std::string(R"({"TableName":"T","Item":{"pk":{"S":")") + key + R"("}}})");
    };
    CHECK(put("hot").ok());
    CHECK(put("cold").ok());
    const Response throttled = put("hot");
    CHECK(throttled.error_code == "ThrottlingException");
    CHECK_THAT(throttled.body, Contains(R"("throttlingReasons":[{"reason":)"
                                        R"("TableWriteKeyRangeThroughputExceeded")"));
    CHECK(throttled.headers.find("x-amz-retry-after") == "500");
    CHECK(bench.send(Operation::kScan, R"({"TableName":"T"})").ok());
    bench.clock.advance(500ms);
    CHECK(put("hot").ok());
  }
  SECTION("for tables and accounts") {
    Bench bench("{rules: [{fault: {throttle: {rate: 1, burst: 1, per: table}}}]}");
    CHECK(bench.send(Operation::kGetItem, R"({"TableName":"A"})").ok());
    CHECK(bench.send(Operation::kGetItem, R"({"TableName":"B"})").ok());
    CHECK(!bench.send(Operation::kGetItem, R"({"TableName":"A"})").ok());
    Bench account("{rules: [{fault: {throttle: {rate: 1, burst: 1, per: account}}}]}");
    CHECK(account.send(Operation::kGetItem).ok());
    CHECK(account.send(Operation::kPutItem).error_code == "RequestLimitExceeded");
  }
  SECTION("for shards") {
    Bench bench(
        "{rules: [{when: {operations: GetRecords}, "
        "fault: {throttle: {rate: 1, burst: 1, per: shard}}}]}");
    const auto read = [&](const char* iterator) {
      return bench.send(Operation::kGetRecords,
                        std::string(R"({"ShardIterator":")") + iterator + "\"}");
    };
    CHECK(read("arn:x|1|shardId-1|a").ok());
    CHECK(read("arn:x|1|shardId-1|b").error_code == "LimitExceededException");
    CHECK(read("arn:x|1|shardId-2|a").ok());
  }
  SECTION("inside a batch the throttled element is unprocessed") {
    Bench bench("{rules: [{fault: {throttle: {rate: 1, burst: 1, per: key pk}}}]}");
    const auto batch = [&](const char* first, const char* second) {
      return bench.send(Operation::kBatchWriteItem,
                        std::string(R"({"RequestItems":{"T":[{"PutRequest":{"Item":{"pk":{"S":")") +
                            first + R"("}}}},{"DeleteRequest":{"Key":{"pk":{"S":")" + second +
                            R"("}}}}]}})");
    };
    CHECK(json::parse(batch("a", "b").body).empty());
    CHECK(json::parse(batch("a", "c").body)["UnprocessedItems"]["T"].size() == 1);
    CHECK(batch("a", "c").error_code == "ProvisionedThroughputExceededException");
  }
  SECTION("inside a transaction it cancels, and takes nothing") {
    Bench bench("{rules: [{fault: {throttle: {rate: 1, burst: 1, per: key pk}}}]}");
    CHECK(bench.send(Operation::kGetItem, R"({"TableName":"T","Key":{"pk":{"S":"b"}}})").ok());
    CHECK_THAT(bench.send(Operation::kTransactWriteItems, kTwoActions).body,
               Contains("[None, ProvisionedThroughputExceeded]"));
    CHECK(bench.send(Operation::kGetItem, R"({"TableName":"T","Key":{"pk":{"S":"a"}}})").ok());
  }
}

TEST_CASE("faults of several rules add up in their stages", "[faults]") {
  Bench bench(R"(
rules:
  - {name: error, fault: {error: InternalServerError}}
  - {name: slow, fault: {latency: 1s}}
  - {name: cut, fault: {truncate: {body_bytes: 5}}}
)");
  const Response response = bench.finish(bench.send(Operation::kGetItem));
  CHECK(bench.waited == 1s);
  CHECK(response.error_code == "InternalServerError");
  CHECK(response.body.size() == 5);
  std::vector<std::string> noted;
  for (const InjectedFault& fault : response.faults) noted.push_back(fault.rule);
  CHECK(noted == std::vector<std::string>{"error", "slow", "cut"});
}
