#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "faults/check_command.h"
#include "faults/effects/error_catalog.h"
#include "harness/seam/error.h"
#include "tests/faults/support.h"

using namespace dynadeck;
using namespace dynadeck::faults;
using namespace dynadeck::faults::testing;
using Catch::Matchers::Contains;

namespace {

std::string problems_of(const std::string& text) {
  const Outcome<RuleFile, Problems> file = parse_rules(text);
  return file.ok() ? "none" : to_string(file.error());
}

}  // namespace

TEST_CASE("a rule prints as it parses", "[faults]") {
  const std::string rule = GENERATE(
      R"({"name":"r","fault":{"error":"InternalServerError"},"at":"before"})",
      R"({"name":"r","enabled":false,"fault":{"error":"InternalServerError"},"at":"after","ttl":"90s"})",
      R"({"name":"r","when":{"operations":["write","GetItem"],"tables":["a*"],"indexes":["i"],)"
      R"("key":{"pk":["x",{"S":"y"}]},"accounts":["1"],"regions":["eu-*"],"access_keys":["k"],)"
      R"("sessions":["s"],"headers":{"X-A":["v"]},"members":{"Limit":["5"]},"attempts":[1,2]},)"
      R"("schedule":{"probability":0.25,"after":1,"first":2,"every":3,)"
      R"("burst":{"length":2,"every":5,"probability":0.5},)"
      R"("window":{"start":"1s","length":"1500ms","repeat":"1m"},"max":7,)"
      R"("any":[{"first":1},{"probability":0.5}]},)"
      R"("fault":{"error":{"code":"MyError","message":"no \"way\"","status":418,)"
      R"("reasons":["TableReadProvisionedThroughputExceeded"],"retry_after":"1500ms",)"
      R"("members":{"Item":{"pk":{"S":"1"}},"Number":1.5}}},"at":"before"})",
      R"({"name":"r","fault":{"unprocessed":{"fraction":0.5,"count":2,"items":[0,3],"whole":"answer"}},"at":"before"})");
  const RuleFile file = rules_of("[" + rule + "]");
  REQUIRE(file.rules.size() == 1);
  CHECK(print_rule(file.rules[0]).dump() == rule);
}

TEST_CASE("YAML and JSON say the same", "[faults]") {
  const RuleFile yaml = rules_of(R"(
# a comment
seed: 7
count: lane
lane: header X-Worker
rules:
  - name: slow "orders"
    when:
      operations: [PutItem]
      tables: orders-*
    schedule: {probability: 0.3}
    fault:
      error:
        code: ThrottlingException
        message: "tab\there"
)");
  const RuleFile as_json = rules_of(R"({"seed":7,"count":"lane","lane":"header X-Worker","rules":[
    {"name":"slow \"orders\"","when":{"operations":["PutItem"],"tables":["orders-*"]},
     "schedule":{"probability":0.3},
     "fault":{"error":{"code":"ThrottlingException","message":"tab\there"}}}]})");
  CHECK(yaml.seed == 7u);
  CHECK(yaml.seed == as_json.seed);
  CHECK(yaml.count == as_json.count);
  CHECK(yaml.count->lane == "header X-Worker");
  CHECK(print_rule(yaml.rules.at(0)) == print_rule(as_json.rules.at(0)));
}

