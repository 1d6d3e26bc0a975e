// Measures the fault room by itself, without HTTP: what it adds to a request that no rule strikes.
//
//   faults_bench [REQUESTS]   nanoseconds per request, as the median of alternating rounds
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "faults/fault_service.h"
#include "faults/journal/journal.h"
#include "faults/rules/board.h"
#include "harness/seam/clock.h"
#include "harness/seam/service.h"

using namespace dynadeck;
using namespace dynadeck::faults;

namespace {

class Constant final : public Service {
 public:
  Response handle(const Request&) override {
    Response response;
    response.body = R"({"Item":{"id":{"S":"item-000001"},"count":{"N":"1"}}})";
    return response;
  }
};

// What boto3 sends.
Request make_request(Operation operation, std::string body) {
  Request request;
  request.operation = operation;
  request.scope = {"000000000000", "us-east-1"};
  request.access_key = "AKIDEXAMPLE";
  request.request_id = std::string(52, 'A');
  request.body = std::move(body);
  request.headers.add("Host", "127.0.0.1:8000");
  request.headers.add("Accept-Encoding", "identity");
  request.headers.add("X-Amz-Target", "DynamoDB_20120810.GetItem");
  request.headers.add("Content-Type", "application/x-amz-json-1.0");
  request.headers.add("User-Agent", "Boto3/1.26.27 Python/3.11.2 Linux/6.18 Botocore/1.29.27");
  request.headers.add("X-Amz-Date", "20261122T000000Z");
  request.headers.add("Authorization", std::string(200, 'x'));
  request.headers.add("amz-sdk-invocation-id", "1f2d4e0a-0d9d-4c0e-8d3c-0a1b2c3d4e5f");
  request.headers.add("amz-sdk-request", "attempt=1");
  request.headers.add("Content-Length", "70");
  return request;
}

std::vector<Request> requests() {
  std::vector<Request> list;
  list.push_back(make_request(Operation::kGetItem,
                              R"({"TableName":"Bench","Key":{"id":{"S":"item-000001"}}})"));
  list.push_back(make_request(
      Operation::kPutItem,
      R"({"TableName":"Bench","Item":{"id":{"S":"item-000001"},"name":{"S":"name of 1"},)"
      R"("count":{"N":"1"},"tags":{"SS":["red","green"]}}})"));
  list.push_back(make_request(Operation::kQuery,
                              R"({"TableName":"Lists","KeyConditionExpression":"#l = :l",)"
                              R"("ExpressionAttributeNames":{"#l":"list"},)"
                              R"("ExpressionAttributeValues":{":l":{"S":"list-001"}}})"));
  return list;
}

// A hundred rules, none of which is about the requests above; `%` is the rule's number.
std::string hundred(const std::vector<std::string>& conditions) {
  std::string text = "rules:\n";
  for (std::size_t at = 0; at < 100; ++at) {
    std::string when = conditions[at % conditions.size()];
    while (when.find('%') != std::string::npos) when.replace(when.find('%'), 1, std::to_string(at));
    text += "  - {when: {" + when + "}, fault: {error: InternalServerError}}\n";
  }
  return text;
}

double nanoseconds(Service& service, const std::vector<Request>& list, std::uint64_t count) {
  using std::chrono::steady_clock;
  const auto start = steady_clock::now();
  for (std::uint64_t at = 0; at < count; ++at) (void)service.handle(list[at % list.size()]);
  return static_cast<double>((steady_clock::now() - start).count()) / static_cast<double>(count);
}

struct Contender {
  std::string name;
  std::unique_ptr<RuleBoard> board;
  std::unique_ptr<Service> service;
  std::vector<double> seen{};

  double median() {
    std::sort(seen.begin(), seen.end());
    return seen[seen.size() / 2];
  }
};

Contender with_rules(const Clock& clock, std::string name, const std::string& rules) {
  Contender result{std::move(name), std::make_unique<RuleBoard>(clock, 1), nullptr};
  if (!rules.empty()) {
    auto file = parse_rules(rules);
    if (!file.ok() || !result.board->add(std::move(file).value()).ok()) std::abort();
  }
  result.service = std::make_unique<FaultService>(std::make_unique<Constant>(), *result.board);
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 30'000;
  const AdjustableClock clock;
  Journal journal;
  const std::string of_key = "key: {id: absent-%}";
  const std::string of_header = "headers: {x-test: absent-%}";
  const std::string of_table = "tables: absent-%";
  const std::string of_operation = "operations: [DeleteItem, UpdateItem]";

  std::vector<Contender> contenders;
  contenders.push_back({"nothing", nullptr, std::make_unique<Constant>()});
  contenders.push_back(
      {"journal", nullptr,
       std::make_unique<JournalService>(std::make_unique<Constant>(), journal, clock)});
  contenders.push_back(with_rules(clock, "no rules", ""));
  contenders.push_back(with_rules(clock, "100 of tables", hundred({of_table})));
  contenders.push_back(with_rules(clock, "100 of operations", hundred({of_operation})));
  contenders.push_back(with_rules(clock, "100 of headers", hundred({of_header})));
  contenders.push_back(with_rules(clock, "100 of keys", hundred({of_key})));
  contenders.push_back(with_rules(clock, "100 of key globs", hundred({"key: {id: 'absent-%-*'}"})));
  contenders.push_back(
      with_rules(clock, "100 of each kind", hundred({of_key, of_header, of_table, of_operation})));

  const std::vector<Request> list = requests();
  constexpr int kRounds = 25;
  for (int round = 0; round <= kRounds; ++round) {
    for (Contender& each : contenders) {
      // A request keeps its parsed view: each contender gets requests of its own, made outside the
      // measurement in slices that stay in the cache.
      double total = 0;
      const std::uint64_t slices = count / 300;
      for (std::uint64_t slice = 0; slice < slices; ++slice) {
        std::vector<Request> fresh;
        for (int times = 0; times < 100; ++times) {
          for (const Request& request : list) {
            fresh.push_back(request.with_body(request.body));
            fresh.back().arrived = clock.monotonic();  // as the HTTP layer notes it
          }
        }
        total += nanoseconds(*each.service, fresh, fresh.size());
      }
      if (round > 0) each.seen.push_back(total / static_cast<double>(slices));
    }
  }
  const double base = contenders.front().median();
  for (Contender& each : contenders) {
    std::printf("%-20s %7.0f ns, %+7.0f\n", each.name.c_str(), each.median(), each.median() - base);
  }
  return 0;
}
