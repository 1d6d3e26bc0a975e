#include "faults/journal.h"

#include <nlohmann/json.hpp>
#include <thread>

#include "tests/faults/support.h"

using namespace dynadeck;
using namespace dynadeck::faults;
using namespace dynadeck::faults::testing;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

Response throttled() {
  Response response;
  response.status = 400;
  response.error_code = "ThrottlingException";
  response.faults = {{"storm", "error"}};
  return response;
}

Response ask(const AdminHandler& handler, std::multimap<std::string, std::string> query,
             std::string method = "GET") {
  AdminRequest request;
  request.method = std::move(method);
  request.path = "/_dynadeck/requests";
  request.query = std::move(query);
  return handler(request);
}

}  // namespace

TEST_CASE("the journal says who asked what and what was done", "[faults]") {
  ManualClock clock;
  Journal journal(100);
  Response answer;
  JournalService service(std::make_unique<FakeService>([&](const Request&) {
                           clock.advance(2ms);
                           return answer;
                         }),
                         journal, clock);
  const AdminHandler handler = journal_handler(journal, clock);
  Request request = make_request(Operation::kPutItem, R"({"TableName":"T"})");
  request.headers.add("amz-sdk-invocation-id", "call-1");
  request.headers.add("amz-sdk-request", "attempt=1; max=3");
  answer = throttled();
  service.handle(request);
  request.headers.set("amz-sdk-request", "attempt=2; max=3");
  service.handle(request);
  answer = Response{};
  request.headers.set("amz-sdk-request", "attempt=3; max=3");
  service.handle(request);
  service.handle(make_request(Operation::kGetItem, R"({"TableName":"U"})"));

  SECTION("three attempts, two of them throttled") {
    const json all = json::parse(ask(handler, {{"operation", "PutItem"}}).body);
    CHECK(all["count"] == 3);
    CHECK(all["counts"]["outcome"]["ThrottlingException"] == 2);
    CHECK(all["counts"]["outcome"]["ok"] == 1);
    CHECK(all["counts"]["rule"]["storm"] == 2);
    CHECK(all["requests"][1]["attempt"] == 2);
    CHECK(all["requests"][1]["invocation_id"] == "call-1");
    CHECK(all["requests"][1]["tables"] == json::array({"T"}));
    CHECK(all["requests"][1]["faults"][0]["kind"] == "error");
    CHECK(all["requests"][1]["duration_micros"] == 2000);
  }
  SECTION("filters") {
    const auto count = [&](const std::string& name, const std::string& value) {
      return json::parse(ask(handler, {{name, value}}).body)["count"].get<int>();
    };
    CHECK(count("table", "T") == 3);
    CHECK(count("table", "X") == 0);
    CHECK(count("outcome", "ok") == 2);
    CHECK(count("outcome", "error") == 2);
    CHECK(count("rule", "storm") == 2);
    CHECK(count("kind", "latency") == 0);
    CHECK(count("attempt", "3") == 1);
    CHECK(count("after", "3") == 1);
    CHECK(json::parse(ask(handler, {{"table", "T"}, {"table", "U"}}).body)["count"] == 4);
    CHECK(ask(handler, {{"tabel", "T"}}).status == 400);
    CHECK(json::parse(ask(handler, {{"limit", "1"}}).body)["requests"].size() == 1);
  }
  SECTION("DELETE empties") {
    CHECK(ask(handler, {}, "DELETE").status == 200);
    CHECK(json::parse(ask(handler, {}).body)["count"] == 0);
    service.handle(request);
    CHECK(json::parse(ask(handler, {}).body)["count"] == 1);
  }
  SECTION("a wait ends when the count is reached") {
    Response waiting = ask(handler, {{"operation", "GetItem"}, {"wait", "2"}});
    REQUIRE(waiting.deferred);
    waiting = Response(waiting.deferred->resume());
    REQUIRE(waiting.deferred);
    service.handle(make_request(Operation::kGetItem));
    waiting = Response(waiting.deferred->resume());
    REQUIRE(!waiting.deferred);
    CHECK(json::parse(waiting.body)["reached"] == true);
    CHECK(json::parse(waiting.body)["count"] == 2);
  }
  SECTION("or when its time is over") {
    Response waiting = ask(handler, {{"wait", "100"}, {"timeout", "1s"}});
    REQUIRE(waiting.deferred);
    clock.advance(1s);
    waiting = Response(waiting.deferred->resume());
    REQUIRE(!waiting.deferred);
    CHECK(json::parse(waiting.body)["reached"] == false);
  }
}

TEST_CASE("the journal keeps the newest", "[faults]") {
  ManualClock clock;
  Journal journal(300);
  for (int at = 0; at < 1000; ++at) {
    journal.record(make_request(Operation::kGetItem), Response{}, clock.now(), 1us);
  }
  std::vector<std::uint64_t> kept;
  journal.for_each([&](const JournalEntry& entry) { kept.push_back(entry.sequence); });
  REQUIRE(kept.size() == 300);
  CHECK(kept.front() == 701);
  CHECK(kept.back() == 1000);
  CHECK(journal.recorded() == 1000);
}

TEST_CASE("a client that leaves before its answer is in the journal", "[faults]") {
  ManualClock clock;
  Journal journal(10);
  JournalService service(std::make_unique<FakeService>([](const Request&) {
                           Response response = later(2s, [] { return Response{}; });
                           response.faults = {{"slow", "latency"}};
                           return response;
                         }),
                         journal, clock);
  const Request request = make_request(Operation::kGetItem);
  { const Response unanswered = service.handle(request); }
  {
    Response answered = service.handle(request);
    CHECK(answered.deferred->resume().ok());
  }
  std::vector<std::string> outcomes;
  journal.for_each([&](const JournalEntry& entry) { outcomes.push_back(entry.error_code); });
  CHECK(outcomes == std::vector<std::string>{"abandoned", ""});
}

TEST_CASE("the journal takes entries from many threads", "[faults]") {
  ManualClock clock;
  Journal journal(1000);
  std::vector<std::thread> threads;
  for (int at = 0; at < 4; ++at) {
    threads.emplace_back([&] {
      const Request request = make_request(Operation::kGetItem, R"({"TableName":"T"})");
      for (int count = 0; count < 5000; ++count) {
        journal.record(request, Response{}, clock.now(), 1us);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::size_t kept = 0;
  journal.for_each([&](const JournalEntry& entry) { kept += entry.tables.at(0) == "T" ? 1 : 0; });
  CHECK(kept == 1000);
}