TEST_CASE("what is wrong is named by line", "[faults]") {
  CHECK(problems_of("rules:\n  - name: a\n") == "line 2: rules[0]: has no fault");
  CHECK_THAT(
      problems_of("rules:\n  - fault: {error: InternalServerError}\n    schedule:\n"
                  "      probability: 1.5\n"),
      Contains("line 4: rules[0].schedule.probability: found '1.5', expected a number from"));
  CHECK_THAT(problems_of("{\n\"rules\": [\n{\"fault\": {\"error\": \"Nope\"}}]}"),
             Contains("line 3: rules[0].fault.error: 'Nope' is no error of DynamoDB's"));
  CHECK_THAT(
      problems_of("rules:\n  - fault: {eror: X}\n"),
      Contains("line 2: rules[0].fault.eror: is no kind of fault; known are cancel, connection"));
  CHECK_THAT(problems_of("rules:\n  - fault: {error: InternalServerError}\n    whenn: {}\n"),
             Contains("line 3: rules[0].whenn: is not known here"));
  CHECK_THAT(
      problems_of(
          "rules:\n  - when: {operations: GetItems}\n    fault: {error: InternalServerError}"),
      Contains("'GetItems' is neither an operation nor"));
  CHECK_THAT(problems_of("rules:\n- {name: a, fault: {error: InternalServerError}}\n"
                         "- {name: a, fault: {error: InternalServerError}}"),
             Contains("line 3: rules[1].name: 'a' is the name of a rule further up"));
  CHECK_THAT(problems_of("rules: [}"), Contains("line 1: "));
  CHECK_THAT(problems_of("{\"rules\": [\n}"), Contains("line 2: "));
  CHECK_THAT(problems_of("a: 1\na: 2"), Contains("line 2: 'a' stands twice"));
  CHECK_THAT(problems_of("a: 1\nb: \xff"), Contains("line 2: not UTF-8"));
  CHECK_THAT(problems_of("a: 1\n\xff: 2"), Contains("line 2: a name is not UTF-8"));
  CHECK_THAT(problems_of("count: often"), Contains("expected one of order, lane, request"));
  CHECK_THAT(problems_of("lane: session"), Contains("has a meaning with count: lane only"));
  CHECK_THAT(problems_of("rules: [{ttl: 5, fault: {error: InternalServerError}}]"),
             Contains("expected a time with its unit"));
  CHECK_THAT(problems_of("rules: [{at: during, fault: {error: InternalServerError}}]"),
             Contains("expected one of before, after"));
  CHECK_THAT(problems_of("rules: [{at: after, fault: {unprocessed: {count: 1}}}]"),
             Contains("has no meaning after the operation"));
  CHECK(problems_of("rules:\n  - fault:\n      stale:\n        by: 11s\n") ==
        "line 4: rules[0].fault.stale.by: found 11s, and the engine keeps no more than 10s of its "
        "past");
  CHECK_THAT(problems_of("rules: [{ttl: 0, fault: {error: InternalServerError}}]"),
             Contains("ttl: expected a time above zero"));
  CHECK_THAT(problems_of("rules: [{fault: {error: provisionedThroughputExceeded}}]"),
             Contains("no error of DynamoDB's, but ProvisionedThroughputExceededException is"));
  CHECK_THAT(problems_of("rules: [{fault: {index_lag: {by: 1h}}}]"), Contains("found 1h, and"));
  CHECK_THAT(problems_of("rules: [{fault: {error: InternalServerError, html: 502}}]"),
             Contains("expected a map with one member (and perhaps a delay)"));
  CHECK_THAT(problems_of("rules: [{fault: {delay: 2s}}]"), Contains("expected a map with one"));
  CHECK_THAT(problems_of("rules: [{fault: {stale: {by: 2s}, delay: 2s}}]"),
             Contains("rules[0].fault.delay: the fault stale makes no answer that could wait"));
  CHECK_THAT(problems_of("rules: [{fault: {error: [ThrottlingException, Nope]}}]"),
             Contains("rules[0].fault.error[1]: 'Nope' is no error"));
  CHECK_THAT(problems_of("rules: [{fault: {truncate: {body_bytes: 1, fraction: 0.5}}}]"),
             Contains("expected either body_bytes or a fraction"));
  SECTION("all of it at once") {
    CHECK(parse_rules("rules: [{}, {}, {name: x}]").error().size() == 3);
  }
}

