#include "faults/rules/probabilities.h"

#include <nlohmann/json.hpp>

#include "tests/faults/support.h"

using namespace dynadeck;
using namespace dynadeck::faults;
using namespace dynadeck::faults::testing;

namespace {

constexpr auto kThrottled = "ProvisionedThroughputExceededException";

void put_up(Bench& bench, const ErrorProbabilities& probabilities) {
  RuleFile file;
  file.rules = probability_rules(probabilities);
  REQUIRE(bench.board.add(std::move(file)).ok());
}

}  // namespace

TEST_CASE("a probability is a number from 0 to 1", "[faults]") {
  CHECK(*parse_probability("x", "0.3") == 0.3);
  CHECK(*parse_probability("x", "1") == 1);
  CHECK(*parse_probability("x", "1e-3") == 0.001);
  const std::string bad = GENERATE("", "1.1", "-0.1", "nan", "inf", "0.3x", " 0.3", "30%");
  const auto parsed = parse_probability("DYNAMODB_ERROR_PROBABILITY", bad);
  REQUIRE(!parsed.ok());
  CHECK(parsed.error() ==
        "DYNAMODB_ERROR_PROBABILITY: found '" + bad + "', expected a probability from 0 to 1");
}

TEST_CASE("LocalStack's probabilities fail LocalStack's operations", "[faults]") {
  Bench bench("rules: []");
  const std::vector<Operation> reads = {Operation::kGetItem, Operation::kQuery, Operation::kScan,
                                        Operation::kTransactGetItems, Operation::kBatchGetItem};
  const std::vector<Operation> writes = {Operation::kPutItem, Operation::kBatchWriteItem,
                                         Operation::kUpdateItem, Operation::kDeleteItem,
                                         Operation::kTransactWriteItems};
  const auto fails = [&](Operation operation) {
    return bench.send(operation).error_code == kThrottled;
  };

  SECTION("none") {
    put_up(bench, {});
    CHECK(!bench.board.current());
    for (const Operation operation : reads) CHECK(!fails(operation));
    for (const Operation operation : writes) CHECK(!fails(operation));
  }
  SECTION("all") {
    put_up(bench, {1, 0, 0});
    for (const Operation operation : reads) CHECK(fails(operation));
    for (const Operation operation : writes) CHECK(fails(operation));
    CHECK(!fails(Operation::kCreateTable));
    CHECK(!fails(Operation::kExecuteStatement));
    CHECK(!fails(Operation::kGetRecords));
  }
  SECTION("reads") {
    put_up(bench, {0, 1, 0});
    for (const Operation operation : reads) CHECK(fails(operation));
    for (const Operation operation : writes) CHECK(!fails(operation));
  }
  SECTION("writes") {
    put_up(bench, {0, 0, 1});
    for (const Operation operation : reads) CHECK(!fails(operation));
    for (const Operation operation : writes) CHECK(fails(operation));
  }
}

TEST_CASE("LocalStack's probabilities are met", "[faults]") {
  Bench bench("rules: []");
  put_up(bench, {0.1, 0.02, 0.3});  // the larger one counts
  const Request read = make_request(Operation::kGetItem);
  const Request write = make_request(Operation::kPutItem);
  std::size_t failed_reads = 0;
  std::size_t failed_writes = 0;
  for (int count = 0; count < 20'000; ++count) {
    failed_reads += bench.send(read).ok() ? 0 : 1;
    failed_writes += bench.send(write).ok() ? 0 : 1;
  }
  CHECK(plausible(failed_reads, 20'000, 0.1));
  CHECK(plausible(failed_writes, 20'000, 0.3));
}

TEST_CASE("the throttled call says what AWS says", "[faults]") {
  Bench bench("rules: []");
  put_up(bench, {1, 0, 0});
  const Response response = bench.send(Operation::kPutItem);
  CHECK(response.status == 400);
  CHECK(response.body ==
        R"({"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",)"
        R"("message":"The level of configured provisioned throughput for the table was exceeded. )"
        R"(Consider increasing your provisioning level with the UpdateTable API."})");
  CHECK(bench.arrived.empty());
  REQUIRE(response.faults.size() == 1);
  CHECK(response.faults[0].rule == "write-error-probability");
  CHECK(response.faults[0].kind == "error");
}

TEST_CASE("BatchWriteItem returns throttled items without executing them", "[faults]") {
  Bench bench("rules: []");
  put_up(bench, {0, 0, 0.4});
  bench.answer = [](const Request&) {
    Response response;
    response.body = R"({"UnprocessedItems":{}})";
    return response;
  };
  std::string body = R"({"RequestItems":{"T":[)";
  for (int item = 0; item < 25; ++item) {
    body += (item ? "," : "") + (R"({"PutRequest":{"Item":{"pk":{"S":")" + std::to_string(item)) +
            R"("}}}})";
  }
  body += "]}}";

  std::size_t calls_failed = 0;
  std::size_t items_returned = 0;
  std::size_t items_answered = 0;
  for (int call = 0; call < 2'000; ++call) {
    bench.arrived.clear();
    const Response response = bench.send(Operation::kBatchWriteItem, body);
    if (!response.ok()) {
      ++calls_failed;
      CHECK(bench.arrived.empty());
      continue;
    }
    const auto answer = nlohmann::json::parse(response.body);
    const std::size_t returned =
        answer["UnprocessedItems"].contains("T") ? answer["UnprocessedItems"]["T"].size() : 0;
    const std::size_t executed =
        bench.arrived.empty() ? 0
                              : nlohmann::json::parse(bench.arrived[0])["RequestItems"]["T"].size();
    CHECK(returned + executed == 25);
    items_returned += returned;
    items_answered += 25;
  }
  CHECK(plausible(calls_failed, 2'000, 0.4));
  CHECK(plausible(items_returned, items_answered, 0.4));
}
