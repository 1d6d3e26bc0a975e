#include "metrics/metrics_service.h"

#include <catch2/catch.hpp>
#include <thread>

#include "harness/seam/error.h"

using namespace dynadeck;
using namespace dynadeck::metrics;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

class FakeService : public Service {
 public:
  explicit FakeService(std::function<Response(const Request&)> answer)
      : answer_(std::move(answer)) {}
  Response handle(const Request& request) override { return answer_(request); }

 private:
  const std::function<Response(const Request&)> answer_;
};

Request request_for(Operation operation) {
  Request request;
  request.operation = operation;
  return request;
}

}  // namespace

TEST_CASE("requests are counted by operation and outcome", "[metrics]") {
  ManualClock clock;
  Registry registry;
  Response answer;
  MetricsService service(std::make_unique<FakeService>([&](const Request&) {
                           clock.advance(3ms);
                           return answer;
                         }),
                         registry, clock);

  SECTION("a success") {
    service.handle(request_for(Operation::kGetItem));
    service.handle(request_for(Operation::kGetItem));
    CHECK_THAT(registry.text(),
               Contains(R"(dynadeck_requests_total{operation="GetItem",outcome="ok"} 2)"));
  }
  SECTION("an error by its code") {
    answer = error_response("ConditionalCheckFailedException", "no");
    service.handle(request_for(Operation::kPutItem));
    CHECK_THAT(registry.text(), Contains(R"({operation="PutItem",)"
                                         R"(outcome="ConditionalCheckFailedException"} 1)"));
  }
  SECTION("codes that users invent do not make new labels") {
    answer = error_response("MyOwnException", "no");
    service.handle(request_for(Operation::kPutItem));
    answer = Response{};
    answer.status = 502;
    service.handle(request_for(Operation::kPutItem));
    CHECK_THAT(registry.text(), Contains(R"({operation="PutItem",outcome="other"} 2)"));
    CHECK_THAT(registry.text(), !Contains("MyOwnException"));
  }
  SECTION("durations fall into buckets") {
    service.handle(request_for(Operation::kQuery));
    const std::string text = registry.text();
    CHECK_THAT(text, Contains(R"(_seconds_bucket{operation="Query",le="0.0025"} 0)"));
    CHECK_THAT(text, Contains(R"(_seconds_bucket{operation="Query",le="0.005"} 1)"));
    CHECK_THAT(text, Contains(R"(_seconds_sum{operation="Query"} 0.003)"));
  }
  SECTION("faults by rule and kind, bounded") {
    answer.faults = {{"slow", "latency"}, {"slow", "latency"}, {"broken", "error"}};
    service.handle(request_for(Operation::kQuery));
    const std::string text = registry.text();
    CHECK_THAT(text, Contains(R"(dynadeck_faults_injected_total{rule="slow",kind="latency"} 2)"));
    CHECK_THAT(text, Contains(R"(dynadeck_faults_injected_total{rule="broken",kind="error"} 1)"));
    for (int at = 0; at < 1000; ++at) {
      answer.faults = {{"rule-" + std::to_string(at), "error"}};
      service.handle(request_for(Operation::kQuery));
    }
    CHECK_THAT(registry.text(), Contains(R"({rule="other",kind="other"} 802)"));
  }
}

TEST_CASE("a deferred answer is counted when it exists", "[metrics]") {
  ManualClock clock;
  Registry registry;
  MetricsService service(
      std::make_unique<FakeService>([&](const Request&) {
        Response later;
        later.deferred = Response::Deferred{2s, [] { return Response{}; }, nullptr};
        return later;
      }),
      registry, clock);
  const Request request = request_for(Operation::kGetItem);
  std::optional<Response> response = service.handle(request);
  REQUIRE(response->deferred);
  CHECK_THAT(registry.text(), Contains("dynadeck_requests_in_flight 1\n"));

  SECTION("with the time that passed in between") {
    clock.advance(2s);
    CHECK(response->deferred->resume().ok());
    response.reset();
    const std::string text = registry.text();
    CHECK_THAT(text, Contains("dynadeck_requests_in_flight 0\n"));
    CHECK_THAT(text, Contains(R"(dynadeck_requests_total{operation="GetItem",outcome="ok"} 1)"));
    CHECK_THAT(text, Contains(R"(_seconds_sum{operation="GetItem"} 2)"));
    CHECK_THAT(text, !Contains("abandoned"));
  }
  SECTION("or as abandoned when the client leaves") {
    response.reset();
    const std::string text = registry.text();
    CHECK_THAT(text, Contains("dynadeck_requests_in_flight 0\n"));
    CHECK_THAT(text, Contains(R"({operation="GetItem",outcome="abandoned"} 1)"));
  }
}

TEST_CASE("counts from many threads add up", "[metrics]") {
  ManualClock clock;
  Registry registry;
  MetricsService service(std::make_unique<FakeService>([](const Request&) { return Response{}; }),
                         registry, clock);
  std::vector<std::thread> threads;
  for (int at = 0; at < 12; ++at) {
    threads.emplace_back([&] {
      const Request request = request_for(Operation::kGetItem);
      for (int count = 0; count < 1000; ++count) service.handle(request);
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK_THAT(registry.text(),
             Contains(R"(dynadeck_requests_total{operation="GetItem",outcome="ok"} 12000)"));
  CHECK_THAT(registry.text(), Contains("dynadeck_requests_in_flight 0\n"));
}