TEST_CASE("the scenarios parse, and say what they prove", "[faults]") {
  std::size_t scenarios = 0;
  for (const auto& entry : std::filesystem::directory_iterator(DYNADECK_FAULTS_SCENARIOS)) {
    if (entry.path().extension() != ".yaml") continue;
    INFO(entry.path());
    ++scenarios;
    const Outcome<RuleFile, Problems> file = load_rules(entry.path().string());
    INFO((file.ok() ? std::string() : to_string(file.error())));
    REQUIRE(file.ok());
    CHECK(!file->rules.empty());
    std::ifstream in(entry.path());
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    CHECK_THAT(text, Contains("# A suite that passes has proved that"));
    CHECK(std::count(text.begin(), text.end(), '\n') <= 60);
    for (const Rule& rule : file->rules) {
      // What is printed is the reproduction.
      const std::string printed = print_rule(rule).dump();
      CHECK(print_rule(rules_of(printed).rules.at(0)).dump() == printed);
    }
  }
  CHECK(scenarios == 8);
}

TEST_CASE("documents cannot exhaust the parser", "[faults]") {
  CHECK_THAT(problems_of("&a [*a]"), !Contains("none"));
  CHECK_THAT(problems_of(std::string(100'000, '[')), !Contains("none"));
  CHECK_THAT(problems_of(R"({"a":)" + std::string(100'000, '[')), !Contains("none"));
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int at = 1; at < 12; ++at) {
    const std::string before = std::string("*a").append(std::to_string(at - 1));
    laughs.append("a").append(std::to_string(at)).append(": &a").append(std::to_string(at)) += " [";
    for (int count = 0; count < 10; ++count) laughs += (count ? ", " : "") + before;
    laughs += "]\n";
  }
  CHECK_THAT(problems_of(laughs), Contains("too large"));
  CHECK_THAT(problems_of(std::string(kMaxDocumentBytes + 1, ' ')), Contains("more than 4 MiB"));
}

TEST_CASE("every error that DynamoDB knows can be injected in its own form", "[faults]") {
  for (const ErrorShape& shape : all_errors()) {
    const std::string code(shape.code);
    INFO(code);
    Bench bench("{rules: [{fault: {error: " + code + "}}]}");
    const Response response = bench.send(Operation::kGetItem, R"({"TableName":"T"})");
    CHECK(response.status == shape.status);
    CHECK(response.error_code == code);
    const auto body = nlohmann::json::parse(response.body);
    CHECK(body["__type"] == std::string(shape.type_namespace) + "#" + code);
    if (code == "TransactionCanceledException") {  // its text tells its reasons
      CHECK(body["CancellationReasons"][0]["Code"] == "TransactionConflict");
      continue;
    }
    const std::string_view message = default_message(shape.code, Operation::kGetItem);
    if (!message.empty()) CHECK(body[std::string(shape.message_member)] == message);
  }
}

TEST_CASE("throttling says why", "[faults]") {
  Bench bench(R"(
rules:
  - when: {operations: PutItem}
    fault: {error: {code: ThrottlingException, retry_after: 1500ms,
                    reasons: [TableWriteKeyRangeThroughputExceeded]}}
  - when: {operations: Query}
    fault: {error: {code: ProvisionedThroughputExceededException,
                    reasons: [IndexReadProvisionedThroughputExceeded]}}
)");
  const Response put = bench.send(Operation::kPutItem, R"({"TableName":"T"})");
  CHECK_THAT(put.body,
             Contains(R"("throttlingReasons":[{"reason":"TableWriteKeyRangeThroughputExceeded",)"
                      R"("resource":"arn:aws:dynamodb:us-east-1:123456789012:table/T"}])"));
  CHECK(put.headers.find("x-amz-retry-after") == "1500");
  const Response query = bench.send(Operation::kQuery, R"({"TableName":"T","IndexName":"I"})");
  CHECK_THAT(query.body, Contains(R"("ThrottlingReasons":[{"reason":)"));
  CHECK_THAT(query.body, Contains(R"(:table/T/index/I"}])"));
  CHECK_THAT(problems_of("rules: [{fault: {error: {code: ThrottlingException, reasons: Slow}}}]"),
             Contains("found 'Slow', expected Table or Index"));
}

TEST_CASE("the check explains or refuses", "[faults]") {
  std::ostringstream out;
  std::ostringstream err;
  CHECK(check_rules_command("/nonexistent/rules.yaml", out, err) == 1);
  CHECK_THAT(err.str(), Contains("cannot be read"));
  CHECK(out.str().empty());
}
